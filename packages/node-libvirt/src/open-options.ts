import {
  VIR_CRED_ECHOPROMPT,
  VIR_CRED_AUTHNAME,
  VIR_CRED_NOECHOPROMPT,
  VIR_CRED_PASSPHRASE,
  VIR_CRED_REALM,
  VIR_CRED_CNONCE,
  VIR_CRED_LANGUAGE,
} from './generated/constants.ts';
import type { CredentialRequest, OpenArguments } from './native.ts';

/** One question of the host's authentication. */
export type Credential = CredentialRequest;

/**
 * Answers all questions of one round, in their order; null for one that has no answer. Throwing, rejecting or giving
 * null cancels the connection.
 */
export type CredentialCallback = (
  credentials: readonly Credential[],
) => readonly (string | null)[] | null | Promise<readonly (string | null)[] | null>;

export interface OpenOptions {
  /** Deadline of the opening, in milliseconds; 0 or left out: none. */
  readonly timeout?: number | undefined;
  /** Deadline of every call on the connection that names none of its own, in milliseconds; default 0: none. */
  readonly callTimeout?: number | undefined;
  /** Connect with the right to look, not to change. */
  readonly readOnly?: boolean | undefined;
  /** Do not resolve aliases of URIs (VIR_CONNECT_NO_ALIASES). */
  readonly noAliases?: boolean | undefined;
  /** Asked where the host wants a user name or a password. Without it, such hosts refuse. */
  readonly credentials?: CredentialCallback | undefined;
  /** The kinds of question that `credentials` answers (VIR_CRED_*); default: all that a person can answer. */
  readonly credentialTypes?: readonly number[] | undefined;
  /**
   * Signs of life: seconds between them, and how many may go unanswered. Default { interval: 5, count: 5 }, so a host
   * that has vanished ends the connection after half a minute; null: none. Drivers without them ignore this.
   */
  readonly keepAlive?: { readonly interval: number; readonly count: number } | null | undefined;
  /** Calls in flight at once, 1 to 32; default 4. A libvirt daemon serves 5 requests of one client at a time. */
  readonly threads?: number | undefined;
}

const personalCredentials = [
  VIR_CRED_AUTHNAME,
  VIR_CRED_LANGUAGE,
  VIR_CRED_CNONCE,
  VIR_CRED_PASSPHRASE,
  VIR_CRED_ECHOPROMPT,
  VIR_CRED_NOECHOPROMPT,
  VIR_CRED_REALM,
];

/** The addon's arguments for these options. */
export function openArguments(
  uri: string | null,
  options: OpenOptions,
  onClose: (reason: number) => void,
): OpenArguments {
  const { credentials, keepAlive = { interval: 5, count: 5 } } = options;
  return {
    uri,
    readOnly: options.readOnly ?? false,
    noAliases: options.noAliases ?? false,
    threads: options.threads ?? 4,
    callTimeout: options.callTimeout ?? 0,
    keepAliveInterval: keepAlive?.interval ?? 0,
    keepAliveCount: keepAlive?.count ?? 0,
    credentialTypes: options.credentialTypes ?? personalCredentials,
    ask: credentials === undefined ? null : (requests, reply) => void answer(credentials, requests).then(reply),
    onClose,
  };
}

async function answer(
  credentials: CredentialCallback,
  requests: readonly CredentialRequest[],
): Promise<readonly (string | null)[] | null> {
  try {
    return await credentials(requests);
  } catch {
    // The opening rejects with libvirt's "authentication cancelled"; there is nobody else to hear of it.
    return null;
  }
}
