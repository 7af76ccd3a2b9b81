/** What looks at the things that a domain depends on share. */
import type { FoundDependency } from '../../../src-core/reboot/types.ts';
import type { DomainFacts, SecretFacts } from '../../../src-core/rescue/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { errorOf } from '../errors.ts';
import { within } from '../patience.ts';

/** One question. */
const EACH_MS = 6000;

/** `of`: where it was learned. */
export type Told = Pick<FoundDependency, 'state' | 'detail'> & { readonly of?: string };

export interface Around {
  readonly hypervisor: Hypervisor;
  readonly uuid: string;
  readonly facts: DomainFacts;
  readonly secrets: readonly SecretFacts[] | null;
  /** As HostFacts has it. */
  readonly driver: string;
  /** Names of images and volumes whose own headers may name more below them. */
  readonly ends: ReadonlySet<string>;
}

/** null: no answer in time, or none at all. */
export async function quietly<T>(question: Promise<T>): Promise<T | null> {
  try {
    return await within(EACH_MS, question, null);
  } catch (error) {
    // It is not about this question.
    if (errorOf(error).code === 'connection-lost') throw error;
    return null;
  }
}
