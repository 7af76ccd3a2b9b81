/** Generated devices besides disks: interfaces, host devices, redirected devices, and all that boots nothing. */
import fc from 'fast-check';
import type { Machine } from './machine-arbitrary.test-support.ts';
import type { Taken } from './taken.test-support.ts';
import { el } from './xml-text.test-support.ts';
import type { Xml } from './xml-text.test-support.ts';

export interface DeviceRecipe {
  readonly kind: number;
  readonly variant: number;
  readonly address: number;
  readonly order: number;
}

export const deviceArbitrary: fc.Arbitrary<DeviceRecipe> = fc.record({
  kind: fc.nat(9_999),
  variant: fc.nat(9_999),
  address: fc.nat(9_999),
  order: fc.nat(9_999),
});

const boot = (order: number | null): Xml | null => (order === null ? null : el('boot', { order }));
const two = (value: number) => (value % 256).toString(16).padStart(2, '0');

type InterfaceKind = (variant: number) => readonly [type: string, ...content: Xml[]];

const INTERFACES: readonly InterfaceKind[] = [
  () => ['network', el('source', { network: 'default' })],
  (v) => [
    'network',
    el('source', { network: 'default', portgroup: 'staff' }),
    el('target', { dev: `tap${String(v)}` }),
  ],
  () => ['bridge', el('source', { bridge: 'br0' })],
  () => ['user'],
  () => ['direct', el('source', { dev: 'eth0', mode: 'bridge' })],
  () => ['ethernet', el('script', { path: '/etc/qemu-ifup' })],
  () => ['mcast', el('source', { address: '230.0.0.1', port: 5558 })],
  () => [
    'bridge',
    el('source', { bridge: 'ovs0' }),
    el('virtualport', { type: 'openvswitch' }),
    el('vlan', {}, el('tag', { id: 42 })),
  ],
  () => ['network', el('source', { network: 'default' }), el('bandwidth', {}, el('inbound', { average: 1000 }))],
];

/** One <interface>. An interface on a host device is one in thirty-two: libvirt counts it among host devices too. */
export function interfaceElement(machine: Machine, recipe: DeviceRecipe, taken: Taken, order: number | null): Xml {
  const { kind, variant } = recipe;
  const mac = el('mac', { address: `52:54:00:${two(kind)}:${two(variant)}:${two(recipe.address)}` });
  const address = taken.pciAddress(recipe.address);
  if (kind % 32 === 31 && machine.pci) {
    const source = el(
      'source',
      {},
      el('address', { type: 'pci', domain: '0x0000', bus: '0x3b', slot: '0x02', function: `0x${String(variant % 8)}` }),
    );
    return el('interface', { type: 'hostdev', managed: 'yes' }, mac, source, boot(order), address);
  }
  const [type, ...content] = (INTERFACES[kind % INTERFACES.length] ?? (() => ['user'] as const))(variant);
  const models =
    machine.arch.endsWith('86_64') || machine.arch === 'i686'
      ? ['virtio', 'e1000', 'rtl8139', 'virtio', 'e1000e']
      : ['virtio'];
  const model = models[variant % models.length] ?? 'virtio';
  return el(
    'interface',
    { type },
    mac,
    ...content,
    el('model', { type: model === 'e1000e' && !machine.pcie ? 'e1000' : model }),
    variant % 7 === 0 ? el('link', { state: 'down' }) : null,
    boot(order),
    variant % 13 === 0 && machine.pci ? el('rom', { bar: 'off' }) : null,
    variant % 11 === 0 ? el('alias', { name: `ua-net-${String(kind)}` }) : null,
    address,
  );
}

/** One <hostdev> that can boot (pci, usb), or that sits on a scsi controller as a disk does; null where the machine has none. */
export function hostdevElement(machine: Machine, recipe: DeviceRecipe, taken: Taken, order: number | null): Xml | null {
  const { kind, variant } = recipe;
  const subsystem = (type: string, attributes: Xml['attributes'], ...content: Xml['content']) =>
    el('hostdev', { mode: 'subsystem', type, ...attributes }, ...content);
  switch (kind % 5) {
    case 0:
    case 1: {
      if (!machine.pci) return null;
      const address = el('address', {
        domain: '0x0000',
        bus: `0x${two(variant)}`,
        slot: '0x00',
        function: `0x${String(variant % 8)}`,
      });
      return subsystem(
        'pci',
        { managed: 'yes' },
        el('driver', { name: 'vfio' }),
        el('source', {}, address),
        boot(order),
        taken.pciAddress(recipe.address),
      );
    }
    case 2: {
      if (!machine.buses.includes('usb')) return null;
      // By place mostly: one named by vendor and product must be plugged in before libvirt can say how QEMU is started.
      const which =
        variant % 16 === 0
          ? [el('vendor', { id: '0x1234' }), el('product', { id: `0x${variant.toString(16).padStart(4, '0')}` })]
          : [el('address', { bus: 1 + (variant % 4), device: 1 + (variant % 100) })];
      return subsystem('usb', { managed: 'no' }, el('source', {}, ...which), boot(order));
    }
    case 3: {
      // An adapter of the host has to be there before libvirt can say how QEMU is started: rare, like the above.
      if (variant % 8 !== 0) return hostIscsi(recipe, taken);
      return subsystem(
        'scsi',
        { sgio: null, rawio: variant % 2 === 0 ? 'yes' : null },
        el(
          'source',
          {},
          el('adapter', { name: 'scsi_host0' }),
          el('address', { bus: 0, target: variant % 8, unit: 0 }),
        ),
        taken.hostScsiAddress(recipe.address),
      );
    }
    default:
      return hostIscsi(recipe, taken);
  }
}

function hostIscsi({ variant, address }: DeviceRecipe, taken: Taken): Xml {
  const name = `iqn.2014-08.com.example:iscsi/${String(variant % 9)}`;
  return el(
    'hostdev',
    { mode: 'subsystem', type: 'scsi' },
    el('source', { protocol: 'iscsi', name }, el('host', { name: 'san', port: 3260 })),
    taken.hostScsiAddress(address),
  );
}

/** Only USB devices are redirected; `spicevmc` needs SPICE, which hosts need not have. */
export function redirdevElement({ variant }: DeviceRecipe, order: number | null): Xml {
  const source = el('source', { mode: 'connect', host: 'workstation', service: 4000 + (variant % 1000) });
  return el('redirdev', { bus: 'usb', type: 'tcp' }, source, boot(order));
}

type Other = (recipe: DeviceRecipe, machine: Machine, taken: Taken) => Xml | null;

const x86 = (machine: Machine) => machine.arch === 'x86_64';

/** Everything else that a guest can have and that a rescue leaves alone. */
const OTHERS: readonly Other[] = [
  () => el('serial', { type: 'pty' }, el('target', { port: 0 })),
  ({ variant }) =>
    el(
      'serial',
      { type: 'file' },
      el('source', { path: '/log/serial.log', append: 'on' }),
      el('target', { port: variant % 2 }),
    ),
  () => el('console', { type: 'pty' }),
  () => el('channel', { type: 'unix' }, el('target', { type: 'virtio', name: 'org.qemu.guest_agent.0' })),
  ({ variant }) =>
    el(
      'graphics',
      { type: 'vnc', port: -1, autoport: 'yes', passwd: `s3cret${String(variant % 99)}` },
      el('listen', { type: 'address', address: '127.0.0.1' }),
    ),
  ({ variant }, machine) =>
    machine.buses.includes('usb') ? el('input', { type: variant % 2 === 0 ? 'tablet' : 'keyboard', bus: 'usb' }) : null,
  (_, machine) => (x86(machine) ? el('video', {}, el('model', { type: 'vga', vram: 16384, heads: 1 })) : null),
  (_, machine) => (x86(machine) ? el('video', {}, el('model', { type: 'virtio' })) : null),
  (_, machine) => (x86(machine) ? el('sound', { model: 'ich6' }) : null),
  (_, machine) => (x86(machine) ? el('watchdog', { model: 'i6300esb', action: 'reset' }) : null),
  ({ address }, _, taken) =>
    el(
      'rng',
      { model: 'virtio' },
      el('rate', { bytes: 1024, period: 1000 }),
      el('backend', { model: 'random' }, '/dev/urandom'),
      taken.pciAddress(address),
    ),
  ({ variant }, machine) =>
    machine.arch === 's390x' ? null : el('memballoon', { model: variant % 2 === 0 ? 'none' : 'virtio' }),
  (_, machine) => (x86(machine) ? el('panic', { model: 'isa' }) : null),
  ({ variant }) => el('vsock', { model: 'virtio' }, el('cid', { auto: 'no', address: 3 + variant })),
  ({ variant }) =>
    el(
      'filesystem',
      { type: 'mount', accessmode: 'mapped' },
      el('source', { dir: '/export' }),
      el('target', { dir: `share${String(variant)}` }),
    ),
  (_, machine) =>
    x86(machine)
      ? el('tpm', { model: 'tpm-tis' }, el('backend', { type: 'passthrough' }, el('device', { path: '/dev/tpm0' })))
      : null,
  (_, machine) => (machine.buses.includes('usb') ? el('hub', { type: 'usb' }) : null),
  (_, machine) =>
    machine.buses.includes('usb')
      ? el(
          'smartcard',
          { mode: 'passthrough', type: 'tcp' },
          el('source', { mode: 'connect', host: 'reader', service: 9000 }),
        )
      : null,
];

/** Of each kind one at most: libvirt takes a single balloon, TPM, vsock … */
export function otherElements(machine: Machine, recipes: readonly DeviceRecipe[], taken: Taken): Xml[] {
  if (machine.bare === true) return [el('memballoon', { model: 'none' })];
  const chosen = new Map<string, Xml>();
  for (const recipe of recipes) {
    const made = (OTHERS[recipe.kind % OTHERS.length] ?? (() => null))(recipe, machine, taken);
    if (made !== null && !chosen.has(made.name)) chosen.set(made.name, made);
  }
  return [...chosen.values()];
}
