/** Who has an image as a disk: running guests on the same host, guests that are off, and running guests on other hosts. */
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import type { DiskView } from '../../src-core/disks/types.ts';
import type { DiskUser } from '../../src-core/rescue/types.ts';
import type { Hypervisor, DomainSources } from '../libvirt/port.ts';
import { IN_FLIGHT, mapLimited, within } from './patience.ts';
import { readVolumeXml } from './storage-xml.ts';
import { volumeNamed } from './volume-place.ts';

/** Another host that is slow to answer is not waited for longer. */
const PATIENCE_MS = 2000;
/** An image that more guests name is one that they share for reading; looking into each would take long, and tell nothing new. */
const MOST_OWNERS = 20;

/** Another host that this application is connected to. */
export interface Elsewhere {
  /** As people know it. */
  readonly name: string;
  readonly hypervisor: Hypervisor;
}

/** A domain's disks as it runs or, off, as its definition has them; null: it has gone. One look a domain. */
export type Look = (uuid: string) => Promise<DomainView | null>;

export function looks(hypervisor: Hypervisor, kind: 'live' | 'definition'): Look {
  const known = new Map<string, Promise<DomainView | null>>();
  return (uuid) => {
    const look =
      known.get(uuid) ??
      hypervisor
        .domainXml(uuid, kind)
        .then(parseDomain)
        .catch(() => null);
    known.set(uuid, look);
    return look;
  };
}

/** Domains whose listed sources have the path, or of which the driver lists none. */
function candidates(all: readonly DomainSources[], uuid: string, path: string): DomainSources[] {
  return all.filter((other) => other.uuid !== uuid && (other.sources === null || other.sources.includes(path)));
}

/** Names of domains other than `uuid` that have the path as a disk they may write to. */
export async function writersOf(
  all: readonly DomainSources[],
  look: Look,
  uuid: string,
  path: string,
  most = Infinity,
): Promise<string[]> {
  const writers = await mapLimited(candidates(all, uuid, path).slice(0, most), IN_FLIGHT, async (other) => {
    // Whether it is read-only, statistics do not tell.
    const disks = (await look(other.uuid))?.disks ?? [];
    return disks.some((disk) => disk.source === path && !disk.readonly) ? other.name : null;
  });
  return writers.filter((name) => name !== null);
}

/** Names of domains that are off, and have the path as a disk of their own. */
export async function ownersOf(hypervisor: Hypervisor, uuid: string, path: string): Promise<string[]> {
  const off = await hypervisor.offDisks();
  return writersOf(
    off.filter(({ sources }) => sources !== null),
    looks(hypervisor, 'definition'),
    uuid,
    path,
    MOST_OWNERS,
  );
}

/** The guest's own disks that others on its host have open. */
export async function usersHere(
  hypervisor: Hypervisor,
  uuid: string,
  view: DomainView,
  running: readonly DomainSources[],
  look: Look,
): Promise<DiskUser[]> {
  const others = running.filter((other) => other.uuid !== uuid);
  if (others.length === 0) return [];
  const found = await mapLimited(ownDisks(view), IN_FLIGHT, async (own) => {
    const path = await listedAs(hypervisor, own);
    if (path === null) return [];
    const users = await mapLimited(candidates(others, uuid, path), IN_FLIGHT, async ({ uuid: other, name }) => {
      const disks = ((await look(other))?.disks ?? []).filter(({ source }) => source === own.source || source === path);
      return userOf(own.target, name, null, disks, 'same');
    });
    return users.flat();
  });
  return found.flat();
}

/**
 * Those that guests on other hosts have open. A network disk is told by its address; a file of the same path may be another file, which is
 * worth a word only where the disk is meant to be shared.
 */
export async function usersElsewhere(
  uuid: string,
  view: DomainView,
  here: readonly DomainSources[],
  elsewhere: readonly Elsewhere[],
): Promise<DiskUser[]> {
  const own = ownDisks(view).filter(({ sourceType, shareable }) => sourceType === 'network' || shareable);
  if (own.length === 0) return [];
  // The same daemon by another address shows the same domains.
  const known = new Set([uuid, ...here.map((other) => other.uuid)]);
  const found = await Promise.all(
    elsewhere.map((host) => within(PATIENCE_MS, usersOn(host, own, known), []).catch(() => [])),
  );
  return found.flat();
}

async function usersOn(
  { name: host, hypervisor }: Elsewhere,
  own: readonly DiskView[],
  known: ReadonlySet<string>,
): Promise<DiskUser[]> {
  const running = (await hypervisor.runningDisks()).filter(({ uuid }) => !known.has(uuid));
  const look = looks(hypervisor, 'live');
  const found = await mapLimited(own, IN_FLIGHT, async (disk) => {
    const path = listedName(disk);
    if (path === null) return [];
    const users = await mapLimited(candidates(running, '', path), IN_FLIGHT, async ({ uuid, name }) => {
      const disks = ((await look(uuid))?.disks ?? []).filter(
        ({ source, sourceType }) => source === disk.source && sourceType === disk.sourceType,
      );
      return userOf(disk.target, name, host, disks, disk.sourceType === 'network' ? 'same' : 'path');
    });
    return users.flat();
  });
  return found.flat();
}

function userOf(
  target: string,
  domain: string,
  host: string | null,
  disks: readonly DiskView[],
  as: DiskUser['as'],
): DiskUser[] {
  return disks.length === 0 ? [] : [{ target, domain, host, writes: disks.some(({ readonly }) => !readonly), as }];
}

/** Disks that the guest may write to. */
function ownDisks(view: DomainView): DiskView[] {
  return view.disks.filter(({ readonly, source, target }) => !readonly && source !== null && target !== '');
}

/** The name by which libvirt's statistics list a source: a volume by its path on the host. */
async function listedAs(hypervisor: Hypervisor, disk: DiskView): Promise<string | null> {
  if (disk.sourceType !== 'volume' || disk.source === null) return listedName(disk);
  const volume = await hypervisor.examineVolume(volumeNamed(disk.source), 0).catch(() => null);
  return volume === null ? null : readVolumeXml(volume.xml).path;
}

/** Of `rbd:pool/image@host` that is `pool/image`. */
function listedName({ sourceType, source }: DiskView): string | null {
  if (source === null || sourceType === 'volume') return null;
  if (sourceType !== 'network') return source;
  return /^[^:]*:(.*?)(?:@[^@]*)?$/.exec(source)?.[1] ?? null;
}
