/**
 * Did a definition arrive as it was given? libvirt writes XML anew, and newer ones add elements and attributes of their own: so what was given
 * must all be there, device for device, and what is there besides is no difference.
 */
import { parseXml } from '../domain-xml/document.ts';
import type { XmlElement } from '../domain-xml/document.ts';
import { attribute, child, children, isElement, textOf } from '../domain-xml/elements.ts';
import { redactText } from '../rescue/redact.ts';
import { withoutSecrets } from '../rescue/record.ts';

/** How many differences are told in words; the rest is counted. */
const TOLD = 4;
const MAX_VALUE = 120;

/** What a definition is read of: what runs, or what it is started from. */
export type ReadOf = 'running' | 'definition';

/**
 * Differences in words that stand behind a colon, without passwords; empty: all that was given is there. Throws XmlProblem where either text
 * cannot be read.
 */
export function notArrived(given: string, found: string, of: ReadOf): string[] {
  const there = factsOf(found);
  const missing: string[] = [];
  for (const [path, value] of factsOf(given)) {
    if (isLibvirts(path, of)) continue;
    const now = there.get(path);
    if (now === value) continue;
    missing.push(
      now === undefined ? `${path} is not there (${shown(value)})` : `${path} is ${shown(now)}, not ${shown(value)}`,
    );
  }
  const more = missing.length - TOLD;
  return more > 0 ? [...missing.slice(0, TOLD), `and ${String(more)} more like these`] : missing;
}

/**
 * What stands below a disk's image is found out by libvirt from the images: those of a copy are others. Of what runs, the balloon follows the
 * guest, and the CPU is what QEMU has made of it: that it is the same one libvirt sees to.
 */
function isLibvirts(path: string, of: ReadOf): boolean {
  if (path.includes(' backingStore')) return true;
  return of === 'running' && /^(?:cpu|currentMemory)(?: |$)/.test(path);
}

function shown(value: string): string {
  const bare = redactText(value);
  return bare === '' ? 'empty' : `“${bare.length > MAX_VALUE ? `${bare.slice(0, MAX_VALUE)}…` : bare}”`;
}

/** Each element, attribute and text by where it stands: `devices disk vda source file` → `/images/root.img`. */
function factsOf(xml: string): Map<string, string> {
  const facts = new Map<string, string>();
  const root = parseXml(withoutSecrets(xml)).documentElement;
  const walk = (element: XmlElement, path: string): void => {
    facts.set(path, '');
    for (let index = 0; index < element.attributes.length; index += 1) {
      const each = element.attributes.item(index);
      // An attribute without a value is what hides a password, or what libvirt leaves out.
      if (each !== null && each.value !== '') facts.set(`${path} ${each.name}`.trim(), each.value);
    }
    const text = textOf(element);
    if (text !== null && text !== '') facts.set(path, text);
    const counted = new Map<string, number>();
    for (let node = element.firstChild; node !== null; node = node.nextSibling) {
      if (!isElement(node)) continue;
      const name = node.localName ?? node.nodeName;
      const key = keyOf(node, name);
      const before = counted.get(`${name} ${key}`) ?? 0;
      counted.set(`${name} ${key}`, before + 1);
      const place = [name, key, before === 0 ? '' : String(before + 1)].filter((word) => word !== '').join(' ');
      walk(node, `${path} ${place}`.trim());
    }
  };
  // What runs has a number of its own on each host.
  root?.removeAttribute('id');
  if (root !== null) walk(root, '');
  facts.delete('');
  return facts;
}

/** What tells an element from others of its name, wherever it stands among them; empty: its place does. */
function keyOf(element: XmlElement, name: string): string {
  switch (name) {
    case 'disk':
      return attribute(child(element, 'target'), 'dev') ?? '';
    case 'interface':
      return attribute(child(element, 'mac'), 'address') ?? '';
    case 'controller':
      return `${attribute(element, 'type') ?? ''} ${attribute(element, 'index') ?? ''}`.trim();
    case 'vcpupin':
    case 'vcpu':
      return attribute(element, 'vcpu') ?? attribute(element, 'id') ?? '';
    case 'feature':
      return attribute(element, 'name') ?? '';
    default:
      return children(element, 'target').length > 0 ? (attribute(child(element, 'target'), 'port') ?? '') : '';
  }
}
