import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { MediumSpec } from '../../src-core/rescue/types.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import { collectInputs } from './collect.ts';
import { DEFINITION, REQUEST, UUID, fakeHost, fileVolume } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';

async function factsOf(host: FakeHost, spec: MediumSpec) {
  const inputs = await collectInputs(host.hypervisor, UUID, {
    request: { ...REQUEST, media: [spec] },
    properties: {},
    stamp: null,
  });
  const [medium] = inputs.media;
  if (medium === undefined) throw new Error('no facts');
  return medium;
}

describe('a path', () => {
  test('that a pool knows: its source, size and content', async () => {
    const facts = await factsOf(fakeHost(), { kind: 'path', path: '/media/rescue.img' });
    expect(facts).toMatchObject({
      found: true,
      source: { type: 'file', file: '/media/rescue.img' },
      size: 8388608,
      format: 'raw',
      content: { kind: 'disk', bios: true },
    });
  });

  test('that no pool knows is looked for in a transient pool over its folder, which is gone afterwards', async () => {
    const host = fakeHost({ volumes: {} });
    const made: string[] = [];
    const stopped: string[] = [];
    Object.assign(host, {
      hypervisor: {
        ...spread(host),
        createPool: (xml: string) => {
          made.push(xml);
          return Promise.resolve('created' as const);
        },
        examineVolume: (where: object) =>
          Promise.resolve('name' in where && where.name === 'x.img' ? fileVolume('/mnt/a & b/x.img') : null),
        stopPool: (name: string) => {
          stopped.push(name);
          return Promise.resolve();
        },
      },
    });
    const facts = await factsOf(host, { kind: 'path', path: '/mnt/a & b/../a & b/x.img' });
    expect(facts.found).toBe(true);
    expect(made).toHaveLength(1);
    expect(made[0]).toMatch(
      /^<pool type='dir'><name>salvor-[0-9a-f]{16}<\/name><target><path>\/mnt\/a &amp; b<\/path><\/target><\/pool>$/,
    );
    expect(stopped).toEqual([/<name>(.*?)</.exec(made[0] ?? '')?.[1]]);
  });

  test('in a folder that libvirt cannot open: why, in words', async () => {
    const host = fakeHost({ volumes: {} });
    host.before.createPool = () =>
      Promise.reject(
        new SalvorError('libvirt', { call: 'virStoragePoolCreateXML' }, "cannot open directory '/nowhere'"),
      );
    const facts = await factsOf(host, { kind: 'path', path: '/nowhere/x.img' });
    expect(facts).toMatchObject({
      found: false,
      problem: "its folder /nowhere cannot be opened on the host (cannot open directory '/nowhere')",
    });
  });

  test.each(['relative/x.img', '/dev/sdz', '/dev/vg/lv', '/proc/self/x', '/sys/x/../y/x', '/a\0b'])(
    '%j is not looked for',
    async (path) => {
      const host = fakeHost({ volumes: {} });
      host.before.createPool = () => {
        throw new Error('must not be asked');
      };
      expect(await factsOf(host, { kind: 'path', path })).toMatchObject({ found: false });
    },
  );

  test('a lost connection is no property of the medium', async () => {
    const host = fakeHost();
    host.before.examineVolume = () => Promise.reject(new SalvorError('connection-lost', { uri: 'fake:///host' }));
    await expect(factsOf(host, { kind: 'path', path: '/media/rescue.img' })).rejects.toMatchObject({
      data: { code: 'connection-lost' },
    });
  });

  test('content that cannot be read stays unknown', async () => {
    const host = fakeHost({ volumes: { '/media/rescue.img': fileVolume('/media/rescue.img', null) } });
    expect(await factsOf(host, { kind: 'path', path: '/media/rescue.img' })).toMatchObject({
      found: true,
      content: null,
    });
  });
});

test('a disk whose overlay of an earlier session was left behind is refused; a cdrom has none', async () => {
  const volumes = {
    '/media/rescue.img': fileVolume('/media/rescue.img'),
    '/media/rescue.img.TRANSIENT-patient': fileVolume('/media/rescue.img.TRANSIENT-patient'),
  };
  const spec = { kind: 'path', path: '/media/rescue.img' } as const;
  const refusedAs = async (device: string) => {
    const request = { ...REQUEST, media: [spec], device, bus: null };
    const options = { request, properties: {}, stamp: null };
    return planRescue(await collectInputs(fakeHost({ volumes }).hypervisor, UUID, options)).refusals;
  };
  expect(await refusedAs('disk')).toMatchObject([
    { code: 'overlay-left-behind', params: { overlay: '/media/rescue.img.TRANSIENT-patient' } },
  ]);
  expect(await refusedAs('cdrom')).toEqual([]);
});

describe('a volume', () => {
  test('of a pool that is not there', async () => {
    const host = fakeHost();
    host.before.examineVolume = () => Promise.reject(new SalvorError('pool-not-found', { pool: 'p', uri: 'u' }));
    expect(await factsOf(host, { kind: 'volume', pool: 'p', name: 'v' })).toMatchObject({
      found: false,
      problem: 'there is no storage pool “p” on the host',
    });
  });

  test('that the pool has not noticed yet is found after a refresh', async () => {
    const host = fakeHost();
    let refreshed = false;
    Object.assign(host, {
      hypervisor: {
        ...spread(host),
        refreshPool: () => {
          refreshed = true;
          return Promise.resolve();
        },
        examineVolume: (where: object) => Promise.resolve(refreshed && 'pool' in where ? fileVolume('/pool/v') : null),
      },
    });
    expect(await factsOf(host, { kind: 'volume', pool: 'p', name: 'v' })).toMatchObject({
      found: true,
      source: { type: 'file', file: '/pool/v' },
    });
  });
});

describe('a disk of the host', () => {
  test('that no pool knows is found in a folder that holds nothing but disks', async () => {
    const host = fakeHost({ volumes: {} });
    const path = '/dev/disk/by-id/scsi-1';
    Object.assign(host, {
      hypervisor: {
        ...spread(host),
        examineVolume: (where: object) => Promise.resolve('name' in where ? fileVolume(path) : null),
      },
    });
    expect(await factsOf(host, { kind: 'path', path })).toMatchObject({
      found: true,
      source: { type: 'block', dev: path },
    });
  });

  test('elsewhere in /dev is not looked for: opening what lies there would set off devices', async () => {
    const facts = await factsOf(fakeHost({ volumes: {} }), { kind: 'path', path: '/dev/sdz' });
    expect(facts.problem).toContain('name it by /dev/disk/by-id or /dev/mapper');
  });

  test('a file in /dev/shm is a file', async () => {
    const volumes = { '/dev/shm/x.img': fileVolume('/dev/shm/x.img') };
    expect((await factsOf(fakeHost({ volumes }), { kind: 'path', path: '/dev/shm/x.img' })).source?.type).toBe('file');
  });
});

describe('an address', () => {
  test.each([
    [
      'https://example.org/a/rescue.iso?x=1',
      { type: 'network', protocol: 'https', host: 'example.org', port: 443, name: 'a/rescue.iso?x=1' },
    ],
    ['http://10.0.0.1:8080/r.iso', { type: 'network', protocol: 'http', host: '10.0.0.1', port: 8080, name: 'r.iso' }],
  ])('%s', async (url, source) => {
    expect(await factsOf(fakeHost(), { kind: 'url', url })).toMatchObject({ found: true, source, content: null });
  });

  test.each(['ftp://example.org/x', 'nonsense', 'https://example.org/', 'https://user:word@example.org/x'])(
    '%s is not taken',
    async (url) => {
      expect(await factsOf(fakeHost(), { kind: 'url', url })).toMatchObject({ found: false });
    },
  );
});

test('a kernel: each file is looked for and into, and the one that is missing is named', async () => {
  const gzip = new Uint8Array(64);
  gzip.set([0x1f, 0x8b]);
  const volumes = {
    '/boot/vmlinuz': fileVolume('/boot/vmlinuz', null),
    '/boot/initrd.gz': fileVolume('/boot/initrd.gz', gzip),
  };
  const host = fakeHost({ volumes });
  const make = (initrd: string | null): MediumSpec => ({
    kind: 'kernel',
    kernel: '/boot/vmlinuz',
    initrd,
    cmdline: null,
  });
  expect(await factsOf(host, make(null))).toMatchObject({ found: true });
  expect((await factsOf(host, make('/boot/initrd.gz'))).bootFiles).toMatchObject([
    { role: 'kernel', file: '/boot/vmlinuz', size: 8388608, content: null, hash: null },
    { role: 'initrd', file: '/boot/initrd.gz', content: { kind: 'packed', arch: null }, hash: { bytes: 64 } },
  ]);
  expect(await factsOf(host, make('/boot/initrd'))).toMatchObject({
    found: false,
    problem: 'its initrd /boot/initrd: there is no such file on the host',
  });
});

test('who else writes to the medium: running domains with it as a disk that is not read-only', async () => {
  const host = fakeHost();
  const other = (readonly: string) =>
    DEFINITION.replace('/images/root.img', '/media/rescue.img').replace(
      "<target dev='vda'",
      `${readonly}<target dev='vda'`,
    );
  const running = [
    { uuid: UUID, name: 'patient', sources: ['/media/rescue.img'] },
    { uuid: 'u2', name: 'writer', sources: ['/media/rescue.img'] },
    { uuid: 'u3', name: 'reader', sources: null },
    { uuid: 'u4', name: 'elsewhere', sources: ['/other.img'] },
  ];
  const base = spread(host);
  Object.assign(host, {
    hypervisor: {
      ...base,
      runningDisks: () => Promise.resolve(running),
      domainXml: (uuid: string, kind: 'definition' | 'live') =>
        uuid === UUID ? base.domainXml(uuid, kind) : Promise.resolve(other(uuid === 'u3' ? '<readonly/>' : '')),
    },
  });
  expect((await factsOf(host, { kind: 'path', path: '/media/rescue.img' })).writers).toEqual(['writer']);
});

/** The methods of a fake, as plain properties that can be replaced. */
function spread({ hypervisor }: FakeHost): FakeHost['hypervisor'] {
  const names = [
    'identity',
    'domainCapabilities',
    'secrets',
    'runningDisks',
    'offDisks',
    'blockSizes',
    'freeSpace',
    'domainStatus',
    'domainState',
    'domainObstacles',
    'domainXml',
    'liveMetadata',
    'blockJobs',
    'examineVolume',
    'readVolume',
    'refreshPool',
    'poolByTarget',
    'createPool',
    'stopPool',
  ] as const;
  return {
    uri: hypervisor.uri,
    readOnly: false,
    ...Object.fromEntries(names.map((name) => [name, hypervisor[name]])),
  } as FakeHost['hypervisor'];
}
