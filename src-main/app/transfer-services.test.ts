import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CHANNELS } from '../../src-core/contract/channels.ts';
import { fakeHost } from './fake-hypervisor.test-support.ts';
import { createOfferedFiles, createTransferHandlers } from './transfer-services.ts';
import { createTransfers } from './transfers/transfers.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salvor-offered-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function setUp(chosen: readonly string[], target: string | null) {
  const images = { name: 'images', active: true, persistent: true, xml: "<pool type='dir'><name>images</name></pool>" };
  const host = fakeHost({ pools: [images] });
  const transfers = createTransfers({
    host: () => host.hypervisor,
    emit: () => undefined,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    newId: () => 'id',
    now: () => new Date(),
  });
  const asked: string[] = [];
  const files = {
    choose: () => Promise.resolve(chosen),
    target: (name: string) => {
      asked.push(name);
      return Promise.resolve(target);
    },
  };
  return {
    host,
    transfers,
    asked,
    handlers: createTransferHandlers({ transfers, offered: createOfferedFiles(), files }),
  };
}

const TO = { hostId: 'one', pool: 'images', name: 'a' };
const options = { verify: true };

test('a file that was chosen is known by a token, and by what its bytes are', async () => {
  const path = join(folder, 'lies.iso');
  const qcow2 = Buffer.alloc(512);
  qcow2.write('QFI\u00fb', 'latin1');
  qcow2.writeUInt32BE(2, 4);
  qcow2.writeUInt32BE(16, 20);
  qcow2.writeBigUInt64BE(1n << 30n, 24);
  await writeFile(path, qcow2);
  const { host, handlers, transfers } = setUp([path], null);
  const [file] = CHANNELS['files.choose'].output.parse(await handlers['files.choose'](null));
  expect(file).toMatchObject({ name: 'lies.iso', size: 512, content: { kind: 'image', format: 'qcow2' } });
  expect(JSON.stringify(file)).not.toContain(folder);
  const token = file?.token ?? '';
  expect(await handlers['transfers.room']({ token, from: null, to: TO })).toMatchObject({ size: 512, problem: null });
  const { id } = await handlers['transfers.upload']({ token, to: TO, options });
  expect(await transfers.ended(id)).toMatchObject({ state: 'done' });
  expect(host.storage.volumes.get('images/a')?.bytes.equals(qcow2)).toBe(true);
});

test('a token that was given to nobody opens no file', async () => {
  const { handlers, transfers } = setUp([], null);
  expect(await handlers['files.choose'](null)).toEqual([]);
  for (const token of ['/etc/passwd', ''])
    expect(() => handlers['transfers.upload']({ token, to: TO, options })).toThrow('cannot be read');
  expect(transfers.list()).toEqual([]);
});

test('a download goes where the person says, and nowhere where nothing was said', async () => {
  const bytes = Buffer.from('content');
  for (const target of [null, join(folder, 'out')]) {
    const { host, handlers, transfers } = setUp([], target);
    host.storage.volumes.set('images/a', { capacity: bytes.length, bytes, written: bytes.length });
    const started = await handlers['transfers.download']({ from: TO, options });
    expect(started === null).toBe(target === null);
    if (started !== null) expect(await transfers.ended(started.id)).toMatchObject({ state: 'done', file: target });
  }
});

test.each([
  ['debian 12.iso', 'debian 12.iso'],
  ['../../.bashrc', '-..-.bashrc'],
  ['C:\\Windows\\x', 'C:-Windows-x'],
  ['.hidden', 'hidden'],
  ['a\n\u202Egnp.exe', 'a--gnp.exe'],
  ['..', 'volume'],
])('a download of %j is offered as %j', async (name, offered) => {
  const { asked, handlers } = setUp([], null);
  await handlers['transfers.download']({ from: { ...TO, name }, options });
  expect(asked).toEqual([offered]);
});
