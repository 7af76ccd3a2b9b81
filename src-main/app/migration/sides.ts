/** Both sides of a migration as they are now: what whereabouts() judges by. */
import type { EntryOutline } from '../../../src-core/journal/types.ts';
import type { MigrationOrder } from '../../../src-core/migration/types.ts';
import { notArrived } from '../../../src-core/migration/verify.ts';
import type { SideSeen, WhereaboutsInputs } from '../../../src-core/migration/whereabouts.ts';
import { hashDefinition } from '../../../src-core/rescue/record.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { errorOf } from '../errors.ts';
import { within } from '../patience.ts';
import { volumeNamed } from '../volume-place.ts';
import type { VolumePlace } from '../volume-place.ts';

/** A side that does not answer is said, not waited for. */
const SIDE_MS = 10_000;
/** VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT: a backup or a dump of somebody else is no job of ours. */
const MIGRATION_OUT = 5;

/** A migration as the journal has it. */
export interface RecordedMigration {
  readonly domain: { readonly uuid: string; readonly name: string };
  readonly from: string;
  readonly migration: MigrationOrder;
  readonly before: EntryOutline['began']['before'];
}

/** Of an entry of that kind; null: it is none. */
export function recordedMigration({ began }: EntryOutline): RecordedMigration | null {
  const { domain, host, order, before } = began;
  return order.kind === 'migrate' ? { domain, from: host.hostname, migration: order.migration, before } : null;
}

/** Look at both. null for a host: it is not connected. Never rejects: what cannot be looked at is `unreachable`. */
export async function lookAtSides(
  recorded: RecordedMigration,
  source: Hypervisor | null,
  destination: Hypervisor | null,
): Promise<WhereaboutsInputs> {
  const { domain, from, migration, before } = recorded;
  const { to, request, call, persistent } = migration;
  const atSource = (xml: string): SideSeen['definition'] =>
    hashDefinition(xml) === before.definition ? 'source' : isPlanned(persistent, xml) ? 'planned' : 'other';
  const atDestination = (xml: string): SideSeen['definition'] =>
    isPlanned(persistent, xml) ? 'planned' : hashDefinition(xml) === before.definition ? 'source' : 'other';
  const [here, there, made] = await Promise.all([
    sideOf(source, domain.uuid, atSource),
    sideOf(destination, domain.uuid, atDestination),
    destination === null ? false : isAnythingMade(destination, migration.makes),
  ]);
  return {
    domain: domain.name,
    from,
    to: to.hostname,
    live: request.live,
    undefineSource: request.undefineSource,
    persistent: before.persistent,
    copied: call.disks.length > 0,
    made,
    unchanged: persistent !== null && hashDefinition(persistent) === before.definition,
    source: here,
    destination: there,
  };
}

function isPlanned(planned: string | null, xml: string): boolean {
  try {
    return planned !== null && notArrived(planned, xml, 'definition').length === 0;
  } catch {
    return false;
  }
}

type Side = SideSeen | 'absent' | 'unreachable';

function sideOf(
  hypervisor: Hypervisor | null,
  uuid: string,
  definitionOf: (xml: string) => SideSeen['definition'],
): Promise<Side> {
  if (hypervisor === null) return Promise.resolve('unreachable');
  return within<Side, Side>(SIDE_MS, look(hypervisor, uuid, definitionOf), 'unreachable');
}

async function look(
  hypervisor: Hypervisor,
  uuid: string,
  definitionOf: (xml: string) => SideSeen['definition'],
): Promise<Side> {
  try {
    const [{ state, reason }, { persistent }, stats] = await Promise.all([
      hypervisor.domainReason(uuid),
      hypervisor.domainStatus(uuid),
      hypervisor.jobStats(uuid, 'current'),
    ]);
    const definition = persistent ? definitionOf(await hypervisor.domainXml(uuid, 'definition')) : 'none';
    return { state, reason, job: stats?.values['operation'] === MIGRATION_OUT, definition };
  } catch (error) {
    return errorOf(error).code === 'domain-not-found' ? 'absent' : 'unreachable';
  }
}

async function isAnythingMade(destination: Hypervisor, makes: MigrationOrder['makes']): Promise<boolean> {
  const looks = [
    ...makes.secrets.map((uuid) => hasSecret(destination, uuid)),
    volumesLeft(destination, makes.volumes).then((left) => left.length > 0),
  ];
  const found = await within<boolean[], boolean[]>(SIDE_MS, Promise.all(looks), []);
  return found.includes(true);
}

const hasSecret = (host: Hypervisor, uuid: string): Promise<boolean> =>
  host.secretXml(uuid).then(
    (xml) => xml !== null,
    () => false,
  );

/** Those of the volumes that are there. Never rejects. */
export async function volumesLeft(destination: Hypervisor, names: readonly string[]): Promise<string[]> {
  const there = await Promise.all(
    names.map((name) => destination.examineVolume(placeNamed(name), 0).catch(() => null)),
  );
  return names.filter((_name, index) => there[index] !== null);
}

/** A path on the host, or POOL/VOLUME. */
export function placeNamed(name: string): VolumePlace {
  return name.startsWith('/') ? { path: name } : volumeNamed(name);
}
