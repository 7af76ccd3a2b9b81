/** Pictures of the window for the guide, taken with SALVOR_SCREENSHOTS=1 while a spec passes by. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { compactPng } from './compact-png.ts';

const ROOT = join(import.meta.dirname, '../..');
const SCREENSHOTS = join(ROOT, 'docs/screenshots');

/** Is this a run that takes pictures? It may wait for what looks well, where a test must not depend on it. */
export const takesPictures = process.env['SALVOR_SCREENSHOTS'] === '1';

/** The demo host's URI names the folder this was run in, which is nothing for a guide. Runs in the page. */
function renamePlace({ from, to }: { from: string; to: string }): void {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode() !== null) {
    const node = texts.currentNode;
    if (node.nodeValue?.includes(from) === true) node.nodeValue = node.nodeValue.replaceAll(from, to);
  }
  // What is shown in a field alone: what the page knows of it stays.
  for (const field of document.querySelectorAll('input'))
    if (field.type === 'text' && field.value.includes(from)) field.value = field.value.replaceAll(from, to);
}

/** The window as it is now, as `name`.png, without the folder this was run in, and with other names for `places`; nothing unless pictures are wanted. */
export async function keep(
  window: Page,
  name: string,
  places: readonly { readonly from: string; readonly to: string }[] = [],
): Promise<void> {
  if (!takesPictures) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await window.evaluate(renamePlace, { from: ROOT, to: '/opt/salvor' });
  for (const place of places) await window.evaluate(renamePlace, place);
  const png = await window.screenshot({ animations: 'disabled', caret: 'hide' });
  await writeFile(join(SCREENSHOTS, `${name}.png`), compactPng(png));
}
