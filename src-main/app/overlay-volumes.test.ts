/** Overlays in a pool of the fake host: made before anything is touched, named by the journal, and gone however the rescue goes. */
import { beforeEach, describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { RescueRequest } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { endRescue } from './end-run.ts';
import { DEFINITION, DOMAIN, REQUEST, UUID, fakeHost, fileVolume } from './fake-hypervisor.test-support.ts';
import type { FakeHost, FakeOptions } from './fake-hypervisor.test-support.ts';
import type { Journal } from './journal-port.ts';
import { memoryJournal } from './journal.test-support.ts';
import { findLeftovers, removeLeftovers } from './leftovers.ts';
import { overlayPoolFacts } from './overlay-volumes.ts';
import { runRescue } from './rescue-run.ts';
import { listUnfinished } from './unfinished.ts';

const SESSION = '0a1b2c3d-1111-4222-8333-444455556666';
const STAMP = { id: SESSION, startedAt: '2026-02-02T00:00:00Z', startedBy: 'tester@here' } as const;
const PATH = '/fast/salvor-0a1b2c3d-sda.qcow2';
const xml = (type: string, folder: string) =>
  `<pool type='${type}'><name>fast</name><target><path>${folder}</path></target></pool>`;
const FAST = { name: 'fast', active: true, persistent: true, xml: xml('dir', '/fast') } as const;
const REPORT = { steps: () => undefined, step: () => undefined, note: () => undefined, cancellable: () => undefined };

let journal: Journal;
beforeEach(() => {
  journal = memoryJournal();
});

const hostWith = (options: FakeOptions = {}) => fakeHost({ pools: [FAST], ...options });

const rescue = (host: FakeHost, request: Partial<RescueRequest> = {}, signal = new AbortController().signal) =>
  runRescue(
    host.hypervisor,
    {
      domain: DOMAIN,
      request: { ...REQUEST, overlayPool: 'fast', ...request },
      ...{ properties: {}, confirmed: null, stamp: STAMP, journal },
    },
    { ...REPORT, planned: () => undefined },
    signal,
  );

const failure = (work: Promise<unknown>): Promise<SalvorError['data']> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => (error instanceof SalvorError ? error.data : Promise.reject(error as Error)),
  );

const fails = (call: string) => () => {
  throw new SalvorError('libvirt', { call }, 'no');
};

const isThere = async ({ hypervisor }: FakeHost) => (await hypervisor.examineVolume({ path: PATH }, 0)) !== null;

describe('the pool', () => {
  test.each<[string, FakeOptions['pools'], string]>([
    ['is not there', [], 'the host has no such pool'],
    ['is stopped', [{ ...FAST, active: false }], 'it is not active'],
    ['hangs', [{ ...FAST, xml: null }], 'it does not answer'],
    ['holds no files', [{ ...FAST, xml: xml('logical', '/dev/vg') }], 'it is a pool of type logical'],
  ])('%s: refused before anything is touched, with the reason', async (_title, pools, why) => {
    const host = hostWith({ pools: pools ?? [] });
    const { code, message } = await failure(rescue(host));
    expect([code, message.includes(why)]).toEqual(['refused', true]);
    expect(host.changes).toEqual([]);
    expect((await journal.read()).entries).toEqual([]);
  });

  test('cannot be read: that is said, and a lost connection is none of it', async () => {
    const host = hostWith();
    host.before.refreshPool = fails('refresh');
    expect(await overlayPoolFacts(host.hypervisor, 'fast', true)).toEqual({ kind: 'unfit', why: 'no' });
    expect(await overlayPoolFacts(host.hypervisor, 'fast', false)).toMatchObject({ kind: 'folder', folder: '/fast' });
    host.before.refreshPool = () => {
      throw new SalvorError('connection-lost', { uri: 'fake:///host' });
    };
    await expect(overlayPoolFacts(host.hypervisor, 'fast', true)).rejects.toThrow();
  });

  test('has a volume of that name: it is not overwritten, and not taken away', async () => {
    const host = hostWith({
      volumes: { '/media/rescue.img': fileVolume('/media/rescue.img'), [PATH]: fileVolume(PATH) },
    });
    expect(await failure(rescue(host))).toMatchObject({ code: 'refused' });
    expect([host.changes, await isThere(host)]).toEqual([[], true]);
  });

  test('gets one between the check and the step: the same', async () => {
    const host = hostWith();
    const { hypervisor } = host;
    host.before.makeVolume = async () => {
      delete host.before.makeVolume;
      await hypervisor.makeVolume('fast', `<volume><name>${PATH.slice(6)}</name></volume>`);
    };
    expect(await failure(rescue(host))).toMatchObject({
      code: 'overlay-failed',
      detail: expect.stringContaining('exists') as unknown,
    });
    expect([host.live, await isThere(host)]).toEqual([DEFINITION, true]);
  });

  test('is stopped between the check and the step: drift, and nothing was touched', async () => {
    const host = hostWith();
    let looks = 0;
    host.before.refreshPool = () => {
      looks += 1;
      if (looks > 1) fails('refresh')();
    };
    expect(await failure(rescue(host))).toMatchObject({ code: 'drift' });
    expect(host.changes).toEqual([]);
  });
});

describe('a rescue', () => {
  test.each(['one-shot', 'until-ended'] as const)(
    '%s: the volume first, then the guest; ending it removes it',
    async (session) => {
      const host = hostWith();
      const plan = await rescue(host, { session });
      expect(plan.steps.map(({ id }) => id).slice(0, 3)).toEqual(['check', 'overlay', 'stop']);
      expect(host.changes[0]).toBe('makeVolume');
      expect(host.live).toContain(`<source file="${PATH}"`);
      expect(host.live).toContain('overlay-pool="fast" overlays="sda"');
      const { began } = await journal.entry(SESSION);
      expect(began.files).toEqual([{ kind: 'volume', name: PATH }]);
      const order = {
        domain: DOMAIN,
        stop: REQUEST.stop,
        power: 'as-before',
        by: 'b@elsewhere',
        journal: memoryJournal(),
      } as const;
      await endRescue(host.hypervisor, order, REPORT, new AbortController().signal);
      expect([host.definition, host.state, await isThere(host)]).toEqual([DEFINITION, 'running', false]);
    },
  );

  test('a transient guest: the volume comes before its definition', async () => {
    const host = hostWith({ persistent: false });
    await rescue(host, { transientConsent: true });
    expect(host.changes.slice(0, 2)).toEqual(['makeVolume', 'defineDomain']);
  });

  test('a cdrom needs none: nothing is made, and the plan says why', async () => {
    const host = hostWith({ pools: [] });
    const { request, files } = await rescue(host, { device: 'cdrom', bus: 'sata' });
    expect(request.writes).toMatchObject({ value: 'read-only', why: { code: 'why-writes-cdrom-pool' } });
    expect([files, host.changes.includes('makeVolume')]).toEqual([[], false]);
  });

  test.each<[string, keyof Hypervisor, Partial<RescueRequest>]>([
    ['the stop', 'destroyDomain', {}],
    ['the start', 'createDomain', {}],
    ['the definition', 'defineDomain', { session: 'until-ended' }],
    ['the lasting start', 'startDomain', { session: 'until-ended' }],
  ])('%s fails: the volume goes, the guest is as before', async (_title, method, request) => {
    const host = hostWith();
    host.before[method] = () => {
      host.before[method] = () => undefined;
      fails(method)();
    };
    const { code } = await failure(rescue(host, request));
    expect(['stop-failed', 'start-failed']).toContain(code);
    expect([host.definition, host.live, await isThere(host)]).toEqual([DEFINITION, DEFINITION, false]);
    const states = (await journal.entry(SESSION)).records.flatMap((record) =>
      record.type === 'step' && record.id === 'overlay' ? [record.state] : [],
    );
    expect(states).toEqual(['running', 'done', 'undone']);
  });

  test('the volume goes away before the stop: drift, the guest is not stopped', async () => {
    const host = hostWith();
    host.after.makeVolume = async () => {
      delete host.after.makeVolume;
      await host.hypervisor.deleteVolume({ pool: 'fast', name: PATH.slice(6) });
    };
    const { code, message } = await failure(rescue(host));
    expect([code, message.includes('somebody removed its overlay')]).toEqual(['drift', true]);
    expect(host.live).toBe(DEFINITION);
  });

  test('it cannot be removed: that is told with where it is found again', async () => {
    const host = hostWith();
    host.before.createDomain = fails('create');
    host.before.deleteVolume = fails('delete');
    const { code, unchanged } = await failure(rescue(host));
    expect(code).toBe('start-failed');
    expect(unchanged).toContain(
      `Its overlay could not be removed (${PATH.slice(6)} in the pool fast: no): salvor sessions lists it.`,
    );
    expect(host.live).toBe(DEFINITION);
  });

  test('the answer to its making is lost: what may be there is removed', async () => {
    const host = hostWith();
    host.after.makeVolume = () => {
      throw new SalvorError('timeout', { call: 'virStorageVolCreateXML', seconds: 60 });
    };
    expect(await failure(rescue(host))).toMatchObject({ code: 'overlay-failed' });
    expect(await isThere(host)).toBe(false);
  });

  test('its removal fails at the end: the rescue has ended, and what is left is told', async () => {
    const host = hostWith();
    await rescue(host);
    host.before.deleteVolume = fails('delete');
    const order = { domain: DOMAIN, stop: REQUEST.stop, power: 'as-before', by: 'b@here', journal } as const;
    const end = endRescue(host.hypervisor, order, REPORT, new AbortController().signal);
    const { code, message } = await failure(end);
    expect([code, message.includes('overlay could not be removed')]).toEqual(['verify-failed', true]);
    expect([host.live, host.state]).toEqual([DEFINITION, 'running']);
  });
});

describe('left over', () => {
  test('a one-shot session ends at power-off: found, proven by the journal, removed, and the entry closed', async () => {
    const host = hostWith();
    await rescue(host);
    const look = { hypervisor: host.hypervisor, journal, by: 'tester@here' };
    expect((await findLeftovers(look)).leftovers).toEqual([]);
    await host.hypervisor.destroyDomain(UUID);
    const elsewhere = await findLeftovers({ ...look, journal: memoryJournal() });
    expect(elsewhere.leftovers).toMatchObject([{ kind: 'volume', name: PATH, removable: false, domain: null }]);
    const { leftovers } = await findLeftovers(look);
    expect(leftovers).toMatchObject([{ kind: 'volume', name: PATH, removable: true, domain: DOMAIN }]);
    const [id = ''] = leftovers.map((left) => left.id);
    host.before.deleteVolume = fails('delete');
    expect(await removeLeftovers(look, [id])).toMatchObject([{ problem: expect.stringContaining('no') as unknown }]);
    delete host.before.deleteVolume;
    expect(await removeLeftovers(look, [id])).toEqual([{ id, problem: null }]);
    expect([await isThere(host), (await findLeftovers(look)).leftovers]).toEqual([false, []]);
    expect((await journal.entry(SESSION)).closed).toMatchObject({ how: 'session-ended' });
    expect(await listUnfinished(journal, [{ id: 'h', hypervisor: host.hypervisor }])).toEqual([]);
  });
});
