/** All inputs of a plan, asked of the host. */
import { overlayOf } from '../../src-core/disks/overlay.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import type {
  MediumFacts,
  NvramFacts,
  RescueInputs,
  RescueRequest,
  SessionStamp,
} from '../../src-core/rescue/types.ts';
import type { Hypervisor, RunningDisks } from '../libvirt/port.ts';
import { collectDomain, collectHost, isOn } from './domain-facts.ts';
import type { CollectedDomain } from './domain-facts.ts';
import { mediumFacts } from './medium-facts.ts';
import { nvramFacts } from './nvram.ts';
import { mapLimited } from './patience.ts';
import { withFinder } from './volume-finder.ts';

/** How many calls may wait at once on one connection: libvirtd serves five a client, and keepalive needs one. */
export const IN_FLIGHT = 4;

export interface CollectOptions {
  readonly request: RescueRequest;
  /** Glance properties of the medium that boots. */
  readonly properties: Readonly<Record<string, string>>;
  readonly stamp: SessionStamp | null;
  /** How the medium that boots was last attached; null: nobody remembers. */
  readonly remembered?: MediumFacts['remembered'];
  /** Answers of earlier previews of this domain; used and filled where given. A run never takes any. */
  readonly asked?: Asked;
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
  const [hostFacts, { found, nvram }, others] = await Promise.all([host, looked, running])
    // Whatever failed first: the look at the media takes its pools away before anybody is told, and perhaps exits.
    .finally(() => looked.catch(() => undefined));
  const media = await mapLimited(found, 1, async (medium) => {
    const path = pathOf(medium);
    const writers =
      path === null ? [] : await once(asked, `writers ${path}`, () => writersOf(hypervisor, uuid, others, path));
    return { ...medium, writers };
  });
  const remembered = options.remembered ?? null;
  return {
    domain: domain.facts,
    host: hostFacts,
    media: media.map((medium, index) => (index === 0 ? { ...medium, properties, remembered } : medium)),
    request,
    stamp,
    nvram,
    room: [],
  };
}

/** The files of the host that a plan stands on: the media, and the guest's own UEFI variables. */
function collectFiles(
  hypervisor: Hypervisor,
  collected: CollectedDomain,
  { request, asked }: CollectOptions,
): Promise<{ found: MediumFacts[]; nvram: NvramFacts }> {
  const {
    facts: { sessionXml, definitionXml, state },
    view: domain,
  } = collected;
  // A domain that ends meanwhile runs from nothing.
  const live = async () =>
    domain.uuid !== null && isOn(state) ? hypervisor.domainXml(domain.uuid, 'live').catch(() => null) : null;
  const xml = { definition: definitionXml, live };
  return withFinder(hypervisor, async (finder) => {
    const found = mapLimited(request.media, IN_FLIGHT, async (spec) => {
      const facts = await once(asked, `medium ${JSON.stringify(spec)}`, () =>
        mediumFacts({ hypervisor, domain, xml, finder }, spec),
      );
      if (sessionXml !== null) return facts;
      return withoutLeftOverlay(domain, request, facts, (overlay) =>
        once(asked, `overlay ${overlay}`, () => finder.glimpse(overlay)),
      );
    });
    const variables = once(asked, 'nvram', () => nvramFacts(hypervisor, collected, live, finder));
    const [media, nvram] = await Promise.all([found, variables]);
    return { found: media, nvram };
  });
}

/**
 * libvirt refuses to start a disk behind a throw-away overlay while one of an earlier session lies there (left by a crash of the host or
 * its daemon). Found out before the guest is stopped, where the host's pools show it.
 */
async function withoutLeftOverlay(
  { name }: DomainView,
  request: RescueRequest,
  facts: MediumFacts,
  isThere: (path: string) => Promise<boolean>,
): Promise<MediumFacts> {
  if (facts.source?.type !== 'file' || request.writes !== 'overlay' || !mayBeDisk(request, facts)) return facts;
  const overlay = overlayOf(facts.source.file, name);
  if (!(await isThere(overlay))) return facts;
  const problem = `${overlay} was left behind by an earlier rescue of this guest; remove it with salvor sessions --clean, or by hand`;
  return { ...facts, found: false, problem };
}

function mayBeDisk({ device }: RescueRequest, { content }: MediumFacts): boolean {
  return device === 'disk' || (device === null && content?.kind !== 'iso9660');
}

function pathOf(medium: MediumFacts): string | null {
  if (medium.source?.type === 'file') return medium.source.file;
  return medium.source?.type === 'block' ? medium.source.dev : null;
}

/** Names of running domains other than `uuid` that have the path as a disk they may write to. */
async function writersOf(
  hypervisor: Hypervisor,
  uuid: string,
  running: readonly RunningDisks[],
  path: string,
): Promise<string[]> {
  const candidates = running.filter(
    (other) => other.uuid !== uuid && (other.sources === null || other.sources.includes(path)),
  );
  const writers = await mapLimited(candidates, IN_FLIGHT, async (other) => {
    // Whether it is read-only, statistics do not tell. A domain that has gone meanwhile writes no more.
    const xml = await hypervisor.domainXml(other.uuid, 'live').catch(() => null);
    const disks = xml === null ? [] : parseDomain(xml).disks;
    return disks.some((disk) => disk.source === path && !disk.readonly) ? other.name : null;
  });
  return writers.filter((name) => name !== null);
}
