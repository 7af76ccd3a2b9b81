/**
 * Characters that are not seen but change how what stands around them is read: control characters, and those that turn the direction of
 * writing. Names come from hosts, definitions and media, which anybody can write.
 */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The same text with every such character written out, as `\u202e`: it cannot turn the rest of a sentence around, or hide in it. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
