/** The domains of the port. */
import { setTimeout } from 'node:timers/promises';
import type { Domain, DomainStats, JobInfo } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import type { DomainState } from '../../src-core/rescue/types.ts';
import { callQuietly, hasCode, unsupported } from './error-mapping.ts';
import { SLOW, orNull } from './link.ts';
import type { Link } from './link.ts';
import { diskStats, imageSizes } from './libvirt-disk-stats.ts';
import { createWatcher } from './libvirt-events.ts';
import type {
  BlockSizes,
  DomainObstacles,
  DomainRef,
  DomainSources,
  Hypervisor,
  ListedDisk,
  ListedDomain,
  ShutdownWay,
  WhyOff,
  XmlKind,
} from './port.ts';

type DomainMethods = Pick<
  Hypervisor,
  | 'listDomains'
  | 'runningDisks'
  | 'offDisks'
  | 'findDomain'
  | 'domainStatus'
  | 'domainState'
  | 'domainObstacles'
  | 'domainXml'
  | 'liveMetadata'
  | 'definitionMetadata'
  | 'blockJobs'
  | 'blockSizes'
  | 'imageSizes'
  | 'diskStats'
  | 'createDomain'
  | 'startDomain'
  | 'defineDomain'
  | 'undefineDomain'
  | 'shutdownDomain'
  | 'whyOff'
  | 'destroyDomain'
  | 'watchDomains'
>;

export function domainMethods(link: Link): DomainMethods {
  const { connection, readOnly } = link;
  const watch = createWatcher(connection);
  /** A call on one domain. */
  const on = <T>(uuid: string, call: (domain: Domain) => Promise<T>): Promise<T> =>
    link.guard(uuid, async () => call(await link.domain(uuid)));
  return {
    listDomains: () => link.guard('', () => listDomains(link)),
    runningDisks: () => link.guard('', () => sourcesOf(link, vir.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE)),
    offDisks: () => link.guard('', () => sourcesOf(link, vir.VIR_CONNECT_GET_ALL_DOMAINS_STATS_INACTIVE)),
    findDomain: (nameOrUuid) => link.guard(nameOrUuid, () => findDomain(link, nameOrUuid)),
    domainStatus: (uuid) =>
      on(uuid, async (domain) => {
        const [{ state }, persistent, autostart] = await Promise.all([
          domain.state(),
          domain.isPersistent(),
          orNull(unsupportedForTransient, domain.autostart()),
        ]);
        return { state: stateName(state), persistent, autostart: autostart ?? false };
      }),
    domainState: (uuid) => on(uuid, async (domain) => stateName((await domain.state()).state)),
    domainObstacles: (uuid) => on(uuid, obstacles),
    domainXml: (uuid, kind) => on(uuid, (domain) => domain.xmlDesc(xmlFlags(kind, readOnly))),
    liveMetadata: (uuid, namespace) =>
      on(uuid, (domain) =>
        orNull(noMetadata, domain.metadata(vir.VIR_DOMAIN_METADATA_ELEMENT, namespace, vir.VIR_DOMAIN_AFFECT_LIVE)),
      ),
    blockJobs: (uuid, targets) =>
      on(uuid, async (domain) => {
        const jobs = await Promise.all(targets.map((target) => callQuietly(domain.blockJobInfo(target))));
        return targets.filter((_, index) => jobs[index] !== null);
      }),
    blockSizes: (uuid, target) =>
      on(uuid, (domain): Promise<BlockSizes | null> => callQuietly(domain.blockInfo(target))),
    imageSizes: (uuid) => on(uuid, (domain) => imageSizes(link, domain)),
    diskStats: (uuid) => on(uuid, (domain) => diskStats(link, domain)),
    definitionMetadata: (uuid, namespace) =>
      on(uuid, (domain) =>
        orNull(noMetadata, domain.metadata(vir.VIR_DOMAIN_METADATA_ELEMENT, namespace, vir.VIR_DOMAIN_AFFECT_CONFIG)),
      ),
    createDomain: (xml, nvram) =>
      link.guard('', async () => (await connection.createDomainXML(xml, startFlags(nvram), SLOW)).dispose()),
    startDomain: (uuid, nvram) => on(uuid, (domain) => domain.create(startFlags(nvram), SLOW)),
    defineDomain: (xml) => link.guard('', async () => (await connection.defineDomainXML(xml, 0, SLOW)).dispose()),
    undefineDomain: (uuid) => on(uuid, undefine),
    shutdownDomain: (uuid, way) => on(uuid, (domain) => shutdown(domain, way)),
    whyOff: (uuid) =>
      on(uuid, async (domain) => {
        const { state, reason } = await domain.state();
        return state === vir.VIR_DOMAIN_SHUTOFF ? (WHY_OFF[reason] ?? null) : null;
      }),
    destroyDomain: (uuid) => on(uuid, (domain) => domain.destroy(0, SLOW)),
    watchDomains: (kinds, listener) => link.guard('', () => watch(kinds, listener)),
  };
}

function startFlags(nvram: 'fresh' | undefined): number {
  return nvram === 'fresh' ? vir.VIR_DOMAIN_START_RESET_NVRAM : 0;
}

/** With NVRAM to keep, QEMU's driver refuses to undefine unless it is told what becomes of it; drivers without NVRAM do not know the flag. */
export async function undefine(domain: Domain): Promise<void> {
  const noSuchFlag = (error: unknown) => unsupported(error) || hasCode(error, vir.VIR_ERR_INVALID_ARG);
  const done = domain.undefine(vir.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM, SLOW).then(() => true);
  if ((await orNull(noSuchFlag, done)) === null) await domain.undefine(0, SLOW);
}

/** Without flags, libvirt itself would ask an agent first and wait for it. Drivers without a choice do not know the flags. */
async function shutdown(domain: Domain, way: ShutdownWay): Promise<void> {
  if (way === 'agent') return domain.shutdown(vir.VIR_DOMAIN_SHUTDOWN_GUEST_AGENT, SLOW);
  const noSuchFlag = (error: unknown) => hasCode(error, vir.VIR_ERR_INVALID_ARG);
  const asked = domain.shutdown(vir.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN).then(() => true);
  if ((await orNull(noSuchFlag, asked)) === null) await domain.shutdown(0);
}

const WHY_OFF: Readonly<Record<number, WhyOff>> = {
  [vir.VIR_DOMAIN_SHUTOFF_SHUTDOWN]: 'shutdown',
  [vir.VIR_DOMAIN_SHUTOFF_DESTROYED]: 'destroyed',
  [vir.VIR_DOMAIN_SHUTOFF_CRASHED]: 'crashed',
  [vir.VIR_DOMAIN_SHUTOFF_MIGRATED]: 'migrated',
  [vir.VIR_DOMAIN_SHUTOFF_SAVED]: 'saved',
  [vir.VIR_DOMAIN_SHUTOFF_FAILED]: 'failed',
  [vir.VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT]: 'from-snapshot',
  [vir.VIR_DOMAIN_SHUTOFF_DAEMON]: 'daemon',
};

const STATES: Readonly<Record<number, DomainState>> = {
  [vir.VIR_DOMAIN_RUNNING]: 'running',
  [vir.VIR_DOMAIN_BLOCKED]: 'blocked',
  [vir.VIR_DOMAIN_PAUSED]: 'paused',
  [vir.VIR_DOMAIN_SHUTDOWN]: 'shutdown',
  [vir.VIR_DOMAIN_SHUTOFF]: 'shutoff',
  [vir.VIR_DOMAIN_CRASHED]: 'crashed',
  [vir.VIR_DOMAIN_PMSUSPENDED]: 'pmsuspended',
};

export function stateName(state: number | undefined): DomainState {
  return (state === undefined ? undefined : STATES[state]) ?? 'nostate';
}

/** virDomainGetAutostart refuses transient domains on some drivers. */
function unsupportedForTransient(error: unknown): boolean {
  return unsupported(error) || hasCode(error, vir.VIR_ERR_OPERATION_INVALID);
}

function noMetadata(error: unknown): boolean {
  // OPERATION_INVALID: the domain is not running, so it has no live metadata; or it is transient, so it has no definition.
  return unsupported(error) || hasCode(error, vir.VIR_ERR_NO_DOMAIN_METADATA, vir.VIR_ERR_OPERATION_INVALID);
}

function xmlFlags(kind: XmlKind, readOnly: boolean): number {
  // Read-only connections may not see passwords, and then cannot rescue anyway.
  const secure = readOnly ? 0 : vir.VIR_DOMAIN_XML_SECURE;
  switch (kind) {
    case 'definition':
      return vir.VIR_DOMAIN_XML_INACTIVE | secure;
    case 'migratable':
      return readOnly ? 0 : vir.VIR_DOMAIN_XML_MIGRATABLE | secure;
    case 'live':
      return 0;
  }
}

const BULK_STATS = vir.VIR_DOMAIN_STATS_STATE | vir.VIR_DOMAIN_STATS_BLOCK;

async function listDomains({ connection }: Link): Promise<ListedDomain[]> {
  const [all, persistent, autostart] = await Promise.all([
    bulkStats({ connection }, 0),
    connection.listAllDomains(vir.VIR_CONNECT_LIST_DOMAINS_PERSISTENT).then(uuids),
    connection.listAllDomains(vir.VIR_CONNECT_LIST_DOMAINS_AUTOSTART).then(uuids),
  ]);
  return all.map(({ domain, stats }) => ({
    uuid: domain.uuid,
    name: domain.name,
    state: stateName(stats['state.state']),
    persistent: persistent.has(domain.uuid),
    autostart: autostart.has(domain.uuid),
    disks: listedDisks(stats),
  }));
}

async function sourcesOf({ connection }: Link, which: number): Promise<DomainSources[]> {
  const domains = await bulkStats({ connection }, which);
  return domains.map(({ domain, stats }) => ({
    uuid: domain.uuid,
    name: domain.name,
    sources: listedDisks(stats)?.flatMap(({ source }) => (source === null ? [] : [source])) ?? null,
  }));
}

function uuids(domains: readonly Domain[]): Set<string> {
  return new Set(domains.map(({ uuid }) => uuid));
}

/** The domains that statistics are asked of, as a listing names them. */
const LIST_FLAGS: Readonly<Record<number, number>> = {
  [vir.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE]: vir.VIR_CONNECT_LIST_DOMAINS_ACTIVE,
  [vir.VIR_CONNECT_GET_ALL_DOMAINS_STATS_INACTIVE]: vir.VIR_CONNECT_LIST_DOMAINS_INACTIVE,
};

/** State and disks of all domains in one call; where the driver has no bulk call, one state call each. NOWAIT: no busy guest delays the others. */
async function bulkStats(
  { connection }: Pick<Link, 'connection'>,
  flags: number,
): Promise<{ domain: Domain; stats: DomainStats }[]> {
  const stats = await orNull(
    unsupported,
    connection.getAllDomainStats(BULK_STATS, flags | vir.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT, SLOW),
  );
  if (stats !== null) return stats;
  const domains = await connection.listAllDomains(LIST_FLAGS[flags] ?? 0);
  return Promise.all(
    domains.map(async (domain) => ({ domain, stats: { 'state.state': (await domain.state()).state } })),
  );
}

/** null: this driver tells no disks (no block.count). */
function listedDisks(stats: DomainStats): ListedDisk[] | null {
  const count = stats['block.count'];
  if (count === undefined) return null;
  const disks: ListedDisk[] = [];
  for (let index = 0; index < count; index += 1) {
    const target = stats[`block.${index}.name`];
    if (target !== undefined) disks.push({ target, source: stats[`block.${index}.path`] ?? null });
  }
  return disks;
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** A name that looks like a UUID is tried as a UUID first, as virsh does. */
async function findDomain({ connection }: Link, nameOrUuid: string): Promise<DomainRef> {
  const gone = (error: unknown) => hasCode(error, vir.VIR_ERR_NO_DOMAIN);
  const byUuid = UUID.test(nameOrUuid) ? await orNull(gone, connection.lookupDomainByUUID(nameOrUuid)) : null;
  const { uuid, name } = byUuid ?? (await connection.lookupDomainByName(nameOrUuid));
  return { uuid, name };
}

const JOBS: Readonly<Record<number, string>> = {
  [vir.VIR_DOMAIN_JOB_BOUNDED]: 'bounded',
  [vir.VIR_DOMAIN_JOB_UNBOUNDED]: 'unbounded',
};

async function obstacles(domain: Domain): Promise<DomainObstacles> {
  // Drivers without jobs, snapshots or checkpoints have none of them.
  const [managedSave, snapshots, checkpoints, job] = await Promise.all([
    orNull(unsupported, domain.hasManagedSaveImage()),
    orNull(unsupported, domain.listAllSnapshots()),
    orNull(unsupported, domain.listAllCheckpoints()),
    runningJob(domain),
  ]);
  return {
    managedSave: managedSave ?? false,
    snapshots: snapshots?.length ?? 0,
    checkpoints: checkpoints?.length ?? 0,
    job: job === null ? null : (JOBS[job.type] ?? null),
  };
}

/** How long a monitor may take before it is looked at itself. */
const JOB_PATIENCE_MS = 2000;

/**
 * A domain that is not running has no job. Where QEMU answers nobody, and a call is waiting for it already, libvirt has this question wait, too, until
 * it gives up: such a guest has no job that anybody could wait for.
 */
async function runningJob(domain: Domain): Promise<JobInfo | null> {
  const idle = (error: unknown) => unsupported(error) || hasCode(error, vir.VIR_ERR_OPERATION_INVALID);
  const asked = orNull(idle, domain.jobInfo()).then((job) => ({ job }));
  asked.catch(() => undefined);
  const answer = await Promise.race([asked, setTimeout(JOB_PATIENCE_MS, null, { ref: false })]);
  if (answer !== null) return answer.job;
  const control = await callQuietly(domain.controlInfo());
  return control?.state === vir.VIR_DOMAIN_CONTROL_OCCUPIED ? null : (await asked).job;
}
