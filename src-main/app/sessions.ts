/** Open rescue sessions of a host, whoever started them, and what sessions that ended while nobody was looking left behind. */
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { IN_FLIGHT } from './collect.ts';
import { isOn } from './domain-facts.ts';
import { errorOf } from './errors.ts';
import { domainOfOverlay } from '../../src-core/disks/overlay.ts';
import { mapLimited } from './patience.ts';
import { sessionOf } from './run.ts';
import { readPoolXml } from './storage-xml.ts';
import { SCRATCH_POOL } from './volume-finder.ts';

export interface OpenSession {
  readonly domain: DomainRef;
  readonly session: SessionRecord;
}

/**
 * `overlay`: a throw-away overlay whose domain is off (libvirt removes it when a domain stops, unless libvirtd or the host crashed).
 * `pool`: a transient pool of ours over a folder; taking it away deletes nothing in the folder.
 */
export type Leftover =
  | { readonly kind: 'overlay'; readonly pool: string; readonly name: string; readonly domain: string }
  | { readonly kind: 'pool'; readonly name: string };

export interface Sessions {
  readonly sessions: readonly OpenSession[];
  readonly leftovers: readonly Leftover[];
}

/** A scratch pool lives for the moment of one look into a folder; one that is still there after this long was left behind. */
const SCRATCH_POOL_MS = 3000;

export async function listSessions(hypervisor: Hypervisor): Promise<Sessions> {
  const domains = await hypervisor.listDomains();
  const [found, leftovers] = await Promise.all([
    mapLimited(domains, IN_FLIGHT, async ({ uuid, name, state }) => {
      const session = await sessionOf(hypervisor, uuid, isOn(state)).catch(ifGone);
      return session === null ? null : { domain: { uuid, name }, session };
    }),
    findLeftovers(hypervisor, new Set(domains.filter(({ state }) => !isOn(state)).map(({ name }) => name))),
  ]);
  return { sessions: found.filter((open) => open !== null), leftovers };
}

function ifGone(error: unknown): null {
  if (errorOf(error).code === 'domain-not-found') return null;
  throw error;
}

/** Only what can be proven: an overlay counts when a domain of that name exists and is off. */
async function findLeftovers(hypervisor: Hypervisor, off: ReadonlySet<string>): Promise<Leftover[]> {
  const pools = (await hypervisor.listPools()).filter(({ active }) => active);
  const files = pools.filter(
    ({ name, xml }) => !SCRATCH_POOL.test(name) && ['dir', 'fs', 'netfs'].includes(readPoolXml(xml).type),
  );
  const overlays = await mapLimited(files, IN_FLIGHT, async ({ name: pool }) => {
    // libvirt's QEMU driver writes overlays past the storage driver: only a fresh look shows them.
    if (!hypervisor.readOnly) await hypervisor.refreshPool(pool);
    const names = await hypervisor.listVolumeNames(pool);
    return names.flatMap((name): Leftover[] => {
      const domain = domainOfOverlay(name);
      return domain !== null && off.has(domain) ? [{ kind: 'overlay', pool, name, domain }] : [];
    });
  });
  return [...overlays.flat(), ...(await abandonedPools(hypervisor, pools))];
}

async function abandonedPools(
  hypervisor: Hypervisor,
  pools: readonly { name: string; persistent: boolean }[],
): Promise<Leftover[]> {
  const scratch = pools.filter(({ name, persistent }) => !persistent && SCRATCH_POOL.test(name));
  if (scratch.length === 0) return [];
  await new Promise((resolve) => setTimeout(resolve, SCRATCH_POOL_MS));
  const still = new Set((await hypervisor.listPools()).map(({ name }) => name));
  return scratch.filter(({ name }) => still.has(name)).map(({ name }) => ({ kind: 'pool', name }));
}

/** Remove leftovers, each looked at again right before. Gives those removed. */
export async function removeLeftovers(hypervisor: Hypervisor, leftovers: readonly Leftover[]): Promise<Leftover[]> {
  const removed: Leftover[] = [];
  for (const leftover of leftovers) {
    if (leftover.kind === 'pool') await hypervisor.stopPool(leftover.name);
    else {
      const { uuid } = await hypervisor.findDomain(leftover.domain);
      if (isOn(await hypervisor.domainState(uuid))) continue;
      await hypervisor.deleteVolume(leftover);
    }
    removed.push(leftover);
  }
  return removed;
}
