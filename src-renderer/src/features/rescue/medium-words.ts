import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import type { MediumContent } from '../../../../src-core/media/recognise.ts';

type Signs = Pick<MediumContent, 'bios' | 'uefi'>;

/** Is that this guest's firmware? null: it cannot be told. */
export function fitOf(content: Signs, firmware: MachineDetails['firmware']): boolean | null {
  if (firmware !== 'bios' && firmware !== 'uefi') return null;
  return content[firmware];
}
