import { describe, expect, test, vi } from 'vitest';
import type { MachineDisk, MachineRow } from '../../src-core/contract/schemas.ts';
import { iso } from '../../src-core/media/images.test-support.ts';
import type { ExaminedVolume, Hypervisor } from '../libvirt/port.ts';
import { fullMachineDetails, machineDetails } from './details.ts';
import { readXml } from './disk-facts.ts';
import { DEFINITION, DOMAIN, fakeHost, fileVolume } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import { disksOfXml } from './machine-disks.ts';
import { TOO_SLOW } from './storage-looks.ts';

const KNOWN = { title: null, session: null, disks: [], persistent: true, autostart: false };
const row = (host: FakeHost): MachineRow => ({ hostId: 'h', hostName: 'h', ...DOMAIN, ...KNOWN, state: host.state });

const disk = (target: string, path: string, format: string, more = ''): string =>
  `<disk type='file' device='disk'><driver name='qemu' type='${format}'/><source file='${path}'/><target dev='${target}' bus='virtio'/>${more}</disk>`;
const definition = (disks: string): string =>
  `<domain type='kvm'><name>${DOMAIN.name}</name><uuid>${DOMAIN.uuid}</uuid><os><type arch='x86_64' machine='q35'>hvm</type></os><devices>${disks}</devices></domain>`;

/** A volume of that format over that image. */
const image = (path: string, format: string, backing: string | null = null, below = 'qcow2'): ExaminedVolume => {
  const volume = fileVolume(path, null, backing, below);
  return { ...volume, xml: volume.xml.replace("<format type='raw'/></target>", `<format type='${format}'/></target>`) };
};

function hostWith(disks: string, volumes: Readonly<Record<string, ExaminedVolume>> = {}): FakeHost {
  const host = fakeHost({ state: 'shutoff', volumes });
  host.definition = definition(disks);
  return host;
}

const full = async (host: FakeHost, hypervisor = host.hypervisor): Promise<readonly MachineDisk[]> =>
  (await fullMachineDetails(hypervisor, row(host), [])).disks;

describe('the chain of a disk that is off', () => {
  test('is followed from image to image', async () => {
    const host = hostWith(disk('vda', '/p/top', 'qcow2'), {
      '/p/top': image('/p/top', 'qcow2', '/p/mid'),
      '/p/mid': image('/p/mid', 'qcow2', '/p/base', 'raw'),
      '/p/base': image('/p/base', 'raw'),
    });
    const [vda] = await full(host);
    expect(vda?.layers.map(({ source, told, problem }) => [source, told, problem])).toEqual([
      ['/p/top', 'definition', null],
      ['/p/mid', 'host', null],
      ['/p/base', 'host', null],
    ]);
    expect(vda).toMatchObject({ capacity: 8388608, allocation: 4096, physical: 8388608 });
  });

  test('ends where the definition says so, or the image is raw', async () => {
    const host = hostWith(disk('vda', '/p/a', 'qcow2', '<backingStore/>') + disk('vdb', '/p/b', 'raw'), {
      '/p/a': image('/p/a', 'qcow2', '/p/x'),
      '/p/b': image('/p/b', 'qcow2', '/p/x'),
    });
    const layers = (await full(host)).map((one) => one.layers);
    expect(layers.map((all) => all.map(({ source }) => source))).toEqual([['/p/a'], ['/p/b']]);
    expect(layers[1]?.[0]?.problem).toContain('used as raw, and its first bytes are those of qcow2');
  });

  test('of a thousand images is cut at what libvirt opens', async () => {
    const volumes = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`/p/${index}`, image(`/p/${index}`, 'qcow2', `/p/${index + 1}`)]),
    );
    const [vda] = await full(hostWith(disk('vda', '/p/0', 'qcow2'), volumes));
    expect(vda?.layers).toHaveLength(201);
    expect(vda?.layers.at(-1)?.problem).toContain('longer than the 200');
  });

  test('a base that sixty disks share is asked for once', async () => {
    const targets = Array.from(
      { length: 60 },
      (_, index) => `vd${String.fromCharCode(97 + (index % 26))}${index >= 26 ? 'a' : ''}${index >= 52 ? 'a' : ''}`,
    );
    const volumes: Record<string, ExaminedVolume> = { '/p/base': image('/p/base', 'raw') };
    for (const target of targets) volumes[`/p/${target}`] = image(`/p/${target}`, 'qcow2', '/p/base', 'raw');
    const host = hostWith(targets.map((target) => disk(target, `/p/${target}`, 'qcow2')).join(''), volumes);
    let asked = 0;
    host.before.examineVolume = () => void (asked += 1);
    const disks = await full(host);
    expect(disks.every(({ layers }) => layers.length === 2)).toBe(true);
    expect(asked).toBe(61);
  });
});

describe('a host whose storage hangs', () => {
  test('keeps the page waiting for seconds at most, and says of which images nothing is known', async () => {
    vi.useFakeTimers();
    try {
      const disks = Array.from({ length: 20 }, (_, index) =>
        disk(`vd${String.fromCharCode(97 + index)}`, `/nfs/${index}`, 'qcow2'),
      );
      const host = hostWith(disks.join(''));
      let under = 0;
      host.before.examineVolume = () => {
        under += 1;
        return new Promise(() => undefined);
      };
      const answer = full(host);
      await vi.advanceTimersByTimeAsync(7000);
      const problems = (await answer).map(({ layers }) => layers[0]?.problem);
      expect(new Set(problems)).toEqual(new Set([TOO_SLOW]));
      expect(under).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });

  test('and the first answer does not ask it, nor waits for sizes for more than a second', async () => {
    vi.useFakeTimers();
    try {
      const host = hostWith(disk('vda', '/nfs/a', 'qcow2'));
      host.before.imageSizes = () => new Promise(() => undefined);
      host.before.examineVolume = () => {
        throw new Error('the storage was asked');
      };
      const answer = machineDetails(host.hypervisor, row(host));
      await vi.advanceTimersByTimeAsync(1100);
      const { complete, disks } = await answer;
      expect(complete).toBe(false);
      expect(disks[0]).toMatchObject({ capacity: null, layers: [{ source: '/nfs/a', problem: null }] });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a machine that runs', () => {
  const BELOW = "<backingStore type='file'><format type='raw'/><source file='/p/base'/><backingStore/></backingStore>";
  const sizes = { capacity: 100, allocation: 10, physical: null };

  function running(): { host: FakeHost; hypervisor: Hypervisor } {
    const host = fakeHost();
    host.definition = definition(disk('vda', '/p/top', 'qcow2'));
    host.live = definition(disk('vda', '/p/top', 'qcow2', BELOW));
    const imageSizes = () => Promise.resolve(new Map([['vda', [sizes, { ...sizes, allocation: 90 }]]]));
    return { host, hypervisor: { ...host.hypervisor, ...methods(host), imageSizes } };
  }

  test('tells its chain and sizes itself: no volume is looked for', async () => {
    const { host, hypervisor } = running();
    host.before.examineVolume = () => {
      throw new Error('the storage was asked');
    };
    const { disks, live, complete } = await fullMachineDetails(hypervisor, row(host), []);
    expect(live).toBeNull();
    expect(complete).toBe(true);
    expect(disks[0]?.layers).toMatchObject([
      { source: '/p/top', ...sizes },
      { source: '/p/base', allocation: 90 },
    ]);
  });

  test('with a disk that its definition has otherwise: what runs is not told of what is to come', async () => {
    const { host, hypervisor } = running();
    host.definition = definition(disk('vda', '/p/new', 'raw') + disk('vdb', '/p/more', 'raw'));
    const { disks, live } = await fullMachineDetails(hypervisor, row(host), []);
    expect(live?.disks[0]).toMatchObject({ source: '/p/top', capacity: 100 });
    expect(disks.map(({ source, capacity }) => [source, capacity])).toEqual([
      ['/p/new', null],
      ['/p/more', null],
    ]);
  });
});

/** The methods of a fake, as plain properties that can be replaced. */
function methods({ hypervisor }: FakeHost): Partial<Hypervisor> {
  const names = [
    'domainXml',
    'domainObstacles',
    'examineVolume',
    'runningDisks',
    'secrets',
    'poolByTarget',
    'readVolume',
  ] as const;
  return Object.fromEntries(names.map((name) => [name, hypervisor[name]]));
}

describe('labels', () => {
  const cdrom =
    "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='/p/odd.bin'/><target dev='sda' bus='sata'/></disk>";

  test('a cdrom’s is read, and tells a config drive', async () => {
    const host = hostWith(disk('vda', '/p/a', 'raw') + cdrom, {
      '/p/odd.bin': fileVolume('/p/odd.bin', iso('config-2', null)),
    });
    const disks = await full(host);
    expect(disks.map(({ role }) => role)).toEqual(['root', 'config-drive']);
    expect((await machineDetails(host.hypervisor, row(host))).disks.map(({ role }) => role)).toEqual(['root', 'cdrom']);
  });

  test('content that may not be read tells nothing', async () => {
    const host = hostWith(disk('vda', '/p/a', 'raw') + cdrom, { '/p/odd.bin': fileVolume('/p/odd.bin', null) });
    expect((await full(host)).map(({ role }) => role)).toEqual(['root', 'cdrom']);
  });
});

test('of XML alone: layers and roles as it tells them, sizes and secrets unknown', () => {
  const secret = "<encryption format='luks'><secret type='passphrase' uuid='u'/></encryption>";
  const [vda] = disksOfXml(
    readXml(DEFINITION.replace("<source file='/images/root.img'/>", `<source file='/images/root.img'/>${secret}`)),
  );
  expect(vda).toMatchObject({
    role: 'root',
    capacity: null,
    layers: [{ source: '/images/root.img', format: 'raw', told: 'definition' }],
    secretStates: [{ uuid: 'u', defined: null, hasValue: null }],
    users: [],
  });
});
