/** Pools and volumes, as the window browses them. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Pool, Volume } from '../../src-core/contract/schemas.ts';
import type { StoragePool } from '../libvirt/port.ts';
import type { Connected } from './hosts.ts';
import { IN_FLIGHT, mapLimited } from './patience.ts';
import { readPoolXml, readVolumeXml } from './storage-xml.ts';
import { SCRATCH_POOL } from './volume-finder.ts';

export async function listPools({ hypervisor }: Connected): Promise<Pool[]> {
  const pools = await hypervisor.listPools();
  return pools
    .filter(({ name }) => !SCRATCH_POOL.test(name))
    .map(poolOf)
    .sort((a, b) => a.name.localeCompare(b.name));
}

function poolOf({ name, active, persistent, xml }: StoragePool): Pool {
  const { type, targetPath: path, capacity, allocation, available } = readPoolXml(xml);
  const sizes = active ? { capacity, allocation, available } : { capacity: null, allocation: null, available: null };
  return { name, type, active, persistent, path, ...sizes };
}

/** Rejects with pool-not-found. */
async function onePool(host: Connected, name: string): Promise<Pool> {
  const pool = (await listPools(host)).find((one) => one.name === name);
  if (pool === undefined) throw new SalvorError('pool-not-found', { pool: name, uri: host.entry.uri });
  return pool;
}

/** Read its volumes again. Rejects with pool-not-found. */
export async function refreshPool(host: Connected, pool: string): Promise<Pool> {
  await host.hypervisor.refreshPool(pool);
  return onePool(host, pool);
}

/** Those of the volumes that are there, described. */
export async function describeVolumes(
  { hypervisor, inventory }: Connected,
  pool: string,
  names: readonly string[],
): Promise<Volume[]> {
  const used = inventory.writableSources();
  const found = await mapLimited(names, IN_FLIGHT, (name) => hypervisor.examineVolume({ pool, name }, 0));
  return found.flatMap((volume): Volume[] => {
    if (volume === null) return [];
    const { name, xml } = volume;
    const { type, path, format, capacity, allocation } = readVolumeXml(xml);
    const use = (path === null ? undefined : used.get(path)) ?? used.get(`${pool}/${name}`);
    const folder = type === 'dir' || type === 'netdir';
    return [{ pool, name, path, format, capacity, allocation, unfit: folder ? 'directory' : (use ?? null) }];
  });
}
