/** What a migration's plan says and gives. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { domainXml } from '../rescue/inputs.test-support.ts';
import { encodeRecord, hashDefinition } from '../rescue/record.ts';
import { definitionToPutBack } from '../rescue/put-back.ts';
import { sessionOfDomainXml } from '../rescue/session.ts';
import { changedGuest } from './definitions.ts';
import { estimateOf } from './estimate.ts';
import { GUEST_UUID, OPTIONS, diskOnBoth, migrationInputs, needed } from './inputs.test-support.ts';
import type { MigrationParts } from './inputs.test-support.ts';
import { migrateCall, resumeCall } from './parameters.ts';
import { planMigration } from './plan.ts';
import { NO_RULES, applyRules } from './rules.ts';
import { diskNames, namesNeeded } from './there.ts';

const MIB = 1024 * 1024;
const plan = (parts: MigrationParts = {}) => planMigration(migrationInputs(parts));
const rules = { ...NO_RULES, paths: [{ from: '/images', to: '/there' }] };
const absent = diskOnBoth({ seen: 'absent', pool: 'fast', destination: '/there/root.qcow2' });

describe('both definitions', () => {
  test('are given, each by the rules, each beside what it is today', () => {
    const running = domainXml({ top: '\n  <!-- as it runs -->' });
    const { running: now, persistent } = plan({ running, request: { rules } });
    expect([now?.before, persistent?.before]).toEqual([running, domainXml()]);
    expect(now?.after).toBe(running.replace('/images/', '/there/'));
    expect(persistent?.after).toBe(domainXml().replace('/images/', '/there/'));
    expect(persistent?.diff.filter(({ kind }) => kind !== 'same')).toEqual([
      { kind: 'removed', text: "      <source file='/images/root.qcow2'/>" },
      { kind: 'added', text: "      <source file='/there/root.qcow2'/>" },
    ]);
  });

  test('a transient guest keeps none, and leaves none', () => {
    const { persistent, running, flags } = plan({ domain: { persistent: false } });
    expect([persistent, running === null, flags]).toEqual([null, false, ['LIVE', 'PEER2PEER', 'UNSAFE']]);
  });

  test('a guest that is off has one', () => {
    const { persistent, running, flags, parameters } = plan({
      domain: { state: 'shutoff' },
      request: { migrateUri: 'tcp://10.0.0.2' },
      options: { tls: true, parallel: 4, bandwidth: 5 },
    });
    expect([running, persistent === null]).toEqual([null, false]);
    expect([flags, parameters]).toEqual([['PEER2PEER', 'PERSIST_DEST', 'UNDEFINE_SOURCE', 'OFFLINE'], {}]);
  });

  test('one-shot: the rescue runs there, and its mark names the definition that stays', () => {
    const own = domainXml();
    const mark = `<salvor:rescue xmlns:salvor="urn:salvor:rescue:1" version="1" kind="one-shot" id="x" definition="${hashDefinition(own)}"/>`;
    const found = plan({
      xml: own,
      running: domainXml({ metadata: mark }),
      request: { rules },
      rest: { session: sessionOfDomainXml(domainXml({ metadata: mark })) },
    });
    expect(found.persistent?.after).toBe(applyRules(own, rules));
    expect(sessionOfDomainXml(found.running?.after ?? '')?.definition).toBe(hashDefinition(applyRules(own, rules)));
    expect(found.session?.code).toBe('migrate-session-one-shot');
  });

  test('until it is ended: the way back goes along in both', () => {
    const own = domainXml();
    const mark = `<salvor:rescue xmlns:salvor="urn:salvor:rescue:1" version="1" kind="until-ended" id="x" power="on" definition="${hashDefinition(own)}"><salvor:original>${encodeRecord(own)}</salvor:original></salvor:rescue>`;
    const rescue = domainXml({ metadata: mark });
    const found = plan({ xml: rescue, request: { rules }, rest: { session: sessionOfDomainXml(rescue) } });
    for (const pair of [found.running, found.persistent])
      expect(definitionToPutBack(pair?.after ?? '', null, null)).toEqual({
        definitionXml: applyRules(own, rules),
        notes: [],
        problem: null,
      });
    expect(found.session?.code).toBe('migrate-session-until-ended');
  });

  test.each([
    ['name', '<name>guest</name>', '<name>other</name>'],
    ['uuid', '3e6f1b1c', '3e6f1b1d'],
    ['memory', '1048576', '524288'],
    ['vcpu', '>2<', '>4<'],
    ['machine', '7.2', '7.1'],
    ['virt type', "type='kvm'", "type='qemu'"],
    ['disk 1', "bus='virtio'", "bus='scsi'"],
    ['disk 1', "dev='vda'", "dev='vdb'"],
    ['disk 1', "slot='0x05'", "slot='0x06'"],
    ['disk 2', '</disk>', "</disk><disk><target dev='vdx'/></disk>"],
  ])('another %s would be another guest, which libvirt does not see in what stays', (what, from, to) => {
    const before = domainXml();
    const after = before.replace(from, to);
    expect(after).not.toBe(before);
    expect(changedGuest(before, after)).toBe(what);
    expect(changedGuest(before, before)).toBeNull();
    expect(changedGuest(before, before.replace('/images/', '/there/'))).toBeNull();
  });
});

describe('disks', () => {
  const ways = (parts: MigrationParts) => plan(parts).disks.map(({ way, why, bytes }) => [way, why.code, bytes]);

  test('what both have is shared, what is not there is copied', () => {
    expect(
      ways({
        disks: [
          diskOnBoth({ seen: 'network' }),
          diskOnBoth({ target: 'vdb' }),
          diskOnBoth({ target: 'vdc', seen: 'absent', pool: 'fast' }),
          diskOnBoth({
            target: 'sda',
            source: null,
            destination: null,
            readOnly: true,
            device: 'cdrom',
            seen: 'unknown',
          }),
        ],
      }),
    ).toEqual([
      ['shared', 'migrate-disk-network', 0],
      ['shared', 'migrate-disk-same', 0],
      ['copy', 'migrate-disk-copy-absent', 10 * 1024 ** 3],
      ['shared', 'migrate-disk-empty', 0],
    ]);
  });

  test('a top image alone costs what it takes up', () => {
    const disk = diskOnBoth({ seen: 'differs', there: 10 * 1024 ** 3 });
    const found = plan({ disks: [disk], request: { disks: { vda: 'copy-top' } } });
    expect(found.disks[0]?.bytes).toBe(3 * 1024 ** 3);
    expect(found.flags).toContain('NON_SHARED_INC');
    expect(found.flags).not.toContain('NON_SHARED_DISK');
  });

  test('libvirt is told “unsafe” only where it would refuse what it cannot see', () => {
    const unsafe = (...disks: ReturnType<typeof diskOnBoth>[]) => plan({ disks }).flags.includes('UNSAFE');
    expect(unsafe(diskOnBoth())).toBe(true);
    expect(unsafe(diskOnBoth({ seen: 'network' }))).toBe(false);
    expect(unsafe(absent)).toBe(false);
    expect(unsafe(absent, diskOnBoth({ target: 'vdb' }))).toBe(true);
    expect(unsafe(diskOnBoth({ readOnly: true }))).toBe(false);
    const block = domainXml().replace("type='file' device", "type='block' device").replace('file=', 'dev=');
    expect(plan({ xml: block }).flags).not.toContain('UNSAFE');
  });
});

describe('the call', () => {
  test('flags and parameters, and nothing that was not asked for', () => {
    expect(plan().flags).toEqual(['LIVE', 'PEER2PEER', 'PERSIST_DEST', 'UNDEFINE_SOURCE', 'UNSAFE']);
    expect(plan().parameters).toEqual({});
    const all = plan({
      disks: [absent],
      request: { way: 'direct', undefineSource: false, migrateUri: 'unix:///run/m.sock', rules },
      options: { postCopy: true, autoConverge: true, parallel: 4, bandwidth: 100, maxDowntime: 500 },
    });
    expect(all.refusals).toEqual([]);
    const call = migrateCall(all);
    expect({ ...call, destinationXml: null, persistentXml: null }).toEqual({
      flags: ['LIVE', 'PERSIST_DEST', 'NON_SHARED_DISK', 'AUTO_CONVERGE', 'POSTCOPY', 'PARALLEL'],
      destinationXml: null,
      persistentXml: null,
      migrateUri: 'unix:///run/m.sock',
      disks: ['vda'],
      disksUri: 'unix:///run/m.sock.disks',
      bandwidth: 100,
      parallel: 4,
    });
    expect([call.destinationXml, call.persistentXml]).toEqual([all.running?.after, all.persistent?.after]);
    expect(resumeCall(call)).toEqual({ ...call, flags: [...call.flags, 'POSTCOPY_RESUME'] });
  });

  test('by hand: virsh with the same', () => {
    const { virsh } = plan({
      disks: [absent],
      request: { migrateUri: 'tcp://10.0.0.2', rules },
      options: { tls: true, parallel: 2, maxDowntime: 500, postCopy: true },
    });
    expect(virsh.filter((line) => !line.startsWith('#'))).toEqual([
      '(umask 077; virsh -c qemu+ssh://alpha/system dumpxml --migratable --security-info guest > running.xml)',
      '(umask 077; virsh -c qemu+ssh://alpha/system dumpxml --inactive --security-info guest > persistent.xml)',
      'virsh -c qemu+ssh://alpha/system migrate --live --p2p --persistent --undefinesource --copy-storage-all --postcopy --tls --parallel --xml running.xml --persistent-xml persistent.xml --migrateuri tcp://10.0.0.2 --migrate-disks vda --parallel-connections 2 -- guest qemu+ssh://beta/system',
      'virsh -c qemu+ssh://alpha/system migrate-setmaxdowntime guest 500',
      'virsh -c qemu+ssh://alpha/system migrate-postcopy guest',
    ]);
  });
});

test('steps: as many as there is to do', () => {
  const ids = (parts: MigrationParts) => plan(parts).steps.map(({ id }) => id);
  expect(ids({})).toEqual(['check', 'migrate', 'verify']);
  const secret = needed({ kind: 'secret', name: '5a5a', state: 'missing', carriable: true });
  expect(
    ids({ domain: { autostart: true }, destination: { needed: [secret] }, request: { secrets: 'carry' } }),
  ).toEqual(['check', 'prepare', 'migrate', 'verify', 'tidy']);
  expect(plan({ disks: [absent] }).steps[1]?.what.text).toBe(
    'Migrate guest to beta while it runs and copy vda, with both definitions',
  );
});

test('what a person is told of what is needed there', () => {
  const states = ['ready', 'not-checked', 'missing'] as const;
  const { needs } = plan({ destination: { needed: states.map((state) => needed({ state })) } });
  expect(needs.map(({ does }) => does.text)).toEqual([
    'is there',
    'is taken for granted: it could not be looked at',
    'has to be made there first',
  ]);
});

test('what a rule can name there: networks, and bridges once each', () => {
  const networks = [
    { name: 'lan', bridge: 'br0' },
    { name: 'guests', bridge: 'br0' },
    { name: 'sriov', bridge: null },
  ];
  const { names } = plan({ destination: { networks } });
  expect(names).toEqual({ networks: ['lan', 'guests', 'sriov'], bridges: ['br0'] });
});

describe('the estimate', () => {
  const of = (dirty: number | null, options = {}) =>
    estimateOf({
      memory: 1000 * MIB,
      disks: 0,
      dirtyRate: dirty === null ? null : { bytesPerSecond: dirty, seconds: 1 },
      options: { ...OPTIONS, bandwidth: 100, ...options },
    });

  test('one pass of a guest that rests; each further one a part of the last', () => {
    expect(of(null).estimate).toMatchObject({ low: 10, high: 10 });
    expect(of(50 * MIB).estimate.high).toBe(20);
    expect(of(90 * MIB).estimate.high).toBeGreaterThan(60);
  });

  test('a guest that is faster than the line never ends by itself, but by post-copy or a brake', () => {
    expect(of(120 * MIB)).toMatchObject({ slowerThan: 100 * MIB, estimate: { high: null, low: 10 } });
    expect(of(120 * MIB, { postCopy: true })).toMatchObject({ slowerThan: null, estimate: { high: 20 } });
    expect(of(120 * MIB, { autoConverge: true }).estimate.high).toBe(60);
  });

  test('an open line is between one gigabit and ten; disks come first', () => {
    const open = plan({ disks: [diskOnBoth({ ...absent, capacity: 11000 * MIB })] }).estimate;
    expect(open).toMatchObject({ low: 11, high: 110 });
    expect(open?.why.text).toBe(
      'from 1 GiB of memory and 10.7 GiB of disks to send at 110 MiB/s to 1.1 GiB/s; how fast the guest dirties memory was not measured',
    );
    expect(plan({ domain: { state: 'shutoff' } }).estimate).toBeNull();
  });
});

describe('the fingerprint', () => {
  const inputsHash = (parts: MigrationParts) => plan(parts).fingerprint.inputs;

  test('stays while the guest runs on, and is another where the plan would be', () => {
    const base = inputsHash({});
    expect(inputsHash({ rest: { dirtyRate: { bytesPerSecond: 1, seconds: 1 } } })).toBe(base);
    expect(inputsHash({ destination: { freeMemory: 5 } })).toBe(base);
    expect(inputsHash({ destination: { networks: [{ name: 'lan', bridge: null }] } })).toBe(base);
    const balloon = (kib: number) => domainXml({ top: `\n  <currentMemory unit='KiB'>${kib}</currentMemory>` });
    expect(inputsHash({ xml: domainXml(), running: balloon(1) })).toBe(
      inputsHash({ xml: domainXml(), running: balloon(2) }),
    );
    const others: MigrationParts[] = [
      { domain: { snapshots: 1 } },
      { domain: { state: 'shutoff' } },
      { request: { rules } },
      { options: { postCopy: true } },
      { disks: [diskOnBoth({ seen: 'absent' })] },
      { destination: { needed: [needed()] } },
      { destination: { domains: [{ uuid: GUEST_UUID, name: 'guest', state: 'shutoff', ours: true }] } },
      { running: domainXml({ top: '<x/>' }) },
    ];
    expect(new Set([base, ...others.map(inputsHash)]).size).toBe(others.length + 1);
  });
});

test('the same inputs make the same plan, of any request', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.constantFrom('shared', 'copy', 'copy-top', null),
      fc.constantFrom('network', 'same-bytes', 'differs', 'absent', 'unknown'),
      fc.constantFrom(null, 'pool'),
      fc.boolean(),
      fc.constantFrom('running', 'shutoff', 'paused', 'crashed'),
      (live, way, seen, pool, persistent, state) => {
        const parts = {
          disks: [diskOnBoth({ seen, pool })],
          domain: { persistent, state },
          request: { live, disks: way === null ? {} : { vda: way } },
        } as const;
        const one = plan(parts);
        expect(plan(parts)).toEqual(one);
        expect(JSON.parse(JSON.stringify(one))).toEqual(one);
        expect(one.refusals.length === 0).toBe(one.steps.length > 0);
      },
    ),
  );
});

describe('what has to be looked at', () => {
  const devices = `<disk type='volume' device='disk'><source pool='fast' volume='v'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
    <disk type='file' device='disk'><source file='/images/l'><encryption format='luks'><secret type='passphrase' uuid='5a5a'/></encryption></source><target dev='vdb' bus='virtio'/></disk>
    <interface type='network'><mac address='52:54:00:00:00:01'/><source network='lan'/></interface>
    <interface type='bridge'><mac address='52:54:00:00:00:02'/><source bridge='br0'/></interface>
    <interface type='direct'><source dev='eth0'/></interface>
    <graphics type='vnc'><listen type='network' network='lan'/></graphics>
    <filesystem type='volume'><source pool='fast' volume='s'/><target dir='share'/></filesystem>
    <tpm><backend type='emulator'><encryption secret='7b7b'/></backend></tpm>`;
  const xml = domainXml({ devices });
  const names = { ...rules, pools: [{ from: 'fast', to: 'slow' }], networks: [{ from: 'lan', to: 'lab' }] };

  test('disks by both names', () => {
    expect(diskNames(xml, names).map(({ target, source, destination }) => [target, source, destination])).toEqual([
      ['vda', 'fast/v', 'slow/v'],
      ['sda', null, null],
      ['vdb', '/images/l', '/there/l'],
    ]);
  });

  test('what both definitions need there, each once, with all who need it', () => {
    expect(namesNeeded([xml, domainXml({ devices: devices.replace('00:01', '00:09') })], names)).toEqual([
      { kind: 'pool', name: 'slow', users: ['vda', 'share'] },
      { kind: 'secret', name: '5a5a', users: ['vdb'] },
      { kind: 'network', name: 'lab', users: ['52:54:00:00:00:01', 'graphics', '52:54:00:00:00:09'] },
      { kind: 'bridge', name: 'br0', users: ['52:54:00:00:00:02'] },
      { kind: 'bridge', name: 'eth0', users: ['interface'] },
      { kind: 'secret', name: '7b7b', users: ['tpm'] },
    ]);
  });
});
