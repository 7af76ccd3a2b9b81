/** The picture in words: everything that is drawn, as lists that can be read aloud. English, as the reasons of the plan are. */
import type { BootEntry } from '../boot/effective-order.ts';
import { formatAddress } from '../domain-xml/disk-view.ts';
import { sizeText } from '../rescue/size-text.ts';
import type { PictureDisk } from './picture-disks.ts';
import type { Fit, LayoutController, LayoutSlot, StorageLayout } from './storage-layout.ts';

export interface PictureInWords {
  /** `1: sda, disk, root.qcow2`, in the order in which they are tried. */
  readonly boot: readonly string[];
  readonly controllers: readonly { readonly name: string; readonly slots: readonly string[] }[];
}

export interface DescribedPicture {
  readonly layout: StorageLayout;
  readonly disks: readonly PictureDisk[];
  readonly boot: readonly BootEntry[];
  /** Targets of the disks that the rescue brought; null: this is no rescue, and nothing is said of it. */
  readonly added: ReadonlySet<string> | null;
}

export function describePicture({ layout, disks, boot, added }: DescribedPicture): PictureInWords {
  const byTarget = new Map(disks.map((disk) => [disk.target, disk]));
  const orders = new Map(boot.map(({ target, order }) => [target, order]));
  const slotWords = (slot: LayoutSlot): string => {
    const disk = slot.target === null ? undefined : byTarget.get(slot.target);
    if (disk !== undefined)
      return `${slot.label}: ${describeDisk(disk, orders.get(disk.target) ?? null, added?.has(disk.target) ?? null)}`;
    return `${slot.label}: ${slot.target ?? (slot.taken === null ? freeWords(slot.fits) : `taken by ${slot.taken}`)}`;
  };
  return {
    boot: boot.map(({ order, kind, target, source }) => words([`${order}: ${target ?? kind}`, kind, source])),
    controllers: layout.controllers.map((controller) => ({
      name: controllerName(controller),
      slots: [...controller.slots.map(slotWords), ...moreWords(controller)],
    })),
  };
}

/** All that is drawn of one disk, in one line. `added`: brought by the rescue; null: this is no rescue. */
export function describeDisk(disk: PictureDisk, order: number | null, added: boolean | null): string {
  const { layers } = disk;
  return words([
    disk.target,
    disk.role,
    `${disk.device} on ${disk.bus}`,
    disk.address === null ? null : `address ${formatAddress(disk.address)}`,
    disk.source === null ? 'empty' : disk.source,
    disk.size === null ? null : sizeText(disk.size),
    disk.allocation === null ? null : allocationWords(disk.allocation, disk.allocationComplete),
    disk.format,
    layers.length === 0 ? null : `stands on ${layers.join(', on ')}`,
    ...disk.flags.map((flag) => FLAG_WORDS[flag]),
    disk.secret === null ? null : SECRET_WORDS[disk.secret],
    order === null ? 'not in the boot order' : `number ${order} in the boot order`,
    added === null ? null : added ? 'added by the rescue' : 'in its own place',
  ]);
}

function allocationWords(bytes: number, complete: boolean): string {
  return `${complete ? '' : 'at least '}${sizeText(bytes)} allocated`;
}

const FLAG_WORDS = {
  readonly: 'read-only',
  shareable: 'may be shared with other machines',
  transient: 'transient: what is written is thrown away',
  encrypted: 'encrypted',
} as const;

const SECRET_WORDS = {
  there: 'its secret has a value on the host',
  missing: 'its secret has no value on the host',
  unknown: 'its secret was not asked for',
} as const;

/** `SATA 0, built in`, `SCSI 1, virtio-scsi, at 0000:02:00.0`. */
export function controllerName({ type, index, model, builtIn, address }: LayoutController): string {
  return words([
    type === 'virtio' ? 'virtio' : `${type} ${index}`,
    model,
    builtIn ? 'built in' : null,
    address === null ? null : `at ${formatAddress(address)}`,
  ]);
}

/** What fits a free place, in one word each. */
export function fitWords(fits: readonly Fit[]): string {
  return fits.map(({ device }) => device).join(', ');
}

function freeWords(fits: readonly Fit[]): string {
  return fits.length === 0 ? 'free' : `free for ${fitWords(fits)}`;
}

function moreWords({ moreFree, moreFits }: LayoutController): string[] {
  if (moreFree === 0) return [];
  return [`${moreFree === null ? 'as many more as one likes' : `${moreFree} more`}, ${freeWords(moreFits)}`];
}

function words(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(', ');
}
