/** Definitions as trees, read with the XML library alone. */
import { DOMParser } from '@xmldom/xmldom';
import type { Element, Node } from '@xmldom/xmldom';

export function rootOf(xml: string): Element {
  const root = new DOMParser().parseFromString(xml, 'text/xml').documentElement;
  if (root === null) throw new Error('no root element in what libvirt said');
  return root;
}

export function devicesOf(xml: string): Element | undefined {
  return own(rootOf(xml), 'devices')[0];
}

const isElement = (node: Node): node is Element => node.nodeType === 1;

/** Child elements without a namespace; of one name, or all. */
export function own(parent: Element | undefined, name?: string): Element[] {
  const found: Element[] = [];
  for (let node = parent?.firstChild ?? null; node !== null; node = node.nextSibling)
    if (isElement(node) && (node.namespaceURI ?? '') === '' && (name === undefined || node.localName === name))
      found.push(node);
  return found;
}

export function attributeOf(element: Element | undefined, name: string): string | null {
  return element?.getAttribute(name) ?? null;
}

/** An element as one line: attributes sorted, blank text left out, children for which `leaveOut` says so left out. */
export function lineOf(node: Node, leaveOut: (child: Node) => boolean = () => false): string {
  if (!isElement(node)) return (node.nodeValue ?? '').trim();
  const attributes = [...node.attributes].map(({ name, value }) => `${name}=${JSON.stringify(value)}`).sort();
  let text = `<${[node.nodeName, ...attributes].join(' ')}>`;
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (!leaveOut(child)) text += lineOf(child);
  return `${text}</>`;
}
