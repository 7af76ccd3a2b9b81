import { describe, expect, test } from 'vitest';
import { without } from './without.ts';

describe('elements are cut out of a text', () => {
  test.each([
    ['all of that name', '<a><x>1</x><b/><x>2</x></a>', '<a><b/></a>'],
    [
      'not those of another name, or with attributes',
      '<a><xy>1</xy><x n="1">2</x></a>',
      '<a><xy>1</xy><x n="1">2</x></a>',
    ],
    ['the inner one of two', '<a><x>1<x>2</x>3</x></a>', '<a><x>13</x></a>'],
    ['none that has no end', '<a><x>1</a>', '<a><x>1</a>'],
    ['nothing of a text without them', '<a/>', '<a/>'],
  ])('%s', (_what, xml, left) => {
    expect(without(xml, 'x')).toBe(left);
  });

  test('but those that are to be kept', () => {
    expect(without('<a><x>1</x><x>2</x></a>', 'x', (content) => content === '2')).toBe('<a><x>2</x></a>');
  });
});
