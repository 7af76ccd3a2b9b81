/** Text in a drawing has no ellipsis of its own, and how wide it will be is known to no pure function: it is reckoned, a little too wide. */

/** Scripts and signs that are drawn as wide as they are high: CJK, Hangul, full-width forms, most pictographs. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\uabff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Width of one character, in em: of the monospace font all alike; of the other a broad letter's. */
const EM = { mono: 0.61, sans: 0.57 } as const;
export type Face = keyof typeof EM;

function charWidth(character: string, face: Face): number {
  return WIDE.test(character) ? 1.1 : EM[face];
}

/** Width in pixels, at most. */
export function textWidth(text: string, size: number, face: Face): number {
  let em = 0;
  for (const character of text) em += charWidth(character, face);
  return em * size;
}

/** As much of a text as there is room for; what is left out is in the middle, because names differ at both ends. */
export function fitText(text: string, width: number, size: number, face: Face): string {
  if (textWidth(text, size, face) <= width) return text;
  const characters = Array.from(text);
  const room = width / size - EM[face];
  let used = 0;
  let head = 0;
  let tail = 0;
  for (;;) {
    const fromHead = head <= tail;
    const next = fromHead ? characters[head] : characters[characters.length - 1 - tail];
    if (next === undefined || head + tail >= characters.length) break;
    used += charWidth(next, face);
    if (used > room) break;
    if (fromHead) head += 1;
    else tail += 1;
  }
  return `${characters.slice(0, head).join('')}…${tail === 0 ? '' : characters.slice(-tail).join('')}`;
}
