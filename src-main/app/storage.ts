/** Pools and volumes, as the window browses them. */
import { SalvorError, errorData } from '../../src-core/contract/errors.ts';
import type { Pool, Volume, VolumeLook } from '../../src-core/contract/schemas.ts';
import { HEAD_LENGTH } from '../../src-core/media/recognise.ts';
import type { ExaminedVolume, StoragePool, VolumeRef } from '../libvirt/port.ts';
import { errorOf } from './errors.ts';
import type { Connected } from './hosts.ts';
import type { SourceUse } from './inventory.ts';
import { IN_FLIGHT, mapLimited } from './patience.ts';
import { readMedium } from './read-medium.ts';
import { readPoolXml, readVolumeXml } from './storage-xml.ts';
import type { VolumeView } from './storage-xml.ts';
import { SCRATCH_POOL } from './volume-finder.ts';

/** What boot code takes: one sector. */
const SECTOR = 512;

export async function listPools({ hypervisor }: Connected): Promise<Pool[]> {
  const pools = await hypervisor.listPools();
  return pools
    .filter(({ name }) => !SCRATCH_POOL.test(name))
    .map(poolOf)
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

const NO_SIZES = { capacity: null, allocation: null, available: null } as const;

/** A pool that does not answer, or whose XML cannot be read, is listed with what is known of it. */
function poolOf({ name, active, persistent, xml }: StoragePool): Pool {
  const unknown = { name, active, persistent, type: '', path: null, ...NO_SIZES };
  if (xml === null) return { ...unknown, problem: errorData('pool-silent', { pool: name }) };
  try {
    const { type, targetPath: path, capacity, allocation, available } = readPoolXml(xml);
    const sizes = active ? { capacity, allocation, available } : NO_SIZES;
    return { name, type, active, persistent, path, ...sizes, problem: null };
  } catch (error) {
    return { ...unknown, problem: errorOf(error) };
  }
}

/** Rejects with pool-not-found. */
async function onePool(host: Connected, name: string): Promise<Pool> {
  const pool = (await listPools(host)).find((one) => one.name === name);
  if (pool === undefined) throw new SalvorError('pool-not-found', { pool: name, uri: host.entry.uri });
  return pool;
}

/** Rejects with pool-silent: whatever else it were asked would hang as well. */
async function awaitAnswer({ hypervisor }: Connected, pool: string): Promise<void> {
  if ((await hypervisor.poolXml(pool)) === null) throw new SalvorError('pool-silent', { pool });
}

function refuseReadOnly({ hypervisor, entry }: Connected): void {
  if (hypervisor.readOnly) throw new SalvorError('read-only', { uri: entry.uri });
}

/** Read its volumes again. Rejects with read-only, pool-not-found, pool-silent. */
export async function refreshPool(host: Connected, pool: string): Promise<Pool> {
  refuseReadOnly(host);
  await awaitAnswer(host, pool);
  await host.hypervisor.refreshPool(pool);
  return onePool(host, pool);
}

/** Rejects with read-only, pool-not-found, pool-silent, pool-start-failed. */
export async function startPool(host: Connected, pool: string): Promise<Pool> {
  refuseReadOnly(host);
  await awaitAnswer(host, pool);
  try {
    await host.hypervisor.startPool(pool);
  } catch (error) {
    const { code, detail, message } = errorOf(error);
    if (code !== 'libvirt') throw error;
    const now = await onePool(host, pool).catch(() => null);
    // Somebody else has started it meanwhile.
    if (now?.active === true) return now;
    throw new SalvorError('pool-start-failed', { pool }, detail ?? message);
  }
  return onePool(host, pool);
}

/** Names of all volumes of a pool. Rejects with pool-not-found, pool-silent, and with what libvirt says of one that is not active. */
export async function volumeNames(host: Connected, pool: string): Promise<string[]> {
  await awaitAnswer(host, pool);
  return [...(await host.hypervisor.listVolumeNames(pool))];
}

/** Those of the volumes that are there, described. */
export async function describeVolumes(host: Connected, pool: string, names: readonly string[]): Promise<Volume[]> {
  const { hypervisor, inventory } = host;
  await awaitAnswer(host, pool);
  const used = inventory.writableSources();
  const found = await mapLimited(names, IN_FLIGHT, (name) => hypervisor.examineVolume({ pool, name }, 0));
  return found.flatMap((volume) => (volume === null ? [] : [volumeOf(pool, volume, used)]));
}

function volumeOf(pool: string, { name, xml }: ExaminedVolume, used: ReadonlyMap<string, SourceUse>): Volume {
  const view = readVolumeXml(xml);
  const { path, format, capacity, allocation } = view;
  const use = (path === null ? undefined : used.get(path)) ?? used.get(`${pool}/${name}`);
  const machines = [...(use?.machines ?? [])];
  return { pool, name, path, format, capacity, allocation, unfit: unfitness(view, use), machines };
}

function unfitness({ type, path, capacity, physical }: VolumeView, use: SourceUse | undefined): Volume['unfit'] {
  if (type === 'dir' || type === 'netdir' || type === 'ploop') return 'directory';
  if (use !== undefined) return use.as;
  if (path === null && type !== 'network') return 'no-path';
  const size = physical ?? capacity;
  if (size === 0) return 'empty';
  return size !== null && size < SECTOR ? 'too-small' : null;
}

/** What a volume is by its own bytes; null: it has gone. Rejects with pool-not-found, pool-silent. */
export async function lookAtVolume(host: Connected, where: VolumeRef): Promise<VolumeLook | null> {
  const { hypervisor } = host;
  await awaitAnswer(host, where.pool);
  const volume = await hypervisor.examineVolume(where, HEAD_LENGTH);
  if (volume === null) return null;
  if (volume.head === null) return { content: null, hash: null };
  const { physical, capacity } = readVolumeXml(volume.xml);
  return readMedium(volume.head, physical ?? capacity, (ranges) => hypervisor.readVolume(where, ranges));
}
