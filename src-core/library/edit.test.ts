import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EMPTY_LIBRARY,
  addMedium,
  changeMedium,
  mediumNamed,
  notePlace,
  noteSeen,
  noteUsed,
  removeMedium,
  setDefault,
  takenBy,
  wordsProblem,
} from './edit.ts';
import type { MediumWords } from './edit.ts';
import { defaultFor, mediumAt, sourceOn, sourceText } from './source.ts';
import type { Library } from './types.ts';

const URI = 'qemu:///system';
const OTHER = 'qemu+ssh://root@kvm2/system';
const AT = '2026-11-21T20:00:00.000Z';

function words(change: Partial<MediumWords> = {}): MediumWords {
  return {
    name: 'SystemRescue 12',
    note: '',
    host: null,
    source: { kind: 'volume', pool: 'iso', name: 'systemrescue.iso' },
    properties: {},
    told: null,
    ...change,
  };
}

function libraryOf(...all: readonly MediumWords[]): Library {
  return all.reduce((library, each, index) => addMedium(library, each, `id-${index}`, AT), EMPTY_LIBRARY);
}

describe('names', () => {
  test.each([
    ['SystemRescue 12', 'taken'],
    [' systemrescue  12 ', 'taken'],
    ['System\u200bRescue\u202e 12', 'taken'],
    ['ＳystemRescue 12', 'taken'],
    ['SystemRescue 13', 'free'],
  ])('%j is %s', (name, expected) => {
    expect(takenBy(libraryOf(words()), name, null) === null ? 'free' : 'taken').toBe(expected);
    expect(takenBy(libraryOf(words()), name, 'id-0')).toBeNull();
  });

  test('a medium is found by what its name looks like, and by its exact name first', () => {
    const library = libraryOf(words({ name: 'A\u200b' }), words({ name: 'b' }));
    expect(mediumNamed(library, 'a')?.id).toBe('id-0');
    expect(mediumNamed(library, 'B')?.id).toBe('id-1');
    expect(mediumNamed(library, 'c')).toBeNull();
  });
});

describe('what is said of a medium', () => {
  test.each<[string, Partial<MediumWords>]>([
    ['needs a name', { name: ' ' }],
    ['needs a name', { name: '\u202e\u200b\n' }],
    ['200 characters', { name: 'x'.repeat(201) }],
    ['4000 characters', { note: 'x'.repeat(4001) }],
    ['no image property', { properties: { __proto__x: 'y' } }],
    ['no image property', { properties: { os_hash_algo: 'sha512' } }],
    ['has no value', { properties: { hw_rescue_bus: ' ' } }],
    ['by its pool', { source: { kind: 'volume', pool: '', name: 'x' } }],
    ['begins with /', { source: { kind: 'path', path: 'x.iso' } }],
    ['begins with /', { source: { kind: 'path', path: '/a\0b' } }],
    ['http:// or https://', { source: { kind: 'url', url: 'file:///etc/shadow' } }],
    ['http:// or https://', { source: { kind: 'url', url: 'https://host' } }],
    ['would be readable', { source: { kind: 'url', url: 'https://u:p@host/x.iso' } }],
    ['begin with /', { source: { kind: 'kernel', kernel: '/k', initrd: 'i', cmdline: null } }],
  ])('“… %s”', (problem, change) => {
    expect(wordsProblem(words(change))).toContain(problem);
  });

  test.each(['a "b" \'c\' & <d>', 'line\nline', 'עברית\u202e', 'x'.repeat(200)])('%j is a name', (name) => {
    expect(wordsProblem(words({ name }))).toBeNull();
  });
});

test('changed words keep what was found out; in another place it is another medium', () => {
  const seen = { at: AT, uri: URI, size: 1, format: 'raw', content: null, hash: null };
  const library = noteSeen(libraryOf(words()), 'id-0', seen) ?? EMPTY_LIBRARY;
  const renamed = changeMedium(
    library,
    'id-0',
    words({ name: 'Other', properties: { os_type: 'linux', hw_rescue_bus: 'usb' } }),
  );
  expect(renamed?.media[0]).toMatchObject({ name: 'Other', seen, addedAt: AT });
  expect(Object.keys(renamed?.media[0]?.properties ?? {})).toEqual(['hw_rescue_bus', 'os_type']);
  const moved = changeMedium(library, 'id-0', words({ source: { kind: 'path', path: '/x' } }));
  expect(moved?.media[0]).toMatchObject({ seen: null, places: [] });
  expect(changeMedium(library, 'nobody', words())).toBeNull();
  expect(library.media[0]?.name).toBe('SystemRescue 12');
});

test('a medium that is removed is nobody’s default any more', () => {
  let library = libraryOf(words(), words({ name: 'Other' }));
  library = setDefault(library, { arch: 'x86_64', firmware: 'uefi' }, 'id-0');
  library = setDefault(library, { arch: 'x86_64', firmware: 'bios' }, 'id-1');
  library = setDefault(library, { arch: 'x86_64', firmware: 'uefi' }, 'id-0');
  expect(library.defaults).toHaveLength(2);
  expect(defaultFor(library, 'x86_64', 'uefi', URI)?.id).toBe('id-0');
  expect(defaultFor(library, 'aarch64', 'uefi', URI)).toBeNull();
  const less = removeMedium(library, 'id-0');
  expect(less).toMatchObject({ media: [{ id: 'id-1' }], defaults: [{ medium: 'id-1' }] });
  expect(setDefault(less ?? library, { arch: 'x86_64', firmware: 'bios' }, null).defaults).toEqual([]);
});

test('a host may have it in a place of its own, and a medium may be for one host alone', () => {
  const elsewhere = { kind: 'volume', pool: 'default', name: 'systemrescue.iso' } as const;
  let library = libraryOf(words(), words({ name: 'Own', host: OTHER, source: { kind: 'path', path: '/x.iso' } }));
  library = notePlace(library, 'id-0', OTHER, elsewhere) ?? library;
  const [shared, own] = library.media;
  if (shared === undefined || own === undefined) throw new Error('two media');
  expect(sourceOn(shared, URI)).toEqual(shared.source);
  expect(sourceOn(shared, OTHER)).toEqual(elsewhere);
  expect(sourceOn(own, URI)).toBeNull();
  expect(mediumAt(library, OTHER, { name: 'systemrescue.iso', pool: 'default', kind: 'volume' })?.id).toBe('id-0');
  expect(mediumAt(library, URI, elsewhere)).toBeNull();
  expect(mediumAt(library, URI, { kind: 'original' })).toBeNull();
  expect(defaultFor(setDefault(library, { arch: 'x', firmware: 'bios' }, 'id-1'), 'x', 'bios', URI)).toBeNull();
  expect(notePlace(library, 'id-0', OTHER, shared.source)?.media[0]?.places).toEqual([]);
  expect(noteUsed(library, 'id-0', { at: AT, uri: URI, domain: 'web' })?.media[0]?.lastUsed?.domain).toBe('web');
});

test('the place in one line', () => {
  expect(sourceText({ kind: 'kernel', kernel: '/k', initrd: '/i', cmdline: 'a,b' })).toBe(
    'kernel:/k,initrd:/i,cmdline:a,b',
  );
  expect(sourceText({ kind: 'volume', pool: 'p', name: 'n' })).toBe('volume:p/n');
});

test('whatever is added, no two names read the same, and every default is a medium that is there', () => {
  const step = fc.record({
    name: fc.oneof(fc.constantFrom('a', 'A', ' a', 'b\u200b', 'b', 'c'), fc.string({ minLength: 1, maxLength: 12 })),
    what: fc.constantFrom('add', 'remove', 'default'),
    of: fc.nat(5),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let library: Library = EMPTY_LIBRARY;
      steps.forEach(({ name, what, of }, index) => {
        const id = library.media[of]?.id ?? 'nobody';
        if (what === 'add' && wordsProblem(words({ name })) === null && takenBy(library, name, null) === null)
          library = addMedium(library, words({ name }), `m${index}`, AT);
        else if (what === 'remove') library = removeMedium(library, id) ?? library;
        else if (what === 'default' && id !== 'nobody')
          library = setDefault(library, { arch: 'x86_64', firmware: index % 2 === 0 ? 'bios' : 'uefi' }, id);
      });
      for (const { id, name } of library.media) expect(takenBy(library, name, id)).toBeNull();
      for (const { medium } of library.defaults) expect(library.media.map(({ id }) => id)).toContain(medium);
    }),
  );
});
