import { expect, test } from 'vitest';
import { madeDisk, madeLayer } from '../../../harness/made-disk.test-support.ts';
import { allocatedShare, chainAllocation } from './chain.ts';

test('a disk with one image takes what that image takes', () => {
  expect(chainAllocation(madeDisk({ allocation: 70 }))).toEqual({ bytes: 70, images: 1, complete: true });
});

test('a disk takes what all images take that it stands on', () => {
  const layers = [madeLayer({ allocation: 70 }), madeLayer({ allocation: 20 }), madeLayer({ allocation: 0 })];
  expect(chainAllocation(madeDisk({ allocation: 70, layers }))).toEqual({ bytes: 90, images: 3, complete: true });
});

test('an image that the host did not tell of makes it at least so much', () => {
  const layers = [madeLayer(), madeLayer({ allocation: 20 }), madeLayer()];
  expect(chainAllocation(madeDisk({ allocation: 70, layers }))).toEqual({ bytes: 90, images: 3, complete: false });
});

test('where nothing is told, nothing is known', () => {
  expect(chainAllocation(madeDisk({ layers: [madeLayer(), madeLayer()] }))).toMatchObject({ bytes: null });
  expect(allocatedShare(madeDisk({ capacity: 100 }))).toBeNull();
  expect(allocatedShare(madeDisk({ allocation: 100 }))).toBeNull();
});

test.each([
  [100, 25, 0.25],
  [100, 130, 1],
  [0, 10, null],
])('of %d bytes, %d are allocated', (capacity, allocation, share) => {
  expect(allocatedShare(madeDisk({ capacity, allocation }))).toBe(share);
});
