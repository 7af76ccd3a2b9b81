/** Values of secrets as a person gives them: kept by the form alone, for as long as it is in sight and until they are sent. */
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { SecretValues } from '../../../../src-core/contract/reboot-schemas.ts';
import type { Finding } from '../../../../src-core/rescue/types.ts';
import type { NeededSecret, RebootPlan } from '../../../../src-core/reboot/types.ts';

/** What libvirt takes at most. */
export const MOST_SECRET_BYTES = 65_536;

export type GivenSecret =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly bytes: Uint8Array };

/** By UUID. */
export type GivenSecrets = Readonly<Record<string, GivenSecret>>;

export type SecretProblem = 'empty' | 'too-large';

/** A text is its UTF-8; a file is its bytes, whatever they are. */
export function bytesOf(given: GivenSecret): Uint8Array {
  return given.kind === 'file' ? given.bytes : new TextEncoder().encode(given.text);
}

/** Why libvirt would not take it; null: it would. */
export function problemOf(given: GivenSecret): SecretProblem | null {
  const { length } = bytesOf(given);
  if (length === 0) return 'empty';
  return length > MOST_SECRET_BYTES ? 'too-large' : null;
}

/** A line end at its end is part of the value, and mostly nobody meant it to be. */
export function endsWithLine(bytes: Uint8Array): boolean {
  return bytes.at(-1) === 0x0a;
}

/** UUIDs of those that can be sent. */
export function atHand(given: GivenSecrets): string[] {
  return Object.entries(given)
    .filter(([, value]) => problemOf(value) === null)
    .map(([uuid]) => uuid);
}

/** As `reboot.start` takes them. */
export function toSend(given: GivenSecrets): SecretValues {
  return Object.entries(given)
    .filter(([, value]) => problemOf(value) === null)
    .map(([uuid, value]) => ({ uuid, value: base64(bytesOf(value)) }));
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** What speaks against it besides values that have to be given: those are asked for in a place of their own. */
export function refusalsBesides({ refusals }: RebootPlan): readonly Finding[] {
  return refusals.filter(({ code }) => code !== 'reboot-secret-needed');
}

/**
 * The secrets that a value is asked for, those that have to be given first. One that the last run found wrong is asked for again, whether
 * libvirt has a value for it by now or not.
 */
export function askedFor(plan: RebootPlan | null, last: ErrorData | null): readonly NeededSecret[] {
  const needed = plan?.secrets ?? [];
  const uuid = last?.code === 'secret-wrong' || last?.code === 'secret-needed' ? last.params['uuid'] : undefined;
  const again = needed.map((secret) => (secret.uuid === uuid ? { ...secret, required: true } : secret));
  const known = typeof uuid !== 'string' || needed.some((secret) => secret.uuid === uuid);
  const all = known ? again : [...again, { uuid, ...ASKED_AGAIN }];
  return all.toSorted((a, b) => Number(b.required) - Number(a.required));
}

/** Of those asked for, which have to be given yet. */
export function missingOf(asked: readonly NeededSecret[], given: GivenSecrets): readonly NeededSecret[] {
  return asked.filter(({ uuid, required }) => {
    const value = given[uuid];
    return required && (value === undefined || problemOf(value) !== null);
  });
}

const ASKED_AGAIN = { usage: null, users: [], define: false, required: true, given: false } as const;
