import { beforeEach, expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import type { Operation } from '../../../../src-core/contract/schemas.ts';
import {
  acknowledge,
  noteStarted,
  reduceOperations,
  selectRefused,
  selectRemarks,
  selectRunning,
  selectShownOperation,
  selectUnread,
  useOperations,
} from './operations.ts';

const KEY = 'demo/a';

function operation(parts: Partial<Operation> = {}): Operation {
  return {
    id: 'one',
    kind: 'rescue',
    machine: { hostId: 'demo', uuid: 'a' },
    machineName: 'web-01',
    state: 'running',
    cancellable: true,
    startedAt: '2026-11-21T08:00:00Z',
    steps: [],
    remarks: [],
    error: null,
    ...parts,
  };
}

function apply(...operations: Operation[]): void {
  useOperations.setState((state) =>
    operations.reduce((into, one) => reduceOperations(into, { type: 'operation-changed', operation: one }), state),
  );
}

beforeEach(() => useOperations.setState(useOperations.getInitialState(), true));

test('what runs is shown, what went well is not, what failed is until it is put away', () => {
  apply(operation());
  expect(selectShownOperation(useOperations.getState(), KEY)?.state).toBe('running');
  expect(selectRunning(useOperations.getState())).toHaveLength(1);
  apply(operation({ state: 'failed' }));
  expect(selectShownOperation(useOperations.getState(), KEY)?.state).toBe('failed');
  expect(selectUnread(useOperations.getState()).map((one) => one.id)).toEqual(['one']);
  acknowledge('one');
  expect(selectUnread(useOperations.getState())).toEqual([]);
  expect(selectShownOperation(useOperations.getState(), KEY)).toBeNull();
  apply(operation({ id: 'two', startedAt: '2026-11-21T09:00:00Z', state: 'done' }));
  expect(selectShownOperation(useOperations.getState(), KEY)).toBeNull();
});

test('an older operation that changes late does not hide the newer one', () => {
  apply(operation({ id: 'new', startedAt: '2026-11-21T09:00:00Z' }), operation({ id: 'old', state: 'failed' }));
  expect(selectShownOperation(useOperations.getState(), KEY)?.id).toBe('new');
});

test('the reply to a start does not undo an event that was faster', () => {
  apply(operation({ state: 'failed' }));
  noteStarted(operation({ state: 'running' }));
  expect(selectShownOperation(useOperations.getState(), KEY)?.state).toBe('failed');
});

test('what was answered against what was asked of a run is told while it runs, until it is asked for something else', () => {
  const error = errorData('busy', { domain: 'web-01' });
  apply(operation());
  useOperations.setState({ refused: { one: error } });
  expect(selectRefused(useOperations.getState(), 'one')).toEqual(error);
  expect(selectRefused(useOperations.getState(), 'another')).toBeNull();
  apply(operation({ state: 'failed' }));
  expect(selectRefused(useOperations.getState(), 'one')).toBeNull();
});

test('what is worth telling of a run that went well is told until it is put away', () => {
  apply(operation({ state: 'done' }));
  expect(selectRemarks(useOperations.getState(), KEY)).toBeNull();
  apply(operation({ state: 'done', remarks: ['Its UEFI variables differ.'] }));
  expect(selectShownOperation(useOperations.getState(), KEY)).toBeNull();
  expect(selectRemarks(useOperations.getState(), KEY)?.remarks).toEqual(['Its UEFI variables differ.']);
  acknowledge('one');
  expect(selectRemarks(useOperations.getState(), KEY)).toBeNull();
});
