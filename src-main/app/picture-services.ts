/** A drawn picture, kept as a file. The window draws it; what it hands over is looked at before it is written. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { XmlProblem, parseXml } from '../../src-core/domain-xml/document.ts';
import type { XmlElement } from '../../src-core/domain-xml/document.ts';
import { children, foreignChildren } from '../../src-core/domain-xml/elements.ts';
import type { Handlers } from './services.ts';

interface PictureServicesOptions {
  /** Ask where to and write; the path, or null where the question was cancelled. */
  readonly saveFile: (name: string, content: string | Uint8Array) => Promise<string | null>;
}

/** Rejects with `invalid-message` for what is no such picture, `file-unwritable` where it cannot be written. */
export function createPictureHandlers({ saveFile }: PictureServicesOptions): Pick<Handlers, 'picture.save'> {
  return {
    'picture.save': ({ name, format, data }) =>
      saveFile(pictureName(name, format), format === 'svg' ? checkedSvg(data) : checkedPng(data)),
  };
}

const MOST_NAME = 80;

/** Letters, digits and what is harmless between them: a machine's name can be anything. */
function pictureName(name: string, format: 'svg' | 'png'): string {
  const plain = name
    .replace(/[^\p{L}\p{N} ._-]+/gu, '-')
    .replace(/^[ .-]+|[ .-]+$/g, '')
    .slice(0, MOST_NAME);
  return `${plain === '' ? 'picture' : plain}.${format}`;
}

const SVG = 'http://www.w3.org/2000/svg';
/** What the drawing is made of. Nothing of it runs, loads or refers to anything. */
const ELEMENTS = ['svg', 'g', 'path', 'rect', 'circle', 'ellipse', 'text', 'title', 'desc', 'style'];

/** What loads something in CSS, and the backslash, by which any of it can be written otherwise. */
const REFERS = /url\s*\(|image-set\s*\(|src\s*\(|@import|\\/i;

function checkedSvg(text: string): string {
  try {
    const root = parseXml(text).documentElement;
    // A processing instruction can name a style sheet.
    if (root?.localName === 'svg' && isDrawing(root) && !/<\?(?!xml\s)/.test(text)) return text;
  } catch (problem) {
    if (!(problem instanceof XmlProblem)) throw problem;
  }
  throw new SalvorError('invalid-message');
}

function isDrawing(root: XmlElement): boolean {
  const waiting = [root];
  for (let element = waiting.pop(); element !== undefined; element = waiting.pop()) {
    if (element.namespaceURI !== SVG || !ELEMENTS.includes(element.localName ?? '')) return false;
    for (const { name, value } of element.attributes) if (/^on|href/i.test(name) || REFERS.test(value)) return false;
    if (element.localName === 'style' && REFERS.test(element.textContent ?? '')) return false;
    // With a namespace and without one: these are refused above.
    waiting.push(...children(element), ...foreignChildren(element));
  }
  return true;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function checkedPng(base64: string): Uint8Array {
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : Buffer.alloc(0);
  if (!bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) throw new SalvorError('invalid-message');
  return bytes;
}
