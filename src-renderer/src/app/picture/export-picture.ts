/** The picture as a file that stands by itself: its styles inside, nothing referred to outside, no part of the window's own workings. */
import { fitText } from '../../../../src-core/disks/picture-text.ts';
import { FONT, MONO, TOKENS } from '../theme/tokens.ts';
import type { ColourMode } from '../theme/tokens.ts';
import drawingStyles from './drawing.css?raw';

const SVG = 'http://www.w3.org/2000/svg';

/** What makes the drawing work in the window, and says nothing in a file. */
const OF_THE_WINDOW = /^(tabindex|role|aria-.*|data-.*|style)$/;
const MARKED = ['pic-lit', 'pic-chosen'];

/** Characters that XML 1.0 has no way to write, and halves of surrogate pairs. */
const NOT_XML =
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** SVG text, and its size in pixels. */
export interface PictureFile {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

/** `svg` as it is drawn, with neither highlight nor choice; `words` describe it to those who do not see it. */
export function svgText(svg: SVGSVGElement, mode: ColourMode, title: string, words: string): PictureFile {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  for (const element of [copy, ...copy.querySelectorAll('*')]) {
    for (const name of element.getAttributeNames()) if (OF_THE_WINDOW.test(name)) element.removeAttribute(name);
    element.classList.remove(...MARKED);
  }
  for (const focus of copy.querySelectorAll('.pic-focus')) focus.remove();
  const { width, height } = addHead(copy, title);
  copy.setAttribute('role', 'img');
  copy.prepend(textElement('title', title), textElement('desc', words), textElement('style', stylesOf(mode)));
  cleanText(copy);
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
  return { text, width, height };
}

/** Room for the title above the drawing: who is given the file sees whose storage it is. */
const HEAD = 30;

function addHead(copy: SVGSVGElement, title: string): { readonly width: number; readonly height: number } {
  const [, , width = 0, drawn = 0] = (copy.getAttribute('viewBox') ?? '').split(' ').map(Number);
  const height = drawn + HEAD;
  copy.setAttribute('viewBox', `0 ${-HEAD} ${width} ${height}`);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const background = copy.querySelector('.pic-background');
  background?.setAttribute('y', String(-HEAD));
  background?.setAttribute('height', String(height));
  const head = textElement('text', fitText(title, width - 28, 14, 'sans'));
  const place = { class: 'pic-strong', x: '14', y: '-6', 'font-size': '14' };
  for (const [name, value] of Object.entries(place)) head.setAttribute(name, value);
  background?.after(head);
  return { width, height };
}

function textElement(name: string, text: string): SVGElement {
  const element = document.createElementNS(SVG, name);
  element.textContent = text;
  return element;
}

/** The sheet of the drawing, with the colours of the theme where it asks for them. */
function stylesOf(mode: ColourMode): string {
  const colours = new Map<string, string>(Object.entries(TOKENS[mode]).map(([name, value]) => [name, String(value)]));
  colours.set('font', FONT).set('mono', MONO);
  const camel = (name: string) => name.replace(/-([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
  return drawingStyles.replace(/var\(--([a-z-]+)\)/g, (_whole, name: string) => colours.get(camel(name)) ?? 'inherit');
}

function cleanText(copy: SVGSVGElement): void {
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
    node.nodeValue = (node.nodeValue ?? '').replace(NOT_XML, '\ufffd');
}

/** Two pixels of the image for each of the drawing, fewer where the canvas would be larger than browsers make one. */
const SHARPNESS = 2;
const MOST_PIXELS = 12_000;

/** The same picture as a PNG, in base64. Rejects where it cannot be drawn. */
export async function pngOf({ text, width, height }: PictureFile): Promise<string> {
  const scale = Math.min(SHARPNESS, MOST_PIXELS / Math.max(width, height));
  const image = new Image();
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    await new Promise((loaded, failed) => {
      image.onload = loaded;
      image.onerror = () => failed(new Error('the drawing is no image'));
      image.src = url;
    });
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
  } finally {
    URL.revokeObjectURL(url);
  }
}
