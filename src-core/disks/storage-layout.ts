/** How a machine's storage hangs together: controllers, their slots, and what sits in them. What the picture of the disks is drawn from. */
import { parseDomain } from '../domain-xml/domain.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import type { RescueBus, RescueDeviceKind } from '../rescue/types.ts';
import type { DiskAddress } from './types.ts';

/** A place that a disk can have. */
export interface LayoutSlot {
  /** Unique within the layout, and the same in rescue and out of it. */
  readonly key: string;
  /** As people say it: `unit 3`, `port 2`, `0000:04.0`. */
  readonly label: string;
  /** The disk that sits there, by target; null: it is free. */
  readonly target: string | null;
  /** What else takes it (a network card, a host device), in words; null: nothing. */
  readonly taken: string | null;
  /** What could be plugged in there; empty where it is taken. */
  readonly fits: readonly { readonly device: RescueDeviceKind; readonly bus: RescueBus }[];
}

export interface LayoutController {
  /** Unique within the layout, and the same in rescue and out of it: `sata 0`, `scsi 1`, `virtio`, `fdc 0`. */
  readonly key: string;
  /** libvirt's type; `virtio` gathers the disks that are PCI devices of their own. */
  readonly type: string;
  readonly index: number;
  readonly model: string | null;
  readonly address: DiskAddress | null;
  /** Brought by the machine itself: the definition does not name it. */
  readonly builtIn: boolean;
  /** Those with something in them, and the free ones worth showing, in the order of their addresses. */
  readonly slots: readonly LayoutSlot[];
  /** Free slots beyond those shown; null: as many as one likes. */
  readonly moreFree: number | null;
}

/** Controllers in the order in which firmware and guest meet them. Every disk of the definition is in exactly one slot. */
export interface StorageLayout {
  readonly controllers: readonly LayoutController[];
}

/** The layout of a definition. */
export function storageLayout(domain: DomainView): StorageLayout {
  const slots = domain.disks.map(({ target }): LayoutSlot => ({
    key: `disk ${target}`,
    label: target,
    target,
    taken: null,
    fits: [],
  }));
  if (slots.length === 0) return { controllers: [] };
  return {
    controllers: [
      { key: 'all', type: 'all', index: 0, model: null, address: null, builtIn: true, slots, moreFree: null },
    ],
  };
}

/** Of a plan: as the definition has it, and as the rescue definition would; null: refused. */
export function layoutsOf(
  definitionXml: string,
  rescueXml: string | null,
): { readonly before: StorageLayout; readonly after: StorageLayout | null } {
  return {
    before: storageLayout(parseDomain(definitionXml)),
    after: rescueXml === null ? null : storageLayout(parseDomain(rescueXml)),
  };
}
