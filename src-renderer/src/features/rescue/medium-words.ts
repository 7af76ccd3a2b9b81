import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import type { MediumContent } from '../../../../src-core/media/recognise.ts';

type Boots = 'both' | 'bios' | 'uefi' | 'none' | 'unknown';
type Signs = Pick<MediumContent, 'bios' | 'uefi'>;

/** Which firmware has something to boot on it, by its first bytes. */
export function bootsBy({ bios, uefi }: Signs): Boots {
  if (bios === null && uefi === null) return 'unknown';
  if (bios === true) return uefi === true ? 'both' : 'bios';
  return uefi === true ? 'uefi' : 'none';
}

/** Is that this guest's firmware? null: it cannot be told. */
export function fitOf(content: Signs, firmware: MachineDetails['firmware']): boolean | null {
  if (firmware !== 'bios' && firmware !== 'uefi') return null;
  return content[firmware];
}
