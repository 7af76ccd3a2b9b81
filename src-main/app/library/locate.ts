/** Media of the library on a host: is one there, and what is it? */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { foundOf, matchMedium } from '../../../src-core/library/match.ts';
import { fileName, sourceOn } from '../../../src-core/library/source.ts';
import type { LibraryMedium, LibrarySource, SeenMedium, Whereabouts } from '../../../src-core/library/types.ts';
import type { MediumFacts } from '../../../src-core/rescue/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { errorOf } from '../errors.ts';
import { mediumFactsOn } from '../medium-facts.ts';
import { IN_FLIGHT, mapLimited, within } from '../patience.ts';
import { SCRATCH_POOL, withFinder } from '../volume-finder.ts';
import type { Finder } from '../volume-finder.ts';

/** A host that has not answered by then is told as such, and holds up no other. */
export const PATIENCE_MS = 20_000;
/** Pools that are looked through for a file of that name. */
const MOST_POOLS = 50;

export interface LookedHost {
  readonly id: string;
  readonly name: string;
  readonly uri: string;
  readonly hypervisor: Hypervisor;
}

type State = Pick<Whereabouts, 'state' | 'why' | 'source'>;

interface Look {
  readonly hypervisor: Hypervisor;
  readonly finder: Finder;
  /** Names of its active pools, asked once. */
  readonly pools: () => Promise<readonly string[]>;
}

/** The media on one host. Never rejects: a host that cannot be asked is told as such with each of them. */
export async function locateOn(
  host: LookedHost,
  media: readonly LibraryMedium[],
  patience: number = PATIENCE_MS,
): Promise<Whereabouts[]> {
  const told = (medium: LibraryMedium, state: State): Whereabouts => ({
    ...{ medium: medium.id, hostId: host.id, hostName: host.name },
    ...state,
  });
  const notAsked = (why: string) => media.map((medium) => told(medium, { state: 'not-asked', why, source: null }));
  const ask = withLook(host.hypervisor, (look) =>
    mapLimited(media, IN_FLIGHT, async (medium) => told(medium, await locate(look, host.uri, medium))),
  );
  try {
    const found = await within(patience, ask, null);
    // It goes on behind; whatever comes of it is nobody's any more.
    if (found === null) ask.catch(() => undefined);
    return found ?? notAsked(`The host did not answer within ${Math.round(patience / 1000)} seconds.`);
  } catch (error) {
    return notAsked(`The host could not be asked: ${errorOf(error).message}`);
  }
}

function withLook<T>(hypervisor: Hypervisor, work: (look: Look) => Promise<T>): Promise<T> {
  let pools: Promise<readonly string[]> | null = null;
  return withFinder(hypervisor, (finder) =>
    work({ hypervisor, finder, pools: () => (pools ??= activePools(hypervisor)) }),
  );
}

async function activePools(hypervisor: Hypervisor): Promise<string[]> {
  const pools = await hypervisor.listPools();
  return pools
    .filter(({ name, active }) => active && !SCRATCH_POOL.test(name))
    .map(({ name }) => name)
    .slice(0, MOST_POOLS);
}

async function locate(look: Look, uri: string, medium: LibraryMedium): Promise<State> {
  const source = sourceOn(medium, uri);
  if (source === null)
    return { state: 'not-asked', why: `It is for the host ${medium.host ?? ''} alone.`, source: null };
  if (source.kind === 'url')
    return { state: 'not-asked', why: 'A web address: the host’s QEMU opens it when a rescue starts.', source };
  const facts = await mediumFactsOn(look, source);
  if (facts.found) {
    const { state, why } = matchMedium(medium, foundOf(facts));
    return { state, why, source: state === 'here' ? source : null };
  }
  const elsewhere = source.kind === 'kernel' ? null : await inOtherPools(look, medium, source);
  return (
    elsewhere ?? { state: 'missing', why: `It is not there: ${facts.problem ?? 'it was not found'}.`, source: null }
  );
}

/** A pool of another name may have it: a file of its name is it where size or bytes could be compared, and are the same. */
async function inOtherPools(look: Look, medium: LibraryMedium, usual: LibrarySource): Promise<State | null> {
  const name = fileName(usual);
  if (name === null || name === '') return null;
  for (const pool of await look.pools()) {
    const source: LibrarySource = { kind: 'volume', pool, name };
    if ((await examined(look.hypervisor, pool, name)) === null) continue;
    const facts = await mediumFactsOn(look, source);
    if (!facts.found) continue;
    const { state, why, compared } = matchMedium(medium, foundOf(facts));
    if (state === 'here' && compared > 0) return { state, why: `In the pool ${pool}. ${why}`, source };
  }
  return null;
}

/** A pool that fails tells nothing, and keeps nobody from the others. */
async function examined(hypervisor: Hypervisor, pool: string, name: string) {
  try {
    return await hypervisor.examineVolume({ pool, name }, 0);
  } catch (error) {
    if (['libvirt', 'pool-not-found', 'permission-denied'].includes(errorOf(error).code)) return null;
    throw error;
  }
}

/** What it is on that host, and where that is. Throws medium-not-found where it is not there. */
export function lookAt(
  host: Pick<LookedHost, 'uri' | 'hypervisor'>,
  medium: LibraryMedium,
  at: string,
): Promise<{ readonly seen: SeenMedium; readonly source: LibrarySource }> {
  const lost = (problem: string) => new SalvorError('medium-not-found', { medium: medium.name, problem });
  return withLook(host.hypervisor, async (look) => {
    const usual = sourceOn(medium, host.uri);
    if (usual === null) throw lost(`it is for the host ${medium.host ?? ''} alone`);
    const facts = await mediumFactsOn(look, usual);
    if (facts.found) return { seen: seenOf(facts, host.uri, at), source: usual };
    const elsewhere = usual.kind === 'kernel' ? null : await inOtherPools(look, medium, usual);
    if (elsewhere?.source == null) throw lost(facts.problem ?? 'it is not there');
    return { seen: seenOf(await mediumFactsOn(look, elsewhere.source), host.uri, at), source: elsewhere.source };
  });
}

function seenOf(facts: MediumFacts, uri: string, at: string): SeenMedium {
  const { size, hash } = foundOf(facts);
  const format = facts.format ?? facts.bootFiles[0]?.content?.kind ?? null;
  return { at, uri, size, format, content: facts.content, hash };
}
