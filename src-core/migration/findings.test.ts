/** Every refusal and warning of a migration is provoked by a row here; a code without a row fails the last test. */
import { describe, expect, it } from 'vitest';
import { UEFI, domainXml } from '../rescue/inputs.test-support.ts';
import { refusal, warning } from '../rescue/findings.ts';
import { REFUSAL_TEXTS } from '../rescue/texts.ts';
import { GUEST_UUID, diskOnBoth, migrationInputs, needed } from './inputs.test-support.ts';
import type { MigrationParts } from './inputs.test-support.ts';
import { planMigration } from './plan.ts';
import { MIGRATION_REFUSALS } from './texts.ts';
import type { MIGRATION_WARNINGS } from './texts.ts';
import type { MigrationInputs } from './types.ts';

type Row = readonly [subject: string | null, parts: MigrationParts];

const off = { state: 'shutoff' } as const;
const withDevices = (devices: string) => domainXml({ devices });
const withDisk = (
  parts: Parameters<typeof diskOnBoth>[0],
  request: MigrationParts['request'] = {},
): MigrationParts => ({
  disks: [diskOnBoth(parts)],
  request,
});
const ON_BLOCK = domainXml().replace(/<disk type='file'([^]*?)<source file=/, "<disk type='block'$1<source dev=");
const copy = { disks: { vda: 'copy' } } as const;
const there = (parts: Partial<{ uuid: string; name: string; state: string; ours: boolean }>): MigrationParts => ({
  destination: { domains: [{ uuid: GUEST_UUID, name: 'guest', state: 'shutoff', ours: false, ...parts }] },
});
const needs = (parts: Parameters<typeof needed>[0], request: MigrationParts['request'] = {}): MigrationParts => ({
  destination: { needed: [needed(parts)] },
  request,
});
const record =
  "<salvor:rescue xmlns:salvor='urn:salvor:rescue:1' version='1' kind='until-ended' id='x' power='on' definition='00'><salvor:original>AAAA</salvor:original></salvor:rescue>";
const lasting: MigrationInputs['session'] = {
  version: 1,
  kind: 'until-ended',
  id: 'x',
  startedAt: null,
  startedBy: null,
  target: null,
  medium: null,
  powerBefore: 'on',
  definition: null,
  overlays: null,
  transient: false,
};
const virtiofs =
  "<filesystem type='mount'><driver type='virtiofs'/><source dir='/share'/><target dir='share'/></filesystem>";

const REFUSALS: Readonly<Record<keyof typeof MIGRATION_REFUSALS, Row>> = {
  'migrate-driver': ['beta', { to: { driver: 'TEST' } }],
  'migrate-read-only': ['alpha', { from: { readOnly: true } }],
  'migrate-same-host': ['beta', { destination: { hostUuid: 'a' } }],
  'migrate-version': ['beta', { to: { libvirtVersion: 5_001_000 }, options: { parallel: 4 } }],
  'migrate-cpu': [null, { destination: { cpu: { result: 'incompatible', why: 'it lacks pku, svm' } } }],
  'migrate-machine': ['pc-i440fx-7.2', { destination: { machineKnown: false } }],
  'migrate-off': [null, { domain: off, request: { live: true } }],
  'migrate-running': [null, { request: { live: false } }],
  'migrate-offline-transient': [null, { domain: { ...off, persistent: false } }],
  'migrate-offline-tpm': [null, { domain: off, xml: withDevices("<tpm><backend type='emulator'/></tpm>") }],
  'migrate-managed-save': [null, { domain: { ...off, managedSave: true } }],
  'migrate-job': [null, { domain: { job: 'unbounded' } }],
  'migrate-block-job': ['vda', { domain: { blockJobs: ['vda', 'vdb'] } }],
  'migrate-snapshots': [null, { domain: { snapshots: 2 } }],
  'migrate-checkpoints': [null, { domain: { checkpoints: 1 } }],
  'migrate-transient-disk': [
    'vdb',
    { xml: withDevices("<disk type='file'><source file='/o'/><target dev='vdb' bus='virtio'/><transient/></disk>") },
  ],
  'migrate-device': ['The host device (pci)', { xml: withDevices("<hostdev mode='subsystem' type='pci'/>") }],
  'migrate-paused-post-copy': [null, { domain: { state: 'paused' }, options: { postCopy: true } }],
  'migrate-share': ['share', { xml: withDevices(virtiofs) }],
  'migrate-record': [null, { xml: domainXml({ metadata: record }) }],
  'migrate-keep-rescue': [null, { request: { undefineSource: false }, rest: { session: lasting } }],
  'migrate-rescue-nvram': [
    '/nvram/guest.fd',
    {
      xml: domainXml({ os: UEFI }),
      rest: { session: lasting, ownNvram: { path: '/nvram/guest.fd', destination: '/nv/guest.fd', seen: 'absent' } },
    },
  ],
  'migrate-other-version': [null, { xml: domainXml({ metadata: "<r xmlns='urn:salvor:rescue:9'/>" }) }],
  'migrate-runs-there': ['guest', there({ state: 'running' })],
  'migrate-defined-there': ['guest', there({})],
  'migrate-name-taken': ['guest', there({ uuid: 'ffffffff-0000-4000-8000-000000000000' })],
  'migrate-uuid-taken': ['another', there({ name: 'another' })],
  'migrate-need-missing': ['lan', needs({ state: 'missing' })],
  'migrate-need-inactive': ['fast', needs({ kind: 'pool', name: 'fast', state: 'inactive' })],
  'migrate-secret-missing': ['5a5a', needs({ kind: 'secret', name: '5a5a', state: 'missing', carriable: true })],
  'migrate-secret-private': ['5a5a', needs({ kind: 'secret', name: '5a5a', state: 'no-value' }, { secrets: 'carry' })],
  'migrate-disk-unknown': ['vdz', { request: { disks: { vdz: 'copy' } } }],
  'migrate-disk-unclear': ['vda', withDisk({ seen: 'unknown' })],
  'migrate-disk-absent': ['vda', withDisk({ seen: 'absent' }, { disks: { vda: 'shared' } })],
  'migrate-disk-differs': ['vda', withDisk({ seen: 'differs' }, { disks: { vda: 'shared' } })],
  'migrate-read-only-absent': ['sda', withDisk({ target: 'sda', device: 'cdrom', readOnly: true, seen: 'absent' })],
  'migrate-copy-read-only': ['vda', withDisk({ readOnly: true }, copy)],
  'migrate-copy-same': ['vda', withDisk({}, copy)],
  'migrate-copy-mixed': [
    null,
    {
      disks: [
        diskOnBoth({ seen: 'absent', pool: 'fast' }),
        diskOnBoth({ target: 'vdb', seen: 'differs', there: 10 * 1024 ** 3 }),
      ],
      request: { disks: { vdb: 'copy-top' } },
    },
  ],
  'migrate-copy-in-use': ['vda', withDisk({ seen: 'differs', there: 10 * 1024 ** 3, users: ['neighbour'] }, copy)],
  'migrate-copy-block': ['vda', { xml: ON_BLOCK, disks: [diskOnBoth({ seen: 'absent', pool: 'fast' })] }],
  'migrate-copy-pool': ['vda', withDisk({ seen: 'absent' })],
  'migrate-copy-size': ['vda', withDisk({ seen: 'differs', there: 1024 }, copy)],
  'migrate-copy-space': ['vda', withDisk({ seen: 'absent', pool: 'fast', free: 1024 ** 3 })],
  'migrate-copy-top-base': ['vda', withDisk({ seen: 'absent', pool: 'fast' }, { disks: { vda: 'copy-top' } })],
  'migrate-offline-copy': [null, { domain: off, disks: [diskOnBoth({ seen: 'absent', pool: 'fast' })], request: copy }],
  'migrate-p2p-uri': [null, { to: { uri: 'qemu:///system' } }],
  'migrate-uri': [null, { request: { migrateUri: 'https://beta' } }],
  'migrate-tls-unix': [null, { request: { migrateUri: 'unix:///run/m.sock' }, options: { tls: true } }],
};

const WARNINGS: Readonly<Record<keyof typeof MIGRATION_WARNINGS, Row>> = {
  'migrate-unsafe': ['vda', withDisk({ seen: 'unknown' }, { disks: { vda: 'shared' } })],
  'migrate-overwrites': ['vda', withDisk({ seen: 'differs', there: 10 * 1024 ** 3 }, copy)],
  'migrate-read-only-there': ['sda', withDisk({ target: 'sda', device: 'cdrom', readOnly: true, seen: 'unknown' })],
  'migrate-shared-in-use': ['vda', withDisk({ users: ['neighbour'] })],
  'migrate-stays-disk': ['vda', { staying: [diskOnBoth({ seen: 'differs' })] }],
  'migrate-offline-disk': ['vda', { domain: off, disks: [diskOnBoth({ seen: 'absent' })] }],
  'migrate-not-checked': ['br0', needs({ kind: 'bridge', name: 'br0', state: 'not-checked' })],
  'migrate-secret-unknown': ['5a5a', needs({ kind: 'secret', name: '5a5a', state: 'value-unknown' })],
  'migrate-carries-secrets': [
    '5a5a',
    needs({ kind: 'secret', name: '5a5a', state: 'missing', carriable: true }, { secrets: 'carry' }),
  ],
  'migrate-leftover': ['guest', there({ ours: true })],
  'migrate-host-cpu': [null, { xml: domainXml({ top: "\n  <cpu mode='host-passthrough'/>" }) }],
  'migrate-memory': [null, { destination: { freeMemory: 1000 } }],
  'migrate-nvram-stays': ['/var/lib/nvram/guest_VARS.fd', { xml: domainXml({ os: UEFI }) }],
  'migrate-offline-nvram': ['/var/lib/nvram/guest_VARS.fd', { domain: off, xml: domainXml({ os: UEFI }) }],
  'migrate-9p': ['share', { xml: withDevices(virtiofs.replace("<driver type='virtiofs'/>", '')) }],
  'migrate-direct': [null, { request: { way: 'direct' } }],
  'migrate-post-copy': [null, { options: { postCopy: true } }],
  'migrate-post-copy-disks': [
    'vda',
    { disks: [diskOnBoth({ seen: 'absent', pool: 'fast' })], options: { postCopy: true } },
  ],
  'migrate-not-convergent': [
    null,
    { options: { bandwidth: 10 }, rest: { dirtyRate: { bytesPerSecond: 20 << 20, seconds: 1 } } },
  ],
  'migrate-keeps-source': [null, { request: { undefineSource: false } }],
};

describe('refusals', () => {
  it.each(Object.entries(REFUSALS))('%s', (code, [subject, parts]) => {
    const plan = planMigration(migrationInputs(parts));
    const found = plan.refusals.find((finding) => finding.code === code);
    expect(plan.refusals.map((finding) => finding.code)).toContain(code);
    expect(found?.subject).toBe(subject);
    expect(found?.message).not.toMatch(/\{\{|undefined|null/);
    expect([plan.running, plan.persistent, plan.flags, plan.steps, plan.virsh]).toEqual([null, null, [], [], []]);
  });
});

describe('warnings', () => {
  it.each(Object.entries(WARNINGS))('%s', (code, [subject, parts]) => {
    const plan = planMigration(migrationInputs(parts));
    const found = plan.warnings.find((finding) => finding.code === code);
    expect(plan.warnings.map((finding) => finding.code)).toContain(code);
    expect(found?.subject).toBe(subject);
    expect(found?.message).not.toMatch(/\{\{|undefined|null/);
    expect(plan.refusals).toEqual([]);
    expect(plan.persistent).not.toBeNull();
  });

  it('is quiet about a guest on network storage that nothing is in the way of', () => {
    const plan = planMigration(migrationInputs({ disks: [diskOnBoth({ seen: 'network' })] }));
    expect([plan.refusals, plan.warnings]).toEqual([[], []]);
  });
});

describe('codes', () => {
  it('are known to the shared table, and every refusal says what to do', () => {
    for (const [code, text] of Object.entries(MIGRATION_REFUSALS)) {
      expect(REFUSAL_TEXTS[code as keyof typeof MIGRATION_REFUSALS]).toBe(text);
      expect(text.split(/\. [A-Z]/).length, text).toBeGreaterThan(1);
    }
    expect(refusal('migrate-copy-mixed', null).message).toBe(MIGRATION_REFUSALS['migrate-copy-mixed']);
    expect(warning('migrate-direct', null, { from: 'alpha' }).message).toContain('alpha');
  });
});
