import { expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { fakeHost } from './fake-hypervisor.test-support.ts';
import { NO_SUCH_FILE, withFinder } from './volume-finder.ts';

/** A host whose pools are counted; making one takes a moment. */
function setUp() {
  const host = fakeHost({ volumes: {} });
  const pools = new Set<string>();
  const nameOf = (xml: string) => /<name>(.*?)<\/name>/.exec(xml)?.[1] ?? '';
  const base = host.hypervisor;
  const hypervisor = new Proxy(base, {
    get: (target, name: keyof typeof base) => {
      if (name === 'createPool')
        return async (xml: string) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          pools.add(nameOf(xml));
          return 'created';
        };
      if (name === 'stopPool')
        return (pool: string) =>
          pools.delete(pool) ? Promise.resolve() : Promise.reject(new SalvorError('pool-not-found', { pool, uri: '' }));
      return target[name];
    },
  });
  return { hypervisor, pools };
}

test('a look into a folder leaves no pool', async () => {
  const { hypervisor, pools } = setUp();
  const found = await withFinder(hypervisor, async (finder) => {
    const answer = await finder.find('/folder/file', 0);
    expect(pools.size).toBe(1);
    return answer;
  });
  expect(found.problem).toBe(NO_SUCH_FILE);
  expect(pools.size).toBe(0);
});

test('of several looks one fails: the pool that another is just making is taken away, and no further one is made', async () => {
  const { hypervisor, pools } = setUp();
  let later: Promise<unknown> = Promise.resolve();
  const looked = withFinder(hypervisor, async (finder) => {
    const other = finder.find('/slow/file', 0);
    other.catch(() => undefined);
    later = new Promise((resolve) => setTimeout(resolve, 40)).then(() => finder.find('/later/file', 0));
    later.catch(() => undefined);
    await Promise.reject(new Error('the other look failed'));
  });
  await expect(looked).rejects.toThrow('the other look failed');
  expect(pools).toEqual(new Set());
  await expect(later).rejects.toThrow('over');
  expect(pools).toEqual(new Set());
});
