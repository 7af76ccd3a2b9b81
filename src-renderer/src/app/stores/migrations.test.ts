import { expect, test } from 'vitest';
import type { Operation } from '../../../../src-core/contract/schemas.ts';
import { migrationOperation, progressAt } from '../../../harness/fake-migration.test-support.ts';
import { isStalled, percentOf, reduceMigrations, useMigrations } from './migrations.ts';

const NONE = useMigrations.getInitialState();
const MACHINE = { hostId: 'demo', uuid: 'aaaa' };

function after(count: number, operationId = 'one') {
  let state = NONE;
  for (let at = 0; at < count; at += 1)
    state = reduceMigrations(state, { type: 'migration-progress', operationId, progress: progressAt(at, count) });
  return state;
}

test('each figure is a moment of its chart, oldest first; other migrations have charts of their own', () => {
  const state = reduceMigrations(after(3), {
    type: 'migration-progress',
    operationId: 'other',
    progress: progressAt(1, 3),
  });
  expect(state.byOperation['one']?.samples.map(({ elapsed }) => elapsed)).toEqual([0, 0, 1]);
  expect(state.byOperation['other']?.samples).toHaveLength(1);
});

test('a migration of hours keeps a chart of bounded length, from its beginning to now', () => {
  const samples = after(5000).byOperation['one']?.samples ?? [];
  expect(samples.length).toBeLessThanOrEqual(240);
  expect(samples[0]?.elapsed).toBe(0);
  expect(samples.at(-1)?.elapsed).toBe(2499);
});

test('what has ended is not under way any more; what runs, and what is about others, changes nothing', () => {
  const state = after(2);
  const told = (parts: Partial<Operation>) =>
    reduceMigrations(state, { type: 'operation-changed', operation: migrationOperation(MACHINE, parts) });
  expect(told({ id: 'one', state: 'running' })).toBe(state);
  expect(told({ id: 'other', state: 'done' })).toBe(state);
  expect(told({ id: 'one', state: 'failed' }).byOperation).toEqual({});
  expect(reduceMigrations(state, { type: 'unfinished-changed' })).toBe(state);
});

test('the share that is over: of what is sent again and again, too; 100 only when it hands over; null where nothing is told', () => {
  expect(percentOf(progressAt(10, 40))).toBe(25);
  expect(percentOf(progressAt(10, 40, { remaining: 0 }))).toBe(99);
  expect(percentOf(progressAt(10, 40, { phase: 'finishing' }))).toBe(100);
  expect(percentOf(progressAt(0, 40, { processed: null, remaining: null, total: null }))).toBeNull();
  expect(percentOf(progressAt(10, 40, { remaining: null }))).toBe(25);
});

test('a pause is no stall; of a stalled one the chart has no rate', () => {
  expect(isStalled(progressAt(1, 4, { stalled: 2 }))).toBe(false);
  const progress = progressAt(1, 4, { stalled: 3 });
  expect(isStalled(progress)).toBe(true);
  const state = reduceMigrations(NONE, { type: 'migration-progress', operationId: 'one', progress });
  expect(state.byOperation['one']?.samples[0]?.rate).toBe(0);
});
