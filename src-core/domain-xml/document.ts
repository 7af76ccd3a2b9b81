/**
 * The one place that touches the XML library. Parsing is strict (no DTD, no recovery from errors, size and depth capped);
 * editing happens on the parsed document, so that elements, comments and namespaces we do not know survive.
 */
import { DOMParser, XMLSerializer, onWarningStopParsing } from '@xmldom/xmldom';
import type { Document, Element, Node } from '@xmldom/xmldom';
import type { Params } from '../rescue/types.ts';

export type XmlDocument = Document;
export type XmlElement = Element;
export type XmlNode = Node;

/** libvirt's own limit for a string on the wire (REMOTE_STRING_MAX): no definition it takes or gives is longer. */
export const MAX_XML_LENGTH = 4 * 1024 * 1024;
/** libxml2's default depth limit, under which libvirt parses. */
const MAX_DEPTH = 256;

const PROLOG_WITH_DOCTYPE = /^\uFEFF?(?:\s+|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*<!DOCTYPE/i;

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

/** Parse XML text. Throws XmlProblem: malformed, with a DTD, longer than 4 MiB, or nested deeper than 256. */
export function parseXml(text: string): XmlDocument {
  if (text.length > MAX_XML_LENGTH) throw new XmlProblem('xml-too-large', { size: text.length, limit: MAX_XML_LENGTH });
  if (PROLOG_WITH_DOCTYPE.test(text)) throw new XmlProblem('xml-dtd');
  let document: XmlDocument;
  try {
    document = new DOMParser({ onError: onWarningStopParsing }).parseFromString(
      text.replace(/^\uFEFF/, ''),
      'text/xml',
    );
  } catch (error) {
    throw new XmlProblem('xml-malformed', { problem: firstLine(error) });
  }
  if (document.doctype !== null) throw new XmlProblem('xml-dtd');
  if (document.documentElement === null) throw new XmlProblem('xml-malformed', { problem: 'there is no element' });
  checkDepth(document.documentElement);
  return document;
}

/** The text of a document or element. Attribute quotes become ", everything else is as parsed. */
export function serialiseXml(node: XmlNode): string {
  return new XMLSerializer().serializeToString(node);
}

function checkDepth(root: XmlElement): void {
  let node: XmlNode = root;
  let depth = 1;
  for (;;) {
    if (node.firstChild !== null) {
      node = node.firstChild;
      depth += 1;
      if (depth > MAX_DEPTH)
        throw new XmlProblem('xml-malformed', { problem: `nested deeper than ${MAX_DEPTH} elements` });
      continue;
    }
    while (node !== root && node.nextSibling === null) {
      if (node.parentNode === null) return;
      node = node.parentNode;
      depth -= 1;
    }
    if (node === root || node.nextSibling === null) return;
    node = node.nextSibling;
  }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').slice(0, 200);
}
