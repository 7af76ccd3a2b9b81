/** What the parts of the adapter share. */
import type { CallOptions, Connection, Domain } from 'node-libvirt';

/** Deadline of what starts and stops guests, reads whole folders or asks QEMU what it can do. */
export const SLOW: CallOptions = { timeout: 120_000 };

/** What the parts of the adapter share: the connection, its domain handles, and the way errors become ours. */
export interface Link {
  readonly uri: string;
  readonly connection: Connection;
  readonly readOnly: boolean;
  /** The handle of a domain, looked up once. */
  readonly domain: (uuid: string) => Promise<Domain>;
  /** Run a call; what it rejects with becomes a SalvorError about `subject`. */
  readonly guard: <T>(subject: string, call: () => Promise<T>) => Promise<T>;
  /** false only where it is certain that the connection has ended. */
  readonly isAlive: () => Promise<boolean>;
  /** A call has shown that it has ended. */
  readonly ended: () => void;
}

/** null instead of a rejection that `expected` knows. */
export async function orNull<T>(expected: (error: unknown) => boolean, promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (expected(error)) return null;
    throw error;
  }
}
