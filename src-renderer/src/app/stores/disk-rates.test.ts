import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import type { DiskStats } from '../../../../src-core/disks/types.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import type { FakeHandlers } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld } from '../../../harness/fake-world.test-support.ts';
import { installFake, resetStores } from '../../../harness/render.test-support.tsx';
import { RATES_EVERY_MS, useDiskRates, useDiskRatesOf } from './disk-rates.ts';

const WEB = { hostId: 'demo', uuid: '6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a01' };
const stats = (readBytes: number): DiskStats => ({
  target: 'vda',
  readBytes,
  readRequests: 0,
  writeBytes: 0,
  writeRequests: 0,
});

let seen: DocumentVisibilityState;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  seen = 'visible';
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => seen);
  resetStores();
  useDiskRates.setState(useDiskRates.getInitialState(), true);
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A machine whose disk reads a MiB between two questions; counts the questions. */
function watched(answer?: FakeHandlers['machines.diskStats']) {
  let read = 0;
  const fake = fakeSalvor(makeWorld(), {
    'machines.diskStats':
      answer ??
      (() => {
        read += 1024 ** 2;
        return [stats(read)];
      }),
  });
  installFake(fake);
  return { asked: () => fake.calls.filter(({ channel }) => channel === 'machines.diskStats').length };
}

const pass = (rounds: number) => act(() => vi.advanceTimersByTimeAsync(rounds * RATES_EVERY_MS + 1));
const see = async (state: DocumentVisibilityState) => {
  seen = state;
  document.dispatchEvent(new Event('visibilitychange'));
  await act(() => vi.advanceTimersByTimeAsync(1));
};

test('two questions make a rate, and each further one the next', async () => {
  const host = watched();
  renderHook(() => useDiskRatesOf(WEB, true));
  await act(() => vi.advanceTimersByTimeAsync(1));
  expect(host.asked()).toBe(1);
  expect(useDiskRates.getState().byTarget.size).toBe(0);
  await pass(1);
  expect(host.asked()).toBe(2);
  expect(useDiskRates.getState().byTarget.get('vda')?.readBytes).toBeCloseTo(1024 ** 2 / 2, -4);
  await pass(3);
  expect(host.asked()).toBe(5);
});

test('a machine that is off is not asked about, nor one that is not looked at any more', async () => {
  const host = watched();
  const { rerender, unmount } = renderHook(({ running }) => useDiskRatesOf(WEB, running), {
    initialProps: { running: false },
  });
  await pass(2);
  expect(host.asked()).toBe(0);
  rerender({ running: true });
  await pass(2);
  expect(host.asked()).toBe(3);
  unmount();
  expect(useDiskRates.getState()).toEqual(useDiskRates.getInitialState());
  await pass(2);
  expect(host.asked()).toBe(3);
});

test('nothing is asked while the window cannot be seen; then it begins anew, and no rate spans the pause', async () => {
  const host = watched();
  renderHook(() => useDiskRatesOf(WEB, true));
  await pass(1);
  await see('hidden');
  expect(useDiskRates.getState().byTarget.size).toBe(0);
  await pass(5);
  expect(host.asked()).toBe(2);
  await see('visible');
  expect(host.asked()).toBe(3);
  expect(useDiskRates.getState().byTarget.size).toBe(0);
  await pass(1);
  expect(useDiskRates.getState().byTarget.size).toBe(1);
});

test('an answer that comes when the machine is looked at no more is dropped', async () => {
  let answer: (value: DiskStats[]) => void = () => undefined;
  watched(() => new Promise((done) => (answer = done)));
  const { unmount } = renderHook(() => useDiskRatesOf(WEB, true));
  await act(() => vi.advanceTimersByTimeAsync(1));
  unmount();
  answer([stats(1)]);
  await pass(3);
  expect(useDiskRates.getState()).toEqual(useDiskRates.getInitialState());
});

test('a host that does not tell says why, and is asked again', async () => {
  const error = errorData('timeout', { call: 'virDomainGetBlockStats', seconds: 30 });
  let fails = true;
  let read = 0;
  watched(() => (fails ? { ok: false, error } : [stats((read += 10))]));
  renderHook(() => useDiskRatesOf(WEB, true));
  await pass(1);
  expect(useDiskRates.getState().error?.code).toBe('timeout');
  fails = false;
  await pass(1);
  expect(useDiskRates.getState().error).toBeNull();
  await pass(1);
  expect(useDiskRates.getState().total?.readBytes).toBeGreaterThan(0);
});
