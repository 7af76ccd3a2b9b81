/** libvirt's errors as ours: a code from the closed list and libvirt's own words as detail, never in front. */
import { LibvirtError, LibvirtTimeoutError } from 'node-libvirt';
import {
  VIR_ERR_ACCESS_DENIED,
  VIR_ERR_AUTH_CANCELLED,
  VIR_ERR_AUTH_FAILED,
  VIR_ERR_AUTH_UNAVAILABLE,
  VIR_ERR_INVALID_CONN,
  VIR_ERR_NO_CONNECT,
  VIR_ERR_NO_DOMAIN,
  VIR_ERR_NO_STORAGE_POOL,
  VIR_ERR_NO_SUPPORT,
  VIR_ERR_OPERATION_DENIED,
  VIR_ERR_OPERATION_UNSUPPORTED,
  VIR_ERR_RPC,
  VIR_ERR_XML_DETAIL,
} from 'node-libvirt/constants';
import { SalvorError } from '../../src-core/contract/errors.ts';

/** What an error's words are filled with. */
export interface ErrorContext {
  readonly uri: string;
  /** Name or UUID of the domain, or name of the pool, that was asked about. */
  readonly subject: string;
}

/** True while the other side still answers; false once it has gone. */
type IsAlive = () => Promise<boolean>;

const AUTHENTICATION: readonly number[] = [VIR_ERR_AUTH_FAILED, VIR_ERR_AUTH_CANCELLED, VIR_ERR_AUTH_UNAVAILABLE];
const UNSUPPORTED: readonly number[] = [VIR_ERR_NO_SUPPORT, VIR_ERR_OPERATION_UNSUPPORTED];

/**
 * The words of ssh and of sockets: libvirt passes them on under VIR_ERR_SYSTEM_ERROR and VIR_ERR_RPC, with no code of their own.
 * Socket errors come from strerror in the C locale: neither Node nor Electron's main process sets another.
 */
const SSH_REFUSES =
  /permission denied \([a-z-]+(,[a-z-]+)*\)|host key verification failed|too many authentication failures|certificate|no authentication methods/i;
const SOCKET_REFUSES = /permission denied/i;

export function unsupported(error: unknown): boolean {
  return error instanceof LibvirtError && UNSUPPORTED.includes(error.code);
}

export function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof LibvirtError && codes.includes(error.code);
}

/** null where libvirt answers with an error; time-outs and the end of the connection still reject. For what may be left unknown. */
export async function callQuietly<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (
      error instanceof LibvirtError &&
      !(error instanceof LibvirtTimeoutError) &&
      error.code !== VIR_ERR_INVALID_CONN &&
      error.code !== VIR_ERR_RPC
    )
      return null;
    throw error;
  }
}

/** Why a connection could not be opened. */
export function openError(error: unknown, uri: string): SalvorError {
  // Nothing can be under way there yet, as it can after another call that was not answered.
  if (error instanceof LibvirtTimeoutError)
    return new SalvorError('host-unreachable', { uri }, `no answer within ${seconds(error)} seconds`);
  if (!(error instanceof LibvirtError)) return new SalvorError('internal', {}, null);
  const { code, message } = error;
  if (code === VIR_ERR_NO_CONNECT) return new SalvorError('uri-malformed', { uri }, message);
  if (AUTHENTICATION.includes(code) || SSH_REFUSES.test(message))
    return new SalvorError('authentication-failed', { uri }, message);
  if (SOCKET_REFUSES.test(message) || code === VIR_ERR_ACCESS_DENIED)
    return new SalvorError('permission-denied', { uri }, message);
  return new SalvorError('host-unreachable', { uri }, message);
}

/** Why a call failed. */
export async function callError(
  error: unknown,
  { uri, subject }: ErrorContext,
  isAlive: IsAlive,
): Promise<SalvorError> {
  if (error instanceof SalvorError) return error;
  if (error instanceof LibvirtTimeoutError)
    return new SalvorError('timeout', { call: error.call, seconds: seconds(error) });
  if (!(error instanceof LibvirtError)) {
    // The binding answers calls on a closed connection with a TypeError.
    if (!(await isAlive())) return new SalvorError('connection-lost', { uri });
    throw error;
  }
  const { code, call } = error;
  const message = wordsOf(error);
  if (code === VIR_ERR_NO_DOMAIN) return new SalvorError('domain-not-found', { domain: subject, uri });
  // A domain that starts may miss its pool, too: then libvirt's words name it, and the subject is the domain.
  if (code === VIR_ERR_NO_STORAGE_POOL && call.startsWith('virStorage'))
    return new SalvorError('pool-not-found', { pool: subject, uri });
  // The daemon may make a connection read-only that was not asked to be: through its read-only socket.
  if (code === VIR_ERR_OPERATION_DENIED) return new SalvorError('read-only', { uri }, message);
  if (code === VIR_ERR_ACCESS_DENIED) return new SalvorError('permission-denied', { uri }, message);
  if (AUTHENTICATION.includes(code)) return new SalvorError('authentication-failed', { uri }, message);
  if (UNSUPPORTED.includes(code)) return new SalvorError('not-supported', { what: call }, message);
  // “client socket is closed” and the like come under several codes: whether the connection stands is what tells.
  if (code === VIR_ERR_INVALID_CONN || code === VIR_ERR_RPC || !(await isAlive()))
    return new SalvorError('connection-lost', { uri }, message);
  return new SalvorError('libvirt', { call }, message);
}

/** An end of a migration: the source, or the destination where this process is connected to both. */
interface End {
  readonly uri: string;
  readonly isAlive: IsAlive;
  /** Hears that the connection has ended. */
  readonly ended: () => void;
}

/**
 * Why a migration failed. Two connections may have ended, and libvirt passes on what the source's daemon was told on a third: the error
 * does not tell which one, so both are asked. Its code may be of either host, too (a pool, a network or a right that lacks): the words say it.
 */
export async function migrationError(error: unknown, ends: readonly End[]): Promise<SalvorError> {
  for (const end of ends) {
    if (await end.isAlive()) continue;
    end.ended();
    return new SalvorError('connection-lost', { uri: end.uri }, error instanceof LibvirtError ? wordsOf(error) : null);
  }
  if (error instanceof SalvorError) return error;
  if (!(error instanceof LibvirtError)) throw error;
  return new SalvorError('libvirt', { call: error.call }, wordsOf(error));
}

/** Of XML that it cannot read, libvirt's parser shows the line, and that may hold a password: its first line says what is wrong with it. */
function wordsOf(error: LibvirtError): string {
  return error.code === VIR_ERR_XML_DETAIL ? (error.message.split('\n', 1)[0] ?? '') : error.message;
}

function seconds(error: LibvirtTimeoutError): number {
  return Math.round(error.timeout / 1000);
}
