import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import type { StopRequest } from '../../src-core/rescue/types.ts';
import { DEFINITION, DOMAIN, fakeHost } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import { stopGuest } from './stop-guest.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const GRACEFUL: StopRequest = { how: 'graceful', timeoutSeconds: 60, onTimeout: 'give-up' };
const REFUSED = (why: string) => new SalvorError('libvirt', { call: 'virDomainShutdownFlags' }, why);

/** What the guest runs from, with its agent's channel in that state. */
const withAgent = (state: 'connected' | 'disconnected') =>
  DEFINITION.replace(
    '</devices>',
    `<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='${state}'/></channel></devices>`,
  );

interface Stopping {
  readonly notes: string[];
  /** Of each look, whether it was the last one before force. */
  readonly looks: boolean[];
  readonly controller: AbortController;
  readonly done: Promise<{ remark: string | null; error: ErrorData | null }>;
}

function stopping(host: FakeHost, stop: StopRequest, lookAgain: () => void = () => undefined): Stopping {
  const notes: string[] = [];
  const looks: boolean[] = [];
  const controller = new AbortController();
  const watch = {
    note: (text: string | null) => {
      if (text !== null) notes.push(text);
    },
    signal: controller.signal,
    lookAgain: async (last: boolean) => {
      looks.push(last);
      lookAgain();
      await Promise.resolve();
    },
    asked: () => undefined,
  };
  const done = stopGuest(host.hypervisor, DOMAIN, stop, watch).then(
    (remark) => ({ remark, error: null }),
    (error: unknown) => {
      if (error instanceof SalvorError) return { remark: null, error: error.data };
      throw error;
    },
  );
  return { notes, looks, controller, done };
}

describe('asked', () => {
  test('a guest with an agent is asked through it first, then by the button, in turns; the time is counted down', async () => {
    const host = fakeHost();
    host.live = withAgent('connected');
    host.obedient = false;
    const { notes, done } = stopping(host, { ...GRACEFUL, timeoutSeconds: 35 });
    await vi.advanceTimersByTimeAsync(36_000);
    expect((await done).error).toMatchObject({ code: 'stop-timeout', params: { seconds: 35 } });
    expect(host.asked).toEqual(['agent', 'acpi', 'agent', 'acpi']);
    expect(notes[0]).toBe('asked to shut down through its guest agent; 35 s left');
    expect(notes.at(-1)).toBe('asked to shut down by its power button (4 times so far); 1 s left');
  });

  test('an agent that is not connected is not asked', async () => {
    const host = fakeHost();
    host.live = withAgent('disconnected');
    host.obedient = false;
    const { done } = stopping(host, { ...GRACEFUL, timeoutSeconds: 25 });
    await vi.advanceTimersByTimeAsync(26_000);
    await done;
    expect(host.asked).toEqual(['acpi', 'acpi', 'acpi']);
  });

  test.each(['agent', 'acpi'] as const)('a guest that listens to the %s alone goes down', async (way) => {
    const host = fakeHost();
    host.live = withAgent('connected');
    host.obedient = way;
    const { done } = stopping(host, GRACEFUL);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(await done).toEqual({ remark: null, error: null });
  });

  test('an agent that answers with an error: the button is tried at once', async () => {
    const host = fakeHost();
    host.live = withAgent('connected');
    host.obedient = 'acpi';
    host.before.shutdownDomain = () => {
      host.before.shutdownDomain = () => undefined;
      throw REFUSED('Guest agent is not responding');
    };
    const { done } = stopping(host, GRACEFUL);
    await vi.advanceTimersByTimeAsync(500);
    expect(await done).toEqual({ remark: null, error: null });
  });

  test('an agent that does not answer at all holds nothing up: the time runs out as it was to', async () => {
    const host = fakeHost();
    host.live = withAgent('connected');
    host.before.shutdownDomain = () => new Promise(() => undefined);
    const { done } = stopping(host, { ...GRACEFUL, timeoutSeconds: 20, onTimeout: 'force' });
    await vi.advanceTimersByTimeAsync(21_000);
    expect(await done).toEqual({ remark: null, error: null });
    expect(host.changes).toEqual(['destroyDomain']);
  });

  test('libvirt refuses to ask at all: said at once', async () => {
    const host = fakeHost();
    host.before.shutdownDomain = () => Promise.reject(REFUSED('Domain is not ready'));
    const { done } = stopping(host, GRACEFUL);
    await vi.advanceTimersByTimeAsync(100);
    expect((await done).error).toMatchObject({ code: 'stop-failed', detail: 'Domain is not ready' });
  });

  test('a repetition that is refused means that it is on its way', async () => {
    const host = fakeHost();
    host.obedient = false;
    host.after.shutdownDomain = () => {
      host.before.shutdownDomain = () => Promise.reject(REFUSED('Domain is shutting down'));
    };
    const { done } = stopping(host, { ...GRACEFUL, timeoutSeconds: 25 });
    await vi.advanceTimersByTimeAsync(26_000);
    expect((await done).error?.code).toBe('stop-timeout');
  });
});

describe('not in time', () => {
  test('keep waiting: past the time, until it goes down', async () => {
    const host = fakeHost();
    host.obedient = false;
    const { notes, done } = stopping(host, { ...GRACEFUL, timeoutSeconds: 5, onTimeout: 'keep-waiting' });
    await vi.advanceTimersByTimeAsync(90_000);
    expect(notes.at(-1)).toMatch(
      /^asked to shut down by its power button \(\d+ times so far\); waiting for (89|90) s now$/,
    );
    host.obedient = true;
    await vi.advanceTimersByTimeAsync(12_000);
    expect(await done).toEqual({ remark: null, error: null });
    expect(host.changes).not.toContain('destroyDomain');
  });

  test('keep waiting, until it is cancelled: the guest runs on', async () => {
    const host = fakeHost();
    host.obedient = false;
    const { controller, done } = stopping(host, { ...GRACEFUL, timeoutSeconds: 5, onTimeout: 'keep-waiting' });
    await vi.advanceTimersByTimeAsync(30_000);
    controller.abort();
    await vi.advanceTimersByTimeAsync(10);
    expect((await done).error?.code).toBe('cancelled');
    expect(host.live).toBe(DEFINITION);
  });

  test('force: looked at again as the last thing before', async () => {
    const host = fakeHost();
    host.obedient = false;
    const { looks, done } = stopping(host, { ...GRACEFUL, timeoutSeconds: 5, onTimeout: 'force' });
    await vi.advanceTimersByTimeAsync(6000);
    expect((await done).error).toBeNull();
    expect(looks.at(-1)).toBe(true);
    expect(looks.slice(0, -1).every((last) => !last)).toBe(true);
    expect(host.changes.at(-1)).toBe('destroyDomain');
  });

  test('what the look finds while it waits ends the wait, and nothing is forced', async () => {
    const host = fakeHost();
    host.obedient = false;
    let looks = 0;
    const { done } = stopping(host, { ...GRACEFUL, onTimeout: 'force' }, () => {
      looks += 1;
      if (looks > 3) throw new SalvorError('drift', { domain: 'patient', what: 'somebody undefined it' });
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await done).error?.code).toBe('drift');
    expect(host.changes).toEqual(['shutdownDomain']);
  });
});

describe('a guest that does not run', () => {
  test.each([
    ['paused', 'virsh resume'],
    ['pmsuspended', 'virsh dompmwakeup'],
  ] as const)('%s, and not to be forced: said at once, with what to do', async (state, command) => {
    const host = fakeHost();
    host.state = state;
    const { done } = stopping(host, GRACEFUL);
    await vi.advanceTimersByTimeAsync(10);
    const { error } = await done;
    expect(error).toMatchObject({ code: 'guest-paused' });
    expect(error?.next).toContain(command);
    expect(host.changes).toEqual([]);
  });

  test('that is resumed in time shuts down', async () => {
    const host = fakeHost();
    host.state = 'paused';
    host.obedient = false;
    const { notes, done } = stopping(host, { ...GRACEFUL, onTimeout: 'force' });
    await vi.advanceTimersByTimeAsync(5000);
    expect(notes.at(-1)).toMatch(/^it is paused and cannot shut down: resume it \(virsh resume\); 5\d s left$/);
    host.state = 'running';
    host.obedient = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await done).toEqual({ remark: null, error: null });
    expect(host.changes).not.toContain('destroyDomain');
  });
});

describe('off by another hand', () => {
  test.each([
    ['destroyed', 'somebody forced it off'],
    ['crashed', 'it crashed'],
  ] as const)('%s is off as well, and told', async (why, words) => {
    const host = fakeHost();
    host.obedient = false;
    const { done } = stopping(host, GRACEFUL);
    await vi.advanceTimersByTimeAsync(10);
    Object.assign(host, { state: 'shutoff', live: null, whyOff: why });
    await vi.advanceTimersByTimeAsync(1100);
    expect(await done).toEqual({ remark: `While it was shutting down, ${words}.`, error: null });
  });

  test.each(['migrated', 'saved', 'from-snapshot'] as const)('%s: it is not stopped but elsewhere', async (why) => {
    const host = fakeHost();
    host.obedient = false;
    const { done } = stopping(host, GRACEFUL);
    await vi.advanceTimersByTimeAsync(10);
    Object.assign(host, { state: 'shutoff', live: null, whyOff: why });
    await vi.advanceTimersByTimeAsync(1100);
    expect((await done).error?.code).toBe('drift');
  });
});
