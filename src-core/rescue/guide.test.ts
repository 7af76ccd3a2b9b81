/** The administrator's guide has a row for every code, with the sentence that Salvor says. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REFUSAL_TEXTS, WARNING_TEXTS } from './texts.ts';

const guide = readFileSync(new URL('../../docs/guide.md', import.meta.url), 'utf8');

function row(code: string, text: string): string {
  const words = text
    .replace(/\{\{(\w+)\}\}/g, '*$1*')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('|', '\\|');
  return `| \`${code}\` | ${words} |`;
}

it.each(Object.entries({ ...REFUSAL_TEXTS, ...WARNING_TEXTS }))('%s', (code, text) => {
  expect(guide).toContain(row(code, text));
});
