/** Statistics of the disks of one domain, by one call that waits for no busy guest. */
import type { Domain, DomainStats } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import type { DiskStats } from '../../src-core/disks/types.ts';
import type { ImageSizes } from '../../src-core/disks/image-layers.ts';
import { hasCode, unsupported } from './error-mapping.ts';
import { orNull } from './link.ts';
import type { Link } from './link.ts';

/** How often, and how far apart in milliseconds, a running guest is asked that somebody else is asking just now. */
const TRIES = 3;
const PAUSE_MS = 100;

/** null: this driver has no such call. */
async function blockStats({ connection }: Link, domain: Domain, more = 0): Promise<DomainStats | null> {
  const groups = vir.VIR_DOMAIN_STATS_BLOCK | vir.VIR_DOMAIN_STATS_STATE;
  const flags = vir.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT | more;
  for (let tries = TRIES; ; tries -= 1) {
    // INVALID_ARG: an older driver does not know a flag, or the group.
    const answer = await orNull(
      (error) => unsupported(error) || hasCode(error, vir.VIR_ERR_INVALID_ARG),
      connection.getAllDomainStats(groups, flags, { domains: [domain] }),
    );
    const stats = answer?.[0]?.stats ?? null;
    // QEMU is asked by one client at a time, and NOWAIT leaves out what it would have told.
    if (tries <= 1 || !isUnasked(stats)) return stats;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** A running domain with disks of which QEMU has told nothing. */
function isUnasked(stats: DomainStats | null): boolean {
  const state = stats?.['state.state'];
  const runs = state === vir.VIR_DOMAIN_RUNNING || state === vir.VIR_DOMAIN_PAUSED;
  const disks = indexes(stats);
  return runs && disks.length > 0 && disks.every((index) => stats?.[`block.${index}.rd.reqs`] === undefined);
}

function indexes(stats: DomainStats | null): number[] {
  return Array.from({ length: stats?.['block.count'] ?? 0 }, (_, index) => index);
}

const numberOr0 = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;
const numberOrNull = (value: unknown): number | null =>
  typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;

export async function diskStats(link: Link, domain: Domain): Promise<DiskStats[]> {
  const stats = await blockStats(link, domain);
  return indexes(stats).flatMap((index): DiskStats[] => {
    const target = stats?.[`block.${index}.name`];
    // Off, libvirt names the disks and counts nothing.
    if (target === undefined || stats?.[`block.${index}.rd.bytes`] === undefined) return [];
    return [
      {
        target,
        readBytes: numberOr0(stats[`block.${index}.rd.bytes`]),
        readRequests: numberOr0(stats[`block.${index}.rd.reqs`]),
        writeBytes: numberOr0(stats[`block.${index}.wr.bytes`]),
        writeRequests: numberOr0(stats[`block.${index}.wr.reqs`]),
      },
    ];
  });
}

/**
 * By target, each disk's images as far down as libvirt knows them, its own first.
 *
 * What libvirt calls `physical` and `allocation` depends on who was asked. Of a domain that is off it looks at the files: length, and blocks in
 * use. Of one that runs QEMU is asked: `physical` is then what the image takes (its actual-size), and `allocation` the highest offset that
 * was written since the start, which says nothing of what it takes; the length nobody tells.
 */
export async function imageSizes(link: Link, domain: Domain): Promise<Map<string, ImageSizes[]>> {
  const stats = await blockStats(link, domain, vir.VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING);
  const found = new Map<string, ImageSizes[]>();
  const byQemu = new Set<string>();
  for (const index of indexes(stats)) {
    const target = stats?.[`block.${index}.name`];
    if (target === undefined) continue;
    // The counters come with a disk's own image, which is the first; only QEMU has them.
    if (stats?.[`block.${index}.rd.reqs`] !== undefined) byQemu.add(target);
    const told = byQemu.has(target);
    const allocation = numberOrNull(stats?.[`block.${index}.allocation`]);
    const physical = numberOrNull(stats?.[`block.${index}.physical`]);
    const capacity = numberOrNull(stats?.[`block.${index}.capacity`]);
    const sizes = told ? { capacity, allocation: physical, physical: null } : { capacity, allocation, physical };
    found.set(target, [...(found.get(target) ?? []), sizes]);
  }
  return found;
}
