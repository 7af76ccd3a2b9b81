import type { Readable, Writable } from 'node:stream';
import type { Connection } from './connection.ts';
import { native, type RawPool, type RawVolume } from './native.ts';
import {
  openDownload,
  openUpload,
  volumeReadable,
  volumeWritable,
  type VolumeDownload,
  type VolumeUpload,
} from './transfer.ts';
import type {
  CallOptions,
  Int64,
  StoragePoolInfo,
  StorageVolumeInfo,
  StreamTransferOptions,
  TransferOptions,
} from './types.ts';

/** A storage pool (virStoragePoolPtr). */
export class StoragePool {
  readonly connection: Connection;
  readonly name: string;
  readonly uuid: string;
  /** @internal */
  readonly handle: RawPool['handle'];

  /** @internal */
  constructor(connection: Connection, raw: RawPool) {
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

  /** Makes the pool's store (directory, file system…). @param flags VIR_STORAGE_POOL_BUILD_* */
  build(flags = 0, options?: CallOptions): Promise<void> {
    return native.virStoragePoolBuild(this.handle, flags, options?.timeout);
  }

  /** Starts the pool. @param flags VIR_STORAGE_POOL_CREATE_* */
  create(flags = 0, options?: CallOptions): Promise<void> {
    return native.virStoragePoolCreate(this.handle, flags, options?.timeout);
  }

  /** Stops the pool; its data stays. */
  destroy(options?: CallOptions): Promise<void> {
    return native.virStoragePoolDestroy(this.handle, options?.timeout);
  }

  undefine(options?: CallOptions): Promise<void> {
    return native.virStoragePoolUndefine(this.handle, options?.timeout);
  }

  /** Reads the pool's volumes again. */
  refresh(options?: CallOptions): Promise<void> {
    return native.virStoragePoolRefresh(this.handle, 0, options?.timeout);
  }

  info(options?: CallOptions): Promise<StoragePoolInfo> {
    return native.virStoragePoolGetInfo(this.handle, options?.timeout);
  }

  /** @param flags VIR_STORAGE_XML_* */
  xmlDesc(flags = 0, options?: CallOptions): Promise<string> {
    return native.virStoragePoolGetXMLDesc(this.handle, flags, options?.timeout);
  }

  isActive(options?: CallOptions): Promise<boolean> {
    return native.virStoragePoolIsActive(this.handle, options?.timeout);
  }

  isPersistent(options?: CallOptions): Promise<boolean> {
    return native.virStoragePoolIsPersistent(this.handle, options?.timeout);
  }

  autostart(options?: CallOptions): Promise<boolean> {
    return native.virStoragePoolGetAutostart(this.handle, options?.timeout);
  }

  setAutostart(autostart: boolean, options?: CallOptions): Promise<void> {
    return native.virStoragePoolSetAutostart(this.handle, autostart, options?.timeout);
  }

  async listAllVolumes(options?: CallOptions): Promise<StorageVolume[]> {
    const list = await native.virStoragePoolListAllVolumes(this.handle, 0, options?.timeout);
    return list.map((raw) => new StorageVolume(this.connection, raw));
  }

  async lookupVolumeByName(name: string, options?: CallOptions): Promise<StorageVolume> {
    return new StorageVolume(
      this.connection,
      await native.virStorageVolLookupByName(this.handle, name, options?.timeout),
    );
  }

  /** @param flags VIR_STORAGE_VOL_CREATE_* */
  async createVolume(xml: string, flags = 0, options?: CallOptions): Promise<StorageVolume> {
    return new StorageVolume(
      this.connection,
      await native.virStorageVolCreateXML(this.handle, xml, flags, options?.timeout),
    );
  }

  /** A new volume with the content of another one. @param flags VIR_STORAGE_VOL_CREATE_* */
  async createVolumeFrom(xml: string, source: StorageVolume, flags = 0, options?: CallOptions): Promise<StorageVolume> {
    return new StorageVolume(
      this.connection,
      await native.virStorageVolCreateXMLFrom(this.handle, xml, source.handle, flags, options?.timeout),
    );
  }
}

/** A volume of a storage pool (virStorageVolPtr). */
export class StorageVolume {
  readonly connection: Connection;
  readonly name: string;
  /** What identifies it on the host; for a file its path. */
  readonly key: string;
  /** @internal */
  readonly handle: RawVolume['handle'];

  /** @internal */
  constructor(connection: Connection, raw: RawVolume) {
    this.connection = connection;
    this.name = raw.name;
    this.key = raw.key;
    this.handle = raw.handle;
  }

  /** Frees libvirt's object now. */
  dispose(): void {
    native.release(this.handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async pool(options?: CallOptions): Promise<StoragePool> {
    return new StoragePool(this.connection, await native.virStoragePoolLookupByVolume(this.handle, options?.timeout));
  }

  /** @param flags VIR_STORAGE_VOL_USE_ALLOCATION or VIR_STORAGE_VOL_GET_PHYSICAL */
  info(flags = 0, options?: CallOptions): Promise<StorageVolumeInfo> {
    return native.virStorageVolGetInfoFlags(this.handle, flags, options?.timeout);
  }

  path(options?: CallOptions): Promise<string> {
    return native.virStorageVolGetPath(this.handle, options?.timeout);
  }

  xmlDesc(options?: CallOptions): Promise<string> {
    return native.virStorageVolGetXMLDesc(this.handle, 0, options?.timeout);
  }

  /** @param capacity bytes @param flags VIR_STORAGE_VOL_RESIZE_* */
  resize(capacity: Int64, flags = 0, options?: CallOptions): Promise<void> {
    return native.virStorageVolResize(this.handle, capacity, flags, options?.timeout);
  }

  /** @param flags VIR_STORAGE_VOL_DELETE_* */
  delete(flags = 0, options?: CallOptions): Promise<void> {
    return native.virStorageVolDelete(this.handle, flags, options?.timeout);
  }

  /** The bytes of the volume, as they lie on the host. Read at the reader's pace; destroy() cancels. */
  download(options: TransferOptions = {}): Readable {
    return volumeReadable(this, options);
  }

  /** Overwrites bytes of the volume. "finish" comes when the host has written all; destroy() cancels. */
  upload(options: TransferOptions = {}): Writable {
    return volumeWritable(this, options);
  }

  /** The same piece by piece, holes apart: for whole images, where each copy in between counts. */
  openDownload(options: StreamTransferOptions = {}): VolumeDownload {
    return openDownload(this, options);
  }

  /** The same piece by piece, holes apart, and with an end that can be waited for. */
  openUpload(options: StreamTransferOptions = {}): Promise<VolumeUpload> {
    return openUpload(this, options);
  }
}
