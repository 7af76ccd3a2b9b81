/**
 * The one place that touches the XML library. Parsing is strict (no DTD, no recovery from errors, size and depth capped);
 * editing happens on the parsed document, so that elements, comments and namespaces we do not know survive.
 */
import { DOMParser } from '@xmldom/xmldom';
import type { Document, Element, Node } from '@xmldom/xmldom';
import type { Params } from '../rescue/types.ts';
import { serialiseXml } from './serialise.ts';

export type XmlDocument = Document;
export type XmlElement = Element;
export type XmlNode = Node;

/** libvirt's own limit for a string on the wire (REMOTE_STRING_MAX): no definition it takes or gives is longer. */
export const MAX_XML_LENGTH = 4 * 1024 * 1024;
/** libxml2's default depth limit, under which libvirt parses. */
const MAX_DEPTH = 256;

/**
 * What a definition may have of the things that take time and memory beyond their characters. A guest of a thousand disks has a third of
 * these elements; 4 MiB of the smallest would take all memory there is.
 */
const LIMITS = { lines: 100_000, references: 50_000, elements: 20_000 } as const;

/** Characters that XML 1.0 has no place for. libxml2 refuses them, and to C a NUL is the end of the text. */
const NO_XML_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

export type XmlProblemCode = 'xml-malformed' | 'xml-dtd' | 'xml-too-large' | 'not-a-domain';

/** Why a text was not taken; `code` and `params` are those of the error texts in the contract. */
export class XmlProblem extends Error {
  override readonly name = 'XmlProblem';
  readonly code: XmlProblemCode;
  readonly params: Params;
  constructor(code: XmlProblemCode, params: Params = {}) {
    super(`${code}: ${String(params['problem'] ?? '')}`);
    this.code = code;
    this.params = params;
  }
}

/** Parse XML text. Throws XmlProblem: malformed, with characters that XML does not have, with a DTD, longer than 4 MiB, or nested deeper than 256. */
export function parseXml(text: string): XmlDocument {
  if (text.length > MAX_XML_LENGTH) throw tooLarge(text.length, MAX_XML_LENGTH, 'characters');
  if (hasDoctype(text)) throw new XmlProblem('xml-dtd');
  checkCharacters(text);
  checkCount(text, '\n', 'lines');
  checkCount(text, '&', 'references');
  checkElements(text);
  const document = parseStrictly(text.replace(/^\uFEFF/, ''));
  if (document.doctype !== null) throw new XmlProblem('xml-dtd');
  if (document.documentElement === null) throw malformed('there is no element');
  // The library takes references to any character.
  if (text.includes('&#')) checkCharacters(serialiseXml(document));
  return document;
}

/** Is there a DTD behind white space, comments and processing instructions? No regular expression: they backtrack on hostile text. */
function hasDoctype(text: string): boolean {
  let at = text.search(/[^\s\uFEFF]/);
  while (at !== -1) {
    const end = endOfAside(text, at);
    if (end === null) return text.slice(at, at + 9).toUpperCase() === '<!DOCTYPE';
    if (end === -1) return false;
    at = end;
    while (/\s/.test(text.charAt(at))) at += 1;
  }
  return false;
}

/** Comments, CDATA sections and processing instructions: in them, < and > are text. */
const ASIDES = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;

/** Where the aside that begins at `at` is over; -1: nowhere; null: there is none. */
function endOfAside(text: string, at: number): number | null {
  for (const [start, end] of ASIDES) {
    if (!text.startsWith(start, at)) continue;
    const closed = text.indexOf(end, at + start.length);
    return closed === -1 ? -1 : closed + end.length;
  }
  return null;
}

function checkCount(text: string, part: string, what: keyof typeof LIMITS): void {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) count += 1;
  if (count > LIMITS[what]) throw tooLarge(count, LIMITS[what], what);
}

/** Refuse a nest or a crowd, comments counted, before it is parsed: that would take its time. What is not well-formed is left to the parser, which says so. */
function checkElements(text: string): void {
  const tag = /<(\/?)[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>/y;
  let depth = 0;
  let count = 0;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    const aside = endOfAside(text, at);
    if (aside === -1) break;
    if (aside !== null) {
      count += 1;
      at = aside;
      continue;
    }
    tag.lastIndex = at;
    const closing = tag.exec(text)?.[1];
    if (closing === undefined) break;
    at = tag.lastIndex;
    if (closing === '/') depth -= 1;
    else {
      count += 1;
      if (text.charAt(at - 2) !== '/') depth += 1;
    }
    if (depth > MAX_DEPTH) throw malformed(`nested deeper than ${MAX_DEPTH} elements`);
  }
  if (count > LIMITS.elements) throw tooLarge(count, LIMITS.elements, 'elements');
}

function tooLarge(size: number, limit: number, what: string): XmlProblem {
  return new XmlProblem('xml-too-large', { size, limit, what });
}

function malformed(problem: string): XmlProblem {
  return new XmlProblem('xml-malformed', { problem: problem.slice(0, 200) });
}

/** Line ends of XML 1.0; the library's own are those of 1.1, where U+0085 and U+2028 become \n: a file name can hold them. */
function normalizeLineEndings(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** U+FFFD is a character like others; that an editor put it there is not our concern. */
const HARMLESS_WARNING = /^Unicode replacement character/;

function parseStrictly(text: string): XmlDocument {
  const problems: string[] = [];
  const onError = (_level: string, message: string): void => {
    if (HARMLESS_WARNING.test(message)) return;
    problems.push(message);
    throw new Error(message);
  };
  try {
    return new DOMParser({ onError, normalizeLineEndings, locator: false }).parseFromString(text, 'text/xml');
  } catch (error) {
    throw malformed(problems[0] ?? firstLine(error));
  }
}

/** Can a text stand in an XML document at all, however it is escaped? */
export function isXmlText(text: string): boolean {
  return !NO_XML_CHARACTER.test(text);
}

/** A text with U+FFFD for what cannot stand in an XML document. */
export function asXmlText(text: string): string {
  return text.replace(new RegExp(NO_XML_CHARACTER, 'gu'), '\uFFFD');
}

function checkCharacters(text: string): void {
  const code = NO_XML_CHARACTER.exec(text)?.[0].codePointAt(0);
  if (code === undefined) return;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  throw malformed(`it holds the character ${name}, which XML does not have`);
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? '';
}
