/** Unfinished operations as the window sees them: told at connect, gone on with, closed. */
import { expect, test } from 'vitest';
import type { AppEvent } from '../../src-core/contract/schemas.ts';
import { CHANNELS } from '../../src-core/contract/channels.ts';
import { REQUEST, UUID, fakeHost } from './fake-hypervisor.test-support.ts';
import { memoryLibrary } from './library/library.test-support.ts';
import { memoryJournal } from './journal.test-support.ts';
import { hashDefinition, withoutSecrets } from '../../src-core/rescue/record.ts';
import { createServices } from './services.ts';
import { createSettings } from './settings.ts';

const FORCE = { how: 'force', timeoutSeconds: 1, onTimeout: 'give-up' } as const;

/** A window over a host whose one guest was stopped for a rescue that got no further. */
async function setUp() {
  const host = fakeHost();
  const journal = memoryJournal();
  const { hostname } = await host.hypervisor.identity();
  const writer = await journal.begin({
    id: 'cut-off',
    kind: 'rescue',
    by: 'tester@here',
    host: { uri: host.hypervisor.uri, hostname },
    domain: { uuid: UUID, name: 'patient' },
    session: { id: 'cut-off', kind: 'one-shot', transient: false },
    order: { kind: 'rescue', request: REQUEST, properties: {} },
    before: {
      state: 'running',
      persistent: true,
      autostart: false,
      definition: hashDefinition(host.definition),
      definitionXml: withoutSecrets(host.definition),
    },
    rescueDefinition: null,
    steps: [{ id: 'stop', text: 'Force patient off' }],
    files: [],
  });
  await writer.step('stop', 'running');
  await host.hypervisor.destroyDomain(UUID);
  const events: AppEvent[] = [];
  let id = 0;
  const { handlers, hosts, operations } = createServices({
    open: () => Promise.resolve(host.hypervisor),
    builtinHosts: [{ id: 'system', name: 'This computer', uri: 'fake:///host', readOnly: false, builtin: true }],
    settings: createSettings({ read: () => undefined, write: () => undefined }),
    settingsChanged: () => undefined,
    emit: (event) => events.push(event),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    newId: () => `id-${(id += 1)}`,
    now: () => new Date(),
    user: 'tester@here',
    info: { version: '0', platform: 'linux', asRoot: false },
    journal,
    library: memoryLibrary(),
    saveFile: () => Promise.resolve(null),
    files: { choose: () => Promise.resolve([]), target: () => Promise.resolve(null) },
  });
  const told = () => events.filter(({ type }) => type === 'unfinished-changed').length;
  return { host, handlers, hosts, operations, told };
}

test('told before and after its host is connected, and gone on with in the way that was chosen', async () => {
  const { host, handlers, hosts, operations, told } = await setUp();
  const list = async () => CHANNELS['unfinished.list'].output.parse(await handlers['unfinished.list'](null));
  expect(await list()).toMatchObject([{ operationId: 'cut-off', situation: 'unreachable', machine: null, offers: [] }]);
  await hosts.connect('system');
  expect(told()).toBe(1);
  const machine = { hostId: 'system', uuid: UUID };
  const [found] = await list();
  expect(found).toMatchObject({
    situation: 'stopped',
    machine,
    offers: [{ way: 'roll-back', recommended: true }, {}, {}],
  });
  const order = { operationId: 'cut-off', machine, way: 'roll-back', situation: 'stopped', stop: FORCE } as const;
  const operation = await handlers['unfinished.resume'](order);
  expect(operation).toMatchObject({ kind: 'resume', machine, state: 'running' });
  await operations.settled();
  expect(operations.list()).toMatchObject([{ state: 'done', error: null }]);
  expect(host.state).toBe('running');
  expect(told()).toBe(2);
  expect(await list()).toEqual([]);
  await hosts.disconnect('system');
  expect(told()).toBe(3);
});

test('another machine than the one it is about is not touched', async () => {
  const { host, handlers, hosts } = await setUp();
  await hosts.connect('system');
  const machine = { hostId: 'system', uuid: UUID.replace('c0ffee00', 'deadbeef') };
  const order = { operationId: 'cut-off', machine, way: 'roll-back', situation: 'stopped', stop: FORCE } as const;
  await expect(handlers['unfinished.resume'](order)).rejects.toMatchObject({ data: { code: 'entry-not-found' } });
  expect(host.changes).toEqual(['destroyDomain']);
});

test('a way that was chosen in another situation is not taken', async () => {
  const { host, handlers, hosts, operations } = await setUp();
  await hosts.connect('system');
  const machine = { hostId: 'system', uuid: UUID };
  await handlers['unfinished.resume']({
    operationId: 'cut-off',
    machine,
    way: 'roll-back',
    situation: 'in-rescue',
    stop: FORCE,
  });
  await operations.settled();
  expect(operations.list()).toMatchObject([{ state: 'failed', error: { code: 'drift' } }]);
  expect(host.changes).toEqual(['destroyDomain']);
});

test('closed without its host', async () => {
  const { handlers, told } = await setUp();
  await handlers['unfinished.forget']({ operationId: 'cut-off' });
  expect(told()).toBe(1);
  expect(await handlers['unfinished.list'](null)).toEqual([]);
});
