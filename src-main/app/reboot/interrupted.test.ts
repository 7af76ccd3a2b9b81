/** A life that ends at any moment of a hard reboot, and another one that goes on; and values of secrets, which are nowhere but at the host. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { createPowerHandlers } from '../power-services.ts';
import { createOperations } from '../operations.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { DOMAIN, REQUEST, UUID } from '../fake-hypervisor.test-support.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import type { Connected } from '../hosts.ts';
import { lockDomain } from '../domain-lock.ts';
import { errorOf } from '../errors.ts';
import { memoryJournal } from '../journal.test-support.ts';
import type { MemoryJournal } from '../journal.test-support.ts';
import { listed, mortal, rescueBy, resume } from '../resume.test-support.ts';
import { forgetOperation } from '../resume.ts';
import { FORCED, ILLS, NEEDY, SECRET, VALUE, besides, needyHost, reboot } from './reboot.test-support.ts';

const MORE: readonly (keyof Hypervisor)[] = [
  ...(['startPool', 'refreshPool', 'defineSecret', 'setSecretValue', 'startNetwork', 'startNodeDevice'] as const),
];
/** More than a run with every ill does to host and journal together. */
const MOST = 40;

/** Every ill but those that ask for a value, which is gone with the life that had it. */
const WITHOUT_SECRETS = Object.keys(ILLS).filter((name) => !name.includes('secret'));

const illHost = (): FakeHost => {
  const host = needyHost();
  for (const name of WITHOUT_SECRETS) ILLS[name]?.make(host);
  return host;
};

describe('cut off at any moment', () => {
  const moments = Array.from({ length: MOST }, (_, index) => index + 1);

  test.each([false, true])(
    'and gone on with in each way that is offered (behind: %s)',
    async (behind) => {
      const seen = new Set<string>();
      let survived = 0;
      for (const end of moments)
        for (const way of ['finish', 'forget'] as const) {
          const host = illHost();
          const journal = memoryJournal();
          const life = mortal(end, behind, MORE);
          const by = { hypervisor: life.hypervisor(host.hypervisor), journal: life.journal(journal), value: null };
          await reboot(host, by).catch(() => undefined);
          // Whatever becomes of it: never another definition.
          expect(host).toMatchObject({ definition: NEEDY, persistent: true });
          const [unfinished, ...others] = await listed(host, journal);
          expect(others).toEqual([]);
          if (unfinished === undefined) {
            if (life.alive()) survived += 1;
            continue;
          }
          seen.add(unfinished.situation);
          expect(unfinished).toMatchObject({ kind: 'hard-reboot', machine: { hostId: 'here', uuid: UUID } });
          const before = host.changes.length;
          await resume(host, journal, unfinished, way);
          if (way === 'forget') expect(host.changes).toHaveLength(before);
          else expect(host).toMatchObject({ state: 'running', definition: NEEDY, live: NEEDY });
          expect(await listed(host, journal)).toEqual([]);
        }
      expect([...seen].sort()).toEqual(['reboot-as-before', 'reboot-off', 'reboot-running', 'reboot-started']);
      expect(survived).toBeGreaterThan(0);
    },
    60_000,
  );
});

/** Cut off once the guest was stopped. */
async function stopped(
  make: (host: FakeHost) => void = () => undefined,
): Promise<{ host: FakeHost; journal: MemoryJournal }> {
  const host = needyHost();
  const journal = memoryJournal();
  // began; secrets and pools, each begun and done; stop, destroyDomain
  const life = mortal(8, true, MORE);
  const by = { hypervisor: life.hypervisor(host.hypervisor), journal: life.journal(journal), value: null };
  await reboot(host, by).catch(() => undefined);
  expect(host.state).toBe('shutoff');
  make(host);
  return { host, journal };
}

describe('what others did meanwhile', () => {
  const only = async ({ host, journal }: { host: FakeHost; journal: MemoryJournal }) => {
    const [unfinished] = await listed(host, journal);
    if (unfinished === undefined) throw new Error('nothing is unfinished');
    return unfinished;
  };

  test.each([
    ['reboot-off', () => undefined],
    ['reboot-saved-memory', (host: FakeHost): unknown => (host.managedSave = true)],
    ['reboot-running', (host: FakeHost): unknown => Object.assign(host, { live: host.definition, state: 'running' })],
    [
      'reboot-undefined',
      (host: FakeHost): unknown => Object.assign(host, { live: host.definition, state: 'running', persistent: false }),
    ],
    [
      'reboot-gone',
      (host: FakeHost): unknown =>
        (host.before.findDomain = () =>
          Promise.reject(new SalvorError('domain-not-found', { domain: 'patient', uri: 'fake' }))),
    ],
  ] as const)('%s', async (situation, make) => {
    const found = await only(await stopped(make));
    expect(found.situation).toBe(situation);
    expect(found.stands).not.toMatch(/\{\{|undefined/);
  });

  test('in a rescue that began after it, nothing is offered but forgetting', async () => {
    const { host, journal } = await stopped();
    await rescueBy(host.hypervisor, memoryJournal(), REQUEST);
    const found = await only({ host, journal });
    expect(found).toMatchObject({ situation: 'reboot-other-rescue', offers: [{ way: 'forget' }] });
    await expect(resume(host, journal, found, 'finish')).rejects.toMatchObject({ data: { code: 'way-not-open' } });
  });

  test('another situation by then: nothing is done', async () => {
    const { host, journal } = await stopped();
    const found = await only({ host, journal });
    await host.hypervisor.startDomain(UUID);
    const before = host.changes.length;
    await expect(resume(host, journal, found, 'finish')).rejects.toMatchObject({ data: { code: 'drift' } });
    expect(host.changes).toHaveLength(before);
  });

  test('a value that is needed again is asked for, and the entry waits on', async () => {
    const { host, journal } = await stopped(({ moves }) => moves.secrets.clear());
    const found = await only({ host, journal });
    await expect(resume(host, journal, found, 'finish')).rejects.toMatchObject({ data: { code: 'secret-needed' } });
    expect(await listed(host, journal)).toHaveLength(1);
    await reboot(host, { journal });
    expect(host.state).toBe('running');
    expect(await listed(host, journal)).toEqual([]);
  });

  test('a one-shot rescue that was to be kept is over, which is said', async () => {
    const host = needyHost();
    const journal = memoryJournal();
    await rescueBy(host.hypervisor, memoryJournal(), REQUEST);
    const life = mortal(8, true, MORE);
    const by = { hypervisor: life.hypervisor(host.hypervisor), journal: life.journal(journal), value: null };
    await reboot(host, by).catch(() => undefined);
    const found = await only({ host, journal });
    expect(found).toMatchObject({ situation: 'reboot-off' });
    expect(found.stands).toContain('The one-shot rescue that it was in is over');
    await resume(host, journal, found, 'finish');
    expect(host).toMatchObject({ live: NEEDY, definition: NEEDY });
  });

  test('somebody else is at it: it is not offered; forgotten without its host', async () => {
    const { host, journal } = await stopped();
    const { hostname } = await host.hypervisor.identity();
    const letGo = await lockDomain(hostname, DOMAIN, 'a rescue');
    expect(await listed(host, journal)).toEqual([]);
    letGo();
    const { operationId } = await only({ host, journal });
    await forgetOperation(journal, operationId, 'tester@here');
    expect(await listed(host, journal)).toEqual([]);
  });
});

describe('values of secrets', () => {
  /** Not what any text may hold by chance: blanks, zeros. */
  const valueArbitrary = fc.uint8Array({ minLength: 12, maxLength: 64 }).filter((value) => new Set(value).size > 6);
  /** In any of the shapes in which it might slip into a text. */
  const shapes = (value: Uint8Array) => [
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('hex'),
    Buffer.from(value).toString('latin1'),
    JSON.stringify([...value]),
  ];

  test('are in no journal, operation, event, log or error; and at the host byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(valueArbitrary, fc.constantFrom('none', 'start', 'set', 'wrong'), async (value, fails) => {
        const right = fails === 'wrong' ? VALUE : value;
        const host = needyHost(right.slice());
        ILLS['the secret is lost']?.make(host);
        const refused = () => Promise.reject(new Error('no'));
        if (fails === 'start') host.before.startDomain = refused;
        if (fails === 'set') host.before.setSecretValue = refused;
        const told: unknown[] = [];
        const journal = memoryJournal();
        const log = (...words: unknown[]) => void told.push(words.map(String));
        const operations = createOperations({
          emit: (event) => told.push(event),
          log: { info: log, warn: log, error: log, debug: log, folder: '' } as never,
          newId: () => 'operation',
          now: () => new Date(),
        });
        const machine = () => ({ host: { hypervisor: host.hypervisor } as Connected, row: DOMAIN as never });
        const handlers = createPowerHandlers({ operations, journal, newId: () => 'reboot', user: 'me@here', machine });
        const key = { hostId: 'here', uuid: UUID };
        const plan = await handlers['reboot.preview']({ machine: key, request: FORCED, secrets: [SECRET] });
        const secrets = [{ uuid: SECRET, value: Buffer.from(value).toString('base64') }];
        const { inputs: fingerprint } = plan.fingerprint;
        told.push(await handlers['reboot.start']({ machine: key, request: FORCED, secrets, fingerprint }));
        await operations.settled();
        told.push(plan, operations.list(), journal.written);
        const text = JSON.stringify(told);
        for (const shape of shapes(value)) expect(text).not.toContain(shape);
        const [operation] = operations.list();
        expect(operation?.state).toBe(fails === 'none' ? 'done' : 'failed');
        if (fails === 'wrong') expect(operation?.error?.code).toBe('secret-wrong');
        if (fails === 'none') {
          expect(host.moves.secrets.get(SECRET)?.value).toEqual(new Uint8Array(value));
          expect(besides(host)).toEqual(['defineSecret', 'setSecretValue']);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('an answer that never came is told as such, and the entry waits', async () => {
    const host = needyHost();
    const journal = memoryJournal();
    host.before.startDomain = () => Promise.reject(new SalvorError('timeout', { call: 'start', seconds: 120 }));
    const error = await reboot(host, { journal }).catch((thrown: unknown) => errorOf(thrown));
    expect(error).toMatchObject({ code: 'timeout' });
    expect(await listed(host, journal)).toMatchObject([{ situation: 'reboot-off' }]);
  });
});
