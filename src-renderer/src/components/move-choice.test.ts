import { describe, expect, test } from 'vitest';
import { moveChoice } from './move-choice.ts';

describe('moveChoice', () => {
  test.each([
    ['ArrowDown', -1, 0],
    ['ArrowDown', 3, 4],
    ['ArrowDown', 9, 9],
    ['ArrowUp', -1, 0],
    ['ArrowUp', 0, 0],
    ['PageDown', 2, 6],
    ['PageDown', 8, 9],
    ['PageUp', 5, 1],
    ['Home', 5, 0],
    ['End', 5, 9],
    ['x', 5, null],
  ] as const)('%s from %i', (key, index, expected) => {
    expect(moveChoice(key, index, 10, 4)).toBe(expected);
  });

  test('goes nowhere in an empty list', () => {
    expect(moveChoice('ArrowDown', -1, 0, 4)).toBeNull();
  });
});
