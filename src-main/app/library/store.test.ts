import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LibraryEdit } from '../../../src-core/contract/library-schemas.ts';
import { chooseDefault, forgetMedium, rememberUse, saveMedium } from './changes.ts';
import { createLibraryStore } from './store.ts';

let root = '';
let folder = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'salvor-library-'));
  folder = join(root, 'state/library');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const SOURCE = { kind: 'volume', pool: 'iso', name: 'rescue.iso' } as const;

function edit(change: Partial<LibraryEdit> = {}): LibraryEdit {
  return { id: null, name: 'Rescue', note: '', host: null, source: SOURCE, properties: {}, told: null, ...change };
}

const fresh = (id: string) => ({ id, at: '2026-11-21T20:00:00.000Z' });

test('nothing yet: an empty library, and no file until something is in it', async () => {
  const store = createLibraryStore(folder);
  expect(await store.list()).toEqual({
    media: [],
    defaults: [],
    file: join(folder, 'library.json'),
    unread: [],
    locked: null,
  });
  await store.change((library) => [library, null]);
  await expect(stat(folder)).rejects.toThrow('ENOENT');
});

test('what was saved is there for another process, for its owner alone', async () => {
  const store = createLibraryStore(folder);
  const saved = await saveMedium(store, edit({ properties: { hw_rescue_bus: 'usb' } }), fresh('a'));
  await chooseDefault(store, { arch: 'x86_64', firmware: 'uefi', id: 'a' });
  const again = await createLibraryStore(folder).list();
  expect(again.media).toEqual([saved]);
  expect(again.defaults).toEqual([{ arch: 'x86_64', firmware: 'uefi', medium: 'a' }]);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(store.file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['library.json']);
  await forgetMedium(store, 'a');
  expect(await store.list()).toMatchObject({ media: [], defaults: [] });
});

describe('what cannot be', () => {
  test.each([
    [edit({ name: ' RESCUE' }), 'medium-exists'],
    [edit({ name: '\u200b' }), 'usage'],
    [edit({ id: 'nobody', name: 'Other' }), 'medium-not-found'],
    [edit({ source: { kind: 'original' } }), 'usage'],
  ])('%j: %s', async (wrong, code) => {
    const store = createLibraryStore(folder);
    await saveMedium(store, edit(), fresh('a'));
    const before = await readFile(store.file, 'utf8');
    await expect((async () => saveMedium(store, wrong, fresh('b')))()).rejects.toMatchObject({ data: { code } });
    expect(await readFile(store.file, 'utf8')).toBe(before);
  });

  test('a default that nobody has, and an architecture that is none', async () => {
    const store = createLibraryStore(folder);
    await expect(chooseDefault(store, { arch: 'x86_64', firmware: 'bios', id: 'x' })).rejects.toMatchObject({
      data: { code: 'medium-not-found' },
    });
    expect(() => chooseDefault(store, { arch: 'x86 64', firmware: 'bios', id: null })).toThrow(/no architecture/);
    await expect(forgetMedium(store, 'x')).rejects.toMatchObject({ data: { code: 'medium-not-found' } });
  });
});

describe('a file that cannot be read is told, and never written over', () => {
  test.each([
    ['not JSON', '{"version":1,', /not JSON/],
    ['empty', '', /not JSON/],
    ['something else', '{"hosts":[]}', /no library/],
    ['newer', '{"version":2,"media":[],"defaults":[]}', /newer Salvor wrote it \(version 2/],
    ['a list', '[]', /no library/],
  ])('%s', async (_what, text, problem) => {
    await mkdir(folder, { recursive: true });
    const store = createLibraryStore(folder);
    await writeFile(store.file, text);
    const listed = await store.list();
    expect(listed).toMatchObject({ media: [], locked: expect.stringMatching(problem) as string });
    await expect(saveMedium(store, edit(), fresh('a'))).rejects.toMatchObject({
      data: { code: 'library-unwritable', params: { problem: listed.locked } },
    });
    expect(await readFile(store.file, 'utf8')).toBe(text);
  });

  test('a link in its place is not followed', async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(root, 'precious'), 'precious');
    const store = createLibraryStore(folder);
    await symlink(join(root, 'precious'), store.file);
    expect((await store.list()).locked).toMatch(/link/);
    await expect(saveMedium(store, edit(), fresh('a'))).rejects.toMatchObject({ data: { code: 'library-unwritable' } });
    expect(await readFile(join(root, 'precious'), 'utf8')).toBe('precious');
  });

  test('a part: told, kept as it is, and the rest goes on', async () => {
    const store = createLibraryStore(folder);
    const saved = await saveMedium(store, edit(), fresh('a'));
    const odd = [
      { id: 'b', name: 'From later', source: { kind: 'hologram', at: 1 } },
      'no medium at all',
      { ...saved, note: 'the id of another' },
      { ...saved, id: 'c', name: 'RESCUE' },
    ];
    const rest = [{ arch: 'x86_64', firmware: 'bios', medium: 'b' }, 7];
    const file = { version: 1, later: { kept: true }, media: [{ ...saved, colour: 'red' }, ...odd], defaults: rest };
    await writeFile(store.file, JSON.stringify(file));
    const listed = await store.list();
    expect(listed.media.map(({ id }) => id)).toEqual(['a']);
    expect(listed.unread).toHaveLength(4);
    expect(listed.unread.join('\n')).toMatch(/From later.*\n.*without a name.*\n.*has its id.*\n.*has its name/);
    await saveMedium(store, edit({ name: 'Second' }), fresh('d'));
    const written = JSON.parse(await readFile(store.file, 'utf8')) as typeof file;
    expect(written.later).toEqual({ kept: true });
    expect(written.media.map((medium) => (medium as { colour?: string }).colour)).toContain('red');
    expect(written.media).toEqual(expect.arrayContaining(odd));
    expect(written.defaults).toEqual(rest);
  });
});

test('a folder that cannot be made says why', async () => {
  await writeFile(join(root, 'state'), 'a file');
  await expect(saveMedium(createLibraryStore(folder), edit(), fresh('a'))).rejects.toMatchObject({
    data: { code: 'library-unwritable' },
  });
});

test('many writers at once, each with a store of its own, lose nothing', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `Medium ${index}`);
  await Promise.all(names.map((name) => saveMedium(createLibraryStore(folder), edit({ name }), fresh(name))));
  const { media } = await createLibraryStore(folder).list();
  expect(media.map(({ name }) => name).sort()).toEqual([...names].sort());
});

test('a change by another is noticed by one that has read it before, and by one that watches', async () => {
  const [one, other] = [createLibraryStore(folder), createLibraryStore(folder)];
  let noticed = 0;
  const stop = one.watch(() => (noticed += 1));
  try {
    await saveMedium(one, edit(), fresh('a'));
    expect((await one.list()).media).toHaveLength(1);
    await saveMedium(other, edit({ name: 'Second' }), fresh('b'));
    expect((await one.list()).media).toHaveLength(2);
    await expect.poll(() => noticed, { timeout: 5000 }).toBeGreaterThan(0);
  } finally {
    stop();
  }
});

test('a folder that others may read is shut', async () => {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  await saveMedium(createLibraryStore(folder), edit(), fresh('a'));
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('a rescue that went well is noted with its medium; of others, and of a library that is locked, nothing', async () => {
  const store = createLibraryStore(folder);
  const used = { uri: 'qemu:///system', spec: SOURCE, domain: 'web', at: '2026-11-21T21:00:00.000Z' };
  expect(await rememberUse(store, used)).toBe(false);
  await saveMedium(store, edit(), fresh('a'));
  expect(await rememberUse(store, { ...used, spec: { ...SOURCE, name: 'other.iso' } })).toBe(false);
  expect(await rememberUse(store, used)).toBe(true);
  expect((await store.list()).media[0]?.lastUsed).toEqual({ at: used.at, uri: used.uri, domain: 'web' });
  await writeFile(store.file, 'broken');
  expect(await rememberUse(store, used)).toBe(false);
});
