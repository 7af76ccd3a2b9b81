import { describe, expect, test } from 'vitest';
import { TOKENS } from './tokens.ts';
import type { ColourMode, Tokens } from './tokens.ts';

/** Relative luminance after WCAG 2. */
function luminance(colour: string): number {
  const channels = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const backgrounds = ['chrome', 'surface', 'sunken', 'hover', 'selected'] as const;
const texts: readonly (readonly [text: keyof Tokens, on: readonly (keyof Tokens)[]])[] = [
  ['text', [...backgrounds, 'amberBg', 'tealBg', 'redBg']],
  ['muted', [...backgrounds, 'amberBg', 'tealBg', 'redBg']],
  ['accentText', backgrounds],
  ['onAccent', ['accent', 'accentHover']],
  ['amber', [...backgrounds, 'amberBg']],
  ['teal', [...backgrounds, 'tealBg']],
  ['red', [...backgrounds, 'redBg']],
  ['green', backgrounds],
  ['xmlName', ['surface', 'tealBg', 'redBg', 'selected']],
  ['xmlAttribute', ['surface', 'tealBg', 'redBg', 'selected']],
  ['xmlString', ['surface', 'tealBg', 'redBg', 'selected']],
];

describe.each(['light', 'dark'] as const)('%s', (mode: ColourMode) => {
  const tokens = TOKENS[mode];
  test.each(texts.flatMap(([text, on]) => on.map((background) => [text, background] as const)))(
    '%s on %s can be read',
    (text, background) => {
      expect(contrast(tokens[text], tokens[background])).toBeGreaterThanOrEqual(4.5);
    },
  );
  test.each(['surface', 'chrome'] as const)('the border of a control can be seen on %s', (background) => {
    expect(contrast(tokens.control, tokens[background])).toBeGreaterThanOrEqual(3);
  });
});
