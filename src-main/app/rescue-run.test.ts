import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import type { RescueRequest } from '../../src-core/rescue/types.ts';
import { collectInputs } from './collect.ts';
import { memoryJournal } from './journal.test-support.ts';
import {
  DEFINITION,
  DOMAIN,
  REQUEST,
  STAMP,
  UUID,
  fakeHost,
  inRescue,
  sessionIn,
} from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import { runRescue } from './rescue-run.ts';
import type { RescueOrder } from './rescue-run.ts';

const LIBVIRT = (why: string) => new SalvorError('libvirt', { call: 'virDomain…' }, why);

interface Outcome {
  /** Last state of each step. */
  readonly steps: Record<string, string>;
  readonly error: ErrorData | null;
}

async function run(
  host: FakeHost,
  order: Partial<RescueOrder> = {},
  controller = new AbortController(),
  onStep: (id: string, state: string) => void = () => undefined,
): Promise<Outcome> {
  const steps: Record<string, string> = {};
  const report = {
    steps: () => undefined,
    step: (id: string, state: string) => {
      steps[id] = state;
      onStep(id, state);
    },
    note: () => undefined,
    cancellable: () => undefined,
    planned: () => undefined,
  };
  try {
    await runRescue(
      host.hypervisor,
      {
        domain: DOMAIN,
        request: REQUEST,
        properties: {},
        confirmed: null,
        stamp: STAMP,
        journal: memoryJournal(),
        ...order,
      },
      report,
      controller.signal,
    );
    return { steps, error: null };
  } catch (error) {
    if (!(error instanceof SalvorError)) throw error;
    return { steps, error: error.data };
  }
}

const graceful: RescueRequest = { ...REQUEST, stop: { how: 'graceful', timeoutSeconds: 1, onTimeout: 'give-up' } };

describe('a rescue that goes as planned', () => {
  test('a running guest is stopped, started from the rescue definition, and verified', async () => {
    const host = fakeHost();
    const { steps, error } = await run(host);
    expect(error).toBeNull();
    expect(steps).toEqual({ check: 'done', stop: 'done', start: 'done', verify: 'done' });
    expect(host.changes).toEqual(['destroyDomain', 'createDomain']);
    expect(host.definition).toBe(DEFINITION);
    expect(sessionIn(host.live ?? '')).toContain('id="ours"');
    // libvirt gets the passwords: the guest keeps its own.
    expect(host.live).toContain('s3cret');
  });

  test('a guest that is off is not stopped', async () => {
    const host = fakeHost({ state: 'shutoff' });
    const { steps, error } = await run(host);
    expect(error).toBeNull();
    expect(steps).toEqual({ check: 'done', start: 'done', verify: 'done' });
    expect(host.changes).toEqual(['createDomain']);
  });

  test('a graceful stop asks and waits for the event', async () => {
    const host = fakeHost();
    const { error } = await run(host, { request: graceful });
    expect(error).toBeNull();
    expect(host.changes).toEqual(['shutdownDomain', 'createDomain']);
  });

  test('a graceful stop that is ignored is forced where the request says so', async () => {
    const host = fakeHost();
    host.obedient = false;
    const { error } = await run(host, { request: { ...graceful, stop: { ...graceful.stop, onTimeout: 'force' } } });
    expect(error).toBeNull();
    expect(host.changes).toEqual(['shutdownDomain', 'destroyDomain', 'createDomain']);
  });
});

describe('nothing is touched', () => {
  test('a refused request: refused, with the reasons', async () => {
    const host = fakeHost({ volumes: {} });
    const { steps, error } = await run(host);
    expect(error).toMatchObject({ code: 'refused' });
    expect(error?.message).toContain('/media/rescue.img');
    expect(steps).toEqual({ check: 'failed' });
    expect(host.changes).toEqual([]);
  });

  test('the definition changed since the preview: drift, named', async () => {
    const host = fakeHost();
    const inputs = await collectInputs(host.hypervisor, UUID, { request: REQUEST, properties: {}, stamp: null });
    const confirmed = { fingerprint: planRescue(inputs).fingerprint.inputs, inputs };
    host.definition = DEFINITION.replace('262144', '524288');
    const { error } = await run(host, { confirmed });
    expect(error).toMatchObject({ code: 'drift', params: { what: 'its definition was changed' } });
    expect(host.changes).toEqual([]);
  });

  test('the preview is forgotten and the fingerprint differs: drift', async () => {
    const host = fakeHost();
    const { error } = await run(host, { confirmed: { fingerprint: '0'.repeat(64), inputs: null } });
    expect(error).toMatchObject({ code: 'drift' });
    expect(host.changes).toEqual([]);
  });

  test('the definition changes between the check and the stop: drift', async () => {
    const host = fakeHost();
    const { error } = await run(host, {}, undefined, (id, state) => {
      if (id === 'check' && state === 'done') host.definition = DEFINITION.replace('262144', '524288');
    });
    expect(error).toMatchObject({ code: 'drift', params: { what: 'its definition was changed' } });
    expect(host.changes).toEqual([]);
  });

  test('somebody else puts it in rescue between the check and the stop: busy, with who and when', async () => {
    const host = fakeHost();
    const { error } = await run(host, {}, undefined, (id, state) => {
      if (id === 'check' && state === 'done') host.live = inRescue('alice@desk');
    });
    expect(error).toMatchObject({ code: 'busy' });
    expect(error?.message).toContain('alice@desk at 2026-01-01T00:00:00Z');
    expect(host.changes).toEqual([]);
  });

  test('cancelled before the stop', async () => {
    const host = fakeHost();
    const controller = new AbortController();
    const { error } = await run(host, {}, controller, (id) => id === 'check' && controller.abort());
    expect(error).toMatchObject({ code: 'cancelled', unchanged: 'Nothing was touched.' });
    expect(host.changes).toEqual([]);
  });

  test('the connection is lost while checking', async () => {
    const host = fakeHost();
    host.before.domainXml = () => Promise.reject(new SalvorError('connection-lost', { uri: 'fake:///host' }));
    const { error } = await run(host);
    expect(error).toMatchObject({ code: 'connection-lost' });
    expect(host.changes).toEqual([]);
  });
});

describe('a step fails', () => {
  test('stop: a graceful stop that is ignored leaves the guest running', async () => {
    const host = fakeHost();
    host.obedient = false;
    const { steps, error } = await run(host, { request: graceful });
    expect(error).toMatchObject({ code: 'stop-timeout', params: { seconds: 1 } });
    expect(steps).toEqual({ check: 'done', stop: 'failed' });
    expect(host.state).toBe('running');
    expect(host.live).toBe(DEFINITION);
  });

  test('stop: libvirt cannot force it off', async () => {
    const host = fakeHost();
    host.before.destroyDomain = () => Promise.reject(LIBVIRT('Failed to terminate process'));
    const { error } = await run(host);
    expect(error).toMatchObject({ code: 'stop-failed', detail: 'Failed to terminate process' });
    expect(host.state).toBe('running');
  });

  test('start: a guest that ran is started again as it was', async () => {
    const host = fakeHost();
    host.before.createDomain = () => Promise.reject(LIBVIRT('Could not open medium'));
    const { steps, error } = await run(host);
    expect(error).toMatchObject({
      code: 'start-failed',
      detail: 'Could not open medium',
      unchanged: 'patient was started again as it was; its definition was not touched.',
    });
    expect(steps).toEqual({ check: 'done', stop: 'undone', start: 'failed' });
    expect(host.live).toBe(DEFINITION);
  });

  test('start: a guest that was off stays off', async () => {
    const host = fakeHost({ state: 'shutoff' });
    host.before.createDomain = () => Promise.reject(LIBVIRT('Could not open medium'));
    const { error } = await run(host);
    expect(error).toMatchObject({
      code: 'start-failed',
      unchanged: 'patient is off, as it was; its definition was not touched.',
    });
    expect(host.changes).toEqual([]);
    expect(host.state).toBe('shutoff');
  });

  test('start: the way back fails too, and what is left is said', async () => {
    const host = fakeHost();
    host.before.createDomain = () => Promise.reject(LIBVIRT('Could not open medium'));
    host.before.startDomain = () => Promise.reject(LIBVIRT('No more memory'));
    const { error } = await run(host);
    expect(error).toMatchObject({ code: 'rollback-failed', detail: 'Could not open medium; No more memory' });
    expect(error?.next).toContain('start it (virsh start)');
    expect(host.state).toBe('shutoff');
  });

  test('start: another one was faster after the stop; the winner is left alone', async () => {
    const host = fakeHost();
    host.before.createDomain = () => {
      host.state = 'running';
      host.live = inRescue('bob@laptop');
    };
    const { error } = await run(host);
    expect(error).toMatchObject({ code: 'busy' });
    expect(error?.message).toContain('bob@laptop');
    expect(sessionIn(host.live ?? '')).toContain('bob@laptop');
    expect(host.changes).toEqual(['destroyDomain', 'createDomain']);
  });

  test('stop: another one had just stopped and rescued it; the winner is left alone', async () => {
    const host = fakeHost();
    host.before.destroyDomain = () => {
      host.state = 'running';
      host.live = inRescue('bob@laptop');
      return Promise.reject(LIBVIRT('domain is not running'));
    };
    const { error } = await run(host);
    expect(error).toMatchObject({ code: 'busy' });
    expect(sessionIn(host.live ?? '')).toContain('bob@laptop');
    expect(host.changes, 'the fake notes what succeeds').toEqual([]);
  });

  test('start: another one forced our rescue off while it started, and was faster again on the way back', async () => {
    const host = fakeHost();
    host.before.createDomain = () => Promise.reject(LIBVIRT('domain is no longer running'));
    host.before.startDomain = () => {
      host.state = 'running';
      host.live = inRescue('bob@laptop');
    };
    const { error } = await run(host);
    expect(error).toMatchObject({ code: 'busy' });
    expect(error?.message).toContain('bob@laptop');
    expect(sessionIn(host.live ?? '')).toContain('bob@laptop');
  });

  test('start: somebody started it normally after the stop; it is left alone', async () => {
    const host = fakeHost();
    host.before.createDomain = () => {
      host.state = 'running';
      host.live = DEFINITION;
    };
    const { error } = await run(host);
    expect(error).toMatchObject({
      code: 'start-failed',
      unchanged: 'patient runs, started by somebody else meanwhile; its definition was not touched.',
    });
    expect(host.live).toBe(DEFINITION);
  });

  test('verify: another disk order is taken back, and the guest started as it was', async () => {
    const host = fakeHost();
    const { steps, error } = await run(host, {}, undefined, (id, state) => {
      if (id === 'start' && state === 'done')
        host.live = (host.live ?? '')
          .replace("bus='0x04' slot='0x00'", "bus='0x05' slot='0x00'")
          .replace('bus="0x04" slot="0x00"', 'bus="0x05" slot="0x00"');
    });
    expect(error).toMatchObject({
      code: 'verify-failed',
      unchanged: 'patient was started again as it was; its definition was not touched.',
    });
    expect(error?.message).toContain('vda');
    expect(steps).toEqual({ check: 'done', stop: 'undone', start: 'undone', verify: 'failed' });
    expect(host.live).toBe(DEFINITION);
  });

  test('verify: the guest has gone off by itself', async () => {
    const host = fakeHost();
    const { error } = await run(host, {}, undefined, (id, state) => {
      if (id === 'start' && state === 'done') Object.assign(host, { state: 'shutoff', live: null });
    });
    expect(error).toMatchObject({ code: 'verify-failed' });
    expect(host.live).toBe(DEFINITION);
  });

  test('verify: the definition was changed meanwhile', async () => {
    const host = fakeHost();
    const changed = DEFINITION.replace('262144', '524288');
    const { error } = await run(host, {}, undefined, (id, state) => {
      if (id === 'start' && state === 'done') host.definition = changed;
    });
    expect(error).toMatchObject({ code: 'verify-failed' });
    expect(error?.message).toContain('its definition was changed meanwhile');
    expect(host.live).toBe(changed);
  });

  test('verify: the connection is lost, and so is the way back', async () => {
    const host = fakeHost();
    const lost = () => Promise.reject(new SalvorError('connection-lost', { uri: 'fake:///host' }));
    const { error } = await run(host, {}, undefined, (id, state) => {
      if (id === 'start' && state === 'done') host.before.liveMetadata = lost;
    });
    expect(error).toMatchObject({ code: 'rollback-failed' });
    expect(host.changes).toEqual(['destroyDomain', 'createDomain']);
  });
});

describe('cancelled in mid-run', () => {
  test('while it shuts down: it was asked and may still do so', async () => {
    const host = fakeHost();
    host.obedient = false;
    const controller = new AbortController();
    const { error } = await run(
      host,
      { request: { ...graceful, stop: { ...graceful.stop, timeoutSeconds: 30 } } },
      controller,
      (id) => {
        if (id === 'stop') setTimeout(() => controller.abort(), 20);
      },
    );
    expect(error).toMatchObject({ code: 'cancelled' });
    expect(error?.unchanged).toContain('was asked to shut down and may still do so');
    expect(host.live).toBe(DEFINITION);
  });

  test('between stop and start: the guest is started again as it was', async () => {
    const host = fakeHost();
    const controller = new AbortController();
    const { error } = await run(
      host,
      {},
      controller,
      (id, state) => id === 'stop' && state === 'done' && controller.abort(),
    );
    expect(error).toMatchObject({
      code: 'cancelled',
      unchanged: 'patient was started again as it was; its definition was not touched.',
    });
    expect(host.changes).toEqual(['destroyDomain', 'startDomain']);
  });

  test('while it starts: the start is finished, then taken back', async () => {
    const host = fakeHost();
    const controller = new AbortController();
    const { steps, error } = await run(
      host,
      {},
      controller,
      (id, state) => id === 'start' && state === 'running' && controller.abort(),
    );
    expect(error).toMatchObject({
      code: 'cancelled',
      unchanged: 'patient was started again as it was; its definition was not touched.',
    });
    expect(steps).toEqual({ check: 'done', stop: 'undone', start: 'undone' });
    expect(host.live).toBe(DEFINITION);
  });
});

test('two at once in this process or another: exactly one runs, the other is told who', async () => {
  const host = fakeHost();
  const outcomes = await Promise.all([
    run(host),
    run(host, { stamp: { ...STAMP, id: 'second', startedBy: 'second@here' } }),
  ]);
  const failed = outcomes.filter(({ error }) => error !== null);
  expect(failed).toHaveLength(1);
  // Where the first is over before the second has asked who it is, the guest is in rescue already.
  expect(['busy', 'refused']).toContain(failed[0]?.error?.code);
  expect(failed[0]?.error?.message).toMatch(/by \S+@\S+/);
  expect(host.changes).toEqual(['destroyDomain', 'createDomain']);
});
