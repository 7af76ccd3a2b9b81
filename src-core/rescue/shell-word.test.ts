import { expect, test } from 'vitest';
import { domainWord, shellWord } from './shell-word.ts';

const UUID = '6f1bb0ad-4cb9-4ee9-8b68-2d1f1a3ab7ff';

test.each([
  ['web01', 'web01'],
  ['-dash', "'-dash'"],
  ["we b'01", "'we b'\\''01'"],
  ['a$(id)`x`', "'a$(id)`x`'"],
  ['ünï', "'ünï'"],
  // virsh takes these for an id and a UUID.
  ['7', UUID],
  ['0123456789abcdef0123456789abcdef', UUID],
  // Of these nothing that is printed would be the name.
  ['tab\tname', UUID],
  ['\u202egnp.live', UUID],
  ['bell\u0007', UUID],
])('a domain called %j is %s', (name, word) => {
  expect(domainWord({ name, uuid: UUID })).toBe(word);
});

test('without a UUID there is only its name', () => {
  expect(domainWord({ name: '7', uuid: null })).toBe('7');
});

test('an empty word stays a word', () => {
  expect(shellWord('')).toBe("''");
});
