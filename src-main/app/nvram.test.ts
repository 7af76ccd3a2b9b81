/** Copies of UEFI variables: kept before a rescue, compared after it, put back. On a host in memory. */
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ExaminedVolume } from '../libvirt/port.ts';
import { errorOf } from './errors.ts';
import { DEFINITION, DOMAIN, REQUEST, STAMP, fakeHost, fileVolume } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import { memoryJournal } from './journal.test-support.ts';
import type { MemoryJournal } from './journal.test-support.ts';
import { compareVariables } from './nvram.ts';
import { restoreVariables } from './nvram-restore.ts';
import { runRescue } from './rescue-run.ts';

const VARS = '/nvram/patient.fd';
const SIZE = 200 * 1024;
const RESTORE_ID = '11111111-2222-4333-8444-555555555555';
const UEFI = DEFINITION.replace(
  "<boot dev='hd'/>",
  `<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader><nvram>${VARS}</nvram><boot dev='hd'/>`,
);
const SILENT = {
  steps: () => undefined,
  step: () => undefined,
  note: () => undefined,
  cancellable: () => undefined,
  planned: () => undefined,
};

function varsVolume(bytes: Uint8Array, type = 'file'): ExaminedVolume {
  return {
    name: 'patient.fd',
    xml: `<volume type='${type}'><name>patient.fd</name><capacity unit='bytes'>${bytes.length}</capacity><physical unit='bytes'>${bytes.length}</physical><target><path>${VARS}</path><format type='raw'/></target></volume>`,
    head: bytes,
  };
}

/** The file of the variables is not there any more. */
function without(volumes: Record<string, ExaminedVolume>): void {
  Reflect.deleteProperty(volumes, VARS);
}

interface Bed {
  readonly host: FakeHost;
  readonly journal: MemoryJournal;
  readonly volumes: Record<string, ExaminedVolume>;
  readonly bytes: Uint8Array;
}

function setUp(state: 'running' | 'shutoff' = 'running'): Bed {
  const bytes = new Uint8Array(SIZE).fill(7);
  const volumes: Record<string, ExaminedVolume> = {
    '/media/rescue.img': fileVolume('/media/rescue.img'),
    [VARS]: varsVolume(bytes),
  };
  const host = fakeHost({ state, volumes });
  host.definition = UEFI;
  if (state === 'running') host.live = UEFI;
  return { host, journal: memoryJournal(), volumes, bytes };
}

const rescue = ({ host, journal }: Bed) =>
  runRescue(
    host.hypervisor,
    { domain: DOMAIN, request: REQUEST, properties: {}, confirmed: null, stamp: STAMP, journal },
    SILENT,
    new AbortController().signal,
  );

/** A rescue, and power-off in it. */
async function rescued(bed: Bed): Promise<void> {
  await rescue(bed);
  await bed.host.hypervisor.destroyDomain(DOMAIN.uuid);
}

const restore = ({ host, journal }: Bed, more: { to?: string; operationId?: string } = {}) =>
  restoreVariables(
    host.hypervisor,
    { domain: DOMAIN, operationId: STAMP.id, to: null, by: 'tester@here', newId: RESTORE_ID, journal, ...more },
    SILENT,
  );

const errorFrom = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => errorOf(error),
  );

describe('before a rescue', () => {
  test('a copy is kept once the guest is off, and before it is started', async () => {
    const bed = setUp();
    const order: string[] = [];
    const journal = memoryJournal((record) => {
      if (record.type === 'backup') order.push(`backup, ${bed.host.state}, ${bed.host.changes.join()}`);
    });
    await rescue({ ...bed, journal });
    expect(order).toEqual(['backup, shutoff, destroyDomain']);
    const { record, bytes } = await journal.backupOf(STAMP.id);
    expect(record).toMatchObject({ path: VARS, size: SIZE });
    expect(Buffer.from(bytes).equals(Buffer.from(bed.bytes))).toBe(true);
  });

  test.each<[string, (bed: Bed) => void, RegExp]>([
    ['gone since the plan', ({ volumes }) => without(volumes), /no such file/],
    [
      'not to be read',
      ({ volumes }) => (volumes[VARS] = { ...varsVolume(new Uint8Array(9)), head: null }),
      /cannot be read/,
    ],
    ['cut off', ({ volumes, bytes }) => (volumes[VARS] = { ...varsVolume(bytes), head: bytes.slice(5) }), /to its end/],
  ])('a file that is %s: the rescue fails, and the guest runs again', async (_title, spoil, what) => {
    const bed = setUp();
    bed.host.before.destroyDomain = () => {
      delete bed.host.before.destroyDomain;
      spoil(bed);
    };
    const error = await errorFrom(rescue(bed));
    expect(error).toMatchObject({ code: 'backup-failed' });
    expect(error?.message).toMatch(what);
    expect(error?.unchanged).toMatch(/started again as it was; its definition was not touched/);
    expect(bed.host).toMatchObject({ state: 'running', live: UEFI, definition: UEFI });
    expect(bed.host.changes).not.toContain('createDomain');
  });

  test('a journal that takes no copy: the same', async () => {
    const bed = setUp();
    bed.host.before.destroyDomain = () => bed.journal.fail('the disk is full');
    const error = await errorFrom(rescue(bed));
    expect(error).toMatchObject({ code: 'journal-unwritable' });
    expect(error?.unchanged).toMatch(/started again as it was/);
    expect(bed.host).toMatchObject({ state: 'running', live: UEFI });
  });

  test.each<[string, (bed: Bed) => void, string | null]>([
    ['never booted: there is nothing to keep', ({ volumes }) => without(volumes), null],
    ['a folder', ({ volumes, bytes }) => (volumes[VARS] = varsVolume(bytes, 'dir')), 'it is a folder, not a file'],
    [
      'far too large',
      ({ volumes }) => {
        const volume = varsVolume(new Uint8Array(1));
        volumes[VARS] = { ...volume, xml: volume.xml.replaceAll('>1<', '>99999999999<') };
      },
      'more than any variable store',
    ],
  ])('%s', async (_title, spoil, why) => {
    const bed = setUp();
    spoil(bed);
    const plan = await rescue(bed);
    expect(plan.steps.map(({ id }) => id)).not.toContain('backup');
    const told = plan.warnings.find(({ code }) => code === 'nvram-not-kept')?.message ?? null;
    if (why === null) expect(told).toBeNull();
    else expect(told).toContain(why);
  });
});

describe('after a rescue', () => {
  const compare = ({ host, journal }: Bed, id: string | null = STAMP.id) =>
    compareVariables(host.hypervisor, journal, DOMAIN, id);

  test('that they differ is told, with the way back; that they do not is not', async () => {
    const bed = setUp();
    await rescued(bed);
    expect(await compare(bed)).toBeNull();
    bed.bytes[4711] = 1;
    expect(await compare(bed)).toContain(`salvor nvram restore ${STAMP.id}`);
  });

  test('nothing is told where it cannot be known', async () => {
    const bed = setUp();
    expect(await compare(bed, null)).toBeNull();
    expect(await compare(bed)).toBeNull();
    await rescued(bed);
    bed.bytes[0] = 1;
    bed.host.before.readVolume = () => Promise.reject(new SalvorError('connection-lost', { uri: 'x' }));
    expect(await compare(bed)).toBeNull();
  });
});

describe('putting them back', () => {
  async function changed(): Promise<Bed & { readonly before: Uint8Array; readonly after: Uint8Array }> {
    const bed = setUp();
    await rescued(bed);
    const before = bed.bytes.slice();
    bed.bytes.fill(9, 70_000, 70_010);
    bed.bytes[SIZE - 1] = 1;
    return { ...bed, before, after: bed.bytes.slice() };
  }
  const same = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

  test('they are what the copy has, only what differs was written, and it can be undone', async () => {
    const bed = await changed();
    expect(await restore(bed)).toEqual({ path: VARS, size: SIZE, undo: RESTORE_ID });
    expect(same(bed.bytes, bed.before)).toBe(true);
    expect(bed.host.changes.filter((change) => change === 'writeVolume')).toHaveLength(2);
    const { began, ended } = await bed.journal.entry(RESTORE_ID);
    expect(began).toMatchObject({ kind: 'nvram', order: { of: STAMP.id, path: VARS }, domain: DOMAIN });
    expect(ended).toMatchObject({ outcome: 'done' });
    const undo = { ...bed, journal: bed.journal };
    const again = '99999999-2222-4333-8444-555555555555';
    await restoreVariables(
      undo.host.hypervisor,
      { domain: DOMAIN, operationId: RESTORE_ID, to: null, by: 'x', newId: again, journal: bed.journal },
      SILENT,
    );
    expect(same(bed.bytes, bed.after)).toBe(true);
  });

  test('nothing is written where nothing differs', async () => {
    const bed = setUp();
    await rescued(bed);
    expect(await restore(bed)).toMatchObject({ undo: null });
    expect(bed.host.changes).not.toContain('writeVolume');
  });

  test.each<[string, (bed: Bed) => void | Promise<void>, string, RegExp]>([
    ['runs', ({ host }) => host.hypervisor.startDomain(DOMAIN.uuid), 'restore-failed', /it is running/],
    [
      'is in rescue',
      ({ host }) => {
        host.definition = UEFI.replace(
          '<memory',
          `<metadata><salvor:rescue xmlns:salvor='urn:salvor:rescue:1' id='other'/></metadata><memory`,
        );
      },
      'restore-failed',
      /end the rescue first/,
    ],
    [
      'keeps them elsewhere now',
      (bed) => {
        bed.host.definition = UEFI.replace(VARS, '/nvram/other.fd');
        bed.volumes['/nvram/other.fd'] = varsVolume(bed.bytes);
      },
      'restore-failed',
      /say --to \/nvram\/other\.fd/,
    ],
    ['has no UEFI any more', ({ host }) => (host.definition = DEFINITION), 'restore-failed', /it keeps none/],
    ['never made the file', ({ volumes }) => without(volumes), 'restore-failed', /start the guest once/],
    [
      'has other firmware',
      ({ volumes }) => (volumes[VARS] = varsVolume(new Uint8Array(64))),
      'restore-failed',
      /64: it belongs/,
    ],
  ])('a guest that %s: refused, and nothing is touched', async (_title, spoil, code, what) => {
    const bed = await changed();
    await spoil(bed);
    const written = bed.journal.written.length;
    const error = await errorFrom(restore(bed));
    expect(error).toMatchObject({ code, unchanged: 'Nothing was touched.' });
    expect(error?.message).toMatch(what);
    expect(bed.host.changes).not.toContain('writeVolume');
    expect(bed.journal.written).toHaveLength(written);
  });

  test('an operation that is not in the journal, or has no copy', async () => {
    const bed = setUp();
    expect(await errorFrom(restore(bed))).toMatchObject({ code: 'entry-not-found' });
    without(bed.volumes);
    await rescued(bed);
    expect(await errorFrom(restore(bed))).toMatchObject({ code: 'backup-damaged' });
  });

  test('the path is another one, and the administrator says so', async () => {
    const bed = await changed();
    bed.host.definition = UEFI.replace(VARS, '/nvram/other.fd');
    const other = new Uint8Array(SIZE);
    bed.volumes['/nvram/other.fd'] = varsVolume(other);
    await restore(bed, { to: '/nvram/other.fd' });
    expect(same(other, bed.before)).toBe(true);
  });

  test('the second write fails: what was there is put back, and said to be', async () => {
    const bed = await changed();
    let writes = 0;
    bed.host.before.writeVolume = () => {
      writes += 1;
      if (writes === 2) throw new SalvorError('libvirt', { call: 'upload' }, 'No space left on device');
    };
    const error = await errorFrom(restore(bed));
    expect(error).toMatchObject({ code: 'restore-failed', unchanged: 'Its variables are what they were before.' });
    expect(error?.message).toContain('No space left on device');
    expect(same(bed.bytes, bed.after)).toBe(true);
    expect((await bed.journal.entry(RESTORE_ID)).ended).toMatchObject({ outcome: 'failed', code: 'restore-failed' });
  });

  test('the way back fails, too: what is kept, and how to get it, is said', async () => {
    const bed = await changed();
    let writes = 0;
    bed.host.before.writeVolume = () => {
      writes += 1;
      if (writes > 1) throw new SalvorError('connection-lost', { uri: 'x' });
    };
    const error = await errorFrom(restore(bed));
    expect(error?.unchanged).toContain(`salvor nvram restore ${RESTORE_ID}`);
    const { bytes } = await bed.journal.backupOf(RESTORE_ID);
    expect(same(bytes, bed.after)).toBe(true);
  });

  test('somebody starts the guest between check and write: nothing is written', async () => {
    const bed = await changed();
    bed.host.before.domainStatus = () => void (bed.host.state = 'running');
    const error = await errorFrom(restore(bed));
    expect(error).toMatchObject({ code: 'restore-failed', unchanged: 'Nothing was touched.' });
    expect(bed.host.changes).not.toContain('writeVolume');
  });
});
