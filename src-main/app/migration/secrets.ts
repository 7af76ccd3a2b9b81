/**
 * Secrets that the destination lacks are carried there. A value is read, handed on and wiped: it is in no plan, journal, log or error. What was
 * made is remembered by its UUID alone, so that it can be taken back when the migration fails.
 */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { errorOf } from '../errors.ts';

export interface CarriedSecret {
  readonly uuid: string;
  /** It was not there before: it can be taken away again. Else it had no value, and one cannot be taken away. */
  readonly defined: boolean;
}

export interface SecretToCarry {
  readonly uuid: string;
  readonly state: 'missing' | 'no-value';
}

/**
 * Carry one. `made` is called before anything of it is at the destination. Throws migration-failed where it cannot be read any more, and what
 * the connections fail with.
 */
export async function carrySecret(
  source: Hypervisor,
  destination: Hypervisor,
  { uuid, state }: SecretToCarry,
  domain: string,
  made: (secret: CarriedSecret) => void,
): Promise<void> {
  const xml = await source.secretXml(uuid);
  const value = await source.secretValue(uuid);
  try {
    if (xml === null || value === null)
      throw new SalvorError('migration-failed', {
        domain,
        what: `the secret ${uuid} cannot be read at the source any more`,
      });
    made({ uuid, defined: state === 'missing' });
    if (state === 'missing') await destination.defineSecret(xml);
    await destination.setSecretValue(uuid, value);
  } finally {
    value?.fill(0);
  }
}

/** Take away what was defined. In sentences, what is left at the destination. Never rejects. */
export async function takeSecretsBack(
  destination: Hypervisor,
  hostname: string,
  made: readonly CarriedSecret[],
): Promise<string[]> {
  const left: string[] = [];
  for (const { uuid, defined } of made) {
    if (!defined) {
      left.push(`The secret ${uuid} at ${hostname} may have been given its value; that cannot be taken back.`);
      continue;
    }
    try {
      if ((await destination.secretXml(uuid)) !== null) await destination.undefineSecret(uuid);
    } catch (error) {
      const { detail, message } = errorOf(error);
      left.push(`The secret ${uuid} was made at ${hostname} and could not be taken away: ${detail ?? message}`);
    }
  }
  return left;
}
