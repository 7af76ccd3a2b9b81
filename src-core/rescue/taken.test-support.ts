/** What a generated guest has taken: target names, drive addresses, PCI slots; so that libvirt has no reason to refuse it. */
import type { Bus, Machine } from './machine-arbitrary.test-support.ts';
import { el } from './xml-text.test-support.ts';
import type { Xml } from './xml-text.test-support.ts';

export interface Taken {
  /** The first free name from the wanted place on. */
  readonly name: (prefix: string, wanted: number) => string;
  /** An <address>, null where libvirt is to choose, undefined where there is no room. */
  readonly diskAddress: (bus: Bus, target: string, choice: number) => Xml | null | undefined;
  /** A free PCI address on bus 0, or virtio-mmio; null where it is left to libvirt, or none is left. */
  readonly pciAddress: (choice: number) => Xml | null;
  /** A free place for a SCSI host device. */
  readonly hostScsiAddress: (choice: number) => Xml | null;
}

const hex = (value: number, width: number) => `0x${value.toString(16).padStart(width, '0')}`;

function letters(index: number): string {
  return index < 26 ? String.fromCharCode(97 + index) : letters(Math.floor(index / 26) - 1) + letters(index % 26);
}

function indexOf(name: string): number {
  let index = 0;
  for (const letter of name.slice(2)) index = index * 26 + letter.charCodeAt(0) - 96;
  return index - 1;
}

/** Places that libvirt derives from a name, by bus: units a controller, and how many controllers there can be. */
const DERIVED: Readonly<Partial<Record<Bus, readonly [units: number, controllers: number]>>> = {
  ide: [4, 1],
  fdc: [2, 1],
  sata: [6, 4],
  scsi: [7, 4],
};

/** `scsiControllers`: indexes of those in the definition whose units may be used freely. */
export function newTaken(machine: Machine, scsiControllers: readonly { index: number; wide: boolean }[]): Taken {
  const names = new Set<string>();
  const drives = new Set<string>();
  const pci = new Set<number>();

  const take = (bus: string, controller: number, busNumber: number, target: number, unit: number): boolean => {
    const key = `${bus} ${String(controller)} ${String(busNumber)} ${String(target)} ${String(unit)}`;
    if (drives.has(key)) return false;
    drives.add(key);
    return true;
  };
  const drive = (controller: number, bus: number, target: number, unit: number) =>
    el('address', { type: 'drive', controller, bus, target, unit });

  const pciAddress = (choice: number): Xml | null => {
    if (machine.virtioMmio === true) return el('address', { type: 'virtio-mmio' });
    if (machine.pciSlots.length === 0 || choice % 3 !== 0) return null;
    const slot = machine.pciSlots[choice % machine.pciSlots.length] ?? 0;
    if (pci.has(slot)) return null;
    pci.add(slot);
    return el('address', { type: 'pci', domain: '0x0000', bus: '0x00', slot: hex(slot, 2), function: '0x0' });
  };

  const scsiAddress = (choice: number): Xml | undefined => {
    const { index, wide } = scsiControllers[choice % scsiControllers.length] ?? { index: 0, wide: true };
    const target = wide ? Math.floor(choice / 7) % 3 : 0;
    const unit = Math.floor(choice / 3) % (wide ? 12 : 7);
    return take('scsi', index, 0, target, unit) ? drive(index, 0, target, unit) : undefined;
  };

  const derived = (bus: Bus, target: string): null | undefined => {
    const [units, controllers] = DERIVED[bus] ?? [0, 0];
    if (units === 0) return null;
    const index = indexOf(target);
    const controller = Math.floor(index / units);
    if (controller >= controllers) return undefined;
    const place = index % units;
    return (bus === 'ide' ? take(bus, 0, Math.floor(place / 2), 0, place % 2) : take(bus, controller, 0, 0, place))
      ? null
      : undefined;
  };

  const diskAddress: Taken['diskAddress'] = (bus, target, choice) => {
    if (bus === 'virtio') return pciAddress(choice);
    if (bus === 'usb' || choice % 2 === 0) return derived(bus, target);
    const place = Math.floor(choice / 2);
    switch (bus) {
      case 'scsi':
        return scsiControllers.length === 0 ? derived(bus, target) : scsiAddress(place);
      case 'ide':
        return take(bus, 0, place % 2, 0, Math.floor(place / 2) % 2)
          ? drive(0, place % 2, 0, Math.floor(place / 2) % 2)
          : undefined;
      case 'fdc':
        return take(bus, 0, 0, 0, place % 2) ? drive(0, 0, 0, place % 2) : undefined;
      case 'sata':
        return take(bus, 0, 0, 0, place % 6) ? drive(0, 0, 0, place % 6) : undefined;
    }
  };

  return {
    name: (prefix, wanted) => {
      for (let index = wanted; ; index += 1) {
        const name = prefix + letters(index);
        if (names.has(name)) continue;
        names.add(name);
        return name;
      }
    },
    diskAddress,
    pciAddress,
    hostScsiAddress: (choice) => (scsiControllers.length === 0 ? null : (scsiAddress(choice) ?? null)),
  };
}
