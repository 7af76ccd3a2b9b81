/** The plain actions on a machine, on a host in memory. */
import { describe, expect, test, vi } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { ErrorData } from '../../../src-core/contract/errors.ts';
import type { PowerAction } from '../../../src-core/reboot/power.ts';
import type { DomainState } from '../../../src-core/rescue/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { DEFINITION, DOMAIN, fakeHost } from '../fake-hypervisor.test-support.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import { lockDomain } from '../domain-lock.ts';
import { errorOf } from '../errors.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { LASTING, NEVER, REPORT, rescueBy } from '../resume.test-support.ts';
import { actOnPower } from './power.ts';

type Note = (id: string, text: string | null) => void;
const act = (
  host: FakeHost,
  action: PowerAction,
  way: 'acpi' | 'agent' = 'acpi',
  signal = NEVER,
  note: Note = REPORT.note,
) => actOnPower(host.hypervisor, DOMAIN, action, way, { ...REPORT, note }, signal);
const failure = async (running: Promise<unknown>): Promise<ErrorData> =>
  running.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => errorOf(error),
  );
const libvirt = (detail: string) => new SalvorError('libvirt', { call: 'fake' }, detail);
const off = () => fakeHost({ state: 'shutoff' });
const paused = () => {
  const host = fakeHost();
  host.state = 'paused';
  return host;
};

/** As libvirt keeps it (<on_crash>preserve): one whose QEMU died is off. */
const crashed = () => {
  const host = fakeHost();
  host.state = 'crashed';
  return host;
};

test.each(['resume', 'reset'] as const)('%s of a half of a migration: two guests would run', async (action) => {
  for (const reason of ['migrating', 'post-copy', 'post-copy failed']) {
    const host = paused();
    host.moves.reason = reason;
    expect(await failure(act(host, action))).toMatchObject({ code: 'power-failed', unchanged: 'Nothing was touched.' });
    expect(host.changes).toEqual([]);
  }
});

test('a reset of one that does not run says that it is paused behind it', async () => {
  const host = crashed();
  // As libvirt leaves it.
  host.after.resetDomain = () => void (host.state = 'paused');
  expect(await act(host, 'reset')).toEqual(['patient is paused: it starts anew once it is resumed.']);
  expect(await act(paused(), 'reset')).toHaveLength(1);
  expect(await act(fakeHost(), 'reset')).toEqual([]);
});

test.each([
  ['start', off, 'startDomain', 'running'],
  ['shutdown', fakeHost, 'shutdownDomain', 'shutoff'],
  ['reboot', fakeHost, 'rebootDomain', 'running'],
  ['reset', fakeHost, 'resetDomain', 'running'],
  ['reset', paused, 'resetDomain', 'paused'],
  ['force-off', fakeHost, 'destroyDomain', 'shutoff'],
  ['force-off', paused, 'destroyDomain', 'shutoff'],
  ['force-off', crashed, 'destroyDomain', 'shutoff'],
  ['pause', fakeHost, 'pauseDomain', 'paused'],
  ['resume', paused, 'resumeDomain', 'running'],
] as const)('%s', async (action, make: () => FakeHost, call, state: DomainState) => {
  const host = make();
  await act(host, action);
  expect(host.changes).toEqual([call]);
  expect(host).toMatchObject({ state, definition: DEFINITION });
});

test.each([
  ['start', fakeHost],
  ['shutdown', off],
  ['force-off', off],
  ['pause', paused],
  ['resume', fakeHost],
] as const)('%s of one that is so already touches nothing', async (action, make: () => FakeHost) => {
  const host = make();
  expect(await act(host, action)).toEqual([expect.stringMatching(/^patient was .* already\.$/)]);
  expect(host.changes).toEqual([]);
});

test.each([
  ['start', paused],
  ['start', crashed],
  ['shutdown', paused],
  ['reboot', off],
  ['reset', off],
  ['pause', off],
  ['resume', off],
] as const)('%s in a state in which it does nothing says so', async (action, make: () => FakeHost) => {
  const host = make();
  const error = await failure(act(host, action));
  expect(error).toMatchObject({ code: 'power-failed', unchanged: 'Nothing was touched.' });
  expect(error.detail).toMatch(/^Not while it is/);
  expect(host.changes).toEqual([]);
});

describe('what libvirt says is not believed before the state was looked at', () => {
  test('somebody else was faster', async () => {
    const host = fakeHost();
    host.after.destroyDomain = () => Promise.reject(libvirt('domain is not running'));
    expect(await act(host, 'force-off')).toEqual([]);
  });

  test('it is as it was', async () => {
    const host = off();
    host.before.startDomain = () => Promise.reject(libvirt('no'));
    const error = await failure(act(host, 'start'));
    expect(error).toMatchObject({ code: 'power-failed', detail: 'no', unchanged: 'patient is shutoff.' });
  });

  test('an answer that never came is told as that', async () => {
    const host = fakeHost();
    host.before.resetDomain = () => Promise.reject(new SalvorError('timeout', { call: 'reset', seconds: 30 }));
    expect(await failure(act(host, 'reset'))).toMatchObject({ code: 'timeout' });
  });
});

describe('a guest that is asked to shut down', () => {
  test('through its agent, which does not answer', async () => {
    const host = fakeHost();
    host.before.shutdownDomain = () =>
      Promise.reject(libvirt('argument unsupported: QEMU guest agent is not configured'));
    const error = await failure(act(host, 'shutdown', 'agent'));
    expect(error).toMatchObject({ code: 'power-failed', unchanged: 'patient is running.' });
    expect(error.detail).toContain('agent is not configured');
  });

  test('is waited for, which a cancel ends: it may still go down', async () => {
    const host = fakeHost();
    host.obedient = false;
    const controller = new AbortController();
    const notes: (string | null)[] = [];
    const note = (_id: string, text: string | null) => {
      notes.push(text);
      if (text !== null) controller.abort();
    };
    const error = await failure(act(host, 'shutdown', 'acpi', controller.signal, note));
    expect(error).toMatchObject({ code: 'cancelled' });
    expect(error.unchanged).toBe('patient was asked to shut down and runs on; it may still go down.');
    expect(notes).toEqual([expect.stringMatching(/^asked by its power button; waiting for \d+ s more$/), null]);
  });

  test('and has not gone down in a minute', async () => {
    const host = fakeHost();
    host.obedient = false;
    const begun = Date.now();
    const clock = vi
      .spyOn(Date, 'now')
      .mockReturnValueOnce(begun)
      .mockReturnValue(begun + 61_000);
    const error = await failure(act(host, 'shutdown')).finally(() => clock.mockRestore());
    expect(error).toMatchObject({ code: 'stop-timeout', params: { seconds: 60 } });
  });

  test('is gone altogether where it was transient', async () => {
    const host = fakeHost({ persistent: false });
    expect(await act(host, 'shutdown')).toEqual([]);
  });
});

test('in a rescue until ended, it starts in its rescue', async () => {
  const host = fakeHost();
  await rescueBy(host.hypervisor, memoryJournal(), LASTING);
  await act(host, 'force-off');
  await act(host, 'start');
  expect(host.live).toBe(host.definition);
});

test('somebody is at it; a read-only connection', async () => {
  const host = fakeHost();
  const { hostname } = await host.hypervisor.identity();
  const letGo = await lockDomain(hostname, DOMAIN, 'a rescue');
  expect(await failure(act(host, 'reset'))).toMatchObject({ code: 'busy' });
  letGo();
  const readOnly = new Proxy(host.hypervisor, {
    get: (target, name: keyof Hypervisor) => name === 'readOnly' || target[name],
  });
  expect(await failure(actOnPower(readOnly, DOMAIN, 'reset', 'acpi', REPORT, NEVER))).toMatchObject({
    code: 'read-only',
  });
  expect(host.changes).toEqual([]);
});
