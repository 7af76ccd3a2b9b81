/**
 * The recovery record of a session that lasts until it is ended: the guest's own definition, inside the rescue definition's metadata.
 * Written once, at the start. Anybody may read metadata, read-only connections included, so what libvirt shows only to those who may
 * see secrets stays out of it: passwords of consoles and cookies of network disks. Ending takes them from the rescue definition, which
 * has them where the guest's own had them.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { parseXml } from '../domain-xml/document.ts';
import { child, childText, textOf } from '../domain-xml/elements.ts';
import { parseDomain } from '../domain-xml/domain.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { hashText } from './fingerprint.ts';
import { ORIGINAL_ELEMENT, findSession, recordOf } from './session.ts';
import type { SessionRecord } from './session.ts';
import type { XmlElement } from '../domain-xml/document.ts';

/** Of the session element as this Salvor writes and reads it. */
const RECORD_VERSION = 1;

/**
 * What VIR_DOMAIN_XML_SECURE adds to a dumped definition (tried on 9.0): where the value begins, and the value. No part of it runs past the
 * next `<`, which no attribute holds: so no text takes longer than its length.
 */
const SECRET = /(<graphics\b[^<>]*?\spasswd=)('[^'<]*'|"[^"<]*")|(<cookie\b[^<>]*>)([^<]*)(?=<\/cookie>)/g;

/** The definition with every secret left empty. An empty VNC password lets nobody in, so that a definition restored without it is safe. */
export function withoutSecrets(xml: string): string {
  return xml.replace(SECRET, (_whole, graphics?: string, _password?: string, cookie?: string) =>
    graphics === undefined ? (cookie ?? '') : `${graphics}''`,
  );
}

/** Does a definition hold anything that stays out of its record? */
export function hasSecrets(xml: string): boolean {
  return withoutSecrets(xml) !== xml;
}

/**
 * Hash of a definition as it may be told to everybody: with its secrets, a short password could be guessed from it. The same for the same
 * definition with its controllers in another order.
 */
export function hashDefinition(xml: string): string {
  return hashText(controllersSorted(withoutSecrets(xml)));
}

/**
 * Are two dumped definitions the same, as far as libvirt itself keeps them? It sorts controllers that it has added by itself only when it
 * reads the definition again: when it starts, or when the very definition that it gave is defined once more (tried on 9.0).
 */
export function sameDefinition(one: string, other: string): boolean {
  return one === other || controllersSorted(one) === controllersSorted(other);
}

/** The text with its <controller> elements sorted and put at its end. By lines, as libvirt writes them; one pass. */
function controllersSorted(xml: string): string {
  const rest: string[] = [];
  const controllers: string[] = [];
  let open: string[] | null = null;
  for (const line of xml.split('\n')) {
    const text = line.trim();
    if (open === null && !text.startsWith('<controller ')) rest.push(line);
    else {
      open ??= [];
      open.push(line);
      if (!(text.startsWith('<controller ') ? text.endsWith('/>') : text === '</controller>')) continue;
      controllers.push(open.join('\n'));
      open = null;
    }
  }
  // A controller that is never closed is no element: somebody's text.
  return [...rest, ...controllers.sort(), ...(open ?? [])].join('\n');
}

export function encodeRecord(definitionXml: string): string {
  return encodeBase64(withoutSecrets(definitionXml));
}

/** Bytes of a definition and of its record in it. */
export function lengthWithRecord(definitionXml: string): number {
  const bytes = utf8ToBytes(definitionXml).length;
  return bytes + Math.ceil(bytes / 3) * 4;
}

export type Recovered =
  | { readonly session: SessionRecord; readonly definitionXml: string; readonly problem: null }
  /** Why the record cannot be acted on, in words that stand behind a colon. */
  | { readonly session: SessionRecord | null; readonly definitionXml: null; readonly problem: string };

/**
 * The guest's own definition, byte for byte, from the rescue definition as libvirt dumps it (INACTIVE | SECURE). Metadata can be written by
 * anybody: what does not decode, is not whole, or is another domain's definition is not given back.
 */
export function recoverDefinition(rescueXml: string): Recovered {
  const root = parseXml(rescueXml).documentElement;
  const element = findSession(child(root, 'metadata'));
  if (element === null) return { session: null, definitionXml: null, problem: 'its definition carries no session' };
  const session = recordOf(element);
  const not = (problem: string): Recovered => ({ session, definitionXml: null, problem });
  const recorded = recordedDefinition(element);
  if (recorded.definitionXml === null) return not(recorded.problem);
  const of = domainOf(recorded.definitionXml);
  if (of === null || of.uuid !== childText(root, 'uuid')) return not('the record is the definition of another domain');
  if (of.name !== childText(root, 'name')) return not(`the domain was called ${of.name} when the rescue began`);
  const definitionXml = fillSecrets(recorded.definitionXml, rescueXml);
  if (definitionXml === null)
    return not(
      'the passwords in the definition are not those from the start of the rescue: their number is another one',
    );
  return { session, definitionXml, problem: null };
}

/** The definition in the record of a session element (null: there is none), as it was written, without its secrets, whole; of whichever domain. */
export function recordedDefinition(
  element: XmlElement | null,
):
  | { readonly definitionXml: string; readonly problem: null }
  | { readonly definitionXml: null; readonly problem: string } {
  const not = (problem: string) => ({ definitionXml: null, problem });
  if (element === null) return not('its definition carries no session');
  const session = recordOf(element);
  if (session.version !== RECORD_VERSION)
    return not(`a newer Salvor wrote the record (version ${session.version}; this one reads ${RECORD_VERSION})`);
  const text = textOf(originalElement(element));
  if (text === null || text === '') return not('the session in its definition carries no record');
  const definitionXml = decodeBase64(text);
  if (definitionXml === null) return not('the record is damaged: it does not decode');
  if (session.definition === null) return not('the record is damaged: the session does not name its hash');
  if (hashDefinition(definitionXml) !== session.definition)
    return not('the record is damaged: its hash is another one');
  return { definitionXml, problem: null };
}

function originalElement(session: XmlElement) {
  for (let node = session.firstChild; node !== null; node = node.nextSibling)
    if (node.nodeType === 1 && node.localName === ORIGINAL_ELEMENT) return node as typeof session;
  return null;
}

/** Secrets of the one definition into the empty places of the other, in their order; null where their number or their kinds differ. */
export function fillSecrets(template: string, definitionXml: string): string | null {
  const found = [...definitionXml.matchAll(SECRET)];
  const kinds = (all: readonly RegExpExecArray[]) =>
    all.map(([, graphics]) => (graphics === undefined ? 'c' : 'g')).join('');
  if (kinds(found) !== kinds([...template.matchAll(SECRET)])) return null;
  const secrets = found.map((each) => each[2] ?? each[4] ?? '');
  let next = 0;
  return template.replace(SECRET, (_whole, graphics?: string, _password?: string, cookie?: string) => {
    const secret = secrets[next++] ?? '';
    return graphics === undefined ? `${cookie ?? ''}${secret}` : `${graphics}${singleQuoted(secret)}`;
  });
}

/** An attribute's value with its quotes, as libvirt writes it. */
function singleQuoted(value: string): string {
  return value.startsWith("'") ? value : `'${value.slice(1, -1).replaceAll("'", '&apos;')}'`;
}

/** Whose definition it is; null: nobody's. */
function domainOf(definitionXml: string): { readonly name: string; readonly uuid: string | null } | null {
  try {
    return parseDomain(definitionXml);
  } catch {
    return null;
  }
}
