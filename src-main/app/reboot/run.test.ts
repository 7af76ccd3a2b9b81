/** A hard reboot on a host in memory: every kind of ill, and rescues. */
import { describe, expect, test } from 'vitest';
import type { Hypervisor } from '../../libvirt/port.ts';
import { REQUEST, UUID, sessionIn } from '../fake-hypervisor.test-support.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { LASTING, endBy, rescueBy } from '../resume.test-support.ts';
import {
  FORCED,
  ILLS,
  NEEDY,
  SECRET,
  VALUE,
  besides,
  failure,
  libvirt,
  needyHost,
  picture,
  reboot,
} from './reboot.test-support.ts';

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

describe('in rescue', () => {
  test('a one-shot rescue is kept: the same XML, the same mark, the definition as it was', async () => {
    const host = needyHost();
    const journal = memoryJournal();
    await rescueBy(host.hypervisor, journal, REQUEST);
    const mark = sessionIn(host.live ?? '');
    const live = host.live;
    const migratable = {
      ...host.hypervisor,
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
