import { expect, test } from 'vitest';
import { sameImage } from './same-image.ts';
import type { SeenImage } from './same-image.ts';

const AT = 1_700_000_000;
const image = (parts: Partial<SeenImage> = {}): SeenImage => ({
  type: 'file',
  capacity: 4096,
  changed: `${String(AT)}.5`,
  head: Uint8Array.of(1, 2, 3),
  ...parts,
});
const at = (seconds: number) => image({ changed: String(AT + seconds) });
const OTHER = Uint8Array.of(1, 2, 4);

test.each([
  ['one file', image(), image(), image(), 'same-bytes'],
  ['a guest that writes meanwhile', at(1), at(2), at(3), 'same-bytes'],
  ['another host lags behind in what it knows', at(10), at(0), at(10), 'unknown'],
  ['a copy of long before', at(1000), at(0), at(1000), 'differs'],
  ['a copy of long after', at(0), at(1000), at(0), 'differs'],
  ['another size', image(), image({ capacity: 8192 }), image(), 'differs'],
  ['other bytes', image(), image({ head: OTHER }), image(), 'differs'],
  ['fewer bytes', image(), image({ head: Uint8Array.of(1, 2) }), image(), 'differs'],
  ['it changed between the looks', image(), image(), image({ head: OTHER }), 'unknown'],
  ['not read here, there, or here again', image({ head: null }), image(), image(), 'unknown'],
  ['not read there', image(), image({ head: null }), image(), 'unknown'],
  ['a moment that is not told', image(), image({ changed: null }), image(), 'unknown'],
  ['a moment that is no number', image(), image({ changed: 'now' }), image(), 'unknown'],
  ['a device, whose node tells nothing', image({ type: 'block' }), image(), image({ type: 'block' }), 'unknown'],
] as const)('%s', (_what, before, there, after, expected) => {
  expect(sameImage(before, there, after, false)).toBe(expected);
});

test('one name of a device is proof, once size and bytes are the same', () => {
  const device = image({ type: 'block', changed: null });
  expect(sameImage(device, device, device, true)).toBe('same-bytes');
  expect(sameImage(device, { ...device, capacity: 1 }, device, true)).toBe('differs');
  expect(sameImage(device, { ...device, head: OTHER }, device, true)).toBe('differs');
});
