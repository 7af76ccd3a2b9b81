import { expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { memoryJournal } from './journal.test-support.ts';
import { hashDefinition } from '../../src-core/rescue/record.ts';
import { endRescue } from './end-run.ts';
import type { EndOrder } from './end-run.ts';
import { DEFINITION, DOMAIN, fakeHost, inRescue } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';

const FORCE = { how: 'force', timeoutSeconds: 1, onTimeout: 'give-up' } as const;
const GRACEFUL = { ...FORCE, how: 'graceful' } as const;

/** A host whose domain is in rescue; it ran before. */
function rescued(): FakeHost {
  const host = fakeHost();
  host.live = inRescue('alice@desk', hashDefinition(DEFINITION));
  return host;
}

async function end(host: FakeHost, order: Partial<EndOrder> = {}) {
  const steps: Record<string, string> = {};
  const report = {
    steps: () => undefined,
    step: (id: string, state: string) => void (steps[id] = state),
    note: () => undefined,
    cancellable: () => undefined,
  };
  try {
    const { on } = await endRescue(
      host.hypervisor,
      { domain: DOMAIN, stop: FORCE, power: 'as-before', by: 'tester@here', journal: memoryJournal(), ...order },
      report,
      new AbortController().signal,
    );
    return { on, steps, error: null };
  } catch (error) {
    if (!(error instanceof SalvorError)) throw error;
    return { on: null, steps, error: error.data };
  }
}

test('a guest that ran before runs from its own definition again', async () => {
  const host = rescued();
  expect(await end(host)).toEqual({ on: true, steps: { stop: 'done', start: 'done', verify: 'done' }, error: null });
  expect(host.changes).toEqual(['destroyDomain', 'startDomain']);
  expect(host.live).toBe(DEFINITION);
});

test('a guest that was off before stays off', async () => {
  const host = rescued();
  host.live = (host.live ?? '').replace("power='on'", "power='off'");
  expect(await end(host)).toMatchObject({ on: false, error: null });
  expect(host.changes).toEqual(['destroyDomain']);
});

test.each([
  ['on', true],
  ['off', false],
] as const)('power %s overrides what was before', async (power, on) => {
  const host = rescued();
  host.live = (host.live ?? '').replace("power='on'", `power='${on ? 'off' : 'on'}'`);
  expect(await end(host, { power })).toMatchObject({ on, error: null });
});

test('a guest that is not in rescue is not touched', async () => {
  const host = fakeHost();
  expect(await end(host)).toMatchObject({ error: { code: 'not-in-rescue' } });
  expect(host.changes).toEqual([]);
});

test('a rescue system that does not shut down: the rescue goes on', async () => {
  const host = rescued();
  host.obedient = false;
  const before = host.live;
  expect(await end(host, { stop: GRACEFUL })).toMatchObject({
    error: { code: 'stop-timeout' },
    steps: { stop: 'failed' },
  });
  expect(host.live).toBe(before);
});

test('a guest that does not start again: the rescue has ended, and that is said', async () => {
  const host = rescued();
  host.before.startDomain = () =>
    Promise.reject(new SalvorError('libvirt', { call: 'virDomainCreateWithFlags' }, 'network is not active'));
  const { error } = await end(host);
  expect(error).toMatchObject({ code: 'start-failed', detail: 'network is not active' });
  expect(error?.unchanged).toContain('The rescue has ended; patient is off');
});

test('a definition that somebody changed during the rescue is noticed', async () => {
  const host = rescued();
  host.definition = DEFINITION.replace('262144', '524288');
  const { error } = await end(host);
  expect(error).toMatchObject({ code: 'verify-failed' });
  expect(error?.message).toContain('somebody changed it meanwhile');
});

test('a domain that runs with other disks than its definition has is noticed', async () => {
  const host = rescued();
  host.before.startDomain = () => {
    host.definition = DEFINITION.replace("dev='vda'", "dev='vdb'");
  };
  const { error } = await end(host, { power: 'on' });
  expect(error).toMatchObject({ code: 'verify-failed' });
});
