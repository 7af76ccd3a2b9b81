/**
 * What sessions left behind on a host, and whose it is. A file is offered for removal only where it is proven to be Salvor's own: this
 * computer's journal names it, or it is called by a domain that is here (`….salvor-UUID`, which nobody else writes). Everything else that
 * looks alike is told, and left alone.
 */
import type { EndedUnseen, Leftover } from '../../src-core/contract/journal-schemas.ts';
import { domainOfOverlay, imageOfOverlay, isOverlayOf, sessionOfOverlayVolume } from '../../src-core/disks/overlay.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import type { BeganRecord, EntryOutline, MadeFile } from '../../src-core/journal/types.ts';
import { domainOfScratch } from '../../src-core/rescue/scratch-nvram.ts';
import type { SessionRecord } from '../../src-core/rescue/session.ts';

export interface SeenDomain {
  readonly uuid: string;
  readonly name: string;
  readonly on: boolean;
  readonly session: SessionRecord | null;
  /** What it runs from; off: its definition. */
  readonly xml: string;
  readonly snapshots: readonly { readonly name: string; readonly description: string | null }[];
}

export interface SeenFile {
  readonly path: string;
  /** Bytes; null: not told. */
  readonly size: number | null;
}

/** One look at a host. */
export interface Seen {
  /** As an entry has it: `uri` without passwords. */
  readonly host: BeganRecord['host'];
  readonly domains: readonly SeenDomain[];
  readonly files: readonly SeenFile[];
  /** Of this computer's journal, the newest first. */
  readonly entries: readonly EntryOutline[];
}

/**
 * The rescues of a host that the journal tells of, but for those of guests that were migrated away from there since. Hosts are known by their
 * own name: the same one can be reached by several URIs.
 */
export function rescuesOn({ host, entries }: Pick<Seen, 'host' | 'entries'>): EntryOutline[] {
  return entries.filter(
    ({ began }) =>
      began.kind === 'rescue' &&
      began.host.hostname === host.hostname &&
      migratedTo({ host, entries }, began.domain.uuid, began.at) === null,
  );
}

/** Where a guest was migrated to from this host, since that time (ISO 8601), and has not come back from; null: it was not, as far as the journal tells. */
function migratedTo({ host, entries }: Pick<Seen, 'host' | 'entries'>, uuid: string, since = ''): string | null {
  // Newest first.
  for (const { began, ended, closed } of entries) {
    if (began.at < since || began.domain.uuid !== uuid || began.order.kind !== 'migrate') continue;
    const stayed =
      ended?.code === 'migration-failed' || ended?.outcome === 'cancelled' || closed?.how === 'rolled-back';
    if (stayed) continue;
    const { hostname } = began.order.migration.to;
    return hostname === host.hostname ? null : hostname;
  }
  return null;
}

/** Storage may be shared: what a guest uses on another host is not left over on this one, whatever its name. */
function unlessElsewhere(seen: Seen, left: Leftover): Leftover {
  const to = left.domain === null ? null : migratedTo(seen, left.domain.uuid);
  if (to === null || left.kind === 'snapshot') return left;
  const why = `${left.why}; ${left.domain?.name ?? 'it'} was migrated to ${to}, and uses it there where both hosts share it`;
  return { ...left, removable: false, why };
}

/** Could a file of that name be one that a session makes? Then it is worth a look. */
export function mayBeMade(name: string): boolean {
  return domainOfScratch(name) !== null || domainOfOverlay(name) !== null || sessionOfOverlayVolume(name) !== null;
}

export function leftoversAmong(seen: Seen): Leftover[] {
  const files = seen.files.map((file) => scratchLeft(seen, file) ?? volumeLeft(seen, file) ?? overlayLeft(seen, file));
  const all = [...files.filter((left) => left !== null), ...seen.domains.flatMap(snapshotsLeft)];
  return all.map((left) => unlessElsewhere(seen, left));
}

function leftover(
  kind: Leftover['kind'],
  { path, size }: SeenFile,
  domain: Leftover['domain'],
  removable: boolean,
  why: string,
): Leftover {
  return { id: `${kind}:${path}`, kind, name: path, size, domain, removable, why };
}

/** The newest rescue of this host that the journal says to have made the file. */
export function makerOf(
  seen: Pick<Seen, 'host' | 'entries'>,
  kind: Leftover['kind'],
  name: string,
): EntryOutline | null {
  const names = (made: MadeFile) => made.kind === kind && made.name === name;
  return rescuesOn(seen).find(({ began }) => began.files.some(names)) ?? null;
}

/** `the rescue of web1 that ada@desk began at 2026-11-01T10:00:00Z` */
function rescueName({ began }: EntryOutline): string {
  return `the rescue of ${began.domain.name} that ${began.by} began at ${began.at}`;
}

/** A name in a definition may be in one of both spellings. */
export function mentions(xml: string, path: string): boolean {
  const escaped = path.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/'/g, '&apos;');
  return xml.includes(path) || xml.includes(escaped);
}

/** Off as well: somebody may have defined a guest with the session's variables as its own. */
const isUsed = ({ domains }: Seen, path: string) => domains.some(({ xml }) => mentions(xml, path));

/** A domain that is not there any more was there under the same URI: on another host of that name it may be another one. */
const isGoneFrom = ({ host }: Seen, { began }: EntryOutline) => began.host.uri === host.uri;

function refOf({ uuid, name }: { readonly uuid: string; readonly name: string }) {
  return { uuid, name };
}

/** UEFI variables of a session's own. */
function scratchLeft(seen: Seen, file: SeenFile): Leftover | null {
  const uuid = domainOfScratch(file.path);
  if (uuid === null || isUsed(seen, file.path)) return null;
  const domain = seen.domains.find((each) => each.uuid === uuid.toLowerCase());
  const maker = makerOf(seen, 'nvram', file.path);
  if (domain !== undefined) {
    if (domain.session !== null) return null;
    const why =
      maker === null
        ? `UEFI variables of a rescue of ${domain.name}, by their name; it is in none now`
        : `UEFI variables of ${rescueName(maker)}, which has ended`;
    return leftover('nvram', file, refOf(domain), true, why);
  }
  if (maker !== null && isGoneFrom(seen, maker))
    return leftover(
      'nvram',
      file,
      maker.began.domain,
      true,
      `UEFI variables of ${rescueName(maker)}; that domain is gone`,
    );
  const why =
    'named like UEFI variables of a rescue, but its domain is not here and the journal of this computer does not know it';
  return leftover('nvram', file, null, false, why);
}

/** Overlays in a pool: they go when their rescue is ended, unless its guest is powered off and nobody ends it. */
function volumeLeft(seen: Seen, file: SeenFile): Leftover | null {
  if (sessionOfOverlayVolume(file.path) === null || isUsed(seen, file.path)) return null;
  // A session that is open may have it without a disk that says so.
  if (seen.domains.some(({ session }) => session?.id != null && isOverlayOf(session.id, file.path))) return null;
  const maker = makerOf(seen, 'volume', file.path);
  const domain = seen.domains.find(({ uuid }) => uuid === maker?.began.domain.uuid);
  if (maker !== null && (domain !== undefined || isGoneFrom(seen, maker))) {
    const told = `overlay of ${rescueName(maker)}`;
    const why = domain === undefined ? `${told}; that domain is gone` : `${told}; nothing runs from it`;
    return leftover('volume', file, domain === undefined ? maker.began.domain : refOf(domain), true, why);
  }
  const why =
    'named like the overlay of a rescue, but the journal of this computer does not know it: it may be of one that is under way elsewhere';
  return leftover('volume', file, null, false, why);
}

/** Does a domain have a disk whose writes go into that overlay, or a session that may have one? */
export function mayUseOverlay({ session, on, xml }: Pick<SeenDomain, 'session' | 'on' | 'xml'>, path: string): boolean {
  if (session !== null || mentions(xml, path)) return true;
  const image = imageOfOverlay(path);
  return on && parseDomain(xml).disks.some(({ source, transient }) => transient && source === image);
}

/** Overlays: libvirt removes them when their domain stops, unless its daemon or its host crashed. The domain may run again without it. */
function overlayLeft(seen: Seen, file: SeenFile): Leftover | null {
  const name = domainOfOverlay(file.path);
  if (name === null || isUsed(seen, file.path)) return null;
  const mayUse = (domain: SeenDomain | undefined) => domain !== undefined && mayUseOverlay(domain, file.path);
  const byName = seen.domains.find((each) => each.name === name);
  if (mayUse(byName)) return null;
  const maker = makerOf(seen, 'overlay', file.path);
  if (maker !== null) {
    const domain = seen.domains.find(({ uuid }) => uuid === maker.began.domain.uuid);
    if (mayUse(domain)) return null;
    const ended = `throw-away overlay of ${rescueName(maker)}`;
    if (domain !== undefined) return leftover('overlay', file, refOf(domain), true, `${ended}, which has ended`);
    if (isGoneFrom(seen, maker))
      return leftover('overlay', file, maker.began.domain, true, `${ended}; that domain is gone`);
  }
  if (byName === undefined) return null;
  const why = `a throw-away overlay of ${name}, which ${byName.on ? 'runs without it' : 'is off'}; the journal of this computer does not know it: it may be of a rescue from elsewhere, or of no rescue at all`;
  return leftover('overlay', file, refOf(byName), false, why);
}

/** The session before which a snapshot was taken, by both its marks; null: it is not ours. */
function snapshotOfSession(name: string, description: string | null): string | null {
  return name.startsWith('salvor-') ? (/^Salvor: before the rescue (\S+)$/.exec(description ?? '')?.[1] ?? null) : null;
}

/** A snapshot stays on purpose: it is what one goes back to. So it is offered, and removed only when it is asked for by name. */
function snapshotsLeft(domain: SeenDomain): Leftover[] {
  return domain.snapshots.flatMap(({ name, description }) => {
    const session = snapshotOfSession(name, description);
    if (session === null || domain.session?.id === session) return [];
    const why = `the disks of ${domain.name} before a rescue that has ended; remove it once the guest is as it should be`;
    return [
      {
        id: `snapshot:${domain.uuid}:${name}`,
        kind: 'snapshot' as const,
        name,
        size: null,
        domain: refOf(domain),
        removable: true,
        why,
      },
    ];
  });
}

export interface Unseen extends EndedUnseen {
  readonly entry: EntryOutline;
}

/** Sessions that were begun here and that nobody ended through Salvor: their domains are not in them any more. */
export function endedUnseen(seen: Seen): Unseen[] {
  return rescuesOn(seen).flatMap((entry) => {
    if (entry.ended?.outcome !== 'done' || entry.closed !== null) return [];
    const { began } = entry;
    const domain = seen.domains.find(({ uuid }) => uuid === began.domain.uuid);
    if (domain === undefined && !isGoneFrom(seen, entry)) return [];
    if (domain?.session?.id === began.id) return [];
    const told = `The rescue of ${began.domain.name} by ${began.by}, begun at ${began.at}, has ended: ${howItStands(domain)}.`;
    return [{ entry, session: began.id, domain: began.domain.name, at: began.at, by: began.by, told }];
  });
}

function howItStands(domain: SeenDomain | undefined): string {
  if (domain === undefined) return 'that domain is gone';
  if (domain.session !== null)
    return `it is in another one, begun by ${domain.session.startedBy ?? 'somebody'} at ${domain.session.startedAt ?? 'an unknown time'}`;
  return domain.on ? 'it runs from its own definition' : 'it is off, at its own definition';
}
