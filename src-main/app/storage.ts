/** Pools and volumes, as the medium column shows them. */
import type { Pool, Volume } from '../../src-core/contract/schemas.ts';
import type { Connected } from './hosts.ts';
import { readPoolXml, readVolumeXml } from './storage-xml.ts';
import { SCRATCH_POOL } from './volume-finder.ts';

export async function listPools({ hypervisor }: Connected): Promise<Pool[]> {
  const pools = await hypervisor.listPools();
  return pools
    .filter(({ name }) => !SCRATCH_POOL.test(name))
    .map(({ name, active, xml }) => {
      const { type, capacity, available } = readPoolXml(xml);
      return { name, type, active, capacity: active ? capacity : null, available: active ? available : null };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Volumes of an active pool. A pool that is not active has none. Throws pool-not-found. */
export async function listVolumes({ hypervisor, inventory }: Connected, pool: string): Promise<Volume[]> {
  const used = inventory.writableSources();
  const volumes = await hypervisor.listVolumes(pool);
  return volumes
    .map(({ name, xml }) => {
      const { type, path, format, capacity, allocation } = readVolumeXml(xml);
      const use = (path === null ? undefined : used.get(path)) ?? used.get(`${pool}/${name}`);
      const folder = type === 'dir' || type === 'netdir';
      return { pool, name, path, format, capacity, allocation, unfit: folder ? ('directory' as const) : (use ?? null) };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}
