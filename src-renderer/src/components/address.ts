import type { DiskAddress } from '../../../src-core/disks/types.ts';

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

/** A disk's address on one line: `drive 0:0:0:1` (controller:bus:target:unit), `pci 0000:00:04.0`, `usb 0.1`. */
export function addressText(address: DiskAddress | null): string {
  if (address === null) return '—';
  switch (address.type) {
    case 'drive':
      return `drive ${address.controller}:${address.bus}:${address.target}:${address.unit}`;
    case 'pci':
      return `pci ${hex(address.domain, 4)}:${hex(address.bus, 2)}:${hex(address.slot, 2)}.${address.function}`;
    case 'usb':
      return `usb ${address.bus}.${address.port}`;
    case 'ccw':
      return `ccw ${hex(address.cssid, 2)}.${address.ssid}.${hex(address.devno, 4)}`;
    case 'other':
      return address.text;
  }
}
