import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { parseSecrets, readSecrets } from './secrets.ts';

const A = '5a5a5a5a-0000-4000-8000-00000000000a';
const B = '5a5a5a5a-0000-4000-8000-00000000000b';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'salvor-secrets-'));
});
afterAll(() => rm(dir, { recursive: true }));

test('a file or standard input for each, UUIDs in any case', () => {
  expect(parseSecrets([`${A.toUpperCase()}=@/tmp/a key`, `${B}=-`])).toEqual([
    { uuid: A, from: '/tmp/a key' },
    { uuid: B, from: '-' },
  ]);
  expect(parseSecrets([`${A}=@-`])).toEqual([{ uuid: A, from: '-' }]);
});

test.each([
  [[`${A}=geheim`]],
  [[`${A}:geheim`]],
  [['geheim=@file']],
  [[`${A}=@`]],
  [[`${A}=@geheim-a`, `${A}=@geheim-b`]],
  [[`${A}=-`, `${B}=@-`]],
])('%j is wrong usage, which does not repeat what may be a value', (texts) => {
  const problem = thrownBy(() => parseSecrets(texts));
  expect(problem.data.code).toBe('usage');
  expect(JSON.stringify(problem.data)).not.toContain('geheim');
});

test('the bytes as they are, line end and all', async () => {
  const bytes = Buffer.from('00ff0a70770a', 'hex');
  await writeFile(join(dir, 'key'), bytes);
  expect(await readSecrets([{ uuid: A, from: join(dir, 'key') }], true)).toEqual(new Map([[A, bytes]]));
});

test('what is empty, too long or not there is said, by its name alone', async () => {
  await writeFile(join(dir, 'empty'), '');
  await writeFile(join(dir, 'long'), 'geheim'.repeat(20_000));
  const read = (name: string) => readSecrets([{ uuid: A, from: join(dir, name) }], true);
  await expect(read('empty')).rejects.toMatchObject({ data: { code: 'usage' } });
  await expect(read('nowhere')).rejects.toMatchObject({ data: { code: 'file-unreadable' } });
  await expect(read('long')).rejects.toMatchObject({
    data: { code: 'file-unreadable', detail: expect.stringContaining('65536 bytes') as string },
  });
});

function thrownBy(work: () => unknown): SalvorError {
  try {
    work();
  } catch (error) {
    if (error instanceof SalvorError) return error;
  }
  throw new Error('no error of ours was thrown');
}
