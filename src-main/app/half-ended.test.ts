/** An end that somebody's virsh define stops half-way: the guest has lost its rescue system, its rescue definition is still there. Nothing of that is forgotten. */
import { describe, expect, test } from 'vitest';
import { SESSION_NAMESPACE } from '../../src-core/rescue/session.ts';
import { DEFINITION, DOMAIN, REQUEST, STAMP, fakeHost } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import { startInventory } from './inventory.ts';
import { memoryJournal } from './journal.test-support.ts';
import { findLeftovers } from './leftovers.ts';
import { BY, FORCE, LASTING, NEVER, REPORT, endBy, listed, rescueBy, resume, stands } from './resume.test-support.ts';
import { endRescue } from './end-run.ts';
import { listSessions } from './sessions.ts';

const KINDS = {
  'until ended': { persistent: true, request: LASTING },
  transient: { persistent: false, request: { ...REQUEST, transientConsent: true } },
} as const;

/** Their copy of the definition as it is, with a line of their own: mark and record stay in it. */
function define(host: FakeHost): void {
  host.definition = host.definition.replace('</name>', '</name><description>theirs</description>');
}

async function halfEnded(kind: keyof typeof KINDS) {
  const { persistent, request } = KINDS[kind];
  const host = fakeHost({ persistent });
  const before = stands(host);
  const journal = memoryJournal();
  await rescueBy(host.hypervisor, journal, request);
  // Right before the last step that the definition is part of: until then the end finds all as it was.
  const [call, when] = persistent ? (['destroyDomain', 'after'] as const) : (['createDomain', 'after'] as const);
  host[when][call] = () => define(host);
  const error: unknown = await endBy(host.hypervisor, journal).catch((thrown: unknown) => thrown);
  Reflect.deleteProperty(host[when], call);
  return { host, before, journal, error };
}

describe.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('%s', (kind) => {
  test('what is theirs is not overwritten, and how it stands is said', async () => {
    const { host, error } = await halfEnded(kind);
    expect(error).toMatchObject({ data: { code: 'drift' } });
    expect(error).toHaveProperty(
      'data.unchanged',
      kind === 'transient'
        ? 'patient runs, and not in rescue; its rescue definition is still there, with its own kept inside.'
        : 'patient is off and still in rescue; its own definition is kept inside.',
    );
    expect(host.definition).toContain('theirs');
    expect(host.live).toBe(kind === 'transient' ? DEFINITION : null);
  });

  test('it is an open session to every workstation: in the lists, in the window, and its entry is not closed', async () => {
    const { host, journal } = await halfEnded(kind);
    const { hypervisor } = host;
    expect(await listSessions(hypervisor)).toMatchObject([{ domain: DOMAIN, session: { id: STAMP.id } }]);
    const { endedUnseen } = await findLeftovers({ hypervisor, journal, by: BY });
    expect(endedUnseen).toEqual([]);
    expect((await journal.entry(STAMP.id)).closed).toBeNull();
    const events: unknown[] = [];
    const inventory = await startInventory(
      hypervisor,
      { id: 'here', name: 'here' },
      (event) => void events.push(event),
      () => undefined,
    );
    await expect.poll(() => inventory.row(DOMAIN.uuid)?.session).toMatchObject({ id: STAMP.id });
    inventory.stop();
  });

  test('it waits among the unfinished, and finishing it puts all back', async () => {
    const { host, before, journal } = await halfEnded(kind);
    const [unfinished] = await listed(host, journal);
    expect(unfinished).toMatchObject({ situation: kind === 'transient' ? 'half-ended-running' : 'half-ended' });
    if (unfinished === undefined) return;
    expect(unfinished.offers.find(({ recommended }) => recommended)).toMatchObject({ way: 'finish', stops: false });
    await resume(host, journal, unfinished, 'finish');
    expect(stands(host)).toEqual(before);
    expect(host.definition).not.toContain(SESSION_NAMESPACE);
    expect(await listed(host, journal)).toEqual([]);
    expect(await listSessions(host.hypervisor)).toEqual([]);
  });
});

test('a transient guest that somebody starts in the middle of its end runs the rescue system: it keeps its definition, and can be ended', async () => {
  const host = fakeHost({ persistent: false });
  const before = stands(host);
  const journal = memoryJournal();
  await rescueBy(host.hypervisor, journal, KINDS.transient.request);
  const step = (id: string, state: string) => {
    if (id === 'stop' && state === 'done') Object.assign(host, { state: 'running', live: host.definition });
  };
  const order = { domain: DOMAIN, stop: FORCE, power: 'as-before', by: BY, journal } as const;
  const ended = endRescue(host.hypervisor, order, { ...REPORT, step }, NEVER);
  await expect(ended).rejects.toMatchObject({ data: { code: 'drift', unchanged: 'The rescue of patient goes on.' } });
  expect(host.persistent).toBe(true);
  const [unfinished] = await listed(host, journal);
  expect(unfinished).toMatchObject({ situation: 'still-in-rescue' });
  if (unfinished !== undefined) await resume(host, journal, unfinished, 'finish');
  expect(stands(host)).toEqual(before);
});

test('an end that found a change before it did anything leaves nothing unfinished: the rescue goes on', async () => {
  const host = fakeHost();
  const journal = memoryJournal();
  await rescueBy(host.hypervisor, journal, LASTING);
  const step = (id: string, state: string) => {
    if (id === 'stop' && state === 'running') define(host);
  };
  const order = { domain: DOMAIN, stop: FORCE, power: 'as-before', by: BY, journal } as const;
  const ended = endRescue(host.hypervisor, order, { ...REPORT, step }, NEVER);
  await expect(ended).rejects.toMatchObject({ data: { code: 'drift', unchanged: 'The rescue of patient goes on.' } });
  expect(await listed(host, journal)).toEqual([]);
  expect(await listSessions(host.hypervisor)).toHaveLength(1);
});
