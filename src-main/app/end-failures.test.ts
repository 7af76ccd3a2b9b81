/** Whatever of an ending fails: what is said is true of the host, and ending it again puts all back. */
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import { recoverDefinition } from '../../src-core/rescue/record.ts';
import { endRescue } from './end-run.ts';
import type { PowerAfter } from './end-run.ts';
import { DEFINITION, DOMAIN, REQUEST, STAMP, fakeHost, sessionIn } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import { memoryJournal } from './journal.test-support.ts';
import { runRescue } from './rescue-run.ts';

const SILENT = { steps: () => undefined, step: () => undefined, note: () => undefined, cancellable: () => undefined };
const { signal } = new AbortController();

const KINDS = {
  'one-shot': { persistent: true, request: REQUEST },
  'until ended': { persistent: true, request: { ...REQUEST, session: 'until-ended' } },
  transient: { persistent: false, request: { ...REQUEST, transientConsent: true } },
} as const;
type Kind = keyof typeof KINDS;

const CALLS = ['destroyDomain', 'defineDomain', 'createDomain', 'startDomain', 'undefineDomain'] as const;
const CASES = (Object.keys(KINDS) as Kind[]).flatMap((kind) =>
  CALLS.flatMap((call) =>
    (['refused', 'unheard', 'lost'] as const).flatMap((how) =>
      (['as-before', 'off'] as const).map((power) => ({ kind, call, how, power })),
    ),
  ),
);

async function inRescue(kind: Kind): Promise<{ host: FakeHost; before: object }> {
  const { persistent, request } = KINDS[kind];
  const host = fakeHost({ persistent });
  const before = stands(host);
  const order = { domain: DOMAIN, request, properties: {}, confirmed: null, stamp: STAMP, journal: memoryJournal() };
  await runRescue(host.hypervisor, order, { ...SILENT, planned: () => undefined }, signal);
  return { host, before };
}

const stands = ({ definition, live, state, persistent }: FakeHost) => ({ definition, live, state, persistent });

async function end(host: FakeHost, power: PowerAfter): Promise<ErrorData | null> {
  const stop = { how: 'force', timeoutSeconds: 1, onTimeout: 'give-up' } as const;
  try {
    const order = { domain: DOMAIN, stop, power, by: 'tester@here', journal: memoryJournal() };
    await endRescue(host.hypervisor, order, SILENT, signal);
    return null;
  } catch (error) {
    if (error instanceof SalvorError) return error.data;
    throw error;
  }
}

/** `refused`: it did nothing. `unheard`: it took effect, and the answer never came. `lost`: the same, and the host is not heard of again. */
function breakCall(host: FakeHost, call: (typeof CALLS)[number], how: 'refused' | 'unheard' | 'lost'): () => void {
  const fail = () => {
    if (how === 'lost') {
      const lost = () => Promise.reject(new SalvorError('connection-lost', { uri: 'fake:///host' }));
      for (const method of ['domainStatus', 'domainState', 'liveMetadata'] as const) host.before[method] = lost;
    }
    throw new SalvorError('libvirt', { call }, 'no luck');
  };
  if (how === 'refused') host.before[call] = fail;
  else host.after[call] = fail;
  return () => {
    for (const hooks of [host.before, host.after])
      for (const name of Object.keys(hooks)) Reflect.deleteProperty(hooks, name);
  };
}

function expectTrue({ unchanged }: ErrorData, host: FakeHost): void {
  const live = host.live === null ? null : sessionIn(host.live);
  const claims: readonly (readonly [RegExp, boolean])[] = [
    [/^The rescue of patient goes on/, live !== null],
    [/^patient is off and still in rescue; its own definition is kept inside/, host.live === null && kept(host)],
    [/^patient runs, and not in rescue; its rescue definition is still there/, host.live === DEFINITION && kept(host)],
    [/^The rescue has ended; patient runs/, host.live === DEFINITION && sessionIn(host.definition) === null],
    [/^The rescue has ended; patient is off/, host.live === null && host.definition === DEFINITION],
  ];
  const made = claims.filter(([claim]) => claim.test(unchanged));
  expect(made, unchanged).toHaveLength(1);
  expect(made[0]?.[1], unchanged).toBe(true);
}

const kept = (host: FakeHost) => recoverDefinition(host.definition).definitionXml === DEFINITION;

describe.each(Object.keys(KINDS) as Kind[])('%s', (kind) => {
  test.each(CASES.filter((each) => each.kind === kind))('$call $how, power $power', async ({ call, how, power }) => {
    const { host, before } = await inRescue(kind);
    const mend = breakCall(host, call, how);
    const error = await end(host, power);
    mend();
    if (error !== null && !error.unchanged.includes('cannot be seen')) expectTrue(error, host);
    if (error?.unchanged.includes('cannot be seen') === true) expect(how).toBe('lost');
    // Once more: as if nothing had failed. What has ended is not ended again; a guest that did not start is started by hand.
    const again = error === null ? null : await end(host, power);
    if (again !== null) expect(again).toMatchObject({ code: 'not-in-rescue' });
    if (host.live === null && power === 'as-before') await host.hypervisor.startDomain(DOMAIN.uuid);
    if (power === 'as-before') expect(stands(host)).toEqual(before);
    else expect(stands(host)).toMatchObject({ definition: DEFINITION, live: null, persistent: true });
  });
});
