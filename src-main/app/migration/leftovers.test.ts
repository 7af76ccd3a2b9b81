/** Copies are taken away again where they are nobody's image; the guest's own one never is. */
import { describe, expect, test } from 'vitest';
import type { ExaminedVolume, Hypervisor } from '../../libvirt/port.ts';
import { DOMAIN } from '../fake-hypervisor.test-support.ts';
import { removeVolumes } from './leftovers.ts';
import type { RemovedBy } from './leftovers.ts';
import { MOVE, POOL, fileOf, twoHosts } from './migrate.test-support.ts';
import type { RecordedMigration } from './sides.ts';

const PATH = '/images/root.img';
const RECORDED: RecordedMigration = {
  domain: DOMAIN,
  from: 'a',
  migration: {
    to: { uri: 'qemu+ssh://b/system', hostname: 'b' },
    request: MOVE,
    call: { flags: [], parameters: {} },
    running: null,
    persistent: null,
    makes: { secrets: [], volumes: [PATH] },
  },
  before: { state: 'running', persistent: true, autostart: false, managedSave: false, definitionHash: '' },
} as unknown as RecordedMigration;

const ORIGINAL = fileOf(PATH);
const COPY = fileOf(PATH, '1700003600.5');
const JUST_NOW = fileOf(PATH, '1700000030.5');
const UNREADABLE = { ...COPY, head: null };

async function removal(there: ExaminedVolume, by: RemovedBy, two = twoHosts({}, { volumes: { [PATH]: there } })) {
  const told = await removeVolumes(two.source.hypervisor, two.destination.hypervisor, RECORDED, by);
  return { two, told, left: PATH in two.destination.volumes };
}

describe.each<[string, ExaminedVolume, Record<RemovedBy, boolean>]>([
  ['the same image, on storage that was mounted since', ORIGINAL, { begun: true, resumed: true }],
  ['a copy', COPY, { begun: false, resumed: false }],
  ['what may be either', JUST_NOW, { begun: false, resumed: true }],
  ['what cannot be read', UNREADABLE, { begun: false, resumed: true }],
])('%s', (_what, there, left) => {
  test.each(['begun', 'resumed'] as const)('%s', async (by) => {
    const found = await removal(there, by);
    expect(found.left).toBe(left[by]);
    expect(found.told.join()).toEqual(left[by] ? expect.stringContaining('the guest’s own image') : '');
  });
});

test('a source that does not answer: nothing is taken away by a resumed migration', async () => {
  const two = twoHosts({}, { volumes: { [PATH]: COPY } });
  two.source.before.domainXml = () => {
    throw new Error('gone');
  };
  expect((await removal(COPY, 'resumed', two)).left).toBe(true);
});

test('another guest has it as a disk, by the path of the pool’s volume', async () => {
  const two = twoHosts({}, { volumes: { [PATH]: COPY }, pools: [POOL] });
  const recorded = {
    ...RECORDED,
    migration: { ...RECORDED.migration, makes: { secrets: [], volumes: ['images/root.img'] } },
  };
  const user = { uuid: 'other', name: 'neighbour', sources: [PATH] };
  const destination = new Proxy(two.destination.hypervisor, {
    get: (target, name: keyof Hypervisor) => (name === 'offDisks' ? () => Promise.resolve([user]) : target[name]),
  });
  const told = await removeVolumes(two.source.hypervisor, destination, recorded, 'begun');
  expect(told.join()).toContain('neighbour has it as a disk');
  expect(PATH in two.destination.volumes).toBe(true);
});
