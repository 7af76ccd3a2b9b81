/**
 * Edits of a definition's text, each where it stands: all else stays byte for byte as libvirt has written it, quotes and blanks too, so that
 * what it keeps of it is the very text that it was given, and can be compared with it. Elements are found in the parsed document.
 */
import type { XmlDocument, XmlElement } from '../domain-xml/document.ts';
import { isElement } from '../domain-xml/elements.ts';

export type TextEdit =
  /** Give an attribute that is there another value, or (null) take it away. */
  | { readonly kind: 'attribute'; readonly element: XmlElement; readonly name: string; readonly value: string | null }
  /** Give the element an attribute that it has not, behind the last of those named that it has. */
  | {
      readonly kind: 'new-attribute';
      readonly element: XmlElement;
      readonly name: string;
      readonly value: string;
      readonly behind: readonly string[];
    }
  /** Give an element that holds nothing but text another one. */
  | { readonly kind: 'text'; readonly element: XmlElement; readonly value: string }
  /** Remove an element with its line. */
  | { readonly kind: 'remove'; readonly element: XmlElement };

/** Where an element stands: `<start>…<close></name><end>`; `open` is where its start tag is over. Without content `open` is `close` is `end`. */
interface Span {
  readonly start: number;
  readonly open: number;
  close: number;
  end: number;
}

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text that was parsed, edited. What is edited inside an element that is removed goes with it. */
export function editText(xml: string, document: XmlDocument, edits: readonly TextEdit[]): string {
  if (edits.length === 0) return xml;
  const spans = spansOf(xml, document);
  const changes = edits.flatMap((edit): Change[] => {
    const span = spans.get(edit.element);
    return span === undefined ? [] : [changeOf(xml, span, edit)];
  });
  changes.sort((one, other) => one.start - other.start || other.end - one.end);
  let text = '';
  let at = 0;
  for (const change of changes) {
    if (change.start < at) continue;
    text += xml.slice(at, change.start) + change.text;
    at = change.end;
  }
  return text + xml.slice(at);
}

function changeOf(xml: string, span: Span, edit: TextEdit): Change {
  switch (edit.kind) {
    case 'remove':
      return { start: xml.slice(0, span.start).trimEnd().length, end: span.end, text: '' };
    case 'text':
      return { start: span.open, end: span.close, text: escaped(edit.value) };
    case 'attribute': {
      const found = attributesOf(xml, span).find(({ name }) => name === edit.name);
      if (found === undefined) return { start: span.open, end: span.open, text: '' };
      if (edit.value === null) return { start: found.start, end: found.end, text: '' };
      return { start: found.value, end: found.end, text: `'${escaped(edit.value)}'` };
    }
    case 'new-attribute': {
      const found = attributesOf(xml, span);
      const last = found.findLast(({ name }) => edit.behind.includes(name));
      const at = last?.end ?? span.start + 1 + edit.element.tagName.length;
      return { start: at, end: at, text: ` ${edit.name}='${escaped(edit.value)}'` };
    }
  }
}

/** As libvirt writes a text, in attributes and between tags (virBufferEscapeString). */
function escaped(text: string): string {
  return text.replace(/[<>&'"]/g, (character) => REFERENCES[character] ?? character);
}

const REFERENCES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&apos;',
  '"': '&quot;',
};

/** The attributes of a start tag: each from the blank before it; `value` with its quotes. */
function attributesOf(xml: string, { start, open }: Span) {
  const pattern = /\s+([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')/y;
  const found: { name: string; start: number; value: number; end: number }[] = [];
  pattern.lastIndex = start + (/^<[^\s/>]+/.exec(xml.slice(start, open))?.[0].length ?? open - start);
  for (let at = pattern.lastIndex; ; at = pattern.lastIndex) {
    const match = pattern.exec(xml);
    if (match === null) return found;
    const [whole, name = '', value = ''] = match;
    found.push({ name, start: at, value: at + whole.length - value.length, end: at + whole.length });
  }
}

/** In comments, CDATA sections and processing instructions, < and > are text. */
const ASIDES = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;

/** Where each element of the document stands in the text that it was parsed from: both have them in one order. */
function spansOf(xml: string, document: XmlDocument): Map<XmlElement, Span> {
  const elements = elementsOf(document);
  const spans = new Map<XmlElement, Span>();
  const open: Span[] = [];
  const tag = /<(\/?)[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>/y;
  for (let at = xml.indexOf('<'); at !== -1; at = xml.indexOf('<', at)) {
    const aside = ASIDES.find(([start]) => xml.startsWith(start, at));
    if (aside !== undefined) {
      const end = xml.indexOf(aside[1], at + aside[0].length);
      if (end === -1) break;
      at = end + aside[1].length;
      continue;
    }
    tag.lastIndex = at;
    const match = tag.exec(xml);
    if (match === null) break;
    const end = tag.lastIndex;
    if (match[1] === '/') {
      const span = open.pop();
      if (span !== undefined) Object.assign(span, { close: at, end });
    } else {
      const span: Span = { start: at, open: end, close: end, end };
      const element = elements[spans.size];
      if (element === undefined) break;
      spans.set(element, span);
      if (xml.charAt(end - 2) !== '/') open.push(span);
    }
    at = end;
  }
  return spans;
}

function elementsOf(document: XmlDocument): XmlElement[] {
  const found: XmlElement[] = [];
  const walk = (element: XmlElement): void => {
    found.push(element);
    for (let node = element.firstChild; node !== null; node = node.nextSibling) if (isElement(node)) walk(node);
  };
  if (document.documentElement !== null) walk(document.documentElement);
  return found;
}
