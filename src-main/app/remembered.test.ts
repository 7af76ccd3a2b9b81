import { expect, test } from 'vitest';
import { remembered } from './remembered.ts';

test('the newest are kept, one that is kept again among them', () => {
  const { keep, of } = remembered<number>(2);
  keep('a', 1);
  keep('b', 2);
  keep('a', 3);
  keep('c', 4);
  expect([of('a'), of('b'), of('c'), of('d')]).toEqual([3, null, 4, null]);
});
