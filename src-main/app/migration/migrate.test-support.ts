/** Two hosts in memory and a guest that goes from one to the other. */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { ErrorCode } from '../../../src-core/contract/errors.ts';
import type { MigrationRequest } from '../../../src-core/migration/types.ts';
import type { ExaminedVolume, Hypervisor } from '../../libvirt/port.ts';
import { DEFINITION, DOMAIN, fakeHost, fileVolume } from '../fake-hypervisor.test-support.ts';
import type { FakeHost, FakeOptions } from '../fake-hypervisor.test-support.ts';
import type { Journal } from '../journal-port.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { BY, FORCE, NEVER, REPORT as RUN_REPORT } from '../resume.test-support.ts';
import { resumeOperation } from '../resume.ts';
import { listUnfinished } from '../unfinished.ts';
import { migrate } from './run.ts';
import type { MigrateOrder, MigrateReport } from './order.ts';

export const HERE = 'qemu+ssh://root@host-a/system';
export const THERE = 'qemu+ssh://root@host-b/system';

export const MOVE: MigrationRequest = {
  live: true,
  rules: { paths: [], pools: [], networks: [], bridges: [], pinning: 'keep', listen: null },
  disks: {},
  way: 'direct',
  destinationUri: null,
  migrateUri: null,
  secrets: 'leave',
  options: { tls: false, bandwidth: null, postCopy: false, autoConverge: false, parallel: null, maxDowntime: null },
  undefineSource: true,
};

export const REPORT: MigrateReport = { ...RUN_REPORT, progress: () => undefined };

/** A call that fails so. */
export const fail = (code: ErrorCode) => () => {
  throw new SalvorError(code, code === 'libvirt' ? { call: 'it' } : { uri: 'x', call: 'it', seconds: 1 }, 'no luck');
};

export interface TwoHosts {
  readonly source: FakeHost;
  readonly destination: FakeHost;
}

/** A file that was last changed then, in seconds since 1970. */
export function fileOf(path: string, at = '1700000000.5'): ExaminedVolume {
  const volume = fileVolume(path);
  const times = `<timestamps><mtime>1.0</mtime><ctime>${at}</ctime></timestamps>`;
  return { ...volume, xml: volume.xml.replace('</target>', `${times}</target>`) };
}

let hosts = 0;

/** The guest's disk is on both, unless its volumes are given. */
export function twoHosts(options: FakeOptions = {}, there: FakeOptions = {}): TwoHosts {
  hosts += 1;
  const name = (letter: string) => `host-${letter}-${String(process.pid)}-${String(hosts)}`;
  const volumes = () => ({ '/images/root.img': fileOf('/images/root.img') });
  const source = fakeHost({ uri: HERE, hostname: name('a'), volumes: volumes(), ...options });
  const destination = fakeHost({
    absent: true,
    uri: THERE,
    hostname: name('b'),
    hostUuid: 'bbbbbbbb-0000-4000-8000-000000000002',
    volumes: volumes(),
    ...there,
  });
  source.moves.peers.set(THERE, destination);
  return { source, destination };
}

export const SECRET = 'dddddddd-1111-4222-8333-444455556666';
export const POOL = {
  name: 'images',
  active: true,
  persistent: true,
  xml: `<pool type='dir'><name>images</name><target><path>/images</path></target></pool>`,
};
export const ENCRYPTED = DEFINITION.replace(
  "<source file='/images/root.img'/>",
  `<source file='/images/root.img'><encryption format='luks'><secret type='passphrase' uuid='${SECRET}'/></encryption></source>`,
);

/** All that a migration can have to do: a secret to carry, a disk to copy, autostart. */
export function laden(state: 'running' | 'shutoff' = 'running'): TwoHosts {
  const volumes: Record<string, ReturnType<typeof fileVolume>> = state === 'running'
    ? {}
    : { '/images/root.img': fileOf('/images/root.img') };
  const two = twoHosts({ state }, { volumes, pools: [POOL] });
  const { source } = two;
  source.definition = ENCRYPTED;
  if (source.live !== null) source.live = ENCRYPTED;
  source.autostart = true;
  const xml = `<secret ephemeral='no' private='no'><uuid>${SECRET}</uuid><usage type='volume'><volume>/images/root.img</volume></usage></secret>`;
  source.moves.secrets.set(SECRET, { xml, value: new TextEncoder().encode('hush-hush') });
  source.moves.migrating = () => {
    // As libvirt does, before a byte of memory goes over.
    volumes['/images/root.img'] ??= fileOf('/images/root.img', '1700003600.5');
  };
  return two;
}

let ids = 0;
export const newId = () => `move-${String((ids += 1))}`;

export const orderOf = (journal: Journal, request: Partial<MigrationRequest> = {}): MigrateOrder => ({
  domain: DOMAIN,
  request: { ...MOVE, ...request },
  confirmed: null,
  by: BY,
  id: newId(),
  journal,
});

export const move = (
  { source, destination }: TwoHosts,
  journal: Journal = memoryJournal(),
  request: Partial<MigrationRequest> = {},
  report: MigrateReport = REPORT,
  signal: AbortSignal = NEVER,
) => migrate(source.hypervisor, destination.hypervisor, orderOf(journal, request), report, signal);

export const connected = ({ source, destination }: TwoHosts) => [
  { id: 'a', hypervisor: source.hypervisor },
  { id: 'b', hypervisor: destination.hypervisor },
];

export const listed = (two: TwoHosts, journal: Journal) => listUnfinished(journal, connected(two));

export const goOn = (
  two: TwoHosts,
  journal: Journal,
  operationId: string,
  way: 'finish' | 'roll-back' | 'forget',
  seen: string | null = null,
  by: Hypervisor = two.source.hypervisor,
) =>
  resumeOperation(
    by,
    { operationId, way, seen, stop: FORCE, by: BY, newId, journal, hosts: connected(two) },
    REPORT,
    NEVER,
  );

export const stands = ({ state, live, persistent, definition, autostart }: FakeHost) => ({
  state,
  live,
  persistent,
  definition: persistent ? definition : null,
  autostart,
});

/** How a host stands that has no such domain. */
export const NOTHING_THERE = { state: 'shutoff', live: null, persistent: false, definition: null, autostart: false };
export const ALL_HERE = {
  state: 'running',
  live: DEFINITION,
  persistent: true,
  definition: DEFINITION,
  autostart: false,
};
