/**
 * The session mark in a domain's metadata: namespace urn:salvor:rescue:1, element `rescue`. It exists exactly as long as the
 * rescue (in the live definition of a one-shot session, in both of one that lasts until it is ended), so that any administrator on any workstation sees it. It is untrusted input: anybody can write metadata.
 */
import { asXmlText, parseXml } from '../domain-xml/document.ts';
import type { XmlDocument, XmlElement } from '../domain-xml/document.ts';
import { attribute, foreignChildren, isElement } from '../domain-xml/elements.ts';
import { overlayVolumeOf } from '../disks/overlay.ts';
import { SESSION_KINDS } from './types.ts';
import type { SessionKind, SessionStamp } from './types.ts';

export const SESSION_NAMESPACE = 'urn:salvor:rescue:1';
export const SESSION_PREFIX = 'salvor';
export const SESSION_ELEMENT = 'rescue';
/** Below it, in base64: the guest's own definition, where the session lasts until it is ended. */
export const ORIGINAL_ELEMENT = 'original';

/** What the session metadata of a running domain says. */
export interface SessionRecord {
  readonly version: number;
  readonly kind: SessionKind;
  readonly id: string | null;
  readonly startedAt: string | null;
  readonly startedBy: string | null;
  /** Target of the rescue device; null: kernel rescue without a disk. */
  readonly target: string | null;
  readonly medium: string | null;
  /** Was the domain running before? Ending restores that. */
  readonly powerBefore: 'on' | 'off';
  /** hashDefinition() of the definition before. */
  readonly definition: string | null;
  /**
   * The pool with the session's overlay volumes, and the targets of the disks that they are for: their names follow from the session's id
   * (overlayVolumeOf), so that nobody's word here can name another volume. null: it has none.
   */
  readonly overlays: { readonly pool: string; readonly targets: readonly string[] } | null;
  /** The guest had no definition before: it runs from one for the time of the rescue alone. */
  readonly transient: boolean;
}

/** A volume, as libvirt names one. */
export interface OverlayVolume {
  readonly pool: string;
  readonly name: string;
}

export interface SessionMark extends Omit<SessionRecord, 'version' | 'id' | 'startedAt' | 'startedBy'> {
  /** encodeRecord() of the definition before; null: nothing has to be put back. */
  readonly original: string | null;
}

const MAX_TEXT = 500;

/** Read `<salvor:rescue>` as virDomainGetMetadata or a dumped domain has it. Null where it is absent, not ours, or unreadable. */
export function readSession(metadataXml: string | null): SessionRecord | null {
  if (metadataXml === null || metadataXml.trim() === '') return null;
  try {
    const root = parseXml(metadataXml).documentElement;
    // virDomainGetMetadata gives the element without its namespace declaration bound to our prefix on some versions.
    return root?.localName === SESSION_ELEMENT ? recordOf(root) : null;
  } catch {
    return null;
  }
}

/** The session element below <metadata>, or null. */
export function findSession(metadata: XmlElement | null): XmlElement | null {
  return (
    foreignChildren(metadata).find(
      (element) => element.namespaceURI === SESSION_NAMESPACE && element.localName === SESSION_ELEMENT,
    ) ?? null
  );
}

export function recordOf(element: XmlElement): SessionRecord {
  const text = (name: string) => attribute(element, name)?.slice(0, MAX_TEXT) ?? null;
  const kind = text('kind');
  return {
    version: Number(text('version') ?? '1') || 1,
    kind: SESSION_KINDS.find((known) => known === kind) ?? 'one-shot',
    id: text('id'),
    startedAt: text('started'),
    startedBy: text('by'),
    target: text('target'),
    medium: text('medium'),
    powerBefore: text('power') === 'on' ? 'on' : 'off',
    definition: text('definition'),
    overlays: overlaysOf(text('overlay-pool'), text('overlays')),
    transient: text('transient') === 'yes',
  };
}

function overlaysOf(pool: string | null, targets: string | null): SessionRecord['overlays'] {
  const named = (targets ?? '').split(' ').filter((target) => /^[a-z]{1,20}$/.test(target));
  return pool === null || named.length === 0 ? null : { pool, targets: named };
}

/** The volumes that a session's overlays are, by its record: names that only it has. */
export function overlayVolumesOf({ id, overlays }: SessionRecord): OverlayVolume[] {
  if (overlays === null || id === null || !/^[\w-]+$/.test(id)) return [];
  return overlays.targets.map((target) => ({ pool: overlays.pool, name: overlayVolumeOf(id, target) }));
}

/** Build the element. Without a stamp (a preview) it says neither id, nor when, nor who. */
export function sessionElement(document: XmlDocument, mark: SessionMark, stamp: SessionStamp | null): XmlElement {
  const element = document.createElementNS(SESSION_NAMESPACE, `${SESSION_PREFIX}:${SESSION_ELEMENT}`);
  element.setAttributeNS('http://www.w3.org/2000/xmlns/', `xmlns:${SESSION_PREFIX}`, SESSION_NAMESPACE);
  const attributes: readonly (readonly [string, string | null])[] = [
    ['version', '1'],
    ['kind', mark.kind],
    ['id', stamp?.id ?? null],
    ['started', stamp?.startedAt ?? null],
    ['by', stamp?.startedBy ?? null],
    ['target', mark.target],
    ['medium', mark.medium],
    ['power', mark.powerBefore],
    ['definition', mark.definition],
    ['overlay-pool', mark.overlays?.pool ?? null],
    ['overlays', mark.overlays?.targets.join(' ') ?? null],
    ['transient', mark.transient ? 'yes' : null],
  ];
  for (const [name, value] of attributes) if (value !== null) element.setAttribute(name, asXmlText(value));
  if (mark.original !== null) {
    const original = document.createElementNS(SESSION_NAMESPACE, `${SESSION_PREFIX}:${ORIGINAL_ELEMENT}`);
    original.appendChild(document.createTextNode(mark.original));
    element.appendChild(original);
  }
  return element;
}

/** Is this text of a running domain's whole definition in rescue? For adapters that have the XML at hand already. */
export function sessionOfDomainXml(xml: string): SessionRecord | null {
  if (!xml.includes(SESSION_NAMESPACE)) return null;
  try {
    const root = parseXml(xml).documentElement;
    for (let node = root?.firstChild ?? null; node !== null; node = node.nextSibling) {
      if (!isElement(node) || node.localName !== 'metadata') continue;
      const element = findSession(node);
      if (element !== null) return recordOf(element);
    }
    return null;
  } catch {
    return null;
  }
}

const ANY_VERSION = /xmlns(?::[\w.-]+)?=(["'])(urn:salvor:rescue:\d+)\1/g;

/** The namespace of a mark that another version of Salvor has put into a definition, which this one cannot read; null: none. */
export function markOfOtherVersion(xml: string): string | null {
  for (const [, , namespace] of xml.matchAll(ANY_VERSION))
    if (namespace !== undefined && namespace !== SESSION_NAMESPACE) return namespace;
  return null;
}

/** Which power state ending should restore. */
export function powerOf(state: string): 'on' | 'off' {
  return state === 'shutoff' || state === 'crashed' ? 'off' : 'on';
}
