/** A host in memory whose domain depends on something of every kind, and starts only where all of it is there; ways to make it ill. */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { ErrorData } from '../../../src-core/contract/errors.ts';
import type { RebootRequest } from '../../../src-core/reboot/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { errorOf } from '../errors.ts';
import { DEFINITION, DOMAIN, fakeHost, fileVolume } from '../fake-hypervisor.test-support.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import type { Journal } from '../journal-port.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { BY, NEVER, REPORT } from '../resume.test-support.ts';
import { hardReboot } from './run.ts';
import type { RebootReport, Rebooted } from './run.ts';

export const SECRET = '5a5a5a5a-0000-4000-8000-000000000001';
export const MDEV = 'c60f3d9c-1111-4222-8333-000000000001';
export const MDEV_DEVICE = `mdev_${MDEV.replaceAll('-', '_')}`;
export const VALUE = new TextEncoder().encode('the value of it');

export const FORCED: RebootRequest = {
  stop: { how: 'force', timeoutSeconds: 1, onTimeout: 'give-up' },
  session: 'keep',
};

const DEVICES = `
    <disk type='volume' device='disk'><source pool='images' volume='a.raw'/><target dev='vdb' bus='virtio'/></disk>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/i/l.qcow2'><encryption format='luks'><secret type='passphrase' uuid='${SECRET}'/></encryption></source><target dev='vdc' bus='virtio'/></disk>
    <interface type='network'><mac address='52:54:00:11:22:33'/><source network='lan'/></interface>
    <hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='${MDEV}'/></source></hostdev>`;

export const NEEDY = DEFINITION.replace('</devices>', `${DEVICES}\n  </devices>`);

const refuse = (why: string) => new SalvorError('libvirt', { call: 'virDomainCreateWithFlags' }, why);

/** In good health; `value`: what opens the disk. */
export function needyHost(value: Uint8Array = VALUE): FakeHost {
  const xml = "<pool type='dir'><name>images</name><target><path>/images</path></target></pool>";
  const paths = ['/images/root.img', '/images/a.raw', '/i/l.qcow2', '/media/rescue.img'];
  const host = fakeHost({
    volumes: Object.fromEntries(paths.map((path) => [path, fileVolume(path)])),
    pools: [{ name: 'images', active: true, persistent: true, xml }],
  });
  Object.assign(host, { definition: NEEDY, live: NEEDY.replace("<domain type='kvm'", "<domain type='kvm' id='1'") });
  const { moves } = host;
  moves.networks.set('lan', { name: 'lan', active: true, persistent: true, bridge: 'virbr7', xml: '<network/>' });
  moves.secrets.set(SECRET, { xml: `<secret><uuid>${SECRET}</uuid></secret>`, value });
  moves.nodeDevices.set('computer', { xml: '<device/>', active: true });
  moves.nodeDevices.set(MDEV_DEVICE, { xml: '<device/>', active: true });
  const check = () => {
    const secret = moves.secrets.get(SECRET);
    if (host.pools.get('images')?.active !== true)
      throw refuse("storage pool 'images' containing volume 'a.raw' is not active");
    if (host.volumes['/images/a.raw'] === undefined) throw refuse("no storage vol with matching name 'a.raw'");
    if (secret === undefined) throw refuse(`Secret not found: no secret with matching uuid '${SECRET}'`);
    if (secret.value === null) throw refuse(`Secret not found: secret '${SECRET}' does not have a value`);
    if (Buffer.compare(secret.value, value) !== 0) throw refuse('Invalid password, cannot unlock any keyslot');
    if (moves.networks.get('lan')?.active !== true) throw refuse("network 'lan' is not active");
    if (moves.nodeDevices.get(MDEV_DEVICE)?.active !== true) throw refuse('the mediated device is not there');
  };
  Object.assign(host.before, { startDomain: check, createDomain: check });
  return host;
}

/** Each thing that may be wrong, and the call that puts it right. */
export const ILLS: Readonly<
  Record<string, { readonly make: (host: FakeHost) => void; readonly heals: readonly (keyof Hypervisor)[] }>
> = {
  'the pool is off': {
    make: (host) => {
      const pool = host.pools.get('images');
      if (pool !== undefined) host.pools.set('images', { ...pool, active: false });
    },
    heals: ['startPool'],
  },
  'its pool does not know the volume': {
    make: (host) => {
      const volumes = host.volumes as Record<string, ReturnType<typeof fileVolume>>;
      delete volumes['/images/a.raw'];
      host.before.refreshPool = () => void (volumes['/images/a.raw'] = fileVolume('/images/a.raw'));
    },
    heals: [],
  },
  'the secret is lost': { make: ({ moves }) => moves.secrets.clear(), heals: ['defineSecret', 'setSecretValue'] },
  'the secret has no value': {
    make: ({ moves }) => {
      const secret = moves.secrets.get(SECRET);
      if (secret !== undefined) secret.value = null;
    },
    heals: ['setSecretValue'],
  },
  'the network is off': {
    make: ({ moves }) => {
      const network = moves.networks.get('lan');
      if (network !== undefined) moves.networks.set('lan', { ...network, active: false });
    },
    heals: ['startNetwork'],
  },
  'the mediated device is off': {
    make: ({ moves }) => {
      const device = moves.nodeDevices.get(MDEV_DEVICE);
      if (device !== undefined) device.active = false;
    },
    heals: ['startNodeDevice'],
  },
};

let ids = 0;
export const newId = () => `reboot-${String((ids += 1))}`;

export interface RebootBy {
  readonly request?: RebootRequest;
  readonly value?: Uint8Array | null;
  readonly journal?: Journal;
  readonly report?: Partial<RebootReport>;
  readonly signal?: AbortSignal;
  readonly confirmed?: { readonly fingerprint: string; readonly inputs: null };
  readonly hypervisor?: Hypervisor;
}

/** With the value at hand, unless told otherwise. */
export function reboot(host: FakeHost, by: RebootBy = {}): Promise<Rebooted> {
  const { request = FORCED, value = VALUE, journal = memoryJournal(), report = {}, signal = NEVER } = by;
  const secrets = new Map(value === null ? [] : [[SECRET, value] as const]);
  const order = { domain: DOMAIN, request, secrets, confirmed: by.confirmed ?? null, by: BY, newId, journal };
  return hardReboot(by.hypervisor ?? host.hypervisor, order, { ...REPORT, ...report }, signal);
}

/** What it fails with. */
export async function failure(host: FakeHost, by: RebootBy = {}): Promise<ErrorData> {
  try {
    await reboot(host, by);
  } catch (error) {
    return errorOf(error);
  }
  throw new Error('it did not fail');
}

export const libvirt = (detail: string) => new SalvorError('libvirt', { call: 'fake' }, detail);

/** Changes, the stop and the start apart. */
export const besides = (host: FakeHost) =>
  host.changes.filter((name) => !['destroyDomain', 'shutdownDomain', 'startDomain', 'createDomain'].includes(name));

/** What a hard reboot never changes, and what it may. */
export const picture = ({ definition, persistent, state, pools, moves }: FakeHost) => ({
  ...{ definition, persistent, state },
  pools: [...pools],
  networks: [...moves.networks],
  secrets: [...moves.secrets],
  devices: [...moves.nodeDevices],
});
