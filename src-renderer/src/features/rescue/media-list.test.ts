import { expect, test } from 'vitest';
import type { MediumSpec } from '../../../../src-core/rescue/types.ts';
import { addMedium, chosenIndex, currentMedium, moveMedium, removeMedium, setMedium } from './media-list.ts';

const medium = (name: string): MediumSpec => ({ kind: 'path', path: `/${name}` });
const [a, b, c] = [medium('a'), medium('b'), medium('c')];

test('a new place is empty and current; what is chosen then goes there', () => {
  const added = addMedium({ media: [a], current: 0 });
  expect(added).toEqual({ media: [a, null], current: 1 });
  expect(setMedium(added, b)).toEqual({ media: [a, b] });
  expect(currentMedium(added)).toBeNull();
});

test('the facts of a medium are found by its place among the chosen ones', () => {
  expect(chosenIndex({ media: [null, a, b], current: 2 })).toBe(1);
  expect(chosenIndex({ media: [null, a], current: 0 })).toBeNull();
});

test.each([
  [{ media: [a, b, c], current: 0 }, 1, { media: [a, c], current: 0 }],
  [{ media: [a, b, c], current: 2 }, 1, { media: [a, c], current: 1 }],
  [{ media: [a, b, c], current: 2 }, 2, { media: [a, b], current: 1 }],
  [{ media: [a, b, c], current: 1 }, 1, { media: [a, c], current: 1 }],
  [{ media: [a], current: 0 }, 0, { media: [null], current: 0 }],
])('taking out %#', (before, place, after) => {
  expect(removeMedium(before, place)).toEqual(after);
});

test('moving takes the current mark along, and stops at the ends', () => {
  expect(moveMedium({ media: [a, b], current: 1 }, 1, -1)).toEqual({ media: [b, a], current: 0 });
  expect(moveMedium({ media: [a, b], current: 1 }, 0, 1)).toEqual({ media: [b, a], current: 0 });
  expect(moveMedium({ media: [a, b], current: 0 }, 0, -1)).toEqual({ media: [a, b], current: 0 });
  expect(moveMedium({ media: [a, b], current: 0 }, 1, 1)).toEqual({ media: [a, b], current: 0 });
});
