/**
 * The two definitions of a migration: the one that runs at the destination (DEST_XML) and the one that stays there (PERSIST_XML). libvirt
 * checks the first against the guest, and takes of the second whatever it is given: another UUID breaks the domain, other devices are found
 * at its next start (tried on 9.0). So that check is made here.
 */
import { parseXml } from '../domain-xml/document.ts';
import type { XmlElement } from '../domain-xml/document.ts';
import { attribute, child, childText, children, textOf } from '../domain-xml/elements.ts';
import { diffLines } from '../domain-xml/line-diff.ts';
import { applyRules, withOriginalHash } from './rules.ts';
import type { DefinitionPair, MigrationInputs } from './types.ts';

export interface Definitions {
  /** null: it is off. */
  readonly running: DefinitionPair | null;
  /** null: a transient guest keeps none. */
  readonly persistent: DefinitionPair | null;
}

/**
 * Both, by the rules. Of a guest in a one-shot rescue the running one is the rescue's and the other the guest's own, whose hash the mark in the
 * first names; in one that lasts until it is ended both are the rescue definition with its record. Throws XmlProblem.
 */
export function definitionsThere({ domain, migratableXml, request }: MigrationInputs): Definitions {
  const { definitionXml } = domain;
  const persistent = domain.persistent ? pair(definitionXml, applyRules(definitionXml, request.rules)) : null;
  if (migratableXml === null || !request.live) return { running: null, persistent };
  const ruled = applyRules(migratableXml, request.rules);
  const running = persistent === null ? ruled : withOriginalHash(ruled, persistent.before, persistent.after);
  return { running: pair(migratableXml, running), persistent };
}

function pair(before: string, after: string): DefinitionPair {
  return { before, after, diff: diffLines(before, after) };
}

/**
 * What of a guest is another after the rules, of all that libvirt holds a migration to (virDomainDefCheckABIStability) and of name and UUID;
 * null: nothing. Throws XmlProblem.
 */
export function changedGuest(before: string, after: string): string | null {
  const old = guestOf(before);
  const now = guestOf(after);
  for (const [what, value] of old) if (now.get(what) !== value) return what;
  for (const what of now.keys()) if (!old.has(what)) return what;
  return null;
}

function guestOf(xml: string): Map<string, string> {
  const root = parseXml(xml).documentElement;
  const facts = new Map<string, string>();
  const fact = (what: string, value: string | null) => facts.set(what, value ?? '');
  fact('virt type', attribute(root, 'type'));
  for (const name of ['name', 'uuid', 'memory', 'maxMemory', 'vcpu']) fact(name, childText(root, name));
  const type = child(child(root, 'os'), 'type');
  fact('machine', `${attribute(type, 'arch') ?? ''} ${attribute(type, 'machine') ?? ''}`);
  fact('cpu', [...shapeOf(child(root, 'cpu'))].join(' '));
  const counts = new Map<string, number>();
  for (const device of children(child(root, 'devices'))) {
    const kind = device.localName ?? '';
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    fact(`${kind} ${number}`, guestSide(device).join(' '));
  }
  return facts;
}

/** Of a device what its guest sees: kind, model, place; not what it stands on. */
const GUEST_SIDE = ['target', 'address', 'mac', 'model', 'serial', 'wwn', 'readonly', 'shareable', 'transient'];

function guestSide(device: XmlElement): string[] {
  // The kind of a source may differ: a file here can be a block device there.
  const own = ['device', 'model', 'index', 'bus'].map((name) => attribute(device, name) ?? '');
  const type = ['disk', 'interface', 'serial', 'console', 'parallel', 'channel'].includes(device.localName ?? '')
    ? ''
    : (attribute(device, 'type') ?? '');
  return [
    type,
    ...own,
    ...children(device).flatMap((part) => (GUEST_SIDE.includes(part.localName ?? '') ? [...shapeOf(part)] : [])),
  ];
}

function* shapeOf(element: XmlElement | null): Generator<string> {
  if (element === null) return;
  const attributes = [...element.attributes].map(({ name, value }) => `${name}=${value}`).sort();
  yield `<${element.localName ?? ''} ${attributes.join(' ')}>${textOf(element) ?? ''}`;
  for (const inner of children(element)) yield* shapeOf(inner);
}
