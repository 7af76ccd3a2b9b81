/** salvor media on a library of its own: what is printed, and what is refused. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  addMedium,
  defaultMedium,
  editMedium,
  exportMedium,
  importMedium,
  listMedia,
  removeMedium,
  showMedium,
} from './media.ts';
import { namedMedia } from './library-media.ts';

let folder = '';
let printed = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salvor-media-'));
  vi.stubEnv('SALVOR_STATE', folder);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const WORDS = { json: true } as const;

async function json(work: Promise<void>): Promise<unknown> {
  printed = '';
  await work;
  return JSON.parse(printed);
}

async function text(work: Promise<void>): Promise<string> {
  printed = '';
  await work;
  return printed;
}

const refused = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error as { data: { code: string } }).data.code,
  );

test('a medium’s life', async () => {
  const image = join(folder, 'image.json');
  await writeFile(image, JSON.stringify({ name: 'From\nGlance', size: 5, disk_format: 'iso', hw_rescue_bus: 'usb' }));
  await importMedium(image, { ...WORDS, source: 'volume:iso/a.iso', property: ['os_type=linux'] });
  expect(await text(listMedia({ json: false }))).toMatch(/From\ufffdGlance +shared +volume:iso\/a\.iso +iso/);
  const named = { ...WORDS, name: 'Rescue', property: ['os_type='], host: 'qemu:///system' };
  expect(await json(editMedium('from glance', named))).toMatchObject({
    name: 'Rescue',
    host: 'qemu:///system',
    properties: { hw_rescue_bus: 'usb' },
    told: { size: 5, format: 'iso' },
  });
  await defaultMedium('rescue', { arch: 'x86_64', firmware: 'uefi', json: true });
  expect(await json(showMedium('RESCUE', WORDS))).toMatchObject({ defaults: [{ arch: 'x86_64', firmware: 'uefi' }] });
  expect(await text(showMedium('rescue', { json: false }))).toMatch(
    /property +hw_rescue_bus=usb[^]*default for +x86_64 uefi/,
  );
  expect(await json(exportMedium('rescue'))).toMatchObject({ name: 'Rescue', properties: { hw_rescue_bus: 'usb' } });
  await importMedium(image, { ...WORDS, into: 'rescue', property: ['hw_rescue_bus=sata'] });
  expect(await json(showMedium('rescue', WORDS))).toMatchObject({ properties: { hw_rescue_bus: 'sata' } });
  expect(await json(removeMedium('rescue', { yes: true, json: true }))).toMatchObject({ removed: { name: 'Rescue' } });
  expect(await text(listMedia({ json: false }))).toContain('is empty');
});

test('what is refused', async () => {
  await addMedium('one', 'path:/srv/one.iso', WORDS);
  const broken = join(folder, 'broken.json');
  await writeFile(broken, '[]');
  expect(await refused(addMedium('ONE', 'path:/x', WORDS))).toBe('medium-exists');
  expect(await refused(addMedium('two', 'original', WORDS))).toBe('usage');
  expect(await refused(addMedium('two', 'url:file:///etc/passwd', WORDS))).toBe('usage');
  expect(await refused(addMedium('two', 'path:/x', { ...WORDS, property: ['nothing'] }))).toBe('usage');
  expect(await refused(addMedium('two', 'path:/x', { ...WORDS, host: 'a', shared: true }))).toBe('usage');
  expect(await refused(editMedium('nobody', WORDS))).toBe('medium-not-found');
  expect(await refused(importMedium(broken, { ...WORDS, source: 'path:/x' }))).toBe('file-unreadable');
  expect(await refused(importMedium(broken, WORDS))).toBe('usage');
  expect(await refused(defaultMedium('one', { arch: 'x86_64', firmware: 'coreboot', json: true }))).toBe('usage');
  expect(await refused(defaultMedium(undefined, { arch: 'x86_64', firmware: 'bios', json: true }))).toBe('usage');
  expect(await refused(removeMedium('one', { yes: false, json: true }))).toBe('usage');
});

test('library:NAME is the medium where that host has it, with its properties where it boots', async () => {
  await addMedium('shared one', 'volume:iso/a.iso', { ...WORDS, property: ['hw_rescue_bus=usb'] });
  await addMedium('own', 'path:/srv/b.iso', { ...WORDS, host: 'qemu:///system' });
  const uri = 'qemu:///system';
  expect(await namedMedia(['library:Shared One', 'library:own'], uri)).toEqual({
    media: [
      { kind: 'volume', pool: 'iso', name: 'a.iso' },
      { kind: 'path', path: '/srv/b.iso' },
    ],
    properties: { hw_rescue_bus: 'usb' },
  });
  // A script that names a volume does the same on every computer.
  expect(await namedMedia(['volume:iso/a.iso', 'library:shared one'], uri)).toMatchObject({ properties: {} });
  expect(await refused(namedMedia(['library:own'], 'qemu:///other'))).toBe('usage');
  expect(await refused(namedMedia(['library:nobody'], uri))).toBe('medium-not-found');
});
