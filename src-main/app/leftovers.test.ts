/** Leftovers on a host in memory: found through pools and folders, looked at again before they are removed. */
import { expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { MadeFile } from '../../src-core/journal/types.ts';
import type { Hypervisor, StoragePool } from '../libvirt/port.ts';
import { DEFINITION, DOMAIN, REQUEST, fakeHost, fileVolume, inRescue } from './fake-hypervisor.test-support.ts';
import { lockDomain } from './domain-lock.ts';
import { memoryJournal } from './journal.test-support.ts';
import { findLeftovers, removeLeftovers } from './leftovers.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const OVERLAY = '/media/rescue.img.TRANSIENT-patient';
const SCRATCH = `/nvram/patient.fd.salvor-${DOMAIN.uuid}`;

const pool = (name: string, more: Partial<StoragePool> = {}): StoragePool => ({
  name,
  active: true,
  persistent: true,
  xml: `<pool type='dir'><name>${name}</name><target><path>/${name}</path></target></pool>`,
  ...more,
});

/** Files of the host by path; /media is a pool, every other folder is looked into through one of ours. */
function setUp(paths: readonly string[], pools = [pool('media'), pool('off', { active: false })]) {
  const files = new Set(paths);
  const folders = new Map([['media', '/media']]);
  const journal = memoryJournal();
  const host = fakeHost({ state: 'shutoff', pools });
  host.definition = DEFINITION.replace('</os>', '<nvram>/nvram/patient.fd</nvram></os>');
  const base = host.hypervisor;
  const at = (where: { pool: string; name: string } | { path: string }) =>
    'path' in where ? where.path : `${folders.get(where.pool) ?? ''}/${where.name}`;
  const replaced: Partial<typeof base> = {
    listVolumeNames: (name) =>
      Promise.resolve(
        [...files]
          .filter((path) => path.startsWith(`${folders.get(name) ?? '-'}/`))
          .map((path) => path.split('/').at(-1) ?? ''),
      ),
    createPool: (xml) => {
      folders.set(/<name>(.*?)</.exec(xml)?.[1] ?? '', /<path>(.*?)</.exec(xml)?.[1] ?? '');
      return Promise.resolve('created');
    },
    stopPool: (name) => Promise.resolve(void folders.delete(name)),
    examineVolume: (where) => {
      const path = at(where);
      const seen = 'pool' in where || path.startsWith('/media/');
      return Promise.resolve(seen && files.has(path) ? fileVolume(path) : null);
    },
    deleteVolume: (where) => Promise.resolve(void files.delete(at(where))),
  };
  const hypervisor = new Proxy(base, {
    get: (target, name: keyof typeof base) => replaced[name] ?? target[name],
  });
  const look = { hypervisor, journal, by: 'ada@desk' };
  const begin = async (made: readonly MadeFile[], id = ID, of?: { readonly failedEndOf: string }) => {
    const { hostname } = await hypervisor.identity();
    const writer = await journal.begin({
      id,
      kind: of === undefined ? 'rescue' : 'end',
      by: 'ada@desk',
      host: { uri: hypervisor.uri, hostname },
      domain: DOMAIN,
      session: { id: of?.failedEndOf ?? id, kind: 'one-shot', transient: false },
      order:
        of === undefined
          ? { kind: 'rescue', request: REQUEST, properties: {} }
          : { kind: 'end', stop: REQUEST.stop, power: 'on' },
      before: {
        state: 'running',
        persistent: true,
        autostart: false,
        definition: 'f'.repeat(64),
        definitionXml: DEFINITION,
      },
      rescueDefinition: null,
      steps: [],
      files: made,
    });
    const outcome = of === undefined ? 'done' : 'failed';
    await writer.ended({ outcome, code: null, message: null, unchanged: null, definition: null });
  };
  return { host, look, files, folders, begin, journal };
}

const MADE: readonly MadeFile[] = [
  { kind: 'overlay', name: OVERLAY },
  { kind: 'nvram', name: SCRATCH },
];
const idsOf = ({ leftovers }: Awaited<ReturnType<typeof findLeftovers>>) =>
  leftovers.filter(({ removable }) => removable).map(({ id }) => id);

test('what a session left is found, told with its session, and removed; then its entry is closed', async () => {
  const { look, files, folders, begin, journal } = setUp(['/media/rescue.img', OVERLAY, '/nvram/patient.fd', SCRATCH]);
  await begin(MADE);
  const found = await findLeftovers(look);
  expect(idsOf(found)).toEqual([`overlay:${OVERLAY}`, `nvram:${SCRATCH}`]);
  expect(found.endedUnseen).toMatchObject([{ session: ID, domain: 'patient', by: 'ada@desk' }]);
  expect((await journal.entry(ID)).closed, 'something is left').toBeNull();
  const removals = await removeLeftovers(look, idsOf(found));
  expect(removals.map(({ problem }) => problem)).toEqual([null, null]);
  expect([...files]).toEqual(['/media/rescue.img', '/nvram/patient.fd']);
  expect((await journal.entry(ID)).closed).toMatchObject({ how: 'session-ended', by: 'ada@desk' });
  expect(await findLeftovers(look)).toEqual({ leftovers: [], endedUnseen: [] });
  expect([...folders.keys()], 'no pool of ours stays').toEqual(['media']);
});

test('where an end of it failed at first, the folder of what it made is looked into, ended or not', async () => {
  const overlay = '/elsewhere/rescue.img.TRANSIENT-patient';
  const { look, begin, journal } = setUp([overlay]);
  await begin([{ kind: 'overlay', name: overlay }]);
  await (await journal.reopen(ID)).closed('finished', 'ada@desk');
  expect(idsOf(await findLeftovers(look)), 'nothing went wrong').toEqual([]);
  await begin([], '22222222-2222-4333-8444-555555555555', { failedEndOf: ID });
  expect(idsOf(await findLeftovers(look))).toEqual([`overlay:${overlay}`]);
});

test('an overlay in a pool that an earlier rescue left is removed while another one is open', async () => {
  const earlier = `/media/salvor-${ID.slice(0, 8)}-sdb.qcow2`;
  const { look, files, host, begin } = setUp([earlier]);
  await begin([{ kind: 'volume', name: earlier }]);
  host.definition = inRescue('eve@desk');
  expect(idsOf(await findLeftovers(look))).toEqual([`volume:${earlier}`]);
  expect(await removeLeftovers(look, [`volume:${earlier}`])).toMatchObject([{ problem: null }]);
  expect([...files]).toEqual([]);
});

test('a removal stands in the journal of the rescue that made the file', async () => {
  const { look, begin, journal } = setUp([OVERLAY]);
  await begin(MADE);
  await removeLeftovers(look, [`overlay:${OVERLAY}`]);
  const notes = (await journal.entry(ID)).records.filter(({ type }) => type === 'note');
  expect(notes).toMatchObject([{ text: `${OVERLAY} was removed by ada@desk.` }]);
});

test('whatever a journal names, only a file that is called as sessions call theirs is offered', async () => {
  const { look, begin, files } = setUp(['/media/rescue.img', '/media/root.img', '/nvram/patient.fd']);
  await begin([
    { kind: 'overlay', name: '/media/root.img' },
    { kind: 'nvram', name: '/nvram/patient.fd' },
    { kind: 'nvram', name: '/media/rescue.img' },
  ]);
  expect((await findLeftovers(look)).leftovers).toEqual([]);
  const removals = await removeLeftovers(look, ['overlay:/media/root.img', 'nvram:/nvram/patient.fd']);
  for (const { problem } of removals) expect(problem).not.toBeNull();
  expect(files.size).toBe(3);
});

test('a rescue that begins while the journal is read has not ended: its entry stays open', async () => {
  const bed = setUp([]);
  const read = async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    await bed.begin(MADE);
    bed.host.state = 'running';
    bed.host.live = inRescue('ada@desk').replace("id='other'", `id='${ID}'`);
    return bed.journal.read();
  };
  expect((await findLeftovers({ ...bed.look, journal: { ...bed.journal, read } })).endedUnseen).toEqual([]);
  expect((await bed.journal.entry(ID)).closed).toBeNull();
});

test('a session that left nothing is told once, and its entry closed', async () => {
  const { look, begin } = setUp(['/media/rescue.img']);
  await begin(MADE);
  expect((await findLeftovers(look)).endedUnseen).toHaveLength(1);
  expect((await findLeftovers(look)).endedUnseen).toEqual([]);
});

test('an entry stays open where the connection may only look', async () => {
  const { look, begin, journal } = setUp([]);
  await begin(MADE);
  const hypervisor = new Proxy(look.hypervisor, {
    get: (target, name: keyof Hypervisor) => (name === 'readOnly' ? true : target[name]),
  });
  expect((await findLeftovers({ ...look, hypervisor })).endedUnseen).toHaveLength(1);
  expect((await journal.entry(ID)).closed).toBeNull();
});

test('what the window asks for is removed only where it is left over, and proven to be ours', async () => {
  const { look, files } = setUp(['/media/rescue.img', OVERLAY]);
  const [unknown] = (await findLeftovers(look)).leftovers;
  expect(unknown).toMatchObject({ name: OVERLAY, removable: false });
  const ids = [`overlay:${OVERLAY}`, 'overlay:/media/rescue.img', 'nvram:/etc/passwd', 'pool:media'];
  const removals = await removeLeftovers(look, ids);
  expect(removals.map(({ id }) => id)).toEqual(ids);
  for (const { problem } of removals) expect(problem).not.toBeNull();
  expect([...files]).toEqual(['/media/rescue.img', OVERLAY]);
});

test.each<[string, (bed: ReturnType<typeof setUp>) => unknown, RegExp]>([
  [
    'is started',
    ({ host }) => {
      host.definition = host.definition.replace(/<source file='[^']*'/, `<source file='${OVERLAY}'`);
      return host.hypervisor.startDomain(DOMAIN.uuid);
    },
    /defined with it now/,
  ],
  ['is rescued', ({ host }) => void (host.definition = inRescue('eve@desk')), /in rescue now/],
])('its domain %s between the look and the removal: it stays', async (_title, meanwhile, problem) => {
  const bed = setUp([OVERLAY]);
  await bed.begin(MADE);
  let looks = 0;
  bed.host.before.listDomains = async () => {
    looks += 1;
    if (looks === 2) await meanwhile(bed);
  };
  const [removal] = await removeLeftovers(bed.look, [`overlay:${OVERLAY}`]);
  expect(removal?.problem).toMatch(problem);
  expect([...bed.files]).toEqual([OVERLAY]);
});

test('while somebody on this computer works on the domain, nothing of it is left over', async () => {
  const bed = setUp([OVERLAY]);
  await bed.begin(MADE);
  const { hostname } = await bed.look.hypervisor.identity();
  const letGo = await lockDomain(hostname, DOMAIN, 'a rescue started by eve@desk');
  expect(await findLeftovers(bed.look)).toEqual({ leftovers: [], endedUnseen: [] });
  letGo();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(idsOf(await findLeftovers(bed.look))).toEqual([`overlay:${OVERLAY}`]);
});

test('a removal that fails is told in the host’s words, and the next one is tried', async () => {
  const { look, begin, files } = setUp([OVERLAY, SCRATCH]);
  await begin(MADE);
  const hypervisor = new Proxy(look.hypervisor, {
    get: (target, name: keyof Hypervisor) =>
      name !== 'deleteVolume'
        ? target[name]
        : (where: Parameters<typeof target.deleteVolume>[0]) =>
            'path' in where
              ? Promise.reject(new SalvorError('libvirt', { call: 'delete' }, 'Read-only file system'))
              : target.deleteVolume(where),
  });
  const removals = await removeLeftovers({ ...look, hypervisor }, [`overlay:${OVERLAY}`, `nvram:${SCRATCH}`]);
  expect(removals.map(({ problem }) => problem)).toEqual([expect.stringContaining('Read-only file system'), null]);
  expect([...files]).toEqual([OVERLAY]);
});

test('a transient pool of ours that stays is left over; a defined pool of that name is not ours', async () => {
  const ours = pool('salvor-0123456789abcdef', { persistent: false });
  const others = [
    pool('salvor-fedcba9876543210', { active: false }),
    pool('salvor-mine', { persistent: false, active: false }),
  ];
  const { look, folders } = setUp([], [ours, ...others]);
  folders.set(ours.name, '/somewhere');
  const found = await findLeftovers(look);
  expect(idsOf(found)).toEqual([`pool:${ours.name}`]);
  expect(await removeLeftovers(look, idsOf(found))).toEqual([{ id: `pool:${ours.name}`, problem: null }]);
  expect(folders.has(ours.name)).toBe(false);
}, 20_000);
