import type { Connection } from './connection.ts';
import { native, type RawNodeDevice } from './native.ts';
import type { CallOptions } from './types.ts';

/** A device of the host (virNodeDevicePtr). */
export class NodeDevice {
  readonly connection: Connection;
  /** Libvirt's name of it, "pci_0000_00_1f_2". */
  readonly name: string;
  /** @internal */
  readonly handle: RawNodeDevice['handle'];

  /** @internal */
  constructor(connection: Connection, raw: RawNodeDevice) {
    this.connection = connection;
    this.name = raw.name;
    this.handle = raw.handle;
  }

  /** Frees libvirt's object now. */
  dispose(): void {
    native.release(this.handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  xmlDesc(options?: CallOptions): Promise<string> {
    return native.virNodeDeviceGetXMLDesc(this.handle, 0, options?.timeout);
  }

  /** Starts a device that is defined: a mediated device. */
  create(flags = 0, options?: CallOptions): Promise<void> {
    return native.virNodeDeviceCreate(this.handle, flags, options?.timeout);
  }

  isActive(options?: CallOptions): Promise<boolean> {
    return native.virNodeDeviceIsActive(this.handle, options?.timeout);
  }
}
