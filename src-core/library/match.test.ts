import { expect, test } from 'vitest';
import { addMedium, EMPTY_LIBRARY } from './edit.ts';
import { matchMedium } from './match.ts';
import type { Found } from './match.ts';
import { recognise } from '../media/recognise.ts';
import { formatConflict, readinessOf } from './readiness.ts';
import type { LibraryMedium } from './types.ts';

const KIB512 = 524288;
const GIB = 1024 ** 3;
const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];

function known(change: Partial<LibraryMedium>): LibraryMedium {
  const words = {
    name: 'x',
    note: '',
    host: null,
    source: { kind: 'path', path: '/x' } as const,
    properties: {},
    told: null,
  };
  const [medium] = addMedium(EMPTY_LIBRARY, words, 'id', '').media;
  if (medium === undefined) throw new Error('one medium');
  return { ...medium, ...change };
}

const seen = (size: number | null, sha256: string | null, bytes = KIB512) => ({
  seen: { at: '', uri: '', size, format: null, content: null, hash: sha256 === null ? null : { sha256, bytes } },
});
const found = (size: number | null, sha256: string | null, bytes = KIB512): Found => ({
  size,
  hash: sha256 === null ? null : { sha256, bytes },
});

test.each<[string, LibraryMedium, Found, 'here' | 'other', number, RegExp]>([
  ['nothing is known', known({}), found(GIB, A), 'here', 0, /neither size nor hash/],
  ['nothing can be read', known(seen(GIB, A)), found(null, null), 'here', 0, /neither/],
  ['size and hash', known(seen(GIB, A)), found(GIB, A), 'here', 2, /its size and the hash of its first 512 KiB are/],
  [
    'size alone',
    known({ told: { size: GIB, format: null, checksum: null, hash: null } }),
    found(GIB, A),
    'here',
    1,
    /its size is as/,
  ],
  ['another size', known(seen(GIB, A)), found(GIB + 1, A), 'other', 1, /1073741825 bytes.*1073741824 bytes/],
  ['another content', known(seen(GIB, A)), found(GIB, B), 'other', 2, /first 512 KiB is not/],
  ['a hash of fewer bytes says nothing', known(seen(GIB, A, 100)), found(GIB, B), 'here', 1, /its size is/],
  [
    'all its bytes',
    known({ whole: { sha256: A, bytes: 100 } }),
    found(100, A, 100),
    'here',
    2,
    /the hash of all its bytes/,
  ],
  [
    'all its bytes, and they differ',
    known({ whole: { sha256: A, bytes: 100 } }),
    found(100, B, 100),
    'other',
    2,
    /all its bytes is not/,
  ],
  [
    'Glance’s sha256',
    known({ told: { size: 9, format: null, checksum: null, hash: { algorithm: 'sha256', value: A } } }),
    found(9, B, 9),
    'other',
    2,
    /all/,
  ],
  [
    'Glance’s sha512 cannot be compared',
    known({ told: { size: 9, format: null, checksum: null, hash: { algorithm: 'sha512', value: A } } }),
    found(9, B, 9),
    'here',
    1,
    /size/,
  ],
])('%s', (_what, medium, there, state, compared, why) => {
  expect(matchMedium(medium, there)).toMatchObject({ state, compared, why: expect.stringMatching(why) as string });
});

test('what it is ready for: what was seen, then what its properties say', () => {
  expect(readinessOf(known({}))).toEqual({ arches: null, bios: null, uefi: null, secureBoot: null });
  expect(
    readinessOf(
      known({ properties: { hw_firmware_type: 'uefi', os_secure_boot: 'required', hw_architecture: 'aarch64' } }),
    ),
  ).toEqual({
    arches: ['aarch64'],
    bios: null,
    uefi: true,
    secureBoot: 'required',
  });
});

test.each([
  ['iso', { kind: 'iso9660' }, null],
  ['raw', { kind: 'iso9660' }, null],
  ['qcow2', { kind: 'image', format: 'qcow2' }, null],
  ['iso', { kind: 'image', format: 'qcow2' }, { said: 'iso', is: 'qcow2' }],
  ['iso', { kind: 'disk' }, { said: 'iso', is: 'disk' }],
  ['raw', { kind: 'image', format: 'vmdk' }, { said: 'raw', is: 'vmdk' }],
  ['qcow2', { kind: 'empty' }, { said: 'qcow2', is: 'empty' }],
  ['vhd', { kind: 'image', format: 'vpc' }, null],
  ['qcow2', { kind: 'unknown' }, null],
  [null, { kind: 'disk' }, null],
] as const)('a catalogue that says %s, and %j', (format, content, conflict) => {
  const whole = { ...recognise(new Uint8Array(0), 0), ...content };
  const seenNow = { at: '', uri: '', size: null, format: null, hash: null, content: whole };
  const told = { size: null, format, checksum: null, hash: null };
  expect(formatConflict({ seen: seenNow, told })).toEqual(conflict);
});
