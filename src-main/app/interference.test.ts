/** Somebody's virsh in the middle of a rescue, or of its end: noticed before the next change, named, and never overwritten. */
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import type { RescueRequest } from '../../src-core/rescue/types.ts';
import { endRescue } from './end-run.ts';
import { DEFINITION, DOMAIN, REQUEST, STAMP, fakeHost, inRescue } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import { memoryJournal } from './journal.test-support.ts';
import { runRescue } from './rescue-run.ts';

const CHANGED = DEFINITION.replace('262144', '524288');
const RUNNING = DEFINITION.replace("<domain type='kvm'>", "<domain type='kvm' id='7'>");
const ATTACHED = RUNNING.replace(
  '<controller ',
  "<disk type='file' device='disk'><source file='/images/more.img'/><target dev='vdb' bus='virtio'/></disk>\n    <controller ",
);

/** What somebody does with virsh. */
const ACTS = {
  define: (host: FakeHost) => void (host.definition = CHANGED),
  undefine: (host: FakeHost) => void (host.persistent = false),
  start: (host: FakeHost) => void Object.assign(host, { state: 'running', live: host.definition }),
  destroy: (host: FakeHost) => void Object.assign(host, { state: 'shutoff', live: null, whyOff: 'destroyed' }),
  managedsave: (host: FakeHost) =>
    void Object.assign(host, { state: 'shutoff', live: null, whyOff: 'saved', managedSave: true }),
  migrate: (host: FakeHost) => void Object.assign(host, { state: 'shutoff', live: null, whyOff: 'migrated' }),
  backup: (host: FakeHost) => void (host.job = 'unbounded'),
  attach: (host: FakeHost) => void (host.live = ATTACHED),
  rescue: (host: FakeHost) => void Object.assign(host, { state: 'running', live: inRescue('alice@desk') }),
} as const;
type Act = keyof typeof ACTS;

const SILENT = { steps: () => undefined, note: () => undefined, cancellable: () => undefined };
const graceful: RescueRequest['stop'] = { how: 'graceful', timeoutSeconds: 30, onTimeout: 'force' };

async function errorOf(work: Promise<unknown>): Promise<ErrorData | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof SalvorError) return error.data;
    throw error;
  }
}

/** Act once a step is done; `waiting`: while the guest is shutting down. */
function actor(host: FakeHost, moment: string, act: Act): (id: string, state: string) => void {
  return (id, state) => {
    if (moment === 'waiting' && id === 'stop' && state === 'running')
      setTimeout(() => {
        ACTS[act](host);
        host.emit(DOMAIN);
      }, 30);
    else if (id === moment && state === 'done') ACTS[act](host);
  };
}

async function rescue(session: 'one-shot' | 'until-ended', moment: string, act: Act) {
  const host = fakeHost();
  host.live = RUNNING;
  if (moment === 'waiting') host.obedient = false;
  const request = { ...REQUEST, session, stop: moment === 'waiting' ? graceful : REQUEST.stop };
  const order = { domain: DOMAIN, request, properties: {}, confirmed: null, stamp: STAMP, journal: memoryJournal() };
  const report = { ...SILENT, planned: () => undefined, step: actor(host, moment, act) };
  const error = await errorOf(runRescue(host.hypervisor, order, report, new AbortController().signal));
  return { host, error };
}

type Row = readonly [moment: string, act: Act, code: string, named: RegExp];

/** Before the guest is touched. */
const BEFORE: readonly Row[] = [
  ['check', 'define', 'drift', /its definition was changed/],
  ['check', 'undefine', 'drift', /somebody undefined it/],
  ['check', 'destroy', 'drift', /somebody forced it off/],
  ['check', 'managedsave', 'drift', /somebody saved its memory/],
  ['check', 'migrate', 'drift', /migrated to another host/],
  ['check', 'backup', 'drift', /a job has begun/],
  ['check', 'rescue', 'busy', /alice@desk at 2026/],
];

const WAITING: readonly Row[] = [
  ['waiting', 'define', 'drift', /its definition was changed/],
  ['waiting', 'undefine', 'drift', /somebody undefined it/],
  ['waiting', 'managedsave', 'drift', /somebody saved its memory/],
  ['waiting', 'migrate', 'drift', /migrated to another host/],
  ['waiting', 'backup', 'drift', /a job has begun/],
  ['waiting', 'attach', 'drift', /somebody attached disk vdb \(\/images\/more\.img\)/],
  ['waiting', 'rescue', 'busy', /alice@desk at 2026/],
];

const STOPPED: readonly Row[] = [
  ['stop', 'define', 'drift', /its definition was changed/],
  ['stop', 'undefine', 'drift', /somebody undefined it, and it is off: it is gone/],
  ['stop', 'start', 'drift', /somebody started it/],
  ['stop', 'rescue', 'busy', /alice@desk at 2026/],
];

const STARTED: readonly Row[] = [
  ['start', 'undefine', 'verify-failed', /somebody undefined it meanwhile/],
  ['start', 'define', 'verify-failed', /its definition was changed meanwhile/],
  ['start', 'rescue', 'busy', /alice@desk at 2026/],
];

describe.each(['one-shot', 'until-ended'] as const)('a rescue, %s', (session) => {
  test.each([...BEFORE, ...WAITING, ...STOPPED])('%s: virsh %s', async (moment, act, code, named) => {
    const { host, error } = await rescue(session, moment, act);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(named);
    // Nobody's guest was forced off or started from another definition after that.
    if (moment !== 'check') expect(host.changes.filter((change) => change === 'createDomain')).toEqual([]);
    if (moment === 'check') expect(host.changes).toEqual([]);
    if (act === 'define') expect(host.definition).toBe(CHANGED);
    if (act === 'undefine') expect(host.persistent).toBe(false);
    if (act === 'rescue') expect(host.live).toBe(inRescue('alice@desk'));
    if (act === 'attach') expect(host.live).toBe(ATTACHED);
    if (act === 'managedsave' || act === 'migrate') expect(host.live).toBeNull();
    expect(error?.unchanged).not.toBe('');
  });
});

describe('a rescue that is started', () => {
  test.each(STARTED)('%s: virsh %s', async (moment, act, code, named) => {
    const { host, error } = await rescue('one-shot', moment, act);
    expect(error?.message).toMatch(named);
    if (act === 'undefine') {
      // Forced off, it would be gone: it runs on in rescue, and how to get its definition back is said.
      expect(error?.code).toBe('rollback-failed');
      expect(error?.unchanged).toContain('patient runs in rescue');
      expect(error?.next).toContain('salvor history show ours --out xml');
      expect(host.live).not.toBeNull();
      return;
    }
    expect(error?.code).toBe(code);
    if (act === 'define') expect(host).toMatchObject({ definition: CHANGED, live: CHANGED });
    else expect(host.live).toBe(inRescue('alice@desk'));
  });

  test('gone while it was stopped: no guest without a definition is made of it, and the journal has the definition', async () => {
    const { host, error } = await rescue('one-shot', 'stop', 'undefine');
    expect(host).toMatchObject({ live: null, persistent: false });
    expect(error?.unchanged).toContain('salvor history show ours --out xml');
    expect(error?.unchanged).toContain('virsh define');
  });

  test('forced off by somebody else while it was shutting down is off as well: the rescue goes on, and it is in the journal', async () => {
    const host = fakeHost();
    host.live = RUNNING;
    host.obedient = false;
    const journal = memoryJournal();
    const order = {
      ...{ domain: DOMAIN, properties: {}, confirmed: null, stamp: STAMP, journal },
      request: { ...REQUEST, stop: graceful },
    };
    const report = { ...SILENT, planned: () => undefined, step: actor(host, 'waiting', 'destroy') };
    expect(await errorOf(runRescue(host.hypervisor, order, report, new AbortController().signal))).toBeNull();
    expect(journal.written).toContainEqual(
      expect.objectContaining({ type: 'note', text: 'While it was shutting down, somebody forced it off.' }),
    );
  });
});

describe('the end of a rescue', () => {
  async function end(session: 'one-shot' | 'until-ended', moment: string, act: Act | ((host: FakeHost) => void)) {
    const host = fakeHost();
    const request = { ...REQUEST, session };
    const journal = memoryJournal();
    const order = { domain: DOMAIN, request, properties: {}, confirmed: null, stamp: STAMP, journal };
    const { signal } = new AbortController();
    await runRescue(host.hypervisor, order, { ...SILENT, planned: () => undefined, step: () => undefined }, signal);
    host.changes.length = 0;
    const stop = moment === 'waiting' ? graceful : REQUEST.stop;
    if (moment === 'waiting') host.obedient = false;
    const step =
      typeof act === 'function'
        ? (id: string, state: string) => {
            if (id === moment && state === 'done') act(host);
          }
        : actor(host, moment, act);
    const ending = { domain: DOMAIN, stop, power: 'as-before', by: 'tester@here', journal } as const;
    return { host, error: await errorOf(endRescue(host.hypervisor, ending, { ...SILENT, step }, signal)) };
  }

  test.each(['one-shot', 'until-ended'] as const)(
    '%s, undefined while it shuts down: not forced off',
    async (session) => {
      const { host, error } = await end(session, 'waiting', 'undefine');
      expect(error).toMatchObject({ code: 'drift' });
      expect(error?.message).toContain('somebody undefined it');
      expect(error?.unchanged).toContain('so that it is gone when it is off');
      expect(host.live).not.toBeNull();
    },
  );

  test('another rescue, at another computer, while it shuts down: left alone', async () => {
    const { host, error } = await end('one-shot', 'waiting', 'rescue');
    expect(error).toMatchObject({ code: 'busy' });
    expect(error?.message).toContain('alice@desk');
    expect(host.live).toBe(inRescue('alice@desk'));
  });

  test('ended by somebody else while it shuts down: the guest that runs normally is not forced off', async () => {
    const { host, error } = await end('one-shot', 'waiting', 'start');
    expect(error).toMatchObject({ code: 'busy' });
    expect(error?.message).toContain('somebody else has ended its rescue meanwhile');
    expect(host.live).toBe(DEFINITION);
    expect(host.changes).toEqual(['shutdownDomain']);
  });

  test('its definition changed by somebody when it was off: not overwritten', async () => {
    const { host, error } = await end('until-ended', 'stop', 'define');
    expect(error).toMatchObject({ code: 'busy' });
    expect(error?.unchanged).toContain('with a definition that somebody else gave it meanwhile');
    expect(host.definition).toBe(CHANGED);
  });

  test('its memory saved by somebody instead of a shutdown: not started over it', async () => {
    const { host, error } = await end('one-shot', 'waiting', 'managedsave');
    expect(error?.code).toBe('drift');
    expect(host.managedSave).toBe(true);
    expect(host.changes).toEqual(['shutdownDomain']);
  });
});
