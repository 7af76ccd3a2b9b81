import { expect, test, vi } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { fakeHost, fileVolume } from './fake-hypervisor.test-support.ts';
import { TOO_SLOW, storageLooks } from './storage-looks.ts';

const never = () => new Promise<void>(() => undefined);
const at = (path: string) => ({ path });

test('a place is asked for once, and described', async () => {
  const host = fakeHost({ volumes: { '/p/a': fileVolume('/p/a') } });
  let asked = 0;
  host.before.examineVolume = () => void (asked += 1);
  const { volume } = storageLooks(host.hypervisor);
  const [first, second] = await Promise.all([volume(at('/p/a')), volume(at('/p/a'))]);
  expect(first).toBe(second);
  expect(first).toMatchObject({ volume: { path: '/p/a', capacity: 8388608, allocation: 4096 }, problem: null });
  expect(asked).toBe(1);
});

test.each<[string, () => Error, string]>([
  [
    'a pool that is not there',
    () => new SalvorError('pool-not-found', { pool: 'p', uri: 'x' }),
    'no such storage pool',
  ],
  [
    'libvirt’s own words',
    () => new SalvorError('libvirt', { call: 'x' }, 'storage pool ’p’ is not active'),
    'is not active',
  ],
  ['a call that took libvirt too long', () => new SalvorError('timeout', { call: 'x', seconds: 20 }), TOO_SLOW],
])('%s is a problem of that volume', async (_name, error, problem) => {
  const host = fakeHost();
  host.before.examineVolume = () => {
    throw error();
  };
  const { volume } = storageLooks(host.hypervisor);
  expect((await volume({ pool: 'p', name: 'v' })).problem).toContain(problem);
});

test('a lost connection is no answer: it rejects', async () => {
  const host = fakeHost();
  host.before.examineVolume = () => {
    throw new SalvorError('connection-lost', { uri: 'x' });
  };
  const { volume, ask } = storageLooks(host.hypervisor);
  await expect(volume(at('/a'))).rejects.toMatchObject({ data: { code: 'connection-lost' } });
  await expect(ask(() => host.hypervisor.examineVolume(at('/a'), 0))).rejects.toBeInstanceOf(SalvorError);
});

test('a file that no pool knows: is there a pool that should?', async () => {
  const host = fakeHost();
  expect((await storageLooks(host.hypervisor).volume(at('/p/a'))).problem).toContain(
    'no storage pool of the host holds it',
  );
  const folders: string[] = [];
  const hypervisor = {
    ...host.hypervisor,
    examineVolume: () => Promise.resolve(null),
    poolByTarget: (folder: string) => {
      folders.push(folder);
      return Promise.resolve('images');
    },
  };
  const { volume } = storageLooks(hypervisor);
  expect((await volume(at('/p/a'))).problem).toContain('the storage pool images over its folder does not list it');
  expect((await volume(at('/a'))).volume).toBeNull();
  expect(folders).toEqual(['/p', '/']);
  expect((await volume({ pool: 'images', name: 'a' })).problem).toBe('the pool has no such volume');
});

test('a host that hangs: no look waits longer than its time, and while one hangs none is begun', async () => {
  vi.useFakeTimers();
  try {
    const host = fakeHost({ volumes: { '/p/a': fileVolume('/p/a') } });
    const ends: (() => void)[] = [];
    let asked = 0;
    host.before.examineVolume = () => {
      asked += 1;
      return new Promise<void>((resolve) => ends.push(resolve));
    };
    const first = storageLooks(host.hypervisor);
    const looks = Promise.all(['/1', '/2'].map((path) => first.volume(at(path))));
    await vi.advanceTimersByTimeAsync(2600);
    expect((await looks).map(({ problem }) => problem)).toEqual([TOO_SLOW, TOO_SLOW]);
    expect(asked).toBe(2);
    // Another page of the same host.
    const second = storageLooks(host.hypervisor);
    const others = Promise.all([second.volume(at('/3')), second.ask(() => host.hypervisor.secrets())]);
    await vi.advanceTimersByTimeAsync(2600);
    expect(await others).toEqual([{ volume: null, problem: TOO_SLOW }, null]);
    expect(asked).toBe(2);
    delete host.before.examineVolume;
    // A third page waits for them to end, and is answered then.
    const third = storageLooks(host.hypervisor).volume(at('/p/a'));
    await vi.advanceTimersByTimeAsync(1000);
    for (const end of ends) end();
    await vi.advanceTimersByTimeAsync(1);
    expect((await third).problem).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

test('all looks of a page together have their time, too', async () => {
  const host = fakeHost();
  const { volume, ask } = storageLooks(host.hypervisor, 50);
  host.before.examineVolume = never;
  const started = Date.now();
  expect((await volume(at('/1'))).problem).toBe(TOO_SLOW);
  expect(await ask(() => host.hypervisor.secrets())).toBeNull();
  expect(Date.now() - started).toBeLessThan(1000);
});
