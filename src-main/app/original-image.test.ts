import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { MediumFacts } from '../../src-core/rescue/types.ts';
import { collectInputs } from './collect.ts';
import { DEFINITION, REQUEST, UUID, fakeHost, fileVolume } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';

async function originalOf(host: FakeHost): Promise<MediumFacts> {
  const request = { ...REQUEST, media: [{ kind: 'original' } as const] };
  const inputs = await collectInputs(host.hypervisor, UUID, { request, properties: {}, stamp: null });
  const [medium] = inputs.media;
  if (medium === undefined) throw new Error('no facts');
  return medium;
}

const ROOT = '/images/root.img';
const MID = '/images/mid.img';
const BASE = '/images/base.img';
const QCOW2 = DEFINITION.replace("type='raw'/>", "type='qcow2'/>");
const chain = {
  [ROOT]: fileVolume(ROOT, null, MID, 'qcow2'),
  [MID]: fileVolume(MID, null, BASE),
  [BASE]: fileVolume(BASE),
};

/** The definition with another root disk, or with more inside of it. */
function withRoot(source: string, type = 'file', more = ''): string {
  return QCOW2.replace(`<source file='${ROOT}'/>`, `${source}${more}`).replace(
    "<disk type='file' device='disk'>",
    `<disk type='${type}' device='disk'>`,
  );
}

const layer = (file: string, format: string, below: string) =>
  `<backingStore type='file'><format type='${format}'/><source file='${file}'/>${below}</backingStore>`;

/** A host whose domain is defined, and runs, by these. */
function host(volumes: Record<string, ReturnType<typeof fileVolume>>, definition: string, live?: string): FakeHost {
  const made = fakeHost({ volumes, state: live === undefined ? 'shutoff' : 'running' });
  made.definition = definition;
  made.live = live ?? null;
  return made;
}

describe('from image to image, as the storage reads them', () => {
  test('is the deepest of the chain', async () => {
    expect(await originalOf(host(chain, QCOW2))).toMatchObject({
      found: true,
      source: { type: 'file', file: BASE },
      format: 'raw',
      lookedAt: [ROOT, MID, BASE],
    });
  });

  test('is missing where the root disk stands on nothing', async () => {
    expect(await originalOf(host({ [ROOT]: fileVolume(ROOT) }, QCOW2))).toMatchObject({
      found: false,
      problem: `its root disk ${ROOT} (qcow2) stands on no other image`,
      lookedAt: [ROOT],
    });
  });

  test('a chain that loops ends', async () => {
    const loop = {
      [ROOT]: fileVolume(ROOT, null, MID, 'qcow2'),
      [MID]: fileVolume(MID, null, BASE, 'qcow2'),
      [BASE]: fileVolume(BASE, null, ROOT, 'qcow2'),
    };
    expect(await originalOf(host(loop, QCOW2))).toMatchObject({
      found: false,
      problem: `the chain of images loops at ${ROOT}`,
      lookedAt: [ROOT, MID, BASE],
    });
  });

  test('a chain without end ends', async () => {
    const long = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`/i/${i}`, fileVolume(`/i/${i}`, null, `/i/${i + 1}`, 'qcow2')]),
    );
    const facts = await originalOf(host(long, withRoot("<source file='/i/0'/>")));
    expect(facts).toMatchObject({ found: false, problem: 'the chain of images is longer than 200' });
    expect(facts.lookedAt).toHaveLength(201);
  });

  test('an image in the middle that is missing is named', async () => {
    const volumes = { [ROOT]: fileVolume(ROOT, null, MID) };
    expect(await originalOf(host(volumes, QCOW2))).toMatchObject({
      found: false,
      problem: `${MID}: there is no such file on the host`,
      lookedAt: [ROOT, MID],
    });
  });

  test('an image on network storage cannot be attached, and is named', async () => {
    const volumes = { [ROOT]: fileVolume(ROOT, null, 'nbd://h:10809/x') };
    expect(await originalOf(host(volumes, QCOW2))).toMatchObject({
      found: false,
      problem: 'the deepest image, nbd://h:10809/x, is no file or device of the host, and cannot be attached',
      lookedAt: [ROOT, 'nbd://h:10809/x'],
    });
  });

  test('the format is the one that the image above tells: what begins like another one is not taken', async () => {
    const head = new Uint8Array(4096);
    head.set([0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3]);
    const volumes = { [ROOT]: fileVolume(ROOT, null, BASE, 'raw'), [BASE]: fileVolume(BASE, head) };
    expect(await originalOf(host(volumes, QCOW2))).toMatchObject({
      found: false,
      problem: `${BASE} is a raw image to the disk that stands on it, and begins like a qcow2 image`,
    });
    const alike = { [ROOT]: fileVolume(ROOT, null, BASE, 'qcow2'), [BASE]: fileVolume(BASE, head) };
    expect(await originalOf(host(alike, QCOW2))).toMatchObject({ found: true, format: 'qcow2' });
  });

  test('what is told to be raw stands on nothing, whatever its first bytes pretend', async () => {
    const pretender = { [ROOT]: fileVolume(ROOT, null, '/etc/shadow'), '/etc/shadow': fileVolume('/etc/shadow') };
    expect(await originalOf(host(pretender, DEFINITION))).toMatchObject({ found: false, lookedAt: [ROOT] });
    const untold = DEFINITION.replace("<driver name='qemu' type='raw'/>", '');
    expect(await originalOf(host(pretender, untold))).toMatchObject({ found: false, lookedAt: [ROOT] });
    const below = {
      ...pretender,
      [ROOT]: fileVolume(ROOT, null, MID, 'raw'),
      [MID]: fileVolume(MID, null, '/etc/shadow'),
    };
    expect(await originalOf(host(below, QCOW2))).toMatchObject({ lookedAt: [ROOT, MID] });
  });

  test('a device that no pool holds is believed to be there, since the guest stands on it', async () => {
    const volumes = { [ROOT]: fileVolume(ROOT, null, '/dev/vg/base', 'raw') };
    expect(await originalOf(host(volumes, QCOW2))).toMatchObject({
      found: true,
      source: { type: 'block', dev: '/dev/vg/base' },
      format: 'raw',
      content: null,
    });
  });

  test('of a base that cannot be read the format is the one that was told, never a guess', async () => {
    const volumes = { [ROOT]: fileVolume(ROOT, null, BASE, 'qcow2'), [BASE]: fileVolume(BASE, null) };
    expect(await originalOf(host(volumes, QCOW2))).toMatchObject({ found: true, format: 'qcow2', content: null });
  });
});

describe('as the definition tells', () => {
  test('a chain that is written down to its end is not looked for', async () => {
    const told = layer(MID, 'qcow2', layer('/images/other.img', 'raw', '<backingStore/>'));
    const volumes = { '/images/other.img': fileVolume('/images/other.img') };
    expect(await originalOf(host(volumes, withRoot(`<source file='${ROOT}'/>`, 'file', told)))).toMatchObject({
      found: true,
      source: { type: 'file', file: '/images/other.img' },
      lookedAt: [ROOT, MID, '/images/other.img'],
    });
  });

  test('a chain that is written down in part is followed from there', async () => {
    const volumes = { [MID]: fileVolume(MID, null, BASE), [BASE]: fileVolume(BASE) };
    const definition = withRoot(`<source file='${ROOT}'/>`, 'file', layer(MID, 'qcow2', ''));
    expect(await originalOf(host(volumes, definition))).toMatchObject({ found: true, lookedAt: [ROOT, MID, BASE] });
  });

  test('a definition that says nothing stands below is believed', async () => {
    const definition = withRoot(`<source file='${ROOT}'/>`, 'file', '<backingStore/>');
    expect(await originalOf(host(chain, definition))).toMatchObject({
      found: false,
      problem: `its root disk ${ROOT} (qcow2) stands on no other image, as the guest’s definition says`,
      lookedAt: [ROOT],
    });
  });

  test('what runs is believed before what is written down', async () => {
    const live = withRoot(`<source file='${ROOT}'/>`, 'file', layer(BASE, 'raw', '<backingStore/>'));
    const stale = withRoot(`<source file='${ROOT}'/>`, 'file', layer('/images/stale.img', 'raw', '<backingStore/>'));
    expect(await originalOf(host(chain, stale, live))).toMatchObject({ found: true, lookedAt: [ROOT, BASE] });
  });
});

describe('other roots', () => {
  test('a volume of a pool', async () => {
    const volumes = { [MID]: fileVolume(MID, null, BASE), [BASE]: fileVolume(BASE) };
    const made = host(volumes, withRoot("<source pool='p' volume='root'/>", 'volume'));
    const { examineVolume } = made.hypervisor;
    Object.assign(made, {
      hypervisor: {
        ...spread(made),
        examineVolume: (where: { pool?: string; path?: string }, head: number) =>
          where.pool === 'p'
            ? Promise.resolve(fileVolume(ROOT, null, MID, 'qcow2'))
            : examineVolume({ path: where.path ?? '' }, head),
      },
    });
    expect(await originalOf(made)).toMatchObject({ found: true, lookedAt: ['p/root', MID, BASE] });
  });

  test('a volume of a pool that is not there, or not active', async () => {
    const definition = withRoot("<source pool='p' volume='root'/>", 'volume');
    const missing = host({}, definition);
    missing.before.examineVolume = () => Promise.reject(new SalvorError('pool-not-found', { pool: 'p', uri: 'u' }));
    expect((await originalOf(missing)).problem).toBe('p/root: there is no such storage pool on the host');
    const inactive = host({}, definition);
    inactive.before.examineVolume = () =>
      Promise.reject(new SalvorError('libvirt', { call: 'x' }, "storage pool 'p' is not active"));
    expect((await originalOf(inactive)).problem).toBe("p/root: storage pool 'p' is not active");
  });

  test('a block device', async () => {
    const dev = '/dev/vg/root';
    const volumes = { [dev]: fileVolume(dev, null, BASE), [BASE]: fileVolume(BASE) };
    expect(await originalOf(host(volumes, withRoot(`<source dev='${dev}'/>`, 'block')))).toMatchObject({
      found: true,
      lookedAt: [dev, BASE],
    });
    expect((await originalOf(host({}, withRoot(`<source dev='${dev}'/>`, 'block')))).problem).toContain(
      `${dev}: no storage pool of the host holds this device`,
    );
  });

  test('network storage', async () => {
    const rbd = "<source protocol='rbd' name='pool/root'><host name='mon1'/></source>";
    expect(await originalOf(host({}, withRoot(rbd, 'network')))).toMatchObject({
      found: false,
      problem: 'its root disk rbd:pool/root@mon1 is network storage, and what it was made from only that storage knows',
      lookedAt: ['rbd:pool/root@mon1'],
    });
  });

  test('none', async () => {
    const definition = DEFINITION.replace(/<disk[\s\S]*<\/disk>/, '');
    expect(await originalOf(host({}, definition))).toMatchObject({
      found: false,
      problem: 'it has no root disk with an image',
    });
  });
});

/** The methods of a fake, as plain properties that can be replaced. */
function spread({ hypervisor }: FakeHost): FakeHost['hypervisor'] {
  const names = ['domainStatus', 'domainObstacles', 'domainXml', 'liveMetadata', 'blockJobs', 'runningDisks'] as const;
  const storage = ['createPool', 'stopPool', 'readVolume', 'poolByTarget', 'freeSpace', 'offDisks'] as const;
  const more = ['identity', 'domainCapabilities', 'secrets', ...storage] as const;
  return {
    uri: hypervisor.uri,
    readOnly: false,
    ...Object.fromEntries([...names, ...more].map((name) => [name, hypervisor[name]])),
  } as FakeHost['hypervisor'];
}
