/**
 * Whatever fails, and whatever of the way back fails as well: what is said in the end is true, and doing as it says puts all back. What is
 * claimed is compared with the host itself, not with what was tried.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import { recoverDefinition } from '../../src-core/rescue/record.ts';
import type { RescueRequest } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { endRescue } from './end-run.ts';
import { DEFINITION, DOMAIN, REQUEST, STAMP, UUID, fakeHost, sessionIn } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import { memoryJournal } from './journal.test-support.ts';
import { runRescue } from './rescue-run.ts';

const SILENT = { steps: () => undefined, step: () => undefined, note: () => undefined, cancellable: () => undefined };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What waits for a moment waits for no time here. */
async function atOnce<T>(work: Promise<T>): Promise<T> {
  const until = { over: false };
  const done = work.finally(() => (until.over = true));
  while (!until.over) await vi.advanceTimersByTimeAsync(250);
  return done;
}

type Method = keyof Hypervisor;

const KINDS = {
  'one-shot, running': { persistent: true, state: 'running', request: REQUEST },
  'one-shot, off': { persistent: true, state: 'shutoff', request: REQUEST },
  'until ended, running': { persistent: true, state: 'running', request: { ...REQUEST, session: 'until-ended' } },
  'until ended, off': { persistent: true, state: 'shutoff', request: { ...REQUEST, session: 'until-ended' } },
  transient: { persistent: false, state: 'running', request: { ...REQUEST, transientConsent: true } },
} as const satisfies Record<string, { persistent: boolean; state: 'running' | 'shutoff'; request: RescueRequest }>;
type Kind = keyof typeof KINDS;

/** Calls of the way there. `verify`: the guest comes up with another disk order. */
const THERE = ['destroyDomain', 'defineDomain', 'createDomain', 'startDomain', 'verify'] as const;
/** Calls of the way back; `all`: the host is not reached any more. */
const BACK = ['none', 'destroyDomain', 'defineDomain', 'createDomain', 'startDomain', 'undefineDomain', 'all'] as const;
/** `refused`: it did nothing. `unheard`: it took effect, and its answer never came. */
const HOW = ['refused', 'unheard'] as const;

const CASES = (Object.keys(KINDS) as Kind[]).flatMap((kind) =>
  THERE.flatMap((there) => BACK.flatMap((back) => HOW.map((how) => ({ kind, there, back, how })))),
);

const broken = (call: string) => new SalvorError('libvirt', { call }, `${call} failed`);
const stands = ({ definition, live, state, persistent }: FakeHost) => ({ definition, live, state, persistent });

/** The first call of `there` fails; from then on every call of `back` does. Gives what mends the host. */
function breakHost(host: FakeHost, { there, back, how }: (typeof CASES)[number]): () => void {
  let failed = false;
  const fail = (method: Method, when: () => boolean) => {
    const hooks = how === 'refused' ? host.before : host.after;
    const others = hooks[method];
    hooks[method] = () => {
      if (when()) throw broken(method);
      return others?.();
    };
  };
  const thereOnce = () => {
    const first = !failed;
    failed = true;
    return first;
  };
  if (there === 'verify') {
    const started = () => {
      if (failed || host.live === null || sessionIn(host.live) === null) return;
      failed = true;
      host.live = host.live.replace(
        "slot='0x00' function='0x0'/>\n    </disk>",
        "slot='0x07' function='0x0'/>\n    </disk>",
      );
    };
    host.after.createDomain = started;
    host.after.startDomain = started;
  }
  if (back === 'all') {
    const lost = () => {
      if (failed) throw new SalvorError('connection-lost', { uri: 'fake:///host' });
    };
    for (const method of ['domainStatus', 'liveMetadata', 'destroyDomain', 'defineDomain', 'startDomain'] as const)
      host.before[method] = lost;
  } else if (back !== 'none') fail(back, () => failed);
  if (there !== 'verify') fail(there, thereOnce);
  return () => {
    for (const hooks of [host.before, host.after])
      for (const name of Object.keys(hooks)) Reflect.deleteProperty(hooks, name);
  };
}

async function rescue(host: FakeHost, request: RescueRequest): Promise<ErrorData | null> {
  const order = { domain: DOMAIN, request, properties: {}, confirmed: null, stamp: STAMP, journal: memoryJournal() };
  try {
    await runRescue(host.hypervisor, order, { ...SILENT, planned: () => undefined }, new AbortController().signal);
    return null;
  } catch (error) {
    if (!(error instanceof SalvorError)) throw error;
    return error.data;
  }
}

/** Each claim that a sentence can make, and whether the host bears it out. */
function claims(host: FakeHost, wasOn: boolean): readonly (readonly [RegExp, boolean])[] {
  const session = host.live === null ? null : sessionIn(host.live);
  return [
    [/is off, as it was/, host.live === null && !wasOn],
    [/is off(?!, as it was)/, host.live === null && wasOn],
    [/keeps running|was started again as it was/, host.live === DEFINITION && wasOn],
    [/runs in rescue/, session?.includes('id="ours"') === true || session?.includes("id='ours'") === true],
    [/its definition was (put back|not touched)/, host.persistent && host.definition === DEFINITION],
    [/with its own (definition|XML) kept inside/, recoverDefinition(host.definition).definitionXml === DEFINITION],
    [/it is transient, as it was/, !host.persistent && host.live !== null],
  ];
}

function expectTrue(error: ErrorData, host: FakeHost, wasOn: boolean): void {
  const made = claims(host, wasOn).filter(([claim]) => claim.test(error.unchanged));
  expect(made.length, `one claim on power and one on the definition: ${error.unchanged}`).toBe(2);
  for (const [claim, holds] of made) expect(holds, `${String(claim)}: ${error.unchanged}`).toBe(true);
}

/** Do as the error says. */
async function followAdvice({ next }: ErrorData, host: FakeHost): Promise<void> {
  if (next.includes('virsh start')) return host.hypervisor.startDomain(UUID);
  expect(next).toContain('salvor end');
  const stop = { how: 'force', timeoutSeconds: 1, onTimeout: 'give-up' } as const;
  const order = { domain: DOMAIN, stop, power: 'as-before', by: 'tester@here', journal: memoryJournal() } as const;
  await endRescue(host.hypervisor, order, SILENT, new AbortController().signal);
}

describe.each(Object.keys(KINDS) as Kind[])('%s', (kind) => {
  test.each(CASES.filter((each) => each.kind === kind))('$there $how, then $back', async (each) => {
    const { persistent, state, request } = KINDS[kind];
    const host = fakeHost({ persistent, state });
    const before = stands(host);
    const mend = breakHost(host, each);
    const error = await atOnce(rescue(host, request));
    const seen = each.back !== 'all';
    mend();
    const asBefore = JSON.stringify(stands(host)) === JSON.stringify(before);
    if (error === null) {
      // What was to fail is no part of this kind's way, or was heard of in time.
      expect(sessionIn(host.live ?? '<none/>')).toContain('ours');
      return;
    }
    if (!seen && error.unchanged.includes('cannot be seen')) {
      expect(error).toMatchObject({ code: 'rollback-failed' });
      expect(error.next).toContain('salvor resume ours');
      return;
    }
    expectTrue(error, host, state === 'running');
    expect(error.code === 'rollback-failed', `${error.code}: ${error.unchanged}`).toBe(!asBefore);
    if (asBefore) return;
    await atOnce(followAdvice(error, host));
    expect(stands(host), `after: ${error.next}`).toEqual(before);
  });
});

test('a guest that does not start again at the first try is tried once more', async () => {
  const host = fakeHost();
  let tries = 0;
  host.before.createDomain = () => Promise.reject(broken('createDomain'));
  host.before.startDomain = () => {
    tries += 1;
    if (tries === 1) throw broken('startDomain');
  };
  expect(await atOnce(rescue(host, REQUEST))).toMatchObject({
    code: 'start-failed',
    unchanged: 'patient was started again as it was; its definition was not touched.',
  });
  expect(host.live).toBe(DEFINITION);
});
