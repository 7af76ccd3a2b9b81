import type { Sentence } from '../rescue/types.ts';

export const BOOT_KINDS = ['disk', 'cdrom', 'floppy', 'interface', 'hostdev', 'redirdev', 'kernel'] as const;
export type BootKind = (typeof BOOT_KINDS)[number];

/** One place in the effective boot order. */
export interface BootEntry {
  /** Place, from 1, without gaps. */
  readonly order: number;
  readonly kind: BootKind;
  /** The disk's target, the interface's MAC, else null. */
  readonly target: string | null;
  /** The element's place among its kind in the definition, from 0 (a cdrom among the cdroms). */
  readonly index: number;
  /** One line that names the source, or null. */
  readonly source: string | null;
  /** Why it has that place, in English; `reason` is the same, coded. */
  readonly why: string;
  readonly reason: Sentence;
}
