/** Two hosts may go by one name: neither is taken for the other. */
import { describe, expect, test } from 'vitest';
import { fakeHost } from '../fake-hypervisor.test-support.ts';
import type { ConnectedHost } from '../unfinished.ts';
import { HERE, THERE } from './migrate.test-support.ts';
import type { RecordedMigration } from './sides.ts';
import { pairOf } from './unfinished.ts';

const host = (id: string, uri: string, hostname: string): ConnectedHost => ({
  id,
  hypervisor: fakeHost({ uri, hostname }).hypervisor,
});
const ids = async (hosts: readonly ConnectedHost[], from: string, to: string) => {
  const recorded = { from, migration: { to: { uri: THERE, hostname: to } } } as unknown as RecordedMigration;
  const { source, destination } = await pairOf(recorded, { uri: HERE }, hosts);
  return [source?.id ?? null, destination?.id ?? null];
};
const ELSEWHERE = 'qemu+ssh://root@10.0.0.9/system';

describe('of one name', () => {
  const [a, b, c] = [host('a', HERE, 'node'), host('b', THERE, 'node'), host('c', ELSEWHERE, 'node')];

  test('each is known by its address, in whatever order they were connected', async () => {
    expect(await ids([a, b], 'node', 'node')).toEqual(['a', 'b']);
    expect(await ids([b, a], 'node', 'node')).toEqual(['a', 'b']);
  });

  test('one alone is one side', async () => {
    expect(await ids([a], 'node', 'node')).toEqual(['a', null]);
    expect(await ids([b], 'node', 'node')).toEqual([null, 'b']);
  });

  test('the other one is what is left, where it was connected by another address', async () => {
    expect(await ids([c, a], 'node', 'node')).toEqual(['a', 'c']);
    expect(await ids([c, b], 'node', 'node')).toEqual(['c', 'b']);
  });

  test('one that could be either is neither', async () => {
    expect(await ids([c], 'node', 'node')).toEqual([null, null]);
  });
});

test('of two names, each by its name, whatever the address', async () => {
  const other = host('a', ELSEWHERE, 'one');
  expect(await ids([host('b', THERE, 'two'), other], 'one', 'two')).toEqual(['a', 'b']);
  expect(await ids([other], 'one', 'two')).toEqual(['a', null]);
});
