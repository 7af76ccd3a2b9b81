import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Range } from '../../src-core/media/bytes.ts';
import { CODE, fat, mbr } from '../../src-core/media/images.test-support.ts';
import { readMedium } from './read-medium.ts';

/** A disk whose EFI system partition begins at 10 MiB. */
const HEAD = mbr([{ type: 0xef, start: 20480, sectors: 2880 }], CODE, 7);
const ESP = fat(12, ['EFI', 'BOOT', 'BOOTX64 EFI']);
const ESP_AT = 20480 * 512;
const SIZE = 100 * 1024 * 1024;

const give = (range: Range): Uint8Array => {
  const bytes = new Uint8Array(range.length);
  const from = range.at - ESP_AT;
  if (from >= 0) bytes.set(ESP.subarray(from, from + range.length));
  return bytes;
};

test('what stands further on is read, and the hash is that of the first bytes', async () => {
  const asked: Range[] = [];
  const { content, hash } = await readMedium(HEAD, SIZE, (ranges) => {
    asked.push(...ranges);
    return Promise.resolve(ranges.map(give));
  });
  expect(content).toMatchObject({ uefi: true, efiArches: ['x86_64'], diskId: '00000007' });
  expect(asked.some(({ at }) => at === ESP_AT)).toBe(true);
  expect(hash).toEqual({ sha256: createHash('sha256').update(HEAD).digest('hex'), bytes: HEAD.length });
});

test.each<[string, (ranges: readonly Range[]) => readonly Uint8Array[] | null]>([
  ['cannot be read', () => null],
  ['gives nothing', (ranges) => ranges.map(() => new Uint8Array(0))],
  ['gives fewer answers than questions', () => []],
])('a medium that %s is told by what was read', async (_name, answer) => {
  let rounds = 0;
  const { content } = await readMedium(HEAD, SIZE, (ranges) => {
    rounds += 1;
    return Promise.resolve(answer(ranges));
  });
  expect(content).toMatchObject({ kind: 'disk', uefi: true, efiArches: null });
  expect(rounds).toBe(1);
});

test('a host that gives more than was asked for is not believed', async () => {
  const { content } = await readMedium(HEAD, SIZE, (ranges) =>
    Promise.resolve(ranges.map((range) => Uint8Array.from([...give(range), ...new Uint8Array(99).fill(255)]))),
  );
  expect(content.efiArches).toEqual(['x86_64']);
});

test('a failure of the connection is no property of the medium', async () => {
  await expect(readMedium(HEAD, SIZE, () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
});

test('no more is read once there is enough', async () => {
  const { content } = await readMedium(
    HEAD,
    SIZE,
    () => Promise.reject(new Error('must not be asked')),
    ({ diskId }) => diskId !== null,
  );
  expect(content.diskId).toBe('00000007');
});
