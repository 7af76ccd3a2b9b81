import { beforeEach, expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import type { FakeHandlers, FakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld, poolNamed, volume } from '../../../harness/fake-world.test-support.ts';
import { installFake, resetStores } from '../../../harness/render.test-support.tsx';
import {
  changePool,
  filterNames,
  loadPools,
  loadVolumes,
  lookAgain,
  selectVolumes,
  usePools,
  wantVolumes,
} from './pools.ts';

const NAMES = Array.from({ length: 5000 }, (_, at) => `image-${at}.iso`);

beforeEach(() => resetStores());

function open(over: Partial<FakeHandlers> = {}): FakeSalvor {
  const fake = fakeSalvor(makeWorld(), {
    'pools.names': () => NAMES.toReversed(),
    'pools.describe': ({ pool, names }) => names.map((name) => volume({ pool, name })),
    ...over,
  });
  installFake(fake);
  return fake;
}

const described = () => selectVolumes(usePools.getState(), 'demo', 'big').described;
const asked = (fake: FakeSalvor) =>
  fake.calls.flatMap(({ channel, input }) =>
    channel === 'pools.describe' ? [(input as { names: string[] }).names] : [],
  );
const settle = () => new Promise((done) => setTimeout(done, 5));

test('names of thousands come as people count; only what is in sight is described, each once, few at a time', async () => {
  const fake = open();
  await loadVolumes('demo', 'big');
  expect(selectVolumes(usePools.getState(), 'demo', 'big').names?.slice(0, 3)).toEqual(NAMES.slice(0, 3));
  expect(asked(fake)).toEqual([]);
  wantVolumes('demo', 'big', NAMES.slice(0, 40));
  wantVolumes('demo', 'big', NAMES.slice(10, 50));
  await settle();
  expect(asked(fake).flat().toSorted()).toEqual(NAMES.slice(0, 50).toSorted());
  expect(Math.max(...asked(fake).map((names) => names.length))).toBeLessThanOrEqual(200);
  expect(described().size).toBe(50);
});

test('rows that were scrolled past while an answer was awaited are not asked for', async () => {
  const answers: (() => void)[] = [];
  const fake = open({
    'pools.describe': ({ pool, names }) =>
      new Promise((answer) => answers.push(() => answer(names.map((name) => volume({ pool, name }))))),
  });
  await loadVolumes('demo', 'big');
  for (const from of [0, 1000, 2000, 3000]) wantVolumes('demo', 'big', NAMES.slice(from, from + 30));
  await settle();
  answers.shift()?.();
  await settle();
  expect(asked(fake).map((names) => names[0])).toEqual(['image-0.iso', 'image-3000.iso']);
});

test('one that has gone is told apart from one that is not known yet', async () => {
  open({ 'pools.describe': () => [] });
  await loadVolumes('demo', 'big');
  await lookAgain('demo', 'big', 'image-1.iso');
  expect(described().get('image-1.iso')).toBeNull();
  expect(described().get('image-2.iso')).toBeUndefined();
});

test('a pool that stops answering is said, and asked again when one scrolls on', async () => {
  const error = errorData('pool-silent', { pool: 'big' });
  const fake = open({ 'pools.describe': () => ({ ok: false, error }) });
  await loadVolumes('demo', 'big');
  wantVolumes('demo', 'big', NAMES.slice(0, 10));
  await settle();
  expect(selectVolumes(usePools.getState(), 'demo', 'big').error).toEqual(error);
  expect(asked(fake)).toHaveLength(1);
  wantVolumes('demo', 'big', NAMES.slice(0, 10));
  await settle();
  expect(asked(fake)).toHaveLength(2);
});

test('names like those of every object are names like any other', async () => {
  open({ 'pools.names': () => ['__proto__', 'constructor'] });
  await loadVolumes('demo', '__proto__');
  wantVolumes('demo', '__proto__', ['__proto__']);
  await settle();
  const { names, described: known } = selectVolumes(usePools.getState(), 'demo', '__proto__');
  expect(names).toEqual(['__proto__', 'constructor']);
  expect(known.get('__proto__')).toMatchObject({ name: '__proto__' });
});

test('an answer that a later question has overtaken is dropped', async () => {
  const answers: ((names: string[]) => void)[] = [];
  open({ 'pools.names': () => new Promise((answer) => answers.push(answer)) });
  const both = [loadVolumes('demo', 'big'), loadVolumes('demo', 'big')];
  await settle();
  answers[1]?.(['new.iso']);
  answers[0]?.(['old.iso']);
  await Promise.all(both);
  expect(selectVolumes(usePools.getState(), 'demo', 'big').names).toEqual(['new.iso']);
});

test('a list of pools from before one was started does not stop it again', async () => {
  const before = { ...poolNamed('images'), active: false };
  const lists: (() => void)[] = [];
  open({
    'pools.list': () => new Promise((answer) => lists.push(() => answer([before]))),
    'pools.start': () => ({ ...before, active: true }),
  });
  const active = () => usePools.getState().pools['demo']?.items?.map((pool) => pool.active);
  const first = loadPools('demo');
  await settle();
  lists.shift()?.();
  await first;
  expect(active()).toEqual([false]);
  const late = loadPools('demo');
  await settle();
  expect(await changePool('pools.start', 'demo', before.name)).toBeNull();
  expect(active()).toEqual([true]);
  lists.shift()?.();
  await late;
  expect(active()).toEqual([true]);
});

test('a filter wants every word', () => {
  const names = ['disk-2.iso', 'disk-10.iso', 'Rescue.iso'];
  expect(filterNames(names, ' ')).toEqual(names);
  expect(filterNames(names, 'iso RESC')).toEqual(['Rescue.iso']);
});
