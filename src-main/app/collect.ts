/** All inputs of a plan, asked of the host. */
import type {
  DiskUser,
  ImageRoom,
  MediumFacts,
  NvramFacts,
  OverlayPoolFacts,
  RescueInputs,
  RescueRequest,
  SessionStamp,
} from '../../src-core/rescue/types.ts';
import type { DomainSources, Hypervisor } from '../libvirt/port.ts';
import { looks, ownersOf, usersElsewhere, usersHere, writersOf } from './disk-users.ts';
import type { Elsewhere } from './disk-users.ts';
import { collectDomain, collectHost } from './domain-facts.ts';
import type { CollectedDomain } from './domain-facts.ts';
import { mediumFacts } from './medium-facts.ts';
import { nvramFacts } from './nvram.ts';
import { overlayPoolFacts } from './overlay-volumes.ts';
import { IN_FLIGHT, mapLimited } from './patience.ts';
import { imageRoom, wantedRoom } from './room.ts';
import { withFinder } from './volume-finder.ts';

export interface CollectOptions {
  readonly request: RescueRequest;
  /** Glance properties of the medium that boots. */
  readonly properties: Readonly<Record<string, string>>;
  readonly stamp: SessionStamp | null;
  /** How the medium that boots was last attached; null: nobody remembers. */
  readonly remembered?: MediumFacts['remembered'];
  /** Answers of earlier previews of this domain; used and filled where given. A run never takes any. */
  readonly asked?: Asked;
  /** Other hosts, whose running guests may have a shared disk open; none: this one alone. */
  readonly elsewhere?: readonly Elsewhere[];
}

/** Answers of a host by what was asked. */
export type Asked = Map<string, Promise<unknown>>;

/** Ask, unless that was asked already. A failure is not kept. */
function once<T>(asked: Asked | undefined, key: string, ask: () => Promise<T>): Promise<T> {
  const known = asked?.get(key) as Promise<T> | undefined;
  if (known !== undefined) return known;
  const answer = ask();
  asked?.set(key, answer);
  answer.catch(() => asked?.delete(key));
  return answer;
}

/** Rejects with domain-not-found and the connection's own failures; what is wrong with a medium is in its facts. */
export async function collectInputs(
  hypervisor: Hypervisor,
  uuid: string,
  options: CollectOptions,
): Promise<RescueInputs> {
  const { request, properties, stamp, asked } = options;
  const running = once(asked, 'running', () => hypervisor.runningDisks());
  // Waited for below; a failure before that must not count as unhandled.
  running.catch(() => undefined);
  const domain = await once(asked, 'domain', () => collectDomain(hypervisor, uuid));
  const looked = collectFiles(hypervisor, domain, options);
  const host = once(asked, 'host', () => collectHost(hypervisor, domain.view));
  const used = running.then((others) =>
    once(asked, 'users', () => usersOf(hypervisor, uuid, domain, others, options.elsewhere ?? [])),
  );
  const pool = overlayPool(hypervisor, options);
  const [hostFacts, { found, nvram, room }, others, diskUsers, overlays] = await Promise.all([
    host,
    looked,
    running,
    used,
    pool,
  ])
    // Whatever failed first: the look at the media takes its pools away before anybody is told, and perhaps exits.
    .finally(() => looked.catch(() => undefined));
  const media = await withUsers(hypervisor, uuid, found, others, asked);
  const remembered = options.remembered ?? null;
  return {
    domain: { ...domain.facts, diskUsers },
    host: hostFacts,
    media: media.map((medium, index) => (index === 0 ? { ...medium, properties, remembered } : medium)),
    request,
    stamp,
    nvram,
    room,
    ...(overlays === null ? {} : { overlayPool: overlays }),
  };
}

/** The pool that the request names; a run looks at it afresh. null: it names none. */
async function overlayPool(
  hypervisor: Hypervisor,
  { request, stamp, asked }: CollectOptions,
): Promise<OverlayPoolFacts | null> {
  const pool = request.overlayPool;
  if (pool === null) return null;
  return once(asked, `overlays ${pool}`, () => overlayPoolFacts(hypervisor, pool, stamp !== null));
}

/** Who else has the guest's own disks open. */
async function usersOf(
  hypervisor: Hypervisor,
  uuid: string,
  { view }: CollectedDomain,
  running: readonly DomainSources[],
  elsewhere: readonly Elsewhere[],
): Promise<DiskUser[]> {
  const others = elsewhere.filter((host) => host.hypervisor !== hypervisor);
  const [here, there] = await Promise.all([
    usersHere(hypervisor, uuid, view, running, looks(hypervisor, 'live')),
    usersElsewhere(uuid, view, running, others),
  ]);
  return [...here, ...there];
}

/** Whose disks the media are. */
function withUsers(
  hypervisor: Hypervisor,
  uuid: string,
  found: readonly MediumFacts[],
  running: readonly DomainSources[],
  asked: Asked | undefined,
): Promise<MediumFacts[]> {
  const look = looks(hypervisor, 'live');
  return mapLimited(found, 1, async (medium) => {
    const path = pathOf(medium);
    if (path === null) return medium;
    const [writers, owners] = await Promise.all([
      once(asked, `writers ${path}`, () => writersOf(running, look, uuid, path)),
      once(asked, `owners ${path}`, () => ownersOf(hypervisor, uuid, path)),
    ]);
    return { ...medium, writers, owners };
  });
}

interface Files {
  readonly found: MediumFacts[];
  readonly nvram: NvramFacts;
  readonly room: ImageRoom[];
}

/** The files of the host that a plan stands on: the media, the guest's own UEFI variables, and where overlays would go. */
function collectFiles(
  hypervisor: Hypervisor,
  collected: CollectedDomain,
  { request, asked }: CollectOptions,
): Promise<Files> {
  const { facts, view: domain } = collected;
  const { sessionXml, definitionXml: definition, liveXml } = facts;
  const live = () => Promise.resolve(liveXml);
  const xml = { definition, live };
  return withFinder(hypervisor, async (finder) => {
    const found = mapLimited(request.media, IN_FLIGHT, (spec) =>
      once(asked, `medium ${JSON.stringify(spec)}`, () => mediumFacts({ hypervisor, domain, xml, finder }, spec)),
    );
    const variables = once(asked, 'nvram', () => nvramFacts(hypervisor, collected, live, finder));
    const [media, nvram] = await Promise.all([found, variables]);
    // In rescue its overlays are there, and another rescue is refused.
    const wanted = sessionXml === null ? wantedRoom(hypervisor, domain, request, media) : [];
    const room = await mapLimited(wanted, IN_FLIGHT, (one) =>
      once(asked, `room ${String(one.thorough)} ${one.image}`, () => imageRoom(finder, domain.name, one)),
    );
    return { found: media, nvram, room };
  });
}

function pathOf(medium: MediumFacts): string | null {
  if (medium.source?.type === 'file') return medium.source.file;
  return medium.source?.type === 'block' ? medium.source.dev : null;
}
