import { expect, it } from 'vitest';
import type { SecretFacts } from '../rescue/types.ts';
import { secretStates } from './secret-states.ts';

const known: readonly SecretFacts[] = [
  { uuid: 'a', usage: 'vol-a', hasValue: true },
  { uuid: 'b', usage: 'ceph', hasValue: false },
  { uuid: 'c', usage: null, hasValue: null },
];

it.each<[string | null, string | null, readonly SecretFacts[] | null, boolean | null, boolean | null]>([
  ['a', null, known, true, true],
  ['b', null, known, true, false],
  [null, 'ceph', known, true, false],
  ['c', null, known, true, null],
  ['z', null, known, false, false],
  [null, 'other', known, false, false],
  ['a', null, null, null, null],
])('%s/%s: defined, with a value', (uuid, usage, secrets, defined, hasValue) => {
  const reference = { uuid, usage, purpose: 'auth' } as const;
  expect(secretStates([reference], secrets)).toEqual([{ ...reference, defined, hasValue }]);
});
