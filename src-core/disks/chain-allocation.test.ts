import { expect, test } from 'vitest';
import { chainAllocation } from './chain-allocation.ts';

const of = (allocation: number | null, ...layers: (number | null)[]) =>
  chainAllocation({ allocation, layers: layers.map((each) => ({ allocation: each })) });

test('a disk with one image takes what that image takes', () => {
  expect(of(70)).toEqual({ bytes: 70, images: 1, complete: true });
});

test('a disk takes what all images take that it stands on', () => {
  expect(of(70, 70, 20, 0)).toEqual({ bytes: 90, images: 3, complete: true });
});

test('an image that the host did not tell of makes it at least so much', () => {
  expect(of(70, null, 20, null)).toEqual({ bytes: 90, images: 3, complete: false });
});

test('where nothing is told, nothing is known', () => {
  expect(of(null, null, null)).toMatchObject({ bytes: null, complete: false });
});
