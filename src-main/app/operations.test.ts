import { expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { AppEvent, Operation } from '../../src-core/contract/schemas.ts';
import { createOperations } from './operations.ts';

const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };
const MACHINE = { hostId: 'h', uuid: 'c0ffee00-1111-4222-8333-444455556666' };
const FIRST = { id: 'check', text: 'Check' };

function setUp() {
  const events: Operation[] = [];
  let count = 0;
  const emit = (event: AppEvent) => {
    if (event.type === 'operation-changed') events.push(event.operation);
  };
  const operations = createOperations({
    emit,
    log: LOG,
    newId: () => String((count += 1)),
    now: () => new Date('2026-01-01T00:00:00Z'),
  });
  return { operations, events };
}

test('steps, notes and the end are told as they come', async () => {
  const { operations, events } = setUp();
  const started = operations.start('rescue', MACHINE, 'patient', FIRST, async (report) => {
    report.step('check', 'running');
    report.steps([FIRST, { id: 'stop', text: 'Stop' }]);
    report.step('check', 'done');
    report.note('stop', '5 s left');
    report.cancellable(false);
    await Promise.resolve();
    return ['Its UEFI variables differ.'];
  });
  expect(started).toMatchObject({
    id: '1',
    state: 'running',
    cancellable: true,
    startedAt: '2026-01-01T00:00:00.000Z',
  });
  await operations.settled();
  expect(events.at(-1)).toMatchObject({
    state: 'done',
    cancellable: false,
    remarks: ['Its UEFI variables differ.'],
    steps: [
      { id: 'check', text: 'Check', state: 'done', note: null },
      { id: 'stop', text: 'Stop', state: 'pending', note: '5 s left' },
    ],
  });
  expect(operations.running()).toEqual([]);
});

test('one operation a machine; another machine is free', async () => {
  const { operations } = setUp();
  let end: () => void = () => undefined;
  const ended = new Promise<string[]>((resolve) => (end = () => resolve([])));
  operations.start('rescue', MACHINE, 'patient', FIRST, () => ended);
  expect(() => operations.start('end', MACHINE, 'patient', FIRST, () => ended)).toThrow(/a rescue is being started/);
  operations.start('end', { ...MACHINE, hostId: 'other' }, 'patient', FIRST, () => ended);
  end();
  await operations.settled();
  expect(operations.start('end', MACHINE, 'patient', FIRST, () => ended)).toMatchObject({ state: 'running' });
});

test('a failure is data, and what was not begun is skipped; a bug says nothing of itself', async () => {
  const { operations } = setUp();
  operations.start('rescue', MACHINE, 'patient', FIRST, () =>
    Promise.reject(new SalvorError('stop-timeout', { domain: 'patient', seconds: 5 })),
  );
  operations.start('rescue', { ...MACHINE, hostId: 'b' }, 'patient', FIRST, () =>
    Promise.reject(new TypeError('x is undefined')),
  );
  await operations.settled();
  const [failed, bug] = operations.list();
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'stop-timeout' }, steps: [{ state: 'skipped' }] });
  expect(bug).toMatchObject({ state: 'failed', error: { code: 'internal', detail: null } });
  expect(JSON.stringify(bug)).not.toContain('undefined');
});

test('cancelling reaches the work and is told apart from failure', async () => {
  const { operations } = setUp();
  const { id } = operations.start('rescue', MACHINE, 'patient', FIRST, async (_report, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw new SalvorError('cancelled');
  });
  operations.cancel(id);
  operations.cancel('nobody');
  await operations.settled();
  expect(operations.list()).toMatchObject([{ state: 'cancelled', error: { code: 'cancelled' } }]);
});
