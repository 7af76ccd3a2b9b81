import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { AppEvent } from '../../src-core/contract/schemas.ts';
import type { OpenHypervisor, OpenOptions } from '../libvirt/port.ts';
import { DEFINITION, UUID, fakeHost, inRescue } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import { createHosts } from './hosts.ts';
import { createSettings } from './settings.ts';

const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };
const BUILTIN = [{ id: 'system', name: 'This computer', uri: 'qemu:///system', readOnly: false, builtin: true }];

function memorySettings(stored?: unknown) {
  let value = stored;
  return createSettings({ read: () => value, write: (next) => (value = next) });
}

function setUp(open?: OpenHypervisor, settings = memorySettings()) {
  const host: FakeHost = fakeHost();
  const events: AppEvent[] = [];
  const opened: { uri: string; options: OpenOptions }[] = [];
  const usual: OpenHypervisor = (uri, options) => {
    opened.push({ uri, options });
    return Promise.resolve(host.hypervisor);
  };
  const hosts = createHosts({
    open: open ?? usual,
    builtin: BUILTIN,
    settings,
    emit: (event) => events.push(event),
    log: LOG,
  });
  const system = () => hosts.list().find(({ id }) => id === 'system');
  return { host, hosts, events, opened, system, settings };
}

describe('connecting', () => {
  test('gives the machines, and then keeps them by events', async () => {
    const { host, hosts, events, system } = setUp();
    await hosts.connect('system');
    expect(system()).toMatchObject({
      state: 'connected',
      error: null,
      driver: 'QEMU',
      libvirtVersion: '9.0.0',
      hypervisorVersion: '7.2.0',
      machineCount: 1,
    });
    await expect.poll(() => hosts.machines()[0]?.disks).toEqual([{ target: 'vda', source: '/images/root.img' }]);

    host.live = inRescue('alice@desk');
    host.emit({ uuid: UUID, name: 'patient' });
    await expect.poll(() => hosts.machines()[0]?.session?.startedBy).toBe('alice@desk');
    expect(events.some((event) => event.type === 'machine-changed' && event.machine.session !== null)).toBe(true);

    host.before.domainStatus = () => Promise.reject(new SalvorError('domain-not-found', { domain: UUID, uri: 'x' }));
    host.emit({ uuid: UUID, name: 'patient' });
    await expect.poll(() => hosts.machines()).toEqual([]);
    expect(events).toContainEqual({ type: 'machine-removed', machine: { hostId: 'system', uuid: UUID } });
  });

  test('that fails leaves the reason, and can be tried again', async () => {
    let tries = 0;
    const good = fakeHost();
    const { hosts, system } = setUp((uri) => {
      tries += 1;
      return tries === 1
        ? Promise.reject(new SalvorError('permission-denied', { uri }))
        : Promise.resolve(good.hypervisor);
    });
    await hosts.connect('system');
    expect(system()).toMatchObject({ state: 'disconnected', error: { code: 'permission-denied' } });
    expect(() => hosts.connected('system')).toThrow(SalvorError);
    await hosts.connect('system');
    expect(system()).toMatchObject({ state: 'connected', error: null });
  });

  test('that was given up does not connect afterwards', async () => {
    let arrive: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (arrive = resolve));
    const host = fakeHost();
    const { hosts, system } = setUp(async () => {
      await late;
      return host.hypervisor;
    });
    const connecting = hosts.connect('system');
    await hosts.disconnect('system');
    arrive();
    await connecting;
    expect(system()).toMatchObject({ state: 'disconnected', error: null, machineCount: 0 });
  });

  test('over ssh never asks on a terminal', async () => {
    const { hosts, opened } = setUp();
    const { id } = hosts.add({ uri: 'qemu+ssh://root@host/system?socket=/x', name: null, readOnly: true });
    await hosts.connect(id);
    expect(opened).toMatchObject([
      { uri: 'qemu+ssh://root@host/system?socket=/x&no_tty=1', options: { readOnly: true } },
    ]);
  });

  test('to the demo host starts the machine that is in rescue', async () => {
    const host = fakeHost({ state: 'shutoff' });
    const entry = {
      id: 'demo',
      name: 'Demo',
      uri: 'test:///x',
      readOnly: false,
      builtin: true,
      startXml: [DEFINITION],
    };
    const hosts = createHosts({
      open: () => Promise.resolve(host.hypervisor),
      builtin: [entry],
      settings: memorySettings(),
      emit: () => undefined,
      log: LOG,
    });
    await hosts.connect('demo');
    expect(host.changes).toEqual(['createDomain']);
    expect(hosts.machines()).toMatchObject([{ state: 'running' }]);
  });
});

test('a lost connection: the reason in words, no machines, and reconnecting works', async () => {
  const { hosts, opened, system, events } = setUp();
  await hosts.connect('system');
  opened[0]?.options.onLost('the daemon closed the connection');
  expect(system()).toMatchObject({
    state: 'disconnected',
    error: { code: 'connection-lost', detail: 'the daemon closed the connection' },
  });
  expect(hosts.machines()).toEqual([]);
  expect(events).toContainEqual({ type: 'machines-reset', hostId: 'system', machines: [] });
  await hosts.connect('system');
  expect(system()).toMatchObject({ state: 'connected', error: null });
});

test('elsewhere are all hosts that are connected but the one', async () => {
  const { hosts } = setUp();
  const { id } = hosts.add({ uri: 'qemu+ssh://second/system', name: 'second', readOnly: true });
  await hosts.connect('system');
  expect(hosts.elsewhere('system')).toEqual([]);
  await hosts.connect(id);
  expect(hosts.elsewhere('system').map(({ name }) => name)).toEqual(['second']);
  expect(hosts.elsewhere(id).map(({ name }) => name)).toEqual(['This computer']);
});

describe('added hosts', () => {
  test('are kept, once each', () => {
    const { hosts, settings } = setUp();
    hosts.add({ uri: ' qemu+tls://far/system ', name: 'Far', readOnly: false });
    expect(() => hosts.add({ uri: 'qemu+tls://far/system', name: null, readOnly: false })).toThrow(
      /in the list already/,
    );
    expect(() => hosts.add({ uri: 'not an address', name: null, readOnly: false })).toThrow(
      /not a libvirt connection URI/,
    );
    const again = setUp(undefined, settings);
    expect(again.hosts.list().map(({ name, uri, builtin }) => [name, uri, builtin])).toEqual([
      ['This computer', 'qemu:///system', true],
      ['Far', 'qemu+tls://far/system', false],
    ]);
  });

  test('are removed with their connection; built-in ones stay', async () => {
    const { hosts, settings, events } = setUp();
    const { id } = hosts.add({ uri: 'qemu+tls://far/system', name: null, readOnly: false });
    await hosts.connect(id);
    await hosts.remove(id);
    expect(hosts.list().map((host) => host.id)).toEqual(['system']);
    expect(settings.get().hosts).toEqual([]);
    expect(events.at(-1)).toEqual({ type: 'host-removed', hostId: id });
    await expect(hosts.remove('system')).rejects.toThrow(SalvorError);
    await expect(hosts.remove('nobody')).rejects.toMatchObject({ data: { code: 'host-not-found' } });
  });
});

describe('settings', () => {
  test.each([undefined, null, 'text', 42, { settings: { theme: 'pink' }, hosts: 'none', bounds: { x: 'a' } }])(
    '%j reads as the defaults',
    (stored) => {
      expect(memorySettings(stored).get()).toEqual({
        version: 1,
        settings: { theme: 'system', language: 'en' },
        hosts: [],
        bounds: null,
        attachments: [],
      });
    },
  );

  test('one bad part does not lose the others', () => {
    const stored = { settings: { theme: 'dark', language: 'en' }, hosts: [{ nonsense: true }], bounds: null };
    expect(memorySettings(stored).get()).toMatchObject({ settings: { theme: 'dark' }, hosts: [] });
  });
});
