/** Names, paths and errors come from strangers: what moves a cursor, colours a screen, or turns the direction of writing is no text. */

/** Text that stays on its line, as it is written. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}

/** Plain text of several lines. */
export function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) => plain(line.replaceAll('\t', '    ').replace(/\r$/, '')))
    .join('\n');
}
