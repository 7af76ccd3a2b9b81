import { expect, test } from 'vitest';
import { doneSteps, journalEntry } from '../../../harness/fake-journal.test-support.ts';
import { stepAccounts } from './steps.ts';

test('each step as its last record leaves it, with the time it took', () => {
  const [check, stop, start, verify] = stepAccounts(journalEntry());
  expect(check).toMatchObject({ id: 'check', state: 'done', began: '2026-11-21T08:12:00.100Z', took: 340 });
  expect(stop?.took).toBe(44_000);
  expect([start?.state, verify?.state]).toEqual(['done', 'done']);
});

test('a record that stops in the middle: one step is begun and not seen to end, the others were not begun', () => {
  const accounts = stepAccounts(journalEntry({}, doneSteps().slice(0, 3)));
  expect(accounts.map(({ state }) => state)).toEqual(['done', 'running', 'pending', 'pending']);
  expect(accounts.map(({ took }) => took)).toEqual([340, null, null, null]);
});

test('a clock that went backwards gives no time that took less than nothing', () => {
  const [check] = stepAccounts(
    journalEntry({}, [
      { type: 'step', at: '2026-11-21T08:12:00.000Z', id: 'check', state: 'running' },
      { type: 'step', at: '2026-11-21T07:12:00.000Z', id: 'check', state: 'done' },
    ]),
  );
  expect(check).toMatchObject({ state: 'done', took: null });
});

test('a step that nobody planned, of a run that went on later, is shown as well; one that was taken back says so', () => {
  const accounts = stepAccounts(
    journalEntry({}, [
      ...doneSteps().slice(0, 6),
      { type: 'step', at: '2026-11-21T09:00:00.000Z', id: 'start', state: 'undone' },
      { type: 'step', at: '2026-11-21T09:00:01.000Z', id: 'restore', state: 'running' },
    ]),
  );
  expect(accounts.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'check done',
    'stop done',
    'start undone',
    'verify pending',
    'restore running',
  ]);
});
