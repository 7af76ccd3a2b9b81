/** salvor media put between hosts in memory: what is told on the way, what Ctrl-C takes back, what the library knows then. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { fakeHost } from '../app/fake-hypervisor.test-support.ts';
import type { FakeHost } from '../app/fake-hypervisor.test-support.ts';
import { readableLibrary } from '../app/library/changes.ts';
import { openLibrary } from '../app/library/store.ts';
import { addMedium } from './media.ts';
import { putOnHost } from './media-put.ts';

const ONE = 'fake:///one';
const TWO = 'fake:///two';
const MiB = 1024 * 1024;
const BYTES = randomBytes(4 * MiB);

const hosts = new Map<string, FakeHost>();
vi.mock('../libvirt/load.ts', () => ({
  openHypervisor: (uri: string) => Promise.resolve(hosts.get(uri)?.hypervisor),
}));

let folder = '';
let told = '';
let printed = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salvor-put-'));
  vi.stubEnv('SALVOR_STATE', folder);
  told = '';
  printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (told += String(text)) !== '');
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (printed += String(text)) !== '');
  const pools = [{ name: 'iso', active: true, persistent: true, xml: "<pool type='dir'><name>iso</name></pool>" }];
  for (const uri of [ONE, TWO]) hosts.set(uri, fakeHost({ pools }));
  host(ONE).storage.volumes.set('iso/a.iso', { capacity: BYTES.length, bytes: BYTES, written: BYTES.length });
  await addMedium('rescue', 'volume:iso/a.iso', { json: true });
  printed = '';
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

function host(uri: string): FakeHost {
  const found = hosts.get(uri);
  if (found === undefined) throw new Error(uri);
  return found;
}

const put = (json: boolean, from: { from: string } | { file: string } = { from: ONE }) =>
  putOnHost('rescue', { ...from, to: TWO, pool: 'iso', verify: true, json });

const whole = async () => (await readableLibrary(openLibrary())).media[0]?.whole ?? null;

const refusal = (work: Promise<void>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof SalvorError ? error.data : String(error)),
  );

test('how far it is goes to stderr, what has become of it to stdout, and the library knows all of it', async () => {
  await put(false);
  expect(told).toMatch(/running/);
  expect(told).toMatch(/verifying/);
  expect(told).toMatch(/done {6}100 % of 4 MiB/);
  expect(printed).toMatch(/^“rescue” is on fake:\/\/\/two as volume:iso\/a\.iso; sha256 [0-9a-f]{64}, compared\.\n$/);
  expect(host(TWO).storage.volumes.get('iso/a.iso')?.bytes.equals(BYTES)).toBe(true);
  expect(await whole()).toMatchObject({ bytes: BYTES.length });
});

test('one JSON document is all there is where it is asked for; a file of this computer is a source, too', async () => {
  const file = join(folder, 'here.iso');
  await writeFile(file, BYTES);
  await put(true, { file });
  expect(told).toBe('');
  expect(JSON.parse(printed)).toMatchObject({ medium: 'rescue', transfer: { state: 'done', kind: 'upload', file } });
});

test.each(['sending', 'receiving'] as const)('Ctrl-C while %s takes back what was written', async (moment) => {
  const before = process.listenerCount('SIGINT');
  host(TWO).storage[moment] = () => void process.emit('SIGINT');
  vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  expect(await refusal(put(false))).toMatchObject({ code: 'cancelled', unchanged: 'Nothing is left of it.' });
  expect(told).toContain('cancelling; what was written is removed');
  expect(host(TWO).storage.volumes.size).toBe(0);
  expect(host(TWO).storage.open + host(ONE).storage.open).toBe(0);
  expect(printed).toBe('');
  expect(await whole()).toBeNull();
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('another file than the medium is becomes no part of what the library knows', async () => {
  await put(true);
  const known = await whole();
  host(TWO).storage.volumes.clear();
  const file = join(folder, 'wrong.iso');
  await writeFile(file, randomBytes(MiB));
  await put(false, { file });
  expect(told).toContain('the library notes nothing of it. Something of its name is there, and another one: 1 MiB');
  expect(await whole()).toEqual(known);
});

test('what is refused touches nothing', async () => {
  await put(true);
  expect(await refusal(put(true))).toMatchObject({ code: 'volume-exists' });
  expect(await refusal(putOnHost('rescue', { to: TWO, pool: 'iso', verify: true, json: true }))).toMatchObject({
    code: 'usage',
  });
  expect([...host(TWO).storage.volumes.keys()]).toEqual(['iso/a.iso']);
});

test('a connection that is lost is opened again, and it arrives all the same', { timeout: 20_000 }, async () => {
  let messages = 0;
  host(TWO).storage.sending = () => {
    messages += 1;
    if (messages === 5) throw new SalvorError('connection-lost', { uri: TWO });
  };
  await put(false);
  expect(told).toContain('Trying again for two minutes.');
  expect(await whole()).toMatchObject({ bytes: BYTES.length });
});

test('Ctrl-C while the host is away does not go on with it once it is back', { timeout: 20_000 }, async () => {
  host(TWO).storage.sending = () => {
    throw new SalvorError('connection-lost', { uri: TWO });
  };
  host(TWO).before.volumeSizes = () => {
    if (told.includes('Trying again') && !told.includes('cancelling')) throw new SalvorError('not-connected');
  };
  const ended = refusal(put(false));
  await expect.poll(() => told, { timeout: 10_000 }).toContain('Trying again');
  process.emit('SIGINT');
  expect(await ended).toMatchObject({ code: 'cancelled' });
  expect(host(TWO).storage.volumes.size).toBe(0);
});
