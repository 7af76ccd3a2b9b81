import type { SecretFacts } from '../rescue/types.ts';
import type { SecretReference, SecretState } from './types.ts';

/** The secret of a host that a disk names, by UUID or else by usage. */
export function secretOf(reference: SecretReference, known: readonly SecretFacts[]): SecretFacts | undefined {
  return known.find(({ uuid, usage }) =>
    reference.uuid === null ? usage === reference.usage : uuid === reference.uuid,
  );
}

/** How it stands with the secrets that a disk needs. `known`: those of the host; null: they could not be asked. */
export function secretStates(
  references: readonly SecretReference[],
  known: readonly SecretFacts[] | null,
): SecretState[] {
  return references.map((reference) => {
    if (known === null) return { ...reference, defined: null, hasValue: null };
    const secret = secretOf(reference, known);
    return { ...reference, defined: secret !== undefined, hasValue: secret === undefined ? false : secret.hasValue };
  });
}
