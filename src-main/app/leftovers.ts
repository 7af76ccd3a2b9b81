/**
 * What sessions that ended while nobody was looking left on a host: found, told and, each looked at again right before, removed on request
 * (left-behind.ts decides whose a file is). Everything goes through the host itself.
 */
import { posix } from 'node:path';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { EndedUnseen, Leftover, Leftovers, Removal } from '../../src-core/contract/journal-schemas.ts';
import { parseXml } from '../../src-core/domain-xml/document.ts';
import { domainOfOverlay, isOverlayOf, sessionOfOverlayVolume } from '../../src-core/disks/overlay.ts';
import { child } from '../../src-core/domain-xml/elements.ts';
import type { EntryOutline, MadeFile } from '../../src-core/journal/types.ts';
import { FILE_POOL_TYPES } from '../../src-core/rescue/policy.ts';
import { SYSTEM_NVRAM, nvramFile } from '../../src-core/rescue/scratch-nvram.ts';
import type { DomainRef, Hypervisor, ListedDomain } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { lockDomain, lockHolder } from './domain-lock.ts';
import { errorOf } from './errors.ts';
import type { Journal } from './journal-port.ts';
import { endedUnseen, leftoversAmong, makerOf, mayBeMade, mayUseOverlay, mentions, rescuesOn } from './left-behind.ts';
import type { Seen, SeenDomain, SeenFile, Unseen } from './left-behind.ts';
import { compareVariables } from './nvram.ts';
import { IN_FLIGHT, mapLimited } from './patience.ts';
import { withoutPassword } from './recording.ts';
import { removeFile } from './remove-file.ts';
import { sessionOf } from './run.ts';
import { readPoolXml, readVolumeXml } from './storage-xml.ts';
import { SCRATCH_POOL, withFinder } from './volume-finder.ts';
import type { Finder } from './volume-finder.ts';

/** A scratch pool lives for the moment of one look into a folder; one that is still there after this long was left behind. */
const SCRATCH_POOL_MS = 3000;

interface Look {
  readonly hypervisor: Hypervisor;
  readonly journal: Journal;
  /** user@workstation */
  readonly by: string;
}

interface Found extends Leftovers {
  readonly leftovers: readonly Leftover[];
  readonly unseen: readonly Unseen[];
  readonly seen: Seen;
}

/** All that is left over on a host, and the sessions that ended unseen; those of which nothing is left are closed in the journal, told once. */
export async function findLeftovers(look: Look): Promise<Leftovers> {
  const { leftovers, endedUnseen: told, unseen } = await lookAround(look);
  await closeEnded(look, leftovers, unseen);
  return { leftovers, endedUnseen: told };
}

async function lookAround({ hypervisor, journal }: Look): Promise<Found> {
  // The journal first: a rescue that it tells to be done runs when the domains are looked at, or has ended.
  const { entries } = await journal.read();
  const [{ hostname }, domains] = await Promise.all([hypervisor.identity(), hypervisor.listDomains()]);
  const host = { uri: withoutPassword(hypervisor.uri), hostname };
  const seenDomains = (await mapLimited(domains, IN_FLIGHT, (domain) => lookAtDomain(hypervisor, domain))).flat();
  const files = await lookForFiles(hypervisor, seenDomains, { host, entries });
  const seen: Seen = { host, domains: seenDomains, files, entries };
  const pools = await abandonedPools(hypervisor);
  const free = async <T>(items: readonly T[], domainOf: (item: T) => { uuid: string } | null): Promise<T[]> => {
    const held = await mapLimited(items, IN_FLIGHT, async (item) => {
      const domain = domainOf(item);
      return domain !== null && (await lockHolder(hostname, domain)) !== null;
    });
    return items.filter((_item, index) => held[index] !== true);
  };
  // Somebody on this computer is at it: nothing of that domain is left over, and its session has not ended unseen.
  const leftovers = await free(leftoversAmong(seen), ({ domain }) => domain);
  const ended = await free(endedUnseen(seen), ({ entry }) => entry.began.domain);
  const off = new Set(seenDomains.filter(({ on }) => !on).map(({ uuid }) => uuid));
  const unseen = await mapLimited(ended, 1, async (each) =>
    off.has(each.entry.began.domain.uuid) ? await withVariables(hypervisor, journal, each) : each,
  );
  return { leftovers: [...leftovers, ...pools], unseen, seen, endedUnseen: unseen.map(withoutEntry) };
}

function withoutEntry({ session, domain, at, by, told }: Unseen): EndedUnseen {
  return { session, domain, at, by, told };
}

/** While its domain is off, its UEFI variables can be compared with the copy from before. */
async function withVariables(hypervisor: Hypervisor, journal: Journal, unseen: Unseen): Promise<Unseen> {
  const differ = await compareVariables(hypervisor, journal, unseen.entry.began.domain, unseen.session);
  return differ === null ? unseen : { ...unseen, told: `${unseen.told} ${differ}` };
}

/** A domain that goes away meanwhile is not there. */
async function lookAtDomain(hypervisor: Hypervisor, { uuid, name, state }: ListedDomain): Promise<SeenDomain[]> {
  try {
    const on = isOn(state);
    const [xml, snapshots, session] = await Promise.all([
      hypervisor.domainXml(uuid, on ? 'live' : 'definition'),
      hypervisor.listSnapshots(uuid),
      sessionOf(hypervisor, uuid, on),
    ]);
    return [{ uuid, name, on, session, xml, snapshots }];
  } catch (error) {
    if (errorOf(error).code === 'domain-not-found') return [];
    throw error;
  }
}

/** Files that a session may have made: in the pools that are files, in the folders of UEFI variables, and where the journal says. */
async function lookForFiles(
  hypervisor: Hypervisor,
  domains: readonly SeenDomain[],
  { host, entries }: Pick<Seen, 'host' | 'entries'>,
): Promise<SeenFile[]> {
  const rescues = rescuesOn({ host, entries });
  const made = rescues.filter(mayHaveLeft(entries));
  const paths = [
    ...made.flatMap(({ began }) => began.files.filter(isFile).map(({ name }) => name)),
    ...domains.flatMap(({ xml }) => nvramOf(xml) ?? []),
  ];
  const pools = await filePools(hypervisor);
  const folders = new Set(
    paths.filter((path) => posix.isAbsolute(path)).map((path) => posix.dirname(posix.normalize(path))),
  );
  if (domains.some(({ xml }) => /<os[^>]* firmware=/.test(xml))) folders.add(SYSTEM_NVRAM);
  for (const { folder } of pools) folders.delete(folder);
  return withFinder(hypervisor, async (finder) => {
    const inPools = await mapLimited(pools, IN_FLIGHT, async ({ pool, folder }) => {
      // libvirt's QEMU driver writes overlays past the storage driver: only a fresh look shows them.
      if (!hypervisor.readOnly) await hypervisor.refreshPool(pool).catch(ifUnreadable);
      return pathsIn(folder, await hypervisor.listVolumeNames(pool).catch(ifUnreadable));
    });
    // One after the other: each may need a pool over it for the moment.
    const elsewhere = await mapLimited([...folders], 1, async (folder) => pathsIn(folder, await finder.names(folder)));
    const found = [...new Set([...inPools.flat(), ...elsewhere.flat()])];
    return (await mapLimited(found, IN_FLIGHT, (path) => lookAtFile(finder, path))).flat();
  });
}

/**
 * Of a rescue that nobody has ended; or whose end, or way back, failed at first: where the daemon died under it, libvirt has not removed what it made.
 */
function mayHaveLeft(entries: Seen['entries']): (rescue: EntryOutline) => boolean {
  const troubled = new Set(
    entries.filter(({ ended }) => ended?.outcome !== 'done').map(({ began }) => began.session?.id),
  );
  return ({ began, closed }) => closed === null || closed.how === 'forgotten' || troubled.has(began.session?.id);
}

const isFile = ({ kind }: MadeFile) => kind !== 'snapshot';

function nvramOf(xml: string): string | null {
  return xml.includes('<nvram') ? nvramFile(child(parseXml(xml).documentElement, 'os')) : null;
}

/** A pool whose folder cannot be read now holds nothing that can be told. */
function ifUnreadable(error: unknown): null {
  if (['libvirt', 'pool-not-found', 'permission-denied'].includes(errorOf(error).code)) return null;
  throw error;
}

function pathsIn(folder: string, names: readonly string[] | null): string[] {
  return (names ?? []).filter(mayBeMade).map((name) => posix.join(folder, name));
}

async function filePools(hypervisor: Hypervisor): Promise<{ pool: string; folder: string }[]> {
  const pools = await hypervisor.listPools();
  return pools.flatMap(({ name, active, xml }) => {
    if (!active || SCRATCH_POOL.test(name)) return [];
    // What is in a pool that hangs is not known, which is another thing than nothing.
    if (xml === null) throw new SalvorError('pool-silent', { pool: name });
    const { type, targetPath } = readPoolXml(xml);
    return targetPath !== null && FILE_POOL_TYPES.includes(type) ? [{ pool: name, folder: targetPath }] : [];
  });
}

async function lookAtFile(finder: Finder, path: string): Promise<SeenFile[]> {
  const { volume } = await finder.find(path, 0);
  if (volume === null) return [];
  const { physical, capacity } = readVolumeXml(volume.xml);
  return [{ path, size: physical ?? capacity }];
}

/** Transient pools of ours that stay. Taking one away deletes nothing in its folder. */
async function abandonedPools(hypervisor: Hypervisor): Promise<Leftover[]> {
  const ours = async () =>
    (await hypervisor.listPools()).filter(({ name, persistent }) => !persistent && SCRATCH_POOL.test(name));
  const before = await ours();
  if (before.length === 0) return [];
  await new Promise((resolve) => setTimeout(resolve, SCRATCH_POOL_MS));
  const still = new Set((await ours()).map(({ name }) => name));
  const why = 'a transient pool that a look into a folder left; its folder and what is in it are not touched';
  return before
    .filter(({ name }) => still.has(name))
    .map(({ name }) => ({ id: `pool:${name}`, kind: 'pool', name, size: null, domain: null, removable: true, why }));
}

/** Where nothing is left of a session that has ended, its entry needs nobody any more. A host that shows only its pools tells too little. */
async function closeEnded(
  { hypervisor, journal, by }: Look,
  leftovers: readonly Leftover[],
  unseen: readonly Unseen[],
): Promise<void> {
  if (hypervisor.readOnly) return;
  for (const { entry } of unseen) {
    const { id, domain, files } = entry.began;
    const isLeft = leftovers.some(
      (left) =>
        left.kind !== 'snapshot' && (left.domain?.uuid === domain.uuid || files.some(({ name }) => name === left.name)),
    );
    if (!isLeft) await (await journal.reopen(id)).closed('session-ended', by);
  }
}

/** Remove those leftovers. What is not left over any more by then, and what is not proven to be ours, stays, and is told. */
export async function removeLeftovers(look: Look, ids: readonly string[]): Promise<Removal[]> {
  const { leftovers, seen } = await lookAround(look);
  const { hostname } = await look.hypervisor.identity();
  const removals: Removal[] = [];
  for (const id of new Set(ids)) {
    const leftover = leftovers.find((each) => each.id === id);
    const problem = await removeOne(look, hostname, leftover);
    removals.push({ id, problem });
    const maker = problem === null && leftover !== undefined ? makerOf(seen, leftover.kind, leftover.name) : null;
    if (maker !== null && leftover !== undefined)
      await (await look.journal.reopen(maker.began.id)).note(`${leftover.name} was removed by ${look.by}.`);
  }
  await findLeftovers(look);
  return removals;
}

/** null: it is gone. */
async function removeOne(
  { hypervisor, by }: Look,
  hostname: string,
  leftover: Leftover | undefined,
): Promise<string | null> {
  if (leftover === undefined) return 'it is not left over any more, or not there any more';
  if (!leftover.removable) return leftover.why;
  const { kind, name, domain } = leftover;
  try {
    if (kind === 'pool') await hypervisor.stopPool(name);
    if (domain === null || kind === 'pool') return null;
    const letGo = await lockDomain(hostname, domain, `leftovers of it are being removed by ${by}`);
    try {
      const problem = await inUseNow(hypervisor, domain, name);
      if (problem !== null) return problem;
      if (kind !== 'snapshot') return await removeFile(hypervisor, name);
      await hypervisor.deleteSnapshot(domain.uuid, name);
      return null;
    } finally {
      letGo();
    }
  } catch (error) {
    const { code, message, detail } = errorOf(error);
    if (code === 'connection-lost' || code === 'read-only') throw error;
    return detail ?? message;
  }
}

/** Right before: has its domain been started, or taken into a rescue, since? */
async function inUseNow(hypervisor: Hypervisor, { uuid, name }: DomainRef, path: string): Promise<string | null> {
  const listed = (await hypervisor.listDomains()).find((domain) => domain.uuid === uuid);
  const [now] = listed === undefined ? [] : await lookAtDomain(hypervisor, listed);
  if (now === undefined) return null;
  // What a session has in a pool bears its name: that of an earlier one is not in the way of this one.
  const session = now.session?.id ?? null;
  const isAnothers = session !== null && sessionOfOverlayVolume(path) !== null && !isOverlayOf(session, path);
  if (now.session !== null && !isAnothers) return `${name} is in rescue now`;
  if (mentions(now.xml, path)) return `${name} is defined with it now`;
  return domainOfOverlay(path) !== null && mayUseOverlay(now, path) ? `${name} runs from it now` : null;
}
