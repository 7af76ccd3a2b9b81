/** Migration, and the jobs of domains. */
import { setTimeout } from 'node:timers/promises';
import type { Domain, MigrateParameters } from 'node-libvirt';
import { LibvirtError } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { hasCode, migrationError, unsupported } from './error-mapping.ts';
import { SLOW, orNull } from './link.ts';
import type { Link } from './link.ts';
import type { MigrationCall, MigrationFlag } from '../../src-core/migration/parameters.ts';
import type { JobStats } from '../../src-core/migration/progress.ts';
import type { Hypervisor } from './port.ts';

type MigrationMethods = Pick<
  Hypervisor,
  'migrateTo' | 'migrateToUri' | 'jobStats' | 'cancelJob' | 'startPostCopy' | 'setMaxDowntime' | 'dirtyRate'
>;

/** Where a hypervisor of this adapter keeps its link, for the one call that needs two of them. */
const LINK = Symbol('link');
type WithLink = { readonly [LINK]?: Link };

/**
 * Migrations of one connection at once. A daemon serves five requests of one client at a time, and reads no further while it does: no
 * sign of life, and no word of giving one of them up.
 */
const MOST = 3;

/** A migration ends when it ends: minutes, hours. */
const UNLIMITED = { timeout: 0 } as const;

export function migrationMethods(link: Link): MigrationMethods & WithLink {
  const on = <T>(uuid: string, call: (domain: Domain) => Promise<T>): Promise<T> =>
    link.guard(uuid, async () => call(await link.domain(uuid)));
  let underWay = 0;
  const migrate = async (uuid: string, ends: readonly Link[], call: (domain: Domain) => Promise<void>) => {
    if (underWay >= MOST)
      throw new SalvorError('not-supported', { what: `more than ${String(MOST)} migrations from one host at once` });
    underWay += 1;
    try {
      const domain = await on(uuid, (one) => Promise.resolve(one));
      await call(domain).catch(async (error: unknown) => Promise.reject(await migrationError(error, ends)));
    } finally {
      underWay -= 1;
    }
  };
  return {
    [LINK]: link,
    migrateTo: async (uuid, destination, call) => {
      const there = (destination as WithLink)[LINK];
      if (there === undefined)
        throw new SalvorError('not-supported', { what: 'a migration to a host of another kind' });
      await migrate(uuid, [link, there], async (domain) =>
        (await domain.migrate3(there.connection, parametersOf(call), flagsOf(call), UNLIMITED)).dispose(),
      );
    },
    migrateToUri: (uuid, destinationUri, call) =>
      migrate(uuid, [link], (domain) =>
        domain.migrateToURI3(destinationUri, parametersOf(call), flagsOf(call), UNLIMITED),
      ),
    jobStats: (uuid, which) => on(uuid, (domain) => jobStats(domain, which)),
    cancelJob: (uuid) => on(uuid, cancelJob),
    startPostCopy: (uuid) => on(uuid, (domain) => domain.migrateStartPostCopy()),
    setMaxDowntime: (uuid, milliseconds) => on(uuid, (domain) => domain.migrateSetMaxDowntime(milliseconds)),
    dirtyRate: (uuid, seconds) => on(uuid, (domain) => dirtyRate(link, domain, seconds)),
  };
}

const FLAGS: Readonly<Record<MigrationFlag, number>> = {
  LIVE: vir.VIR_MIGRATE_LIVE,
  PEER2PEER: vir.VIR_MIGRATE_PEER2PEER,
  PERSIST_DEST: vir.VIR_MIGRATE_PERSIST_DEST,
  UNDEFINE_SOURCE: vir.VIR_MIGRATE_UNDEFINE_SOURCE,
  OFFLINE: vir.VIR_MIGRATE_OFFLINE,
  NON_SHARED_DISK: vir.VIR_MIGRATE_NON_SHARED_DISK,
  NON_SHARED_INC: vir.VIR_MIGRATE_NON_SHARED_INC,
  UNSAFE: vir.VIR_MIGRATE_UNSAFE,
  AUTO_CONVERGE: vir.VIR_MIGRATE_AUTO_CONVERGE,
  POSTCOPY: vir.VIR_MIGRATE_POSTCOPY,
  POSTCOPY_RESUME: vir.VIR_MIGRATE_POSTCOPY_RESUME,
  TLS: vir.VIR_MIGRATE_TLS,
  PARALLEL: vir.VIR_MIGRATE_PARALLEL,
  ABORT_ON_ERROR: vir.VIR_MIGRATE_ABORT_ON_ERROR,
};

function flagsOf({ flags }: MigrationCall): number {
  return flags.reduce((all, flag) => all | FLAGS[flag], 0);
}

function parametersOf(call: MigrationCall): MigrateParameters {
  return {
    destination_xml: call.destinationXml ?? undefined,
    persistent_xml: call.persistentXml ?? undefined,
    migrate_uri: call.migrateUri ?? undefined,
    migrate_disks: call.disks.length === 0 ? undefined : call.disks,
    disks_uri: call.disksUri ?? undefined,
    bandwidth: call.bandwidth ?? undefined,
    'parallel.connections': call.parallel ?? undefined,
  };
}

const JOB_TYPES: Readonly<Record<number, string>> = {
  [vir.VIR_DOMAIN_JOB_BOUNDED]: 'bounded',
  [vir.VIR_DOMAIN_JOB_UNBOUNDED]: 'unbounded',
  [vir.VIR_DOMAIN_JOB_COMPLETED]: 'completed',
  [vir.VIR_DOMAIN_JOB_FAILED]: 'failed',
  [vir.VIR_DOMAIN_JOB_CANCELLED]: 'cancelled',
};

/** Only the source tells of a migration under way; a domain that is off has no job. */
const noJob = (error: unknown) => unsupported(error) || hasCode(error, vir.VIR_ERR_OPERATION_INVALID);

async function jobStats(domain: Domain, which: 'current' | 'completed'): Promise<JobStats | null> {
  const stats = await orNull(noJob, which === 'current' ? domain.jobStats() : completedStats(domain));
  if (stats === null || stats.type === vir.VIR_DOMAIN_JOB_NONE) return null;
  const values = Object.entries(stats.params).flatMap(([name, value]) =>
    typeof value === 'number' || typeof value === 'bigint' ? [[name, Number(value)] as const] : [],
  );
  return { type: JOB_TYPES[stats.type] ?? String(stats.type), values: Object.fromEntries(values) };
}

/** Unless it is told to keep them (libvirt 6.0), libvirt forgets the figures of a completed job with the first look at them. */
async function completedStats(domain: Domain) {
  const completed = vir.VIR_DOMAIN_JOB_STATS_COMPLETED;
  const kept = domain.jobStats(completed | vir.VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED);
  const stats = await orNull((error) => hasCode(error, vir.VIR_ERR_INVALID_ARG), kept);
  return stats ?? domain.jobStats(completed);
}

/** That there is no job, and that this one may not be given up (post-copy), come under one code. */
async function cancelJob(domain: Domain): Promise<void> {
  try {
    await domain.abortJob(SLOW);
  } catch (error) {
    if (!(error instanceof LibvirtError) || !noJob(error)) throw error;
    const job = await orNull(noJob, domain.jobInfo());
    if (job !== null && job.type !== vir.VIR_DOMAIN_JOB_NONE) throw error;
  }
}

const MIB = 2 ** 20;
const LOOK_MS = 250;

/** QEMU samples pages for that time, and then has the result in the statistics. */
async function dirtyRate({ connection }: Link, domain: Domain, seconds: number): Promise<number | null> {
  const started = domain.startDirtyRateCalc(seconds).then(() => true);
  if ((await orNull(noJob, started)) === null) return null;
  for (let waited = 0; waited <= seconds * 1000 + 5000; waited += LOOK_MS) {
    await setTimeout(LOOK_MS);
    const [record] = await connection.getAllDomainStats(vir.VIR_DOMAIN_STATS_DIRTYRATE, 0, { domains: [domain] });
    if (record?.stats['dirtyrate.calc_status'] !== vir.VIR_DOMAIN_DIRTYRATE_MEASURED) continue;
    const rate = record.stats['dirtyrate.megabytes_per_second'];
    return typeof rate === 'number' ? rate * MIB : null;
  }
  return null;
}
