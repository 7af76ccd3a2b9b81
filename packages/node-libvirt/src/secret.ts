import type { Connection } from './connection.ts';
import { native, type RawSecret } from './native.ts';
import type { CallOptions } from './types.ts';

/** A secret (virSecretPtr). */
export class Secret {
  readonly connection: Connection;
  readonly uuid: string;
  /** virSecretUsageType. */
  readonly usageType: number;
  /** What it is for: a volume's path, a Ceph or iSCSI target name; empty where there is none. */
  readonly usageID: string;
  /** @internal */
  readonly handle: RawSecret['handle'];

  /** @internal */
  constructor(connection: Connection, raw: RawSecret) {
    this.connection = connection;
    this.uuid = raw.uuid;
    this.usageType = raw.usageType;
    this.usageID = raw.usageID;
    this.handle = raw.handle;
  }

  /** Frees libvirt's object now. */
  dispose(): void {
    native.release(this.handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The bytes are copied, and the copy is overwritten with zeros after the call. */
  setValue(value: Uint8Array, options?: CallOptions): Promise<void> {
    return native.virSecretSetValue(this.handle, value, 0, options?.timeout);
  }

  /**
   * The value, for handing it to another host. Nothing of it stays in the addon's memory; the buffer is the caller's to overwrite. Rejects
   * with VIR_ERR_NO_SECRET where there is none, and as hasValue() does.
   */
  value(options?: CallOptions): Promise<Buffer> {
    return native.virSecretGetValue(this.handle, 0, options?.timeout);
  }

  /**
   * Whether the host has a value for it. Libvirt answers this only by giving the value, which is dropped at once, and
   * not at all for private secrets and read-only connections: then it rejects with VIR_ERR_INVALID_SECRET or
   * VIR_ERR_OPERATION_DENIED.
   */
  hasValue(options?: CallOptions): Promise<boolean> {
    return native.secretHasValue(this.handle, options?.timeout);
  }

  xmlDesc(options?: CallOptions): Promise<string> {
    return native.virSecretGetXMLDesc(this.handle, 0, options?.timeout);
  }

  undefine(options?: CallOptions): Promise<void> {
    return native.virSecretUndefine(this.handle, options?.timeout);
  }
}
