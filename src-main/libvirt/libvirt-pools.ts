/**
 * The pools of the port, listed so that one that hangs holds up nobody. libvirt keeps a pool locked while it looks into it: for as long as
 * what it stands on (a file server, say) does not answer, every question about that pool waits, and so does the list of all of them. A call
 * that waits cannot be taken back, and a daemon serves but five of one client: so no pool is asked twice at once.
 */
import { setTimeout } from 'node:timers/promises';
import type { Connection, StoragePool } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { SLOW, orNull } from './link.ts';
import type { Link } from './link.ts';
import type { Hypervisor, StoragePool as PoolData } from './port.ts';

/**
 * A pool that takes longer hangs: what is asked for here is in the daemon's memory. While calls of a connection wait, libvirt 9.0's client now
 * and then leaves an answer that has arrived lying until the next keepalive message, 5 seconds at most: a pool in good health is not to be
 * called silent for that.
 */
const PATIENCE_MS = 6000;
/** How many pools may hang before no other is asked: each holds one of the four calls that the connection has under way at once. */
const MOST_SILENT = 3;

const UNLIMITED = { timeout: 0 } as const;

type Listed = Omit<PoolData, 'xml'>;

const noPool = (error: unknown) => error instanceof SalvorError && error.data.code === 'pool-not-found';

/** null: it takes too long. It goes on. */
function inTime<T>(promise: Promise<T>, patienceMs: number): Promise<T | null> {
  return Promise.race([promise, setTimeout(patienceMs, null, { ref: false })]);
}

export function poolMethods(
  link: Link,
  patienceMs = PATIENCE_MS,
): Pick<Hypervisor, 'listPools' | 'poolXml' | 'startPool'> {
  const { connection } = link;
  /** Questions that wait for their answer, by pool, and those of them that have waited too long. */
  const asked = new Map<string, Promise<string>>();
  const silent = new Set<string>();
  let listing: Promise<readonly Listed[]> | null = null;
  let overdue = false;
  let known: readonly Listed[] | null = null;

  const ask = (name: string): Promise<string> => {
    const answer = asked.get(name) ?? link.guard(name, () => xmlOf(connection, name));
    asked.set(name, answer);
    const heard = () => {
      asked.delete(name);
      silent.delete(name);
    };
    answer.then(heard, heard);
    return answer;
  };
  const poolXml = async (name: string): Promise<string | null> => {
    if (silent.has(name) || silent.size >= MOST_SILENT) return null;
    const xml = await inTime(ask(name), patienceMs);
    if (xml === null && asked.has(name)) silent.add(name);
    return xml;
  };
  const list = (): Promise<readonly Listed[]> => {
    listing ??= link
      .guard('', () => listNames(connection))
      .finally(() => {
        listing = null;
        overdue = false;
      });
    return listing;
  };
  return {
    listPools: async () => {
      // Where the pools are known from before, the wait for a list that hangs is spent on asking them.
      const now = overdue ? null : await inTime(list(), known === null ? patienceMs : patienceMs / 2);
      overdue = listing !== null && now === null;
      // The list itself waits for a pool that hangs: those that were there before are asked one by one.
      const listed = now ?? known;
      if (listed === null) throw new SalvorError('pools-silent');
      known = listed;
      const pools: PoolData[] = [];
      const queue = listed.values();
      const worker = async (): Promise<void> => {
        for (const pool of queue) {
          const hung = silent.has(pool.name);
          const answer = await orNull(
            noPool,
            poolXml(pool.name).then((xml) => ({ xml })),
          );
          if (answer !== null) pools.push({ ...pool, ...answer });
          // Its question waits on, and takes this worker's place.
          if (answer?.xml === null && !hung) return;
        }
      };
      await Promise.all(Array.from({ length: Math.max(1, MOST_SILENT - silent.size) }, worker));
      for (const pool of queue) pools.push({ ...pool, xml: null });
      return pools;
    },
    poolXml,
    startPool: (name) =>
      link.guard(name, async () => {
        const pool = await connection.lookupStoragePoolByName(name);
        await pool.create(0, SLOW).finally(() => pool.dispose());
      }),
  };
}

async function xmlOf(connection: Connection, name: string): Promise<string> {
  const pool = await connection.lookupStoragePoolByName(name, UNLIMITED);
  return await pool.xmlDesc(0, UNLIMITED).finally(() => pool.dispose());
}

async function listNames(connection: Connection): Promise<Listed[]> {
  const list = async (flags: number): Promise<string[]> => {
    const pools: StoragePool[] = await connection.listAllStoragePools(flags, UNLIMITED);
    return pools.map((pool) => {
      pool.dispose();
      return pool.name;
    });
  };
  // One after the other: of three that wait, none would be left for anything else.
  const all = await list(0);
  const active = new Set(await list(vir.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE));
  const persistent = new Set(await list(vir.VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT));
  return all.map((name) => ({ name, active: active.has(name), persistent: persistent.has(name) }));
}
