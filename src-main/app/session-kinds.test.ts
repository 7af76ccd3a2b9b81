/** Sessions that last until they are ended, and of transient guests: whatever fails, the definition and the power state are what they were. */
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import { recoverDefinition } from '../../src-core/rescue/record.ts';
import type { RescueRequest } from '../../src-core/rescue/types.ts';
import { collectInputs } from './collect.ts';
import { memoryJournal } from './journal.test-support.ts';
import { endRescue } from './end-run.ts';
import type { PowerAfter } from './end-run.ts';
import {
  DEFINITION,
  DOMAIN,
  REQUEST,
  STAMP,
  UUID,
  fakeHost,
  fileVolume,
  inRescue,
} from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import type { RunReport } from './run.ts';
import { runRescue } from './rescue-run.ts';

const LASTING: RescueRequest = { ...REQUEST, session: 'until-ended' };
const FLEETING: RescueRequest = { ...REQUEST, transientConsent: true };

interface Outcome {
  readonly steps: Record<string, string>;
  readonly error: ErrorData | null;
}

async function outcomeOf(
  work: (report: RunReport) => Promise<unknown>,
  onStep: (id: string, state: string) => void = () => undefined,
): Promise<Outcome> {
  const steps: Record<string, string> = {};
  const step = (id: string, state: string) => {
    steps[id] = state;
    onStep(id, state);
  };
  try {
    await work({ steps: () => undefined, step, note: () => undefined, cancellable: () => undefined });
    return { steps, error: null };
  } catch (error) {
    if (!(error instanceof SalvorError)) throw error;
    return { steps, error: error.data };
  }
}

function rescue(
  host: FakeHost,
  request: RescueRequest,
  controller = new AbortController(),
  onStep?: (id: string, state: string) => void,
): Promise<Outcome> {
  const order = { domain: DOMAIN, request, properties: {}, confirmed: null, stamp: STAMP, journal: memoryJournal() };
  return outcomeOf(
    (report) => runRescue(host.hypervisor, order, { ...report, planned: () => undefined }, controller.signal),
    onStep,
  );
}

function end(host: FakeHost, power: PowerAfter = 'as-before'): Promise<Outcome> {
  const stop = { how: 'force', timeoutSeconds: 1, onTimeout: 'give-up' } as const;
  const order = { domain: DOMAIN, stop, power, by: 'tester@here', journal: memoryJournal() };
  return outcomeOf((report) => endRescue(host.hypervisor, order, report, new AbortController().signal));
}

/** Fail a method at its n-th call. */
function failing(
  host: FakeHost,
  method: 'defineDomain' | 'startDomain' | 'createDomain' | 'undefineDomain',
  nth = 1,
): void {
  let calls = 0;
  host.before[method] = () => {
    calls += 1;
    if (calls === nth) throw new SalvorError('libvirt', { call: method }, 'no luck');
  };
}

const stands = ({ definition, live, state, persistent }: FakeHost) => ({ definition, live, state, persistent });

describe('until ended', () => {
  test('the definition is the rescue definition with its own inside, until it is put back', async () => {
    const host = fakeHost();
    const before = stands(host);
    expect(await rescue(host, LASTING)).toEqual({
      steps: { check: 'done', stop: 'done', define: 'done', start: 'done', verify: 'done' },
      error: null,
    });
    expect(host.changes).toEqual(['destroyDomain', 'defineDomain', 'startDomain']);
    expect(recoverDefinition(host.definition).definitionXml).toBe(DEFINITION);
    expect(await end(host)).toEqual({
      steps: { stop: 'done', define: 'done', start: 'done', verify: 'done' },
      error: null,
    });
    expect(stands(host)).toEqual(before);
  });

  test('a guest that is off in rescue is ended as well, and a second rescue is refused', async () => {
    const host = fakeHost({ state: 'shutoff' });
    const before = stands(host);
    await rescue(host, LASTING);
    await host.hypervisor.destroyDomain(UUID);
    expect((await rescue(host, REQUEST)).error?.code).toBe('refused');
    expect(await end(host)).toEqual({ steps: { define: 'done', start: 'done', verify: 'done' }, error: null });
    expect(stands(host)).toEqual(before);
  });

  test.each(['running', 'shutoff'] as const)('from %s: whichever step fails, all is as before', async (state) => {
    for (const method of ['defineDomain', 'startDomain'] as const) {
      const host = fakeHost({ state });
      const before = stands(host);
      failing(host, method);
      const { error } = await rescue(host, LASTING);
      expect(error, method).toMatchObject({ code: 'start-failed', detail: 'no luck' });
      expect(error?.unchanged).toMatch(
        /^patient (was started again as it was|is off, as it was); its definition was (put back|not touched)\.$/,
      );
      expect(stands(host), method).toEqual(before);
    }
  });

  test('what libvirt kept is read back before anything starts: a record that came back otherwise is not relied on', async () => {
    const host = fakeHost();
    const before = stands(host);
    host.before.domainXml = () => {
      if (host.changes.at(-1) === 'defineDomain')
        host.definition = host.definition.replace(/(<salvor:original>).{4}/, '$1');
    };
    const { error } = await rescue(host, LASTING);
    expect(error).toMatchObject({ code: 'verify-failed' });
    expect(error?.message).toContain('did not come back from the record as it was');
    expect(stands(host)).toEqual(before);
  });

  test('cancelled between two steps, it goes all the way back', async () => {
    for (const at of ['stop', 'define', 'start']) {
      const host = fakeHost();
      const before = stands(host);
      const controller = new AbortController();
      const { error } = await rescue(host, LASTING, controller, (id, state) => {
        if (id === at && state === 'done') controller.abort();
      });
      expect(error?.code, at).toBe('cancelled');
      expect(stands(host), at).toEqual(before);
    }
  });

  test('a definition that somebody changed while the guest was shutting down is not overwritten', async () => {
    const host = fakeHost();
    const changed = DEFINITION.replace('262144', '524288');
    host.before.destroyDomain = () => void (host.definition = changed);
    const { error } = await rescue(host, LASTING);
    expect(error?.code).toBe('drift');
    expect(stands(host)).toMatchObject({ definition: changed, live: changed, state: 'running' });
  });

  test('the way back fails: what is kept, and where, is said; ending it later puts all back', async () => {
    const host = fakeHost();
    const before = stands(host);
    failing(host, 'startDomain');
    let defined = 0;
    host.before.defineDomain = () => {
      defined += 1;
      if (defined === 2) throw new SalvorError('libvirt', { call: 'define' }, 'full disk');
    };
    const { error } = await rescue(host, LASTING);
    expect(error).toMatchObject({ code: 'rollback-failed', detail: 'no luck; full disk' });
    expect(error?.unchanged).toContain('its definition is the rescue definition, with its own definition kept inside');
    expect((await end(host)).error).toBeNull();
    expect(stands(host)).toEqual(before);
  });

  test('ending fails half-way: it is off and still in rescue, and ending it again succeeds', async () => {
    const host = fakeHost();
    const before = stands(host);
    await rescue(host, LASTING);
    failing(host, 'defineDomain');
    const { error } = await end(host);
    expect(error).toMatchObject({ code: 'end-failed', detail: 'no luck' });
    expect(error?.unchanged).toBe('patient is off and still in rescue; its own definition is kept inside.');
    expect((await end(host)).error).toBeNull();
    expect(stands(host)).toEqual(before);
  });

  test('a damaged record is told before anything is touched', async () => {
    const host = fakeHost();
    await rescue(host, LASTING);
    host.definition = host.definition.replace('<salvor:original>', '<salvor:original>AAAA');
    const before = stands(host);
    const changes = host.changes.length;
    expect((await end(host)).error).toMatchObject({ code: 'record-unusable', unchanged: 'Nothing was touched.' });
    expect(stands(host)).toEqual(before);
    expect(host.changes).toHaveLength(changes);
  });

  test('a definition put back by hand while the rescue runs stays', async () => {
    const host = fakeHost();
    await rescue(host, LASTING);
    await host.hypervisor.defineDomain(DEFINITION);
    expect((await end(host)).error).toBeNull();
    expect(stands(host)).toMatchObject({ definition: DEFINITION, live: DEFINITION });
  });
});

describe('a transient guest', () => {
  test('is never without a definition while it is off, and transient again in the end', async () => {
    const host = fakeHost({ persistent: false });
    const before = stands(host);
    expect((await rescue(host, FLEETING)).error).toBeNull();
    expect(host.changes).toEqual(['defineDomain', 'destroyDomain', 'startDomain']);
    expect(host.persistent).toBe(true);
    expect((await end(host)).error).toBeNull();
    expect(host.changes.slice(3)).toEqual(['destroyDomain', 'createDomain', 'undefineDomain']);
    expect(stands(host)).toEqual(before);
  });

  test('whichever step fails, it runs and is transient', async () => {
    for (const method of ['defineDomain', 'startDomain'] as const) {
      const host = fakeHost({ persistent: false });
      const before = stands(host);
      failing(host, method);
      const { error } = await rescue(host, FLEETING);
      expect(error?.code, method).toBe('start-failed');
      expect(error?.unchanged, method).toContain('it is transient, as it was');
      expect(stands(host), method).toEqual(before);
    }
  });

  test('that does not stop runs on, without the definition it was given', async () => {
    const host = fakeHost({ persistent: false });
    const before = stands(host);
    host.obedient = false;
    const stop = { how: 'graceful', timeoutSeconds: 1, onTimeout: 'give-up' } as const;
    expect((await rescue(host, { ...FLEETING, stop })).error?.code).toBe('stop-timeout');
    expect(stands(host)).toEqual(before);
  });

  test('ended half-way, it is ended by another try', async () => {
    for (const method of ['createDomain', 'undefineDomain'] as const) {
      const host = fakeHost({ persistent: false });
      const before = stands(host);
      await rescue(host, FLEETING);
      failing(host, method);
      expect((await end(host)).error, method).not.toBeNull();
      expect((await end(host)).error, method).toBeNull();
      expect(stands(host), method).toEqual(before);
    }
  });

  test('is left off with a definition, its own', async () => {
    const host = fakeHost({ persistent: false });
    await rescue(host, FLEETING);
    expect((await end(host, 'off')).error).toBeNull();
    expect(stands(host)).toEqual({ definition: DEFINITION, live: null, state: 'shutoff', persistent: true });
  });
});

describe('UEFI variables of the session’s own', () => {
  const NVRAM = '/nvram/patient_VARS.fd';
  const SCRATCH = `${NVRAM}.salvor-${UUID}`;
  const uefi = DEFINITION.replace(
    "<boot dev='hd'/>",
    `<loader readonly='yes' type='pflash'>/code.fd</loader><nvram>${NVRAM}</nvram>`,
  );
  const NONE: RescueRequest = { ...REQUEST, fallThrough: 'none' };

  /** A UEFI guest, and the names of files that were deleted. */
  function uefiHost() {
    const volumes = { '/media/rescue.img': fileVolume('/media/rescue.img'), [SCRATCH]: fileVolume(SCRATCH) };
    const host = fakeHost({ volumes });
    host.definition = uefi;
    host.live = uefi;
    const deleted = { count: 0 };
    host.before.deleteVolume = () => void (deleted.count += 1);
    return { host, deleted };
  }

  test('are made for it and removed at its end', async () => {
    const { host, deleted } = uefiHost();
    expect((await rescue(host, NONE)).error).toBeNull();
    expect(host.live).toContain(SCRATCH);
    expect(await end(host)).toMatchObject({ steps: { nvram: 'done' }, error: null });
    expect(deleted.count).toBe(1);
    expect(host.live).toBe(uefi);
  });

  test('that cannot be removed are told, after all else is done', async () => {
    const { host } = uefiHost();
    await rescue(host, NONE);
    host.before.deleteVolume = () => {
      throw new SalvorError('libvirt', { call: 'delete' }, 'busy');
    };
    const { error } = await end(host);
    expect(error?.code).toBe('verify-failed');
    expect(error?.message).toContain('could not be removed');
    expect(host.live).toBe(uefi);
  });

  test('are left to somebody at another computer who was faster: theirs lie in the same place', async () => {
    const { host, deleted } = uefiHost();
    host.before.createDomain = () => {
      host.live = inRescue('eve@elsewhere');
      host.state = 'running';
    };
    expect((await rescue(host, NONE)).error?.code).toBe('busy');
    expect(deleted.count).toBe(0);
    expect(host.live).toContain('eve@elsewhere');
  });

  test('of a rescue that does not start are removed', async () => {
    const { host, deleted } = uefiHost();
    host.before.createDomain = () => {
      throw new SalvorError('libvirt', { call: 'virDomainCreateXML' }, 'no');
    };
    expect((await rescue(host, NONE)).error?.code).toBe('start-failed');
    expect(deleted.count).toBe(1);
  });

  test('a path that the metadata of a domain names is not removed: only a file of the session’s name is', async () => {
    const { host, deleted } = uefiHost();
    await rescue(host, REQUEST);
    expect(host.live).toContain(`<nvram>${NVRAM}</nvram>`);
    expect((await end(host)).steps).not.toHaveProperty('nvram');
    expect(deleted.count).toBe(0);
  });
});

test('the plan is the same whether it is previewed or run, but for the stamp', async () => {
  const host = fakeHost();
  const plan = async (stamp: typeof STAMP | null) =>
    planRescue(await collectInputs(host.hypervisor, UUID, { request: LASTING, properties: {}, stamp }));
  const [previewed, run] = [await plan(null), await plan(STAMP)];
  expect(run.fingerprint).toEqual(previewed.fingerprint);
  expect(run.virsh).toEqual(previewed.virsh);
});
