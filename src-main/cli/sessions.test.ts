import { expect, test } from 'vitest';
import type { Leftover } from '../../src-core/contract/journal-schemas.ts';
import { removalText } from './sessions.ts';

const URI = "qemu+unix:///system?socket=/run/it's";
const COMMAND = "salvor sessions --uri 'qemu+unix:///system?socket=/run/it'\\''s'";
const left = (id: string, more: Partial<Leftover> = {}) =>
  ({ id, kind: 'volume', removable: true, ...more }) as Leftover;

test.each([
  ['nothing', [], [], []],
  ['a volume', [left('a')], [], [`Remove what is left over: ${COMMAND} --clean`]],
  ['a snapshot', [left('a', { kind: 'snapshot' })], [], [`Remove snapshots, too: ${COMMAND} --snapshots`]],
  ['one that is removed already', [left('a')], [{ id: 'a' }], []],
  ['one that is not ours', [left('a', { removable: false })], [], []],
])('what to type for %s', (_name, leftovers, removed, expected) => {
  expect(removalText(URI, { leftovers, removed })).toEqual(expected);
});
