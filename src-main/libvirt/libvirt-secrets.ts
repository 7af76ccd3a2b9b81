/** The secrets of the port. Their values pass through, and are kept nowhere. */
import type { Connection, Secret } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import type { SecretFacts } from '../../src-core/rescue/types.ts';
import { hasCode, unsupported } from './error-mapping.ts';
import { orNull } from './link.ts';
import type { Link } from './link.ts';
import type { Hypervisor } from './port.ts';

type SecretMethods = Pick<
  Hypervisor,
  'secrets' | 'secretXml' | 'defineSecret' | 'undefineSecret' | 'setSecretValue' | 'secretValue'
>;

const noSecret = (error: unknown) => hasCode(error, vir.VIR_ERR_NO_SECRET);
/** libvirt does not give values of private secrets away, nor any over a read-only connection. */
const mayNotSay = (error: unknown) =>
  hasCode(error, vir.VIR_ERR_INVALID_SECRET, vir.VIR_ERR_OPERATION_DENIED, vir.VIR_ERR_ACCESS_DENIED);

export function secretMethods(link: Link): SecretMethods {
  const { connection } = link;
  const onSecret = <T>(uuid: string, call: (secret: Secret) => Promise<T>): Promise<T> =>
    link.guard(uuid, async () => {
      const secret = await connection.lookupSecretByUUID(uuid);
      return await call(secret).finally(() => secret.dispose());
    });
  return {
    secrets: () => link.guard('', () => listSecrets(connection)),
    secretXml: (uuid) =>
      link.guard(uuid, async () => {
        const secret = await orNull(
          (error) => noSecret(error) || unsupported(error),
          connection.lookupSecretByUUID(uuid),
        );
        return secret === null ? null : await orNull(noSecret, secret.xmlDesc()).finally(() => secret.dispose());
      }),
    defineSecret: (xml) => link.guard('', async () => (await connection.defineSecretXML(xml)).dispose()),
    undefineSecret: (uuid) => onSecret(uuid, (secret) => secret.undefine()),
    setSecretValue: (uuid, value) => onSecret(uuid, (secret) => secret.setValue(value)),
    secretValue: (uuid) =>
      onSecret(uuid, (secret) => orNull((error) => noSecret(error) || mayNotSay(error), secret.value())),
  };
}

async function listSecrets(connection: Connection): Promise<SecretFacts[] | null> {
  const secrets = await orNull(
    (error) => unsupported(error) || hasCode(error, vir.VIR_ERR_OPERATION_DENIED),
    connection.listAllSecrets(),
  );
  if (secrets === null) return null;
  return Promise.all(
    secrets.map(async (secret) => ({
      uuid: secret.uuid,
      usage: secret.usageID || null,
      hasValue: await orNull(mayNotSay, secret.hasValue()).finally(() => secret.dispose()),
    })),
  );
}
