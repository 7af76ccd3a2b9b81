/** Generated disks: any device on any bus a machine has, from any source, with what libvirt takes on them. */
import fc from 'fast-check';
import type { Bus, Machine } from './machine-arbitrary.test-support.ts';
import { sourceOf } from './source-arbitrary.test-support.ts';
import type { Taken } from './taken.test-support.ts';
import { el } from './xml-text.test-support.ts';
import type { Xml } from './xml-text.test-support.ts';

export interface DiskRecipe {
  /** Of the machine's buses, by remainder. */
  readonly bus: number;
  readonly kind: number;
  readonly source: number;
  readonly variant: number;
  /** Place of the name on its prefix; the next free one from there. */
  readonly name: number;
  readonly extras: number;
  readonly address: number;
  readonly order: number;
}

const small = fc.nat(9_999);

/** Mostly the first letters, sometimes holes, sometimes two letters. */
const nameArbitrary = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.nat(6) },
  { weight: 1, arbitrary: fc.constantFrom(24, 25, 26, 27, 51, 701, 702) },
);

export const diskArbitrary: fc.Arbitrary<DiskRecipe> = fc.record({
  bus: small,
  kind: small,
  source: small,
  variant: small,
  name: nameArbitrary,
  extras: small,
  address: small,
  order: small,
});

const PREFIX: Readonly<Record<Bus, string>> = { virtio: 'vd', scsi: 'sd', sata: 'sd', usb: 'sd', ide: 'hd', fdc: 'fd' };

type Device = 'disk' | 'cdrom' | 'floppy' | 'lun';

function deviceOf(bus: Bus, { kind }: DiskRecipe): Device {
  if (bus === 'fdc') return 'floppy';
  if (bus === 'virtio') return kind % 16 === 0 ? 'lun' : 'disk';
  if (bus === 'scsi' && kind % 8 === 0) return 'lun';
  return kind % 3 === 0 ? 'cdrom' : 'disk';
}

/** One disk of a guest, or null where its bus or its address is taken. `order`: its <boot order>, or null. */
export function diskElement(machine: Machine, recipe: DiskRecipe, taken: Taken, order: number | null): Xml | null {
  const bus = machine.buses[recipe.bus % machine.buses.length] ?? 'virtio';
  const device = deviceOf(bus, recipe);
  // A name is only a hint: libvirt takes `hdc` on virtio, as guests that were moved from another hypervisor have it.
  const prefix = bus === 'virtio' && recipe.kind % 20 === 7 ? 'hd' : PREFIX[bus];
  const target = taken.name(prefix, recipe.name);
  const address = taken.diskAddress(bus, target, recipe.address);
  if (address === undefined) return null;
  const source = sourceOf(device, bus, recipe.source, recipe.variant);
  return el(
    'disk',
    {
      type: source.type,
      device: recipe.kind % 50 === 49 && device === 'disk' ? null : device,
      snapshot:
        recipe.extras % 9 === 1 || source.special
          ? 'no'
          : recipe.extras % 9 === 2 && device === 'disk'
            ? 'external'
            : null,
      rawio: device === 'lun' && recipe.extras % 2 === 0 ? 'yes' : null,
      sgio: null,
    },
    ...source.content,
    el('target', {
      dev: target,
      bus: recipe.kind % 50 === 48 && PREFIX[bus] === prefix && (bus === 'virtio' || bus === 'ide') ? null : bus,
      tray: device === 'cdrom' && recipe.extras % 11 === 3 ? 'open' : null,
      removable: device === 'disk' && bus === 'usb' && recipe.extras % 3 === 0 ? 'on' : null,
      rotation_rate: device === 'disk' && ['scsi', 'sata', 'ide'].includes(bus) && recipe.extras % 7 === 5 ? 1 : null,
    }),
    order === null
      ? null
      : el('boot', { order, loadparm: machine.loadparm && recipe.extras % 3 === 0 ? 'PROMPT' : null }),
    ...extrasOf(bus, device, source, recipe),
    recipe.extras % 10 === 6 ? el('alias', { name: `ua-disk-${target}` }) : null,
    address,
  );
}

/** Elements beside the source, each on some of the disks that may have it. */
function extrasOf(
  bus: Bus,
  device: Device,
  source: ReturnType<typeof sourceOf>,
  { extras, variant }: DiskRecipe,
): Xml[] {
  const found: Xml[] = [];
  const sometimes = (one: number, of: number, make: () => Xml) => {
    if (Math.floor(extras / one) % of === 0) found.push(make());
  };
  const plain = device === 'disk' && !source.special;
  if (device !== 'lun' && !source.special) sometimes(3, 4, () => el('serial', {}, `SERIAL ${String(variant)}`));
  if (device === 'disk' && bus === 'scsi')
    sometimes(5, 6, () => el('wwn', {}, `5000c500155${String(10000 + variant)}`));
  if (device === 'disk' && bus === 'scsi') {
    sometimes(7, 6, () => el('vendor', {}, 'SEAGATE'));
    sometimes(7, 6, () => el('product', {}, 'ST3146707LC'));
  }
  if (plain && source.raw) sometimes(11, 8, () => el('shareable'));
  if (plain && (bus === 'virtio' || bus === 'scsi' || bus === 'usb')) sometimes(13, 9, () => el('readonly'));
  if (plain && (bus === 'virtio' || bus === 'ide' || bus === 'scsi'))
    sometimes(17, 12, () => el('geometry', { cyls: 16383, heads: 16, secs: 63 }));
  if (device === 'disk' && !source.special)
    sometimes(19, 7, () => el('blockio', { logical_block_size: 512, physical_block_size: 4096 }));
  if (device !== 'floppy' && !source.special) sometimes(23, 6, () => throttling(extras));
  if (source.writable && plain && !found.some(({ name }) => name === 'readonly' || name === 'shareable'))
    sometimes(29, 15, () => el('transient'));
  return found;
}

function throttling(extras: number): Xml {
  return extras % 2 === 0
    ? el(
        'iotune',
        {},
        el('total_bytes_sec', {}, '10000000'),
        el('read_iops_sec', {}, '400000'),
        el('write_iops_sec', {}, '100000'),
      )
    : el(
        'iotune',
        {},
        el('total_iops_sec', {}, '5000'),
        el('total_iops_sec_max', {}, '9000'),
        el('group_name', {}, `group${String(extras % 3)}`),
      );
}
