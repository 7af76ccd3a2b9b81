import { expect, test } from 'vitest';
import { searchWords } from './search-words.ts';

test.each([
  ['', []],
  [' \t ', []],
  ['Rescue', ['rescue']],
  ['  Debian  12\tAMD64 ', ['debian', '12', 'amd64']],
])('%j is a search for %j', (query, words) => {
  expect(searchWords(query)).toEqual(words);
});
