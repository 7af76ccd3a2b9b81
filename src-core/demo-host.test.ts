/** The demo host's machines (assets/demo) show what they are there to show: each is planned with a medium of the demo's own pool. */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diskRoles } from './disks/roles.ts';
import { parseDomain } from './domain-xml/domain.ts';
import { planRescue } from './rescue/plan.ts';
import { inputs, medium } from './rescue/inputs.test-support.ts';
import { sessionOfDomainXml } from './rescue/session.ts';
import type { RescuePlan } from './rescue/plan-types.ts';
import type { DomainFacts, RescueRequest } from './rescue/types.ts';

const DEMO = new URL('../assets/demo/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, DEMO), 'utf8');

/** As the test driver dumps it: what is for the driver alone is gone. */
const definition = (name: string): string =>
  read(`domains/${name}.xml`)
    .replace(/ xmlns:test='[^']*'/, '')
    .replace(/\n {2}<test:[\s\S]*(?=\n<\/domain>)/, '');

const ISO_PATH = '/srv/rescue/systemrescue-12.02-amd64.iso';

interface Wish {
  readonly domain?: Partial<DomainFacts> | undefined;
  readonly request?: Partial<RescueRequest>;
  readonly stamped?: boolean;
}

function planWithIso(name: string, { domain = {}, request = {}, stamped = false }: Wish = {}): RescuePlan {
  const made = inputs({
    xml: definition(name),
    domain,
    request,
    host: { uri: 'test:///assets/demo/host.xml', driver: 'TEST', hypervisorVersion: 2, secrets: null },
    media: [
      medium({
        spec: { kind: 'volume', pool: 'rescue-media', name: 'systemrescue-12.02-amd64.iso' },
        source: { type: 'file', file: ISO_PATH },
        format: 'iso',
        content: null,
      }),
    ],
  });
  const stamp = {
    id: 'd4c7a1f0-5b86-4f0e-9e53-1c2f7a90b6e4',
    startedAt: '2026-11-20T21:14:05Z',
    startedBy: 'kim@ops-1',
  };
  return planRescue(stamped ? { ...made, stamp } : made);
}

const summary = (plan: RescuePlan): Record<string, unknown> => ({
  refused: plan.refusals.map(({ code }) => code),
  warned: plan.warnings.map(({ code }) => code).filter((code) => code !== 'medium-not-examined'),
  device:
    plan.rescueDevice === null
      ? null
      : `${plan.rescueDevice.device} on ${plan.rescueDevice.bus} ${plan.rescueDevice.target}`,
});

/** Facts of a domain that are not in its XML, as the test driver tells them. */
const FACTS: Readonly<Record<string, Partial<DomainFacts>>> = {
  'build-agent-07': { state: 'shutoff', managedSave: true },
  'staging-web-02': { state: 'shutoff', snapshots: 1 },
  'erp-app-01': { state: 'shutoff' },
};

const MACHINES: readonly (readonly [string, Record<string, unknown>])[] = [
  ['analytics-ceph-01', { refused: [], warned: ['secrets-unknown', 'secrets-unknown'], device: 'cdrom on sata sdb' }],
  ['backup-store-01', { refused: [], warned: [], device: 'cdrom on sata sdaw' }],
  ['build-agent-07', { refused: ['managed-save'], warned: [], device: 'cdrom on sata sda' }],
  ['cluster-node-a', { refused: [], warned: ['shareable-disk'], device: 'cdrom on sata sda' }],
  ['db-postgres-01', { refused: [], warned: ['nvram-writable'], device: 'cdrom on sata sde' }],
  ['dc-windows-2022', { refused: [], warned: ['secure-boot', 'nvram-writable', 'tpm'], device: 'cdrom on sata sdd' }],
  ['erp-app-01', { refused: [], warned: [], device: 'cdrom on sata sdc' }],
  ['instance-0000002a', { refused: [], warned: ['secrets-unknown', 'managed-by'], device: 'cdrom on sata sdb' }],
  ['kernel-ci-runner', { refused: [], warned: ['direct-kernel'], device: 'cdrom on sata sda' }],
  ['kiosk-lobby', { refused: [], warned: [], device: 'cdrom on ide hda' }],
  ['legacy-billing', { refused: [], warned: [], device: 'cdrom on ide hdd' }],
  ['mail-relay', { refused: [], warned: [], device: 'cdrom on sata sda' }],
  ['staging-web-02', { refused: [], warned: ['snapshots'], device: 'cdrom on sata sda' }],
  ['tape-gateway', { refused: [], warned: ['controller-added'], device: 'cdrom on sata sda' }],
  ['vault-secrets', { refused: [], warned: ['nvram-writable', 'secrets-unknown'], device: 'cdrom on sata sda' }],
  ['web-frontend-01', { refused: [], warned: [], device: 'cdrom on sata sdb' }],
];

describe('the demo host', () => {
  it('has every machine in the table', () => {
    const listed = Array.from(
      read('host.xml').matchAll(/<domain file='domains\/([^']+)\.xml'\/>/g),
      ([, name]) => name,
    );
    expect(listed.toSorted()).toEqual(MACHINES.map(([name]) => name));
    expect(readdirSync(new URL('domains', DEMO)).sort()).toEqual(MACHINES.map(([name]) => `${name}.xml`));
  });

  it.each(MACHINES)('%s', (name, expected) => {
    expect(summary(planWithIso(name, { domain: FACTS[name] }))).toEqual(expected);
  });

  it('has the rescue that erp-app-01 is in as the planner makes it', async () => {
    // Which text libvirt dumps depends on its version, so the demo's session names no definition to compare with at its end.
    const made = planWithIso('erp-app-01', { domain: { state: 'running' }, stamped: true }).rescueXml?.replace(
      / definition="[0-9a-f]{64}"/,
      '',
    );
    await expect(made).toMatchFileSnapshot(new URL('in-rescue.xml', DEMO).pathname);
    expect(sessionOfDomainXml(read('in-rescue.xml'))).toMatchObject({
      target: 'sdc',
      medium: 'rescue-media/systemrescue-12.02-amd64.iso',
      startedBy: 'kim@ops-1',
    });
  });

  it.each([
    ['kiosk-lobby', { device: 'disk', bus: 'usb' }, 'usb-disabled'],
    ['tape-gateway', { device: 'cdrom', bus: 'ide' }, 'bus-full'],
    ['web-frontend-01', { device: 'cdrom', bus: 'ide' }, 'machine-bus-fit'],
  ])('%s refuses %o: %s', (name, request, code) => {
    expect(planWithIso(name, { request }).refusals.map((refusal) => refusal.code)).toContain(code);
  });

  it('shows every role a disk can have', () => {
    const roles = MACHINES.flatMap(([name]) =>
      [...diskRoles(parseDomain(definition(name))).values()].map(({ role }) => role),
    );
    const inRescue = [...diskRoles(parseDomain(read('in-rescue.xml'))).values()].map(({ role }) => role);
    expect([...new Set([...roles, ...inRescue])].sort()).toEqual([
      'cdrom',
      'config-drive',
      'data',
      'ephemeral',
      'floppy',
      'rescue',
      'root',
      'swap',
    ]);
  });
});
