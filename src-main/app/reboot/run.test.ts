/** A hard reboot on a host in memory: every kind of ill, every step that fails, rescues, and what others do meanwhile. */
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { ErrorData } from '../../../src-core/contract/errors.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { DOMAIN, REQUEST, UUID, sessionIn } from '../fake-hypervisor.test-support.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import { needsAttention } from '../../../src-core/journal/resume.ts';
import { errorOf } from '../errors.ts';
import { lockDomain } from '../domain-lock.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { LASTING, endBy, rescueBy } from '../resume.test-support.ts';
import { previewReboot } from './preview.ts';
import {
  FORCED,
  ILLS,
  MDEV_DEVICE,
  NEEDY,
  SECRET,
  VALUE,
  besides,
  needyHost,
  picture,
  reboot,
} from './reboot.test-support.ts';
import type { RebootBy } from './reboot.test-support.ts';

const failure = async (host: FakeHost, by: RebootBy = {}): Promise<ErrorData> => {
  try {
    await reboot(host, by);
  } catch (error) {
    return errorOf(error);
  }
  throw new Error('it did not fail');
};
const libvirt = (detail: string) => new SalvorError('libvirt', { call: 'fake' }, detail);
const END = { ...FORCED, session: 'end' } as const;

describe('what it exists for', () => {
  const pairs = Object.keys(ILLS).flatMap((one, index) =>
    Object.keys(ILLS)
      .slice(index)
      .map((other) => [one, other] as const),
  );

  test.each(pairs)('%s; %s', async (one, other) => {
    const host = needyHost();
    for (const ill of new Set([one, other])) ILLS[ill]?.make(host);
    if (one === other && one !== 'its pool does not know the volume') {
      // Stopped and started, it does not come up.
      await host.hypervisor.destroyDomain(UUID);
      await expect(host.hypervisor.startDomain(UUID)).rejects.toThrow();
      host.changes.length = 0;
    }
    await reboot(host);
    expect(host).toMatchObject({ state: 'running', definition: NEEDY, live: NEEDY });
    for (const call of [...(ILLS[one]?.heals ?? []), ...(ILLS[other]?.heals ?? [])])
      expect(host.changes).toContain(call);
    expect(host.moves.secrets.get(SECRET)?.value).toEqual(VALUE);

    // A second one changes nothing.
    host.changes.length = 0;
    const before = picture(host);
    await reboot(host, { value: null });
    expect(besides(host)).toEqual([]);
    expect(picture(host)).toEqual(before);
  });

  test('a guest that is off is set up and started, and not stopped', async () => {
    const host = needyHost();
    await host.hypervisor.destroyDomain(UUID);
    host.changes.length = 0;
    await reboot(host);
    expect(host.changes).toEqual(['setSecretValue', 'startDomain']);
  });

  test('a pool that goes off when it is refreshed is started', async () => {
    const host = needyHost();
    ILLS['its pool does not know the volume']?.make(host);
    const back = host.before.refreshPool;
    host.before.refreshPool = () => {
      ILLS['the pool is off']?.make(host);
      throw libvirt('Failed to connect');
    };
    host.after.startPool = () => back?.();
    const { notes } = await reboot(host);
    expect(notes).toEqual(['The pool images went off when it was refreshed, and was started.']);
  });

  test('what was done by somebody else in the same moment counts as done', async () => {
    const host = needyHost();
    for (const { make } of Object.values(ILLS)) make(host);
    const already = (name: keyof Hypervisor) => (host.after[name] = () => Promise.reject(libvirt('already active')));
    for (const name of ['startPool', 'startNetwork', 'startNodeDevice', 'destroyDomain', 'startDomain'] as const)
      already(name);
    await reboot(host);
    expect(host.state).toBe('running');
  });

  test('a bridge that is gone under a network that libvirt takes for active', async () => {
    const host = needyHost();
    const check = host.before.startDomain;
    let gone = true;
    host.before.stopNetwork = () => void (gone = false);
    host.before.startDomain = async () => {
      if (gone) throw libvirt("Cannot get interface MTU on 'virbr7': No such device");
      await check?.();
    };
    const { notes } = await reboot(host);
    expect(besides(host)).toEqual(['setSecretValue', 'stopNetwork', 'startNetwork']);
    expect(notes).toEqual([expect.stringContaining('virbr7')]);
  });

  test('never under another guest that runs', async () => {
    const host = needyHost();
    host.before.startDomain = () => Promise.reject(libvirt("Cannot get interface MTU on 'virbr7': No such device"));
    const neighbour = {
      uuid: 'other',
      name: 'neighbour',
      state: 'running',
      persistent: true,
      autostart: false,
      disks: null,
    } as const;
    const hypervisor = {
      ...host.hypervisor,
      ...everything(host.hypervisor),
      listDomains: () => Promise.resolve([neighbour]),
      domainXml: (uuid: string, kind: 'definition' | 'live' | 'migratable') =>
        uuid === 'other' ? Promise.resolve(ON_LAN) : host.hypervisor.domainXml(uuid, kind),
    };
    const error = await failure(host, { hypervisor });
    expect(error.code).toBe('dependency-missing');
    expect(error.message).toContain('neighbour');
    expect(host.changes).not.toContain('stopNetwork');
  });
});

const ON_LAN =
  "<domain type='kvm'><name>neighbour</name><devices><interface type='network'><source network='lan'/></interface></devices></domain>";

/** A proxy's methods, to be spread. */
function everything(hypervisor: Hypervisor): Hypervisor {
  return new Proxy({} as Hypervisor, {
    get: (_target, name: keyof Hypervisor) => hypervisor[name],
    ownKeys: () => ['uri', 'readOnly', ...Object.keys(METHODS)],
    getOwnPropertyDescriptor: (_target, name) => ({
      configurable: true,
      enumerable: true,
      value: hypervisor[name as keyof Hypervisor],
    }),
  });
}
const METHODS = Object.fromEntries(
  (
    [
      'domainReason',
      ...([
        'domainReason',
        'identity',
        'secrets',
        'listDomains',
        'findDomain',
        'domainStatus',
        'domainState',
        'domainObstacles',
      ] as const),
      ...(['domainXml', 'liveMetadata', 'definitionMetadata', 'blockJobs', 'createDomain', 'startDomain'] as const),
      ...([
        'shutdownDomain',
        'whyOff',
        'destroyDomain',
        'watchDomains',
        'listPools',
        'startPool',
        'refreshPool',
      ] as const),
      ...(['poolByTarget', 'createPool', 'stopPool', 'listVolumeNames', 'examineVolume', 'controlState'] as const),
      ...(['listNetworks', 'startNetwork', 'stopNetwork', 'nodeDevice', 'startNodeDevice', 'secretXml'] as const),
      ...(['defineSecret', 'setSecretValue'] as const),
    ] as const
  ).map((name) => [name, true]),
);

const BEFORE_STOP: readonly (keyof Hypervisor)[] = ['startPool', 'refreshPool', 'defineSecret', 'setSecretValue'];

describe('a step that cannot succeed leaves the domain off, or running where it comes before the stop, its definition as it was, and says what is missing', () => {
  const cases: readonly (readonly [string, string, keyof Hypervisor, string, string])[] = [
    ['the pool is off', 'startPool', 'startPool', 'dependency-missing', 'the pool images could not be started'],
    ['its pool does not know the volume', 'refreshPool', 'refreshPool', 'dependency-missing', 'could not be refreshed'],
    ['the secret is lost', 'defineSecret', 'defineSecret', 'dependency-missing', 'could not be defined'],
    ['the secret is lost', 'setSecretValue', 'setSecretValue', 'dependency-missing', 'could not be given its value'],
    [
      'the network is off',
      'startNetwork',
      'startNetwork',
      'dependency-missing',
      'the network lan could not be started',
    ],
    ['the mediated device is off', 'startNodeDevice', 'startNodeDevice', 'dependency-missing', 'mediated device'],
  ];
  test.each(cases)('%s, and %s fails', async (ill, _name, call, code, words) => {
    const host = needyHost();
    ILLS[ill]?.make(host);
    const heals = host.before[call];
    host.before[call] = () => Promise.reject(libvirt('libvirt’s own words'));
    const journal = memoryJournal();
    const error = await failure(host, { journal });
    const runsOn = BEFORE_STOP.includes(call);
    const found = runsOn ? 'not-stopped' : code;
    expect(error).toMatchObject({ code: found, detail: 'libvirt’s own words' });
    expect(error.message).toContain(words);
    expect(error.unchanged).toBe(`patient ${runsOn ? 'runs as before' : 'is off'}, with its definition as it was.`);
    expect(host).toMatchObject({ state: runsOn ? 'running' : 'shutoff', definition: NEEDY, persistent: true });
    if (runsOn) expect(host.changes).not.toContain('destroyDomain');
    const { entries } = await journal.read();
    expect(entries[0]?.ended).toMatchObject({ outcome: 'failed', code: found });
    // Nobody is bothered about a guest that runs on.
    expect(entries.map(needsAttention)).toEqual([!runsOn]);

    // One that is off already was not started again.
    if (runsOn) await host.hypervisor.destroyDomain(UUID);
    if (runsOn) expect(await failure(host)).toMatchObject({ code: 'dependency-missing' });

    // Mended, it goes on from there, and nobody is asked about the first one any more.
    host.before[call] = heals ?? (() => undefined);
    await reboot(host, { journal });
    expect(host.state).toBe('running');
    expect((await journal.read()).entries.map(({ closed }) => closed?.how)).toEqual([
      undefined,
      runsOn ? undefined : 'finished',
    ]);
  });

  test('a volume that is not in its pool even then', async () => {
    const host = needyHost();
    ILLS['its pool does not know the volume']?.make(host);
    delete host.before.refreshPool;
    const error = await failure(host);
    expect(error).toMatchObject({ code: 'not-stopped' });
    expect(error.message).toContain('the pool images has no volume a.raw');
    expect(host.state, 'QEMU may have the only copy of it open').toBe('running');
    expect(host.changes).not.toContain('destroyDomain');
  });

  test('a refresh that turns a pool off under the guest: started again at once, or told', async () => {
    const host = needyHost();
    ILLS['its pool does not know the volume']?.make(host);
    host.before.refreshPool = () => {
      ILLS['the pool is off']?.make(host);
      throw libvirt('Failed to connect');
    };
    host.before.startPool = () => Promise.reject(libvirt('nobody there'));
    const error = await failure(host);
    expect(error).toMatchObject({ code: 'not-stopped', detail: 'nobody there' });
    expect(error.message).toContain('after a refresh had turned it off: it is off now');
    expect(host.state).toBe('running');
  });

  test('a wrong value, and one that is lost meanwhile', async () => {
    const host = needyHost();
    ILLS['the secret is lost']?.make(host);
    const wrong = await failure(host, { value: new TextEncoder().encode('wrong') });
    expect(wrong).toMatchObject({ code: 'secret-wrong', params: { uuid: SECRET, users: 'vdc' } });
    expect(wrong.unchanged).toBe('patient is off, with its definition as it was.');
    // libvirt keeps it private: whether it has a value cannot be asked, and the right one is set.
    await reboot(host);

    // Behind the stop nobody looks for it any more: the start tells.
    host.after.destroyDomain = () => host.moves.secrets.clear();
    const lost = await failure(host, { value: null });
    expect(lost).toMatchObject({ code: 'secret-needed', params: { uuid: SECRET, usage: 'volume /i/l.qcow2' } });
    expect(host.state).toBe('shutoff');
  });

  test('a start that fails for a reason of its own, and one that is not what was asked for', async () => {
    const host = needyHost();
    host.before.startDomain = () => Promise.reject(libvirt('something of QEMU’s'));
    expect(await failure(host)).toMatchObject({ code: 'start-failed', detail: 'something of QEMU’s' });
    delete host.before.startDomain;
    host.after.startDomain = () => void (host.live = NEEDY.replace(/<interface[^]*?<\/interface>/, ''));
    const journal = memoryJournal();
    const differs = await failure(host, { journal });
    expect(differs).toMatchObject({ code: 'reboot-differs' });
    expect((await journal.read()).entries.map(needsAttention), 'it waits for somebody').toEqual([true]);
    expect(differs.next).toContain('salvor resume');
    expect(differs.message).toContain('it runs without the interface 52:54:00:11:22:33');
    expect(differs.unchanged).toBe('patient runs now, with its definition as it was.');
  });
});

describe('refused beforehand, with nothing touched', () => {
  test.each([
    ['a value is needed', 'secret-needed', (host: FakeHost) => host.moves.secrets.clear()],
    ['the network is gone', 'reboot-refused', (host: FakeHost) => host.moves.networks.clear()],
    ['the pool is gone', 'reboot-refused', (host: FakeHost) => host.pools.clear()],
    [
      'it is half of a migration',
      'reboot-refused',
      (host: FakeHost) => {
        host.state = 'paused';
        host.moves.reason = 'post-copy failed';
      },
    ],
    ['its memory is saved', 'reboot-refused', (host: FakeHost) => (host.managedSave = true)],
    ['a job runs', 'reboot-refused', (host: FakeHost) => (host.job = 'unbounded')],
    ['it is transient', 'reboot-refused', (host: FakeHost) => (host.persistent = false)],
    [
      'an image is gone',
      'reboot-refused',
      (host: FakeHost) => delete (host.volumes as Record<string, unknown>)['/i/l.qcow2'],
    ],
  ])('%s', async (_name, code, make) => {
    const host = needyHost();
    make(host);
    const journal = memoryJournal();
    expect(await failure(host, { value: null, journal })).toMatchObject({ code, unchanged: 'Nothing was touched.' });
    expect(host.changes).toEqual([]);
    expect(journal.written).toEqual([]);
  });

  test('another machine than was confirmed', async () => {
    const host = needyHost();
    const { plan } = await previewReboot(host.hypervisor, UUID, FORCED, [SECRET]);
    ILLS['the network is off']?.make(host);
    const confirmed = { fingerprint: plan.fingerprint.inputs, inputs: null };
    expect(await failure(host, { confirmed })).toMatchObject({ code: 'drift' });
    expect(host.changes).toEqual([]);
  });

  test('somebody is at it, a journal that cannot be written, a cancel, a read-only connection', async () => {
    const host = needyHost();
    const { hostname } = await host.hypervisor.identity();
    const letGo = await lockDomain(hostname, DOMAIN, 'a rescue');
    expect(await failure(host)).toMatchObject({ code: 'busy' });
    letGo();
    const journal = memoryJournal();
    journal.fail('No space left on device');
    expect(await failure(host, { journal })).toMatchObject({ code: 'journal-unwritable' });
    expect(await failure(host, { signal: AbortSignal.abort() })).toMatchObject({ code: 'cancelled' });
    const readOnly = { ...everything(host.hypervisor), readOnly: true };
    expect(await failure(host, { hypervisor: readOnly })).toMatchObject({ code: 'read-only' });
    expect(host.changes).toEqual([]);
  });
});

describe('the stop', () => {
  test('a guest that does not shut down runs on, and nothing else was touched', async () => {
    const host = needyHost();
    host.obedient = false;
    const stop = { how: 'graceful', timeoutSeconds: 1, onTimeout: 'give-up' } as const;
    const error = await failure(host, { request: { stop, session: 'keep' }, value: null });
    expect(error).toMatchObject({ code: 'stop-timeout' });
    expect(error.unchanged).toMatch(/runs as before \(it was asked to shut down/);
    expect(besides(host)).toEqual([]);
  });

  test('a cancel before it leaves the guest as it is', async () => {
    const host = needyHost();
    ILLS['the pool is off']?.make(host);
    const controller = new AbortController();
    host.after.startPool = () => controller.abort();
    const error = await failure(host, { signal: controller.signal });
    expect(error).toMatchObject({
      code: 'cancelled',
      unchanged: 'patient runs as before, with its definition as it was.',
    });
    expect(host.changes).not.toContain('destroyDomain');
  });

  test('a cancel after it leaves the guest off, and says so', async () => {
    const host = needyHost();
    ILLS['the network is off']?.make(host);
    const controller = new AbortController();
    host.after.startNetwork = () => controller.abort();
    const error = await failure(host, { signal: controller.signal });
    expect(error).toMatchObject({ code: 'cancelled', unchanged: 'patient is off, with its definition as it was.' });
    expect(host.changes).not.toContain('startDomain');
  });

  test('what somebody else does right before it', async () => {
    const host = needyHost();
    const journal = memoryJournal(({ type }) => {
      if (type === 'began') host.definition = NEEDY.replace('262144', '524288');
    });
    expect(await failure(host, { journal })).toMatchObject({ code: 'drift' });
    expect(host.changes).toEqual([]);
  });
});

describe('in rescue', () => {
  test('a one-shot rescue is kept: the same XML, the same mark, the definition as it was', async () => {
    const host = needyHost();
    const journal = memoryJournal();
    await rescueBy(host.hypervisor, journal, REQUEST);
    const mark = sessionIn(host.live ?? '');
    const live = host.live;
    const migratable = {
      ...everything(host.hypervisor),
      domainXml: (uuid: string, kind: 'definition' | 'live' | 'migratable') =>
        kind === 'migratable' ? Promise.resolve(live ?? '') : host.hypervisor.domainXml(uuid, kind),
    };
    ILLS['the network is off']?.make(host);
    const { plan } = await reboot(host, { journal, hypervisor: migratable });
    expect(plan.session?.code).toBe('reboot-session-kept');
    expect(host.live).toBe(live);
    expect(sessionIn(host.live ?? '')).toBe(mark);
    expect(host.definition).toBe(NEEDY);
    await endBy(host.hypervisor, journal);
    expect(host).toMatchObject({ live: NEEDY, definition: NEEDY });
  });

  test('one until ended is kept, and starts from its definition', async () => {
    const host = needyHost();
    const journal = memoryJournal();
    await rescueBy(host.hypervisor, journal, LASTING);
    const { definition } = host;
    await reboot(host, { journal });
    expect(host).toMatchObject({ definition, live: definition });
    await endBy(host.hypervisor, journal);
    expect(host).toMatchObject({ live: NEEDY, definition: NEEDY });
  });

  test.each([
    ['one-shot', REQUEST, 'reboot-session-ended'],
    ['until-ended', LASTING, 'reboot-session-ended-defined'],
  ] as const)('a %s rescue is ended first', async (_kind, request, told) => {
    const host = needyHost();
    const journal = memoryJournal();
    await rescueBy(host.hypervisor, journal, request);
    for (const name of ['the pool is off', 'the secret is lost']) ILLS[name]?.make(host);
    const { plan } = await reboot(host, { journal, request: END });
    expect(plan.session?.code).toBe(told);
    expect(host).toMatchObject({ state: 'running', live: NEEDY, definition: NEEDY });
    const { entries } = await journal.read();
    expect(entries.map(({ began, ended, closed }) => [began.kind, ended?.outcome, closed?.how])).toEqual([
      ['end', 'done', undefined],
      ['hard-reboot', 'done', undefined],
      ['rescue', 'done', 'finished'],
    ]);
  });

  test('what fails after its end says that it has ended', async () => {
    const host = needyHost();
    const journal = memoryJournal();
    await rescueBy(host.hypervisor, journal, LASTING);
    host.before.startDomain = () => Promise.reject(libvirt('no'));
    const error = await failure(host, { journal, request: END });
    expect(error).toMatchObject({ code: 'start-failed' });
    expect(error.unchanged).toBe('patient is off, with its definition as it was. Its rescue has ended.');
    expect(host.definition).toBe(NEEDY);
  });
});

describe('questions that nobody answers', () => {
  const never = () => new Promise<never>(() => undefined);
  test('a pool that hangs is found as such, and holds up nothing else', async () => {
    const host = needyHost();
    const pool = host.pools.get('images');
    if (pool !== undefined) host.pools.set('images', { ...pool, xml: null });
    host.before.listVolumeNames = never;
    const { plan } = await previewReboot(host.hypervisor, UUID, FORCED, []);
    expect(plan.dependencies.filter(({ state }) => state !== 'ready').map(({ kind, state }) => [kind, state])).toEqual([
      ['pool', 'unreachable'],
      ['volume', 'not-checked'],
    ]);
  });

  test('a monitor that does not answer', { timeout: 10_000 }, async () => {
    const host = needyHost();
    host.before.blockJobs = never;
    const { inputs } = await previewReboot(host.hypervisor, UUID, FORCED, []);
    expect(inputs.control).toBe('occupied');
    host.before.blockJobs = () => Promise.reject(new Error('asked again'));
    host.moves.control = 'occupied';
    await reboot(host);
    expect(host.state).toBe('running');
  });

  test('a device that the host does not know, or has no word for', async () => {
    const host = needyHost();
    host.moves.nodeDevices.delete(MDEV_DEVICE);
    const state = async () =>
      (await previewReboot(host.hypervisor, UUID, FORCED, [])).plan.dependencies.find(
        ({ kind }) => kind === 'mediated-device',
      )?.state;
    expect(await state()).toBe('not-checked');
    host.moves.nodeDevices.clear();
    expect(await state()).toBe('not-checked');
  });

  test('an image that a pool holds is told with it', async () => {
    const host = needyHost();
    const { plan } = await previewReboot(host.hypervisor, UUID, FORCED, []);
    const image = plan.dependencies.find(({ name }) => name === '/images/root.img');
    expect(image).toMatchObject({ kind: 'image', of: 'images', state: 'ready' });
  });

  test('a pool that somebody looks through meanwhile holds nothing: two previews at a time are of one plan', async () => {
    const { hypervisor } = needyHost();
    const alone = await previewReboot(hypervisor, UUID, FORCED, []);
    const listPools = async () => {
      const pools = await hypervisor.listPools();
      return [...pools.map((pool) => ({ ...pool, name: 'salvor-0123456789abcdef', persistent: false })), ...pools];
    };
    const besides = await previewReboot({ ...hypervisor, listPools }, UUID, FORCED, []);
    expect(besides.plan.fingerprint).toEqual(alone.plan.fingerprint);
  });
});
