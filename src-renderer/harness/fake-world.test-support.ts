/** Hosts and machines of the harness, as the window would be told of them. */
import { makeLibrary } from './fake-library.test-support.ts';
import type { FakeLibrary } from './fake-library.test-support.ts';
import { errorData } from '../../src-core/contract/errors.ts';
import type { Leftovers, Unfinished } from '../../src-core/contract/journal-schemas.ts';
import type { Host, MachineRow, Operation, Pool, Settings, Volume } from '../../src-core/contract/schemas.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import type { JournalEntry, UnreadableEntry } from '../../src-core/journal/types.ts';
import type { OfferedFile, Transfer } from '../../src-core/contract/transfer.ts';
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import { LEGACY, MAIL, STORAGE, WEB, guestXml } from './guests.test-support.ts';

export const GIB = 1024 ** 3;
const TRAITS: Host['traits'] = [
  'stable-rescue',
  'volume-root-rescue',
  'shared-transient-overlay',
  'usb-boot',
  'domain-capabilities',
  'media-read',
];

export function host(parts: Partial<Host> = {}): Host {
  return {
    id: 'demo',
    name: 'Demo',
    uri: 'test:///usr/share/salvor/demo.xml',
    builtin: true,
    readOnly: false,
    state: 'connected',
    error: null,
    hostname: 'demo',
    driver: 'QEMU',
    libvirtVersion: '9.0.0',
    hypervisorVersion: '7.2.0',
    traits: TRAITS,
    machineCount: 4,
    ...parts,
  };
}

export function row(parts: Partial<MachineRow> = {}): MachineRow {
  return {
    hostId: 'demo',
    hostName: 'Demo',
    uuid: '6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a01',
    name: 'web-01',
    title: null,
    state: 'running',
    persistent: true,
    autostart: false,
    session: null,
    disks: [],
    ...parts,
  };
}

export function session(parts: Partial<SessionRecord> = {}): SessionRecord {
  return {
    version: 1,
    kind: 'one-shot',
    id: '0f6f3c1e-7d54-4c55-b1cd-2b6a4f1f7b10',
    startedAt: '2026-11-21T08:12:00Z',
    startedBy: 'anna@ops-3',
    target: 'sdb',
    medium: '/srv/iso/systemrescue-12.01-amd64.iso',
    powerBefore: 'on',
    definition: null,
    overlays: null,
    transient: false,
    ...parts,
  };
}

export interface FakeWorld {
  readonly hosts: Map<string, Host>;
  readonly machines: Map<string, { row: MachineRow; readonly xml: string; readonly managedSave: boolean }>;
  settings: Settings;
  /** Milliseconds that each answer, and each step of a run, takes. */
  readonly delay: number;
  readonly stepDelay: number;
  readonly operations: Map<string, Operation>;
  readonly library: FakeLibrary;
  readonly journal: JournalEntry[];
  readonly unreadable: UnreadableEntry[];
  unfinished: Unfinished[];
  leftovers: Leftovers;
  readonly transfers: Map<string, Transfer>;
  /** What somebody chooses who is asked for files. */
  readonly files: OfferedFile[];
}

export function volume(parts: Partial<Volume> = {}): Volume {
  const { pool = 'iso', name = 'rescue.iso' } = parts;
  return {
    pool,
    name,
    path: `/srv/${pool}/${name}`,
    format: 'iso',
    capacity: 1.1e9,
    allocation: 1.1e9,
    unfit: null,
    machines: [],
    ...parts,
  };
}

export const VOLUMES: Readonly<Record<string, readonly Volume[]>> = {
  iso: [
    'systemrescue-12.01-amd64.iso',
    'debian-12.8.0-amd64-netinst.iso',
    'virtio-win-0.1.262.iso',
    'grml64-full-bios.iso',
  ].map((name) => volume({ name })),
  images: (['rescue-tools.qcow2', 'web-01.qcow2', 'build-07.qcow2'] as const).map((name, at) => ({
    pool: 'images',
    name,
    path: `/var/lib/libvirt/images/${name}`,
    format: 'qcow2',
    capacity: 20 * GIB,
    allocation: 2 * GIB,
    unfit: ([null, 'guest-disk', 'in-use'] as const)[at] ?? null,
    machines: ([[], ['mail-relay'], ['build-07']] as const)[at]?.slice() ?? [],
  })),
};

export function makeWorld(parts: Partial<FakeWorld> = {}): FakeWorld {
  const system = host({
    id: 'system',
    name: 'This computer',
    uri: 'qemu:///system',
    state: 'disconnected',
    error: errorData(
      'permission-denied',
      { uri: 'qemu:///system' },
      "Failed to connect socket to '/run/libvirt/libvirt-sock': Permission denied",
    ),
    machineCount: 0,
    traits: [],
    driver: null,
    hostname: null,
    libvirtVersion: null,
    hypervisorVersion: null,
  });
  const hosts = [
    host(),
    system,
    { ...system, id: 'session', name: 'This computer, session', uri: 'qemu:///session', error: null },
  ];
  const guests: readonly (readonly [string, Partial<MachineRow>, boolean])[] = [
    [WEB, {}, false],
    [MAIL, { state: 'shutoff', title: 'Mail relay' }, false],
    [LEGACY, {}, true],
    [STORAGE, { session: session({ target: 'sda' }) }, false],
  ];
  const machines = guests.map(([xml, more, managedSave]) => {
    const domain = parseDomain(xml);
    const disks = domain.disks.map(({ target, source }) => ({ target, source }));
    const own = row({ name: domain.name, uuid: domain.uuid ?? '', disks, ...more });
    return [`${own.hostId}/${own.uuid}`, { row: own, xml, managedSave }] as const;
  });
  return {
    hosts: new Map(hosts.map((one) => [one.id, one])),
    machines: new Map(machines),
    settings: { theme: 'system', language: 'en' },
    delay: 0,
    stepDelay: 0,
    operations: new Map(),
    library: makeLibrary(),
    journal: [],
    unreadable: [],
    unfinished: [],
    leftovers: { leftovers: [], endedUnseen: [] },
    transfers: new Map(),
    files: [],
    ...parts,
  };
}

/** A host with as many machines as one likes, for looking at long lists. */
export function addCrowd(world: FakeWorld, count: number): void {
  world.hosts.set(
    'big',
    host({
      id: 'big',
      name: 'kvm-7.example.net',
      uri: 'qemu+ssh://root@kvm-7.example.net/system',
      builtin: false,
      machineCount: count,
    }),
  );
  for (let at = 0; at < count; at += 1) {
    const uuid = `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
    const own = row({
      hostId: 'big',
      hostName: 'kvm-7.example.net',
      uuid,
      name: `node-${at}`,
      state: at % 3 === 0 ? 'shutoff' : 'running',
    });
    world.machines.set(`big/${uuid}`, {
      row: own,
      xml: guestXml({ name: own.name, uuid, machine: 'pc-q35-7.2', disks: '' }),
      managedSave: false,
    });
  }
}

const pool = (name: string, type: string, capacity: number | null, available: number | null): Pool => ({
  name,
  type,
  active: capacity !== null,
  persistent: true,
  path: `/var/lib/libvirt/${name}`,
  capacity,
  allocation: capacity === null || available === null ? null : capacity - available,
  available,
  problem: null,
});

export const POOLS: readonly Pool[] = [
  pool('images', 'dir', 500 * GIB, 212 * GIB),
  pool('iso', 'dir', 100 * GIB, 61 * GIB),
  pool('vg-archive', 'logical', null, null),
];

export function poolNamed(name: string): Pool {
  const found = POOLS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no pool ${name}`);
  return found;
}
