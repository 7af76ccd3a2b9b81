import type { Connection } from './connection.ts';
import { native, type RawNetwork } from './native.ts';
import type { CallOptions } from './types.ts';

/** A virtual network (virNetworkPtr). */
export class Network {
  readonly connection: Connection;
  readonly name: string;
  readonly uuid: string;
  /** @internal */
  readonly handle: RawNetwork['handle'];

  /** @internal */
  constructor(connection: Connection, raw: RawNetwork) {
    this.connection = connection;
    this.name = raw.name;
    this.uuid = raw.uuid;
    this.handle = raw.handle;
  }

  /** Frees libvirt's object now. */
  dispose(): void {
    native.release(this.handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Starts the network. */
  create(options?: CallOptions): Promise<void> {
    return native.virNetworkCreate(this.handle, options?.timeout);
  }

  /** Stops the network. */
  destroy(options?: CallOptions): Promise<void> {
    return native.virNetworkDestroy(this.handle, options?.timeout);
  }

  undefine(options?: CallOptions): Promise<void> {
    return native.virNetworkUndefine(this.handle, options?.timeout);
  }

  isActive(options?: CallOptions): Promise<boolean> {
    return native.virNetworkIsActive(this.handle, options?.timeout);
  }

  isPersistent(options?: CallOptions): Promise<boolean> {
    return native.virNetworkIsPersistent(this.handle, options?.timeout);
  }

  /** @param flags VIR_NETWORK_XML_* */
  xmlDesc(flags = 0, options?: CallOptions): Promise<string> {
    return native.virNetworkGetXMLDesc(this.handle, flags, options?.timeout);
  }
}
