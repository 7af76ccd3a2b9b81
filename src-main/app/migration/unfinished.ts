/** A migration that was not finished: the truth about both sides, and the ways on. */
import type { MachineKey } from '../../../src-core/contract/schemas.ts';
import { happened } from '../../../src-core/journal/situation.ts';
import type { EntryOutline } from '../../../src-core/journal/types.ts';
import { whereabouts } from '../../../src-core/migration/whereabouts.ts';
import type { MigrationWayOn } from '../../../src-core/migration/whereabouts.ts';
import { withoutPassword } from '../recording.ts';
import { isAt } from '../same-daemon.ts';
import type { ConnectedHost } from '../unfinished.ts';
import { lookAtSides, recordedMigration } from './sides.ts';
import type { RecordedMigration } from './sides.ts';

/** The hosts of a migration, as far as they are connected. */
export interface Pair {
  readonly source: ConnectedHost | null;
  readonly destination: ConnectedHost | null;
}

export interface FoundMigration {
  readonly situation: string;
  readonly happened: string;
  readonly stands: string;
  readonly offers: readonly Omit<MigrationWayOn, 'acts'>[];
  /** Where it is acted on from; null: none of its hosts is connected. */
  readonly machine: MachineKey | null;
}

/**
 * Which of the connected hosts are its two. The very address that was used then counts for more than a host name, which several hosts may have;
 * one that could be either of the two is taken for neither. Rejects with what a connection fails with.
 */
export async function pairOf(
  { from, migration }: RecordedMigration,
  source: { readonly uri: string },
  hosts: readonly ConnectedHost[],
): Promise<Pair> {
  const known = await Promise.all(
    hosts.map(async (host) => ({ host, hostname: (await host.hypervisor.identity()).hostname })),
  );
  const all = (wanted: Wanted) =>
    known.filter(({ host, hostname }) => isAt(wanted, host.hypervisor.uri, hostname)).map(({ host }) => host);
  const isExact = (host: ConnectedHost, { uri }: Wanted) =>
    withoutPassword(host.hypervisor.uri) === withoutPassword(uri);
  const pick = (wanted: Wanted, other: Wanted): ConnectedHost | null => {
    const own = all(wanted);
    const exact = own.find((host) => isExact(host, wanted));
    if (exact !== undefined) return exact;
    // Of two hosts of one name only the address of the other tells which is which.
    const others = all(other);
    const taken = others.find((host) => isExact(host, other));
    return own.find((host) => (taken === undefined ? !others.includes(host) : host !== taken)) ?? null;
  };
  const here = { uri: source.uri, hostname: from };
  const found = { source: pick(here, migration.to), destination: pick(migration.to, here) };
  return found.source === found.destination ? { ...found, destination: null } : found;
}

interface Wanted {
  readonly uri: string;
  readonly hostname: string;
}

/** Never rejects for a host that does not answer: it is said which. */
export async function lookAtMigration(entry: EntryOutline, hosts: readonly ConnectedHost[]): Promise<FoundMigration> {
  const recorded = recordedMigration(entry);
  if (recorded === null)
    return {
      situation: 'unreachable',
      happened: happened(entry),
      stands: 'It is no migration.',
      offers: [],
      machine: null,
    };
  const pair = await pairOf(recorded, entry.began.host, hosts);
  const { source, destination } = pair;
  const inputs = await lookAtSides(recorded, source?.hypervisor ?? null, destination?.hypervisor ?? null);
  const found = whereabouts(inputs);
  const readOnly = [source, destination].some((host) => host?.hypervisor.readOnly === true);
  const asides = [
    missingText(recorded, entry.began.host.uri, pair),
    readOnly ? 'One of the two is connected read-only: connect with write access to go on.' : null,
  ];
  const at = found.owner === 'destination' ? (destination ?? source) : (source ?? destination);
  const machine = at === null ? null : { hostId: at.id, uuid: recorded.domain.uuid };
  return {
    situation: found.situation,
    happened: happened(entry),
    stands: [found.sentence, ...asides.filter((aside) => aside !== null)].join(' '),
    offers: at === null || readOnly ? [] : found.ways.map(({ acts: _acts, ...way }) => way),
    machine,
  };
}

/** Which of the hosts is not connected, in a sentence; null: both are. */
function missingText(
  { from, migration }: RecordedMigration,
  uri: string,
  { source, destination }: Pair,
): string | null {
  const missing = [
    source === null ? `${from} (${uri}), where it came from,` : null,
    destination === null ? `${migration.to.hostname} (${migration.to.uri}), where it was to go,` : null,
  ].filter((host) => host !== null);
  if (missing.length === 0) return null;
  return `Not connected: ${missing.join(' and ').replace(/,$/, '')}.`;
}
