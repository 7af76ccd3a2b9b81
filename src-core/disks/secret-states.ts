import type { SecretFacts } from '../rescue/types.ts';
import type { SecretReference, SecretState } from './types.ts';

/** The secret of a host that a disk names, by UUID or else by usage. */
export function secretOf(reference: SecretReference, known: readonly SecretFacts[]): SecretFacts | undefined {
  return known.find(({ uuid, usage }) =>
    reference.uuid === null ? usage === reference.usage : uuid === reference.uuid,
  );
}

/** The secret that one word names: its UUID, or its usage; null: the host has none. */
export function secretNamed(known: readonly SecretFacts[], name: string): SecretFacts | null {
  return known.find(({ uuid, usage }) => uuid === name || usage === name) ?? null;
}

/** Has it a value? Of a private one nobody may ask. */
export function valueState(secret: SecretFacts | null | undefined): 'missing' | 'value-unknown' | 'no-value' | 'ready' {
  if (secret == null) return 'missing';
  if (secret.hasValue === null) return 'value-unknown';
  return secret.hasValue ? 'ready' : 'no-value';
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
