/**
 * Child-only helpers. `getElementsByTagName` descends into <backingStore> and <mirror> and finds the wrong <source>; it is banned.
 * libvirt's own elements have no namespace; elements of others are never looked at by these.
 */
import type { XmlDocument, XmlElement, XmlNode } from './document.ts';

const ELEMENT_NODE = 1;
const TEXT_NODE = 3;
const CDATA_NODE = 4;

export function isElement(node: XmlNode | null): node is XmlElement {
  return node !== null && node.nodeType === ELEMENT_NODE;
}

function isOwn(element: XmlElement, name?: string): boolean {
  return (element.namespaceURI ?? '') === '' && (name === undefined || element.localName === name);
}

/** Child elements without a namespace, in order; only those called `name` where given. */
export function children(parent: XmlElement | null, name?: string): XmlElement[] {
  const found: XmlElement[] = [];
  for (let node = parent?.firstChild ?? null; node !== null; node = node.nextSibling) {
    if (isElement(node) && isOwn(node, name)) found.push(node);
  }
  return found;
}

/** The first child element called `name`, or null. */
export function child(parent: XmlElement | null, name: string): XmlElement | null {
  for (let node = parent?.firstChild ?? null; node !== null; node = node.nextSibling) {
    if (isElement(node) && isOwn(node, name)) return node;
  }
  return null;
}

/** Child elements in a foreign namespace. */
export function foreignChildren(parent: XmlElement | null): XmlElement[] {
  const found: XmlElement[] = [];
  for (let node = parent?.firstChild ?? null; node !== null; node = node.nextSibling) {
    if (isElement(node) && !isOwn(node)) found.push(node);
  }
  return found;
}

/** The text directly in an element, as it stands; null without the element. */
export function wholeTextOf(element: XmlElement | null): string | null {
  if (element === null) return null;
  let text = '';
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === TEXT_NODE || node.nodeType === CDATA_NODE) text += node.nodeValue ?? '';
  }
  return text;
}

/** The text directly in an element, trimmed; null without the element. */
export function textOf(element: XmlElement | null): string | null {
  return wholeTextOf(element)?.trim() ?? null;
}

/** Text of the first child called `name`, trimmed; null without it. */
export function childText(parent: XmlElement | null, name: string): string | null {
  return textOf(child(parent, name));
}

/** An attribute's value, or null where it is absent. */
export function attribute(element: XmlElement | null, name: string): string | null {
  return element?.getAttribute(name) ?? null;
}

/** A number in libvirt's notation (decimal or 0x…), or null. */
export function numberAttribute(element: XmlElement | null, name: string): number | null {
  const text = attribute(element, name);
  if (text === null || !/^(0x[0-9a-fA-F]+|\d+)$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** A new element without namespace: attributes with null are left out; text or elements as content. */
export function newElement(
  document: XmlDocument,
  name: string,
  attributes: Readonly<Record<string, string | number | null>> = {},
  content: readonly XmlElement[] | string = [],
): XmlElement {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null) element.setAttribute(key, String(value));
  }
  if (typeof content === 'string') element.appendChild(document.createTextNode(content));
  else for (const node of content) element.appendChild(node);
  return element;
}

const INDENT = '  ';

function depthOf(element: XmlElement): number {
  let depth = 0;
  for (let node = element.parentNode; isElement(node); node = node.parentNode) depth += 1;
  return depth;
}

/** Lay out a new element as libvirt does, two spaces a level, so that a diff shows it line by line. */
function layOut(document: XmlDocument, element: XmlElement, depth: number): void {
  const inner = children(element).concat(foreignChildren(element));
  if (inner.length === 0) return;
  for (const node of inner) {
    element.insertBefore(document.createTextNode(`\n${INDENT.repeat(depth + 1)}`), node);
    layOut(document, node, depth + 1);
  }
  element.appendChild(document.createTextNode(`\n${INDENT.repeat(depth)}`));
}

/** Insert a new child behind `after` (or as the first child where that is null), on a line of its own. */
export function insertLine(
  document: XmlDocument,
  parent: XmlElement,
  element: XmlElement,
  after: XmlElement | null,
): void {
  const depth = depthOf(parent) + 1;
  const before = after === null ? parent.firstChild : after.nextSibling;
  const lineBreak = document.createTextNode(`\n${INDENT.repeat(depth)}`);
  parent.insertBefore(lineBreak, before);
  parent.insertBefore(element, before);
  layOut(document, element, depth);
  if (before === null) parent.appendChild(document.createTextNode(`\n${INDENT.repeat(depth - 1)}`));
}

/** Remove an element and the white space before it, so that its line goes with it. */
export function removeLine(element: XmlElement): void {
  const parent = element.parentNode;
  if (parent === null) return;
  const before = element.previousSibling;
  if (before !== null && before.nodeType === TEXT_NODE && (before.nodeValue ?? '').trim() === '')
    parent.removeChild(before);
  parent.removeChild(element);
}

/** Put text in place of whatever an element holds. */
export function replaceText(document: XmlDocument, element: XmlElement, text: string): void {
  while (element.firstChild !== null) element.removeChild(element.firstChild);
  element.appendChild(document.createTextNode(text));
}
