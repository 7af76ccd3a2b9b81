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
}
