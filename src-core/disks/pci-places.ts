/**
 * PCI places behind all of the guest's virtio disks. libvirt takes the first free one, and a guest counts vda, vdb … by place: with a hole
 * before the root disk the rescue device would be vda, and every disk of the guest's own have another name.
 */
import type { ControllerView, DomainView } from '../domain-xml/domain.ts';
import { guestBusNumbers, guestPciAddress } from './pci-buses.ts';
import type { DiskAddress } from './types.ts';

export type PciAddress = Extract<DiskAddress, { type: 'pci' }>;

const LAST_SLOT = 31;

/** Slots of a bus of conventional PCI that nothing is on: bus 0 has host bridge and ISA, a bridge keeps its slot 0. */
export function freePciSlots({ pciUse }: DomainView, bus: number): number[] {
  const used = pciUse.get(bus);
  const first = bus === 0 ? 2 : 1;
  return Array.from({ length: LAST_SLOT + 1 - first }, (_, place) => first + place).filter(
    (slot) => used?.has(slot) !== true,
  );
}

/**
 * The place to ask for, so that a virtio disk is the last one; null where libvirt's own choice is that already, or where no place that is
 * there comes later. `added`: places that media riding along have got.
 */
export function laterPciPlace(domain: DomainView, added: readonly PciAddress[]): PciAddress | null {
  const addresses = [...domain.disks.filter((disk) => disk.bus === 'virtio').map((disk) => disk.address), ...added];
  const own = addresses.filter((address) => address?.type === 'pci');
  // Without all of the addresses (a definition that libvirt has not seen) there is nothing to go by.
  if (own.length === 0 || own.length < addresses.length) return null;
  const numbers = guestBusNumbers(domain);
  const key = (address: PciAddress) => guestPciAddress(address, numbers);
  const last = own.reduce((a, b) => ((key(a) ?? '') > (key(b) ?? '') ? a : b));
  const lastKey = key(last);
  if (lastKey === null) return null;
  const places = domain.machineFamily === 'i440fx' ? slotsOf(domain, added, last.bus) : emptyPorts(domain, added);
  const isLater = (place: PciAddress) => (key(place) ?? '') > lastKey;
  const first = places[0];
  if (first === undefined || isLater(first)) return null;
  return places.filter(isLater).sort((a, b) => ((key(a) ?? '') < (key(b) ?? '') ? -1 : 1))[0] ?? null;
}

/**
 * libvirt's own choice for a device that is left to it: the first place that is free. Null where it has to make one (see addedRootPort), and
 * where the definition does not tell what is taken.
 */
export function firstPciPlace(domain: DomainView, added: readonly PciAddress[]): PciAddress | null {
  if (!hasPlaces(domain)) return null;
  if (domain.machineFamily === 'q35') return emptyPorts(domain, added)[0] ?? null;
  return domain.machineFamily === 'i440fx' ? (slotsOf(domain, added, 0)[0] ?? null) : null;
}

/**
 * The root port that libvirt adds on q35 where none is empty: on the first slot of bus 0 that nothing is on, or that has root ports and a
 * function left (tried on 9.0). That can be before the ports there are, and then the guest counts all buses behind it anew.
 */
export function addedRootPort(domain: DomainView): ControllerView | null {
  if (domain.machineFamily !== 'q35' || !hasPlaces(domain)) return null;
  const bridges = domain.controllers.filter(({ type }) => type === 'pci');
  const index = 1 + bridges.reduce((last, bridge) => Math.max(last, bridge.index), 0);
  for (let slot = 1; slot <= LAST_SLOT; slot += 1) {
    const functions = bridges.flatMap(({ model, address }) =>
      model === 'pcie-root-port' && address?.type === 'pci' && address.bus === 0 && address.slot === slot
        ? [address.function]
        : [],
    );
    if (functions.length === 0 && domain.pciUse.get(0)?.has(slot) === true) continue;
    const free = [0, 1, 2, 3, 4, 5, 6, 7].find((each) => !functions.includes(each));
    if (free === undefined) continue;
    const address = { type: 'pci', domain: 0, bus: 0, slot, function: free } as const;
    return { type: 'pci', index, model: 'pcie-root-port', ports: null, address };
  }
  return null;
}

/** libvirt has seen the definition: its devices have their places. */
function hasPlaces({ disks, controllers }: DomainView): boolean {
  const isPlaced = ({ address }: { readonly address: DiskAddress | null }) => address?.type === 'pci';
  const needsOne = ({ type, model }: ControllerView) => type === 'pci' && model !== 'pcie-root' && model !== 'pci-root';
  return disks.filter(({ bus }) => bus === 'virtio').every(isPlaced) && controllers.filter(needsOne).every(isPlaced);
}

function slotsOf(domain: DomainView, added: readonly PciAddress[], lastBus: number): PciAddress[] {
  // libvirt begins at bus 0.
  return [...new Set([0, lastBus])]
    .flatMap((bus) => freePciSlots(domain, bus).map((slot) => at(bus, slot)))
    .filter(({ bus, slot }) => !added.some((other) => other.bus === bus && other.slot === slot));
}

/** PCI Express: root ports with nothing behind them, in libvirt's order. */
function emptyPorts({ controllers, pciUse }: DomainView, added: readonly PciAddress[]): PciAddress[] {
  return controllers
    .filter(({ type, model, index }) => type === 'pci' && model === 'pcie-root-port' && !pciUse.has(index))
    .map(({ index }) => at(index, 0))
    .filter(({ bus }) => !added.some((other) => other.bus === bus))
    .sort((a, b) => a.bus - b.bus);
}

function at(bus: number, slot: number): PciAddress {
  return { type: 'pci', domain: 0, bus, slot, function: 0 };
}
