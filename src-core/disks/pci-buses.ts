import type { DomainView } from '../domain-xml/domain.ts';
import type { DiskAddress } from './types.ts';

/** Bridges that begin a bus of their own number; libvirt's models, without those that begin a second PCI tree. */
const BRIDGES = new Set([
  'pcie-root-port',
  'pcie-switch-upstream-port',
  'pcie-switch-downstream-port',
  'pcie-to-pci-bridge',
  'dmi-to-pci-bridge',
  'pci-bridge',
]);
const ROOTS = new Set(['pci-root', 'pcie-root']);

/**
 * The number each PCI bus has in the guest, by the index that it has in the definition.
 *
 * libvirt's index is a name; the number is given by the firmware, which walks the bridges depth first by slot and function, and counts.
 * SeaBIOS and OVMF do the same there: compared with QEMU's `info pci` (7.2, pc-q35-7.2, six bridges out of order and one behind another).
 * Where a bridge has no address yet, or there is a second tree (expander buses), nothing is told but bus 0.
 */
export function guestBusNumbers(domain: DomainView): Map<number, number> {
  const numbers = new Map<number, number>([[0, 0]]);
  const bridges = new Map<number, { readonly index: number; readonly place: number }[]>();
  for (const { type, index, model, address } of domain.controllers) {
    if (type !== 'pci' || ROOTS.has(model ?? '')) continue;
    if (!BRIDGES.has(model ?? '') || address?.type !== 'pci' || address.domain !== 0) return numbers;
    const siblings = bridges.get(address.bus) ?? [];
    siblings.push({ index, place: address.slot * 8 + address.function });
    bridges.set(address.bus, siblings);
  }
  // A stack, so that a long chain of bridges in a hostile definition is no deep recursion; a bus that was met is not entered twice.
  const stack = [0];
  const met = new Set(stack);
  for (let bus = stack.pop(); bus !== undefined; bus = stack.pop()) {
    if (bus !== 0) numbers.set(bus, numbers.size);
    const below = (bridges.get(bus) ?? []).sort((a, b) => b.place - a.place);
    for (const { index } of below) {
      if (met.has(index)) continue;
      met.add(index);
      stack.push(index);
    }
  }
  return numbers;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** `0000:04:00.0` as the guest sees it, or null where its bus cannot be told. Sorts by place. */
export function guestPciAddress(address: DiskAddress | null, numbers: ReadonlyMap<number, number>): string | null {
  if (address?.type !== 'pci' || address.domain !== 0) return null;
  const bus = numbers.get(address.bus);
  return bus === undefined ? null : `0000:${hex(bus, 2)}:${hex(address.slot, 2)}.${address.function.toString(16)}`;
}
