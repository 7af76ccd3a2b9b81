/** What a hard reboot takes down under nobody, and what nothing would be left of; crashed guests; and words that are not its own. */
import { describe, expect, test, vi } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { DomainState } from '../../../src-core/rescue/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { UUID } from '../fake-hypervisor.test-support.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { LASTING, listed, mortal, rescueBy, resume } from '../resume.test-support.ts';
import { SCRATCH_POOL } from '../volume-finder.ts';
import { previewReboot } from './preview.ts';
import { FORCED, ILLS, NEEDY, besides, failure, libvirt, needyHost, reboot } from './reboot.test-support.ts';
import { activeUsers } from './users.ts';

const NO_BRIDGE = "Cannot get interface MTU on 'virbr7': No such device";
const guest = (devices: string) => `<domain type='kvm'><name>neighbour</name><devices>${devices}</devices></domain>`;
const ON_NETWORK = guest("<interface type='network'><source network='lan'/></interface>");
const ON_BRIDGE = guest("<interface type='bridge'><source bridge='virbr7'/></interface>");
const ELSEWHERE = guest("<interface type='bridge'><source bridge='br0'/></interface>");

interface Around {
  /** What the other guest of the host runs from. */
  readonly neighbour?: string | Error;
  readonly state?: DomainState;
  /** The host's, where it tells them. */
  readonly interfaces?: readonly string[];
}

function around(host: FakeHost, { neighbour, state = 'running', interfaces }: Around): Hypervisor {
  const { hypervisor } = host;
  const other = { uuid: 'other', name: 'neighbour', state, persistent: true, autostart: false, disks: null };
  return {
    ...hypervisor,
    listDomains: async () => [...(await hypervisor.listDomains()), ...(neighbour === undefined ? [] : [other])],
    domainXml: (uuid, kind) => {
      if (uuid !== 'other') return hypervisor.domainXml(uuid, kind);
      return neighbour instanceof Error ? Promise.reject(neighbour) : Promise.resolve(neighbour ?? '');
    },
    listVolumeNames: (pool) =>
      interfaces !== undefined && SCRATCH_POOL.test(pool)
        ? Promise.resolve(interfaces)
        : hypervisor.listVolumeNames(pool),
  };
}

const setLan = ({ moves }: FakeHost, change: object) => {
  const lan = moves.networks.get('lan');
  if (lan !== undefined) moves.networks.set('lan', { ...lan, ...change });
};

/** The bridge of `lan` is gone until the network is started anew. */
function bridgeless(): FakeHost {
  const host = needyHost();
  const check = host.before.startDomain;
  let gone = true;
  host.after.startNetwork = () => void (gone = false);
  host.before.startDomain = async () => {
    if (gone) throw libvirt(NO_BRIDGE);
    await check?.();
  };
  return host;
}

const OFTEN = [
  ['a guest on the network', { neighbour: ON_NETWORK }, 'under neighbour'],
  ['a guest on its bridge, past the network', { neighbour: ON_BRIDGE }, 'under neighbour'],
  ['a crashed guest that libvirt keeps', { neighbour: ON_BRIDGE, state: 'crashed' }, 'under neighbour'],
  ['a guest that does not tell', { neighbour: libvirt('internal error') }, 'cannot be told'],
  ['a guest whose XML nobody can read', { neighbour: '<domain' }, 'cannot be told'],
] as const;

describe('a network is never stopped under others', () => {
  test.each(OFTEN)('%s: refused beforehand', async (_what, others, words) => {
    const host = bridgeless();
    const error = await failure(host, { hypervisor: around(host, { ...others, interfaces: ['lo'] }) });
    expect(error).toMatchObject({ code: 'reboot-refused' });
    expect(error.message).toContain(words);
    expect(host.changes).toEqual([]);
  });

  // Where the host does not list its interfaces only the start tells.
  test.each(OFTEN)('%s: seen by the run alone', async (_what, others, words) => {
    const host = bridgeless();
    const error = await failure(host, { hypervisor: around(host, others) });
    expect(error).toMatchObject({ code: 'dependency-missing' });
    expect(error.message).toContain(words);
    expect(host.changes).not.toContain('stopNetwork');
  });

  test('not before everybody has answered', async () => {
    const hypervisor = around(needyHost(), { neighbour: ELSEWHERE });
    const silent: Hypervisor = { ...hypervisor, domainXml: () => new Promise(() => undefined) };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const asked = activeUsers(silent, UUID, [{ kind: 'network', name: 'lan' }]);
      await vi.advanceTimersByTimeAsync(60_000);
      expect((await asked).complete).toBe(false);
    } finally {
      vi.useRealTimers();
    }
    expect((await activeUsers(hypervisor, UUID, [{ kind: 'network', name: 'lan' }])).complete).toBe(true);
  });

  test('nor where libvirt counts interfaces of guests that nobody has seen', async () => {
    const host = bridgeless();
    setLan(host, { xml: "<network connections='2'/>" });
    expect((await failure(host)).message).toContain('libvirt counts 2 of other guests’ interfaces');
    expect(host.changes).not.toContain('stopNetwork');
  });

  test('a guest on another bridge, one that is off, and one that is gone meanwhile are none', async () => {
    const gone = new SalvorError('domain-not-found', { domain: 'neighbour', uri: 'fake' });
    for (const others of [
      { neighbour: ELSEWHERE },
      { neighbour: ON_BRIDGE, state: 'shutoff' },
      { neighbour: gone },
    ] as const) {
      const host = bridgeless();
      await reboot(host, { hypervisor: around(host, others) });
      expect(host.changes).toContain('stopNetwork');
      expect(host.state).toBe('running');
    }
  });
});

describe('what nothing would be left of', () => {
  test('a network without a definition is not stopped', async () => {
    const planned = bridgeless();
    setLan(planned, { persistent: false });
    const refused = await failure(planned, { hypervisor: around(planned, { interfaces: ['lo'] }) });
    expect(refused).toMatchObject({ code: 'reboot-refused' });
    expect(refused.message).toContain('the network has no definition');
    expect(planned.changes).toEqual([]);

    const host = bridgeless();
    setLan(host, { persistent: false });
    expect((await failure(host)).message).toContain('the network has no definition');
    expect(host.changes).not.toContain('stopNetwork');
  });

  test('a network that cannot be stopped is told with libvirt’s words', async () => {
    const host = bridgeless();
    host.before.stopNetwork = () => Promise.reject(libvirt('it is held'));
    const error = await failure(host);
    expect(error).toMatchObject({ code: 'dependency-missing', detail: 'it is held' });
    expect(error.message).toContain('could not be stopped');
    expect(host.changes).not.toContain('startNetwork');
  });

  test('a pool without a definition is not refreshed', async () => {
    const host = needyHost();
    const pool = host.pools.get('images');
    if (pool !== undefined) host.pools.set('images', { ...pool, persistent: false });
    let refreshed = false;
    ILLS['its pool does not know the volume']?.make(host);
    host.before.refreshPool = () => void (refreshed = true);
    const error = await failure(host);
    expect(error).toMatchObject({ code: 'reboot-refused' });
    expect(error.message).toContain('has no definition');
    expect([refreshed, host.changes]).toEqual([false, []]);
  });

  test('nor is one that somebody has started without a definition since', async () => {
    const host = needyHost();
    for (const ill of ['the pool is off', 'its pool does not know the volume']) ILLS[ill]?.make(host);
    let refreshed = false;
    host.before.refreshPool = () => void (refreshed = true);
    host.after.startPool = () => {
      const pool = host.pools.get('images');
      if (pool !== undefined) host.pools.set('images', { ...pool, persistent: false });
    };
    expect((await failure(host)).message).toContain('it is not refreshed');
    expect(refreshed).toBe(false);
  });
});

describe('a guest that is on a bridge past its network', () => {
  const device = "<interface type='bridge'><mac address='m'/><source bridge='virbr7'/></interface>";
  const onBridge = (host: FakeHost): FakeHost => {
    const definition = NEEDY.replace('</devices>', `${device}</devices>`);
    return Object.assign(host, { definition, live: definition });
  };
  const bridgeOf = async (hypervisor: Hypervisor) =>
    (await previewReboot(hypervisor, UUID, FORCED, [])).plan.dependencies.find(({ kind }) => kind === 'bridge');

  test.each([
    ['is there', { interfaces: ['lo', 'virbr7'] }, {}, 'ready', 'none'],
    ['is gone', { interfaces: ['lo'] }, {}, 'stale', 'restart-network'],
    ['is gone under others', { interfaces: ['lo'], neighbour: ON_NETWORK }, {}, 'stale', 'blocked'],
    ['waits for its network', { interfaces: ['lo'] }, { active: false }, 'inactive', 'start-network'],
    ['may be there for all libvirt knows', {}, {}, 'ready', 'none'],
  ] as const)('it %s', async (_what, others, lan, state, action) => {
    const host = onBridge(needyHost());
    setLan(host, lan);
    expect(await bridgeOf(around(host, others))).toMatchObject({ state, action, of: 'lan' });
  });

  test('a network that only uses it does not make it', async () => {
    const host = onBridge(needyHost());
    setLan(host, { active: false, xml: "<network><forward mode='bridge'/></network>" });
    const found = await bridgeOf(around(host, { interfaces: ['lo'] }));
    expect(found).toMatchObject({ state: 'not-checked', action: 'none', of: null });

    setLan(host, { active: true });
    host.before.startDomain = () => Promise.reject(libvirt(NO_BRIDGE));
    const error = await failure(host);
    expect(error.message).toContain('there is no interface virbr7 on the host');
    expect(host.changes).not.toContain('stopNetwork');
  });

  test('its network is stopped and started once, however it is on it', async () => {
    const host = onBridge(bridgeless());
    await reboot(host, { hypervisor: around(host, { interfaces: ['lo'] }) });
    expect(besides(host).filter((name) => name.endsWith('Network'))).toEqual(['stopNetwork', 'startNetwork']);
  });
});

describe('a crashed guest that libvirt keeps', () => {
  const graceful = { stop: { ...FORCED.stop, how: 'graceful' }, session: 'keep' } as const;

  test('is forced off, and started', async () => {
    const host = needyHost();
    host.state = 'crashed';
    await reboot(host, { request: graceful });
    expect(host.changes).not.toContain('shutdownDomain');
    expect(host.changes).toContain('destroyDomain');
    expect(host).toMatchObject({ state: 'running', definition: NEEDY });
  });

  test('also where it crashes while it is asked to shut down', async () => {
    const host = needyHost();
    host.obedient = false;
    host.after.shutdownDomain = () => void (host.state = 'crashed');
    await reboot(host, { request: graceful });
    expect(host.changes).toContain('destroyDomain');
    expect(host.state).toBe('running');
  });

  test('one that cannot be forced off is not said to be off', async () => {
    const host = needyHost();
    host.state = 'crashed';
    host.before.destroyDomain = () => Promise.reject(libvirt('no'));
    const error = await failure(host, { request: graceful });
    expect(error).toMatchObject({ code: 'stop-failed' });
    expect(error.unchanged).toContain('patient has crashed and is kept so by libvirt');
  });
});

test.each([
  ['end-failed', { domain: 'patient', what: 'it', unchanged: 'as the end has found it' }],
  ['records-differ', { domain: 'patient', id: 'x' }],
  ['record-unusable', { domain: 'patient', problem: 'it' }],
  ['journal-unwritable', { folder: '/j', problem: 'full' }],
] as const)('%s of an end that comes first is told in its own words', async (code, params) => {
  const host = needyHost();
  const journal = memoryJournal();
  await rescueBy(host.hypervisor, journal, LASTING);
  const own = new SalvorError(code, params).data;
  const failing = {
    ...journal,
    begin: (...args: Parameters<typeof journal.begin>) =>
      args[0].kind === 'end' ? Promise.reject(new SalvorError(code, params)) : journal.begin(...args),
  };
  const error = await failure(host, { journal: failing, request: { ...FORCED, session: 'end' } });
  expect(error).toEqual(own);
});

test('an entry that could not be closed is not said to be', async () => {
  const host = needyHost();
  const journal = memoryJournal();
  const life = mortal(4, true, []);
  await reboot(host, { hypervisor: life.hypervisor(host.hypervisor), journal: life.journal(journal) }).catch(
    () => undefined,
  );
  const [unfinished] = await listed(host, journal);
  if (unfinished === undefined) throw new Error('nothing is unfinished');
  journal.fail('No space left on device');
  await expect(resume(host, journal, unfinished, 'forget')).rejects.toMatchObject({
    data: { code: 'journal-unwritable' },
  });
  journal.fail(null);
  expect(await listed(host, journal)).toHaveLength(1);
});
