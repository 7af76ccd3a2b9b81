import { expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import { secretValuesSchema } from '../../../../src-core/contract/reboot-schemas.ts';
import type { NeededSecret, RebootPlan } from '../../../../src-core/reboot/types.ts';
import { askedFor, atHand, endsWithLine, MOST_SECRET_BYTES, problemOf, toSend } from './secret-values.ts';

const A = '5a5a5a5a-0000-4000-8000-00000000000a';
const B = '5a5a5a5a-0000-4000-8000-00000000000b';

const file = (bytes: readonly number[]) => ({ kind: 'file', name: 'key', bytes: Uint8Array.from(bytes) }) as const;
const text = (value: string) => ({ kind: 'text', text: value }) as const;
const secret = (parts: Partial<NeededSecret>): NeededSecret => ({
  uuid: A,
  usage: null,
  users: ['vda'],
  define: false,
  required: true,
  given: false,
  ...parts,
});
const planWith = (secrets: readonly NeededSecret[]) => ({ secrets }) as RebootPlan;

test('a text is sent as UTF-8, a file byte for byte', () => {
  const sent = toSend({ [A]: text('pässwörd ✓'), [B]: file([0, 255, 10, 128]) });
  expect(secretValuesSchema.parse(sent)).toEqual(sent);
  expect(sent.map(({ value }) => Array.from(atob(value), (byte) => byte.charCodeAt(0)))).toEqual([
    [...new TextEncoder().encode('pässwörd ✓')],
    [0, 255, 10, 128],
  ]);
});

test('as much as libvirt takes passes the wire; a byte more is no value', () => {
  const most = file(Array.from({ length: MOST_SECRET_BYTES }, () => 7));
  expect(problemOf(most)).toBeNull();
  expect(secretValuesSchema.safeParse(toSend({ [A]: most })).success).toBe(true);
  const more = file(Array.from({ length: MOST_SECRET_BYTES + 1 }, () => 7));
  expect(problemOf(more)).toBe('too-large');
  expect(problemOf(text('é'.repeat(MOST_SECRET_BYTES / 2 + 1)))).toBe('too-large');
  expect(problemOf(file([]))).toBe('empty');
  expect(atHand({ [A]: more, [B]: file([1]) })).toEqual([B]);
  expect(toSend({ [A]: more, [B]: file([1]) }).map(({ uuid }) => uuid)).toEqual([B]);
});

test('a line end at the end is seen', () => {
  expect(endsWithLine(Uint8Array.from([65, 10]))).toBe(true);
  expect(endsWithLine(Uint8Array.from([10, 65]))).toBe(false);
  expect(endsWithLine(Uint8Array.from([]))).toBe(false);
});

test('what must be given comes first; what the last run found wrong must be given, whether libvirt has a value or not', () => {
  const optional = secret({ uuid: B, required: false });
  expect(askedFor(planWith([optional, secret({})]), null).map(({ uuid }) => uuid)).toEqual([A, B]);
  const wrong = (uuid: string) => errorData('secret-wrong', { uuid, users: 'vda', domain: 'web-01', unchanged: '' });
  expect(askedFor(planWith([optional]), wrong(B))).toEqual([{ ...optional, required: true }]);
  expect(askedFor(planWith([]), wrong(A))).toEqual([expect.objectContaining({ uuid: A, required: true })]);
  expect(askedFor(null, wrong(A))).toHaveLength(1);
  expect(askedFor(null, null)).toEqual([]);
  expect(askedFor(planWith([]), errorData('start-failed', { uuid: A }))).toEqual([]);
});
