import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Connection } from './connection.ts';
import { migrateParameters } from './migrate-parameters.ts';
import { native, type RawDomain } from './native.ts';
import { DomainCheckpoint, DomainSnapshot } from './snapshot.ts';
import { openStream, readAll, streamDuplex } from './stream.ts';
import type {
  BlockInfo,
  BlockJobInfo,
  CallOptions,
  DiskError,
  DomainControlInfo,
  DomainInfo,
  DomainState,
  FSInfo,
  JobInfo,
  JobStats,
  MigrateParameters,
  Screenshot,
  TypedParameters,
} from './types.ts';

/** No screen of a guest is larger; a screenshot beyond it is refused rather than held in memory. */
const SCREENSHOT_LIMIT = 256 * 1024 * 1024;

/**
 * A domain (virDomainPtr). Made by Connection, never directly. Methods bear libvirt's names without `virDomain` and
 * `Get`; flags are constants of node-libvirt/constants. They reject with LibvirtError.
 */
export class Domain {
  readonly connection: Connection;
  readonly name: string;
  /** As libvirt writes it: lower case, with dashes. */
  readonly uuid: string;
  /** The id when this object was made; -1: not running then. */
  readonly id: number;
  /** @internal */
  readonly handle: RawDomain['handle'];

  /** @internal */
  constructor(connection: Connection, raw: RawDomain) {
    this.connection = connection;
    this.name = raw.name;
    this.uuid = raw.uuid;
    this.id = raw.id;
    this.handle = raw.handle;
  }

  /** Frees libvirt's object now, rather than when the collector comes by. Later calls reject with TypeError. */
  dispose(): void {
    native.release(this.handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Starts a defined domain. @param flags VIR_DOMAIN_START_* */
  create(flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainCreateWithFlags(this.handle, flags, options?.timeout);
  }

  /** Asks the guest to shut down; returns when it was asked. @param flags VIR_DOMAIN_SHUTDOWN_* */
  shutdown(flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainShutdownFlags(this.handle, flags, options?.timeout);
  }

  /** Stops at once, as pulling the plug. @param flags VIR_DOMAIN_DESTROY_* */
  destroy(flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainDestroyFlags(this.handle, flags, options?.timeout);
  }

  /** Presses the reset button. */
  reset(flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainReset(this.handle, flags, options?.timeout);
  }

  /** Asks the guest to reboot. @param flags VIR_DOMAIN_REBOOT_* */
  reboot(flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainReboot(this.handle, flags, options?.timeout);
  }

  /** Stops the virtual CPUs; the memory stays. */
  suspend(options?: CallOptions): Promise<void> {
    return native.virDomainSuspend(this.handle, options?.timeout);
  }

  resume(options?: CallOptions): Promise<void> {
    return native.virDomainResume(this.handle, options?.timeout);
  }

  /** Removes the definition; a running domain becomes transient. @param flags VIR_DOMAIN_UNDEFINE_* */
  undefine(flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainUndefineFlags(this.handle, flags, options?.timeout);
  }

  /** The definition, live or with VIR_DOMAIN_XML_INACTIVE the persistent one. @param flags VIR_DOMAIN_XML_* */
  xmlDesc(flags = 0, options?: CallOptions): Promise<string> {
    return native.virDomainGetXMLDesc(this.handle, flags, options?.timeout);
  }

  state(options?: CallOptions): Promise<DomainState> {
    return native.virDomainGetState(this.handle, 0, options?.timeout);
  }

  info(options?: CallOptions): Promise<DomainInfo> {
    return native.virDomainGetInfo(this.handle, options?.timeout);
  }

  /** How the hypervisor's control of the domain fares: free, busy with a job, or waiting for an answer of it. */
  controlInfo(options?: CallOptions): Promise<DomainControlInfo> {
    return native.virDomainGetControlInfo(this.handle, 0, options?.timeout);
  }

  isActive(options?: CallOptions): Promise<boolean> {
    return native.virDomainIsActive(this.handle, options?.timeout);
  }

  isPersistent(options?: CallOptions): Promise<boolean> {
    return native.virDomainIsPersistent(this.handle, options?.timeout);
  }

  /** Whether the definition was changed since the domain started. */
  isUpdated(options?: CallOptions): Promise<boolean> {
    return native.virDomainIsUpdated(this.handle, options?.timeout);
  }

  autostart(options?: CallOptions): Promise<boolean> {
    return native.virDomainGetAutostart(this.handle, options?.timeout);
  }

  setAutostart(autostart: boolean, options?: CallOptions): Promise<void> {
    return native.virDomainSetAutostart(this.handle, autostart, options?.timeout);
  }

  hasManagedSaveImage(options?: CallOptions): Promise<boolean> {
    return native.virDomainHasManagedSaveImage(this.handle, 0, options?.timeout);
  }

  /** Saves the memory to disk and stops; the next create() restores it. @param flags VIR_DOMAIN_SAVE_* */
  managedSave(flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainManagedSave(this.handle, flags, options?.timeout);
  }

  /** Deletes the saved memory. */
  managedSaveRemove(options?: CallOptions): Promise<void> {
    return native.virDomainManagedSaveRemove(this.handle, 0, options?.timeout);
  }

  /** The definition inside the managed save image. @param flags VIR_DOMAIN_SAVE_IMAGE_XML_* */
  managedSaveXMLDesc(flags = 0, options?: CallOptions): Promise<string> {
    return native.virDomainManagedSaveGetXMLDesc(this.handle, flags, options?.timeout);
  }

  /**
   * A piece of metadata; rejects with VIR_ERR_NO_DOMAIN_METADATA where there is none.
   * @param type VIR_DOMAIN_METADATA_* @param uri the namespace, for VIR_DOMAIN_METADATA_ELEMENT
   * @param flags VIR_DOMAIN_AFFECT_*
   */
  metadata(type: number, uri: string | null, flags = 0, options?: CallOptions): Promise<string> {
    return native.virDomainGetMetadata(this.handle, type, uri, flags, options?.timeout);
  }

  /**
   * Sets a piece of metadata, or removes it.
   * @param metadata the text or element; null removes it @param key the prefix and @param uri the namespace, both for
   * VIR_DOMAIN_METADATA_ELEMENT @param flags VIR_DOMAIN_AFFECT_*
   */
  setMetadata(
    type: number,
    metadata: string | null,
    key: string | null,
    uri: string | null,
    flags = 0,
    options?: CallOptions,
  ): Promise<void> {
    return native.virDomainSetMetadata(this.handle, type, metadata, key, uri, flags, options?.timeout);
  }

  /** @param flags VIR_DOMAIN_AFFECT_* */
  attachDevice(xml: string, flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainAttachDeviceFlags(this.handle, xml, flags, options?.timeout);
  }

  /** Asks for the device's removal; that it has gone, the event deviceRemoved says. @param flags VIR_DOMAIN_AFFECT_* */
  detachDevice(xml: string, flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainDetachDeviceFlags(this.handle, xml, flags, options?.timeout);
  }

  /** detachDevice() by the device's alias. @param flags VIR_DOMAIN_AFFECT_* */
  detachDeviceAlias(alias: string, flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainDetachDeviceAlias(this.handle, alias, flags, options?.timeout);
  }

  /** Changes a device, for example the medium of a CD-ROM drive. @param flags VIR_DOMAIN_DEVICE_MODIFY_* */
  updateDevice(xml: string, flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainUpdateDeviceFlags(this.handle, xml, flags, options?.timeout);
  }

  /** Sizes of a disk, in bytes. @param disk target name ("vda") or path of the image */
  blockInfo(disk: string, options?: CallOptions): Promise<BlockInfo> {
    return native.virDomainGetBlockInfo(this.handle, disk, 0, options?.timeout);
  }

  /** The disks that have stopped the domain by an error. */
  diskErrors(options?: CallOptions): Promise<DiskError[]> {
    return native.virDomainGetDiskErrors(this.handle, 0, options?.timeout);
  }

  /** The block job on a disk, null where there is none. @param flags VIR_DOMAIN_BLOCK_JOB_INFO_* */
  blockJobInfo(disk: string, flags = 0, options?: CallOptions): Promise<BlockJobInfo | null> {
    return native.virDomainGetBlockJobInfo(this.handle, disk, flags, options?.timeout);
  }

  /** @param flags VIR_DOMAIN_BLOCK_JOB_ABORT_* */
  blockJobAbort(disk: string, flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainBlockJobAbort(this.handle, disk, flags, options?.timeout);
  }

  jobInfo(options?: CallOptions): Promise<JobInfo> {
    return native.virDomainGetJobInfo(this.handle, options?.timeout);
  }

  /** The running job, or with VIR_DOMAIN_JOB_STATS_COMPLETED the last one. @param flags VIR_DOMAIN_JOB_STATS_* */
  jobStats(flags = 0, options?: CallOptions): Promise<JobStats> {
    return native.virDomainGetJobStats(this.handle, flags, options?.timeout);
  }

  /** Cancels the running job, for example a migration or a managed save. */
  abortJob(options?: CallOptions): Promise<void> {
    return native.virDomainAbortJob(this.handle, options?.timeout);
  }

  /** @param downtime the longest pause a live migration may make, in milliseconds */
  migrateSetMaxDowntime(downtime: number, options?: CallOptions): Promise<void> {
    return native.virDomainMigrateSetMaxDowntime(this.handle, downtime, 0, options?.timeout);
  }

  /** Switches a migration that was begun with VIR_MIGRATE_POSTCOPY: the guest goes on at the destination at once. */
  migrateStartPostCopy(options?: CallOptions): Promise<void> {
    return native.virDomainMigrateStartPostCopy(this.handle, 0, options?.timeout);
  }

  /**
   * Has the hypervisor measure how fast the guest dirties its memory. The result is in the statistics of the domain
   * (VIR_DOMAIN_STATS_DIRTYRATE). @param seconds 1 to 60 @param flags VIR_DOMAIN_DIRTYRATE_MODE_*
   */
  startDirtyRateCalc(seconds: number, flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainStartDirtyRateCalc(this.handle, seconds, flags, options?.timeout);
  }

  /**
   * Migrates, managed by this client, to a second connection. Runs on a thread of its own and has no deadline but the one that is given:
   * everything else that is asked of both connections goes on meanwhile, abortJob() and jobStats() first of all.
   * @param flags VIR_MIGRATE_*
   */
  async migrate3(
    destination: Connection,
    params: MigrateParameters = {},
    flags = 0,
    options?: CallOptions,
  ): Promise<Domain> {
    const list = migrateParameters(params);
    return new Domain(
      destination,
      await native.virDomainMigrate3(this.handle, destination.handle, list, flags, options?.timeout ?? 0),
    );
  }

  /** Like migrate3(), but managed by the source host. @param uri the destination's connection URI @param flags VIR_MIGRATE_* */
  async migrateToURI3(
    uri: string | null,
    params: MigrateParameters = {},
    flags = 0,
    options?: CallOptions,
  ): Promise<void> {
    await native.virDomainMigrateToURI3(this.handle, uri, migrateParameters(params), flags, options?.timeout ?? 0);
  }

  /** The guest's mounted file systems. Needs the guest agent. */
  fsInfo(options?: CallOptions): Promise<FSInfo[]> {
    return native.virDomainGetFSInfo(this.handle, 0, options?.timeout);
  }

  /** Needs the guest agent. @param types VIR_DOMAIN_GUEST_INFO_*, 0: all it knows */
  guestInfo(types = 0, options?: CallOptions): Promise<TypedParameters> {
    return native.virDomainGetGuestInfo(this.handle, types, 0, options?.timeout);
  }

  /** Presses keys together. @param codeset VIR_KEYCODE_SET_* @param holdtime milliseconds @param keycodes at most 16 */
  sendKey(codeset: number, holdtime: number, keycodes: readonly number[], options?: CallOptions): Promise<void> {
    return native.virDomainSendKey(this.handle, codeset, holdtime, keycodes, 0, options?.timeout);
  }

  /** A picture of the screen; the deadline holds for each step. */
  async screenshot(screen = 0, options?: CallOptions): Promise<Screenshot> {
    let mimeType = '';
    const stream = await openStream(this.connection, options, async (handle) => {
      mimeType = await native.virDomainScreenshot(this.handle, handle, screen, 0, options?.timeout);
    });
    return { mimeType, data: await readAll(stream, SCREENSHOT_LIMIT, options) };
  }

  /**
   * A console, serial port or channel as a stream in both directions; destroy() closes it.
   * @param device alias of the device ("serial0"); null: the first @param flags VIR_DOMAIN_CONSOLE_*
   */
  async openConsole(device: string | null = null, flags = 0, options?: CallOptions): Promise<Duplex> {
    const stream = await openStream(this.connection, options, (handle) =>
      native.virDomainOpenConsole(this.handle, device, handle, flags, options?.timeout),
    );
    return streamDuplex(this.connection, stream);
  }

  /** Connects one end of a socket pair of the caller's to the graphics display. @param index of <graphics> @param fd */
  openGraphics(index: number, fd: number, flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainOpenGraphics(this.handle, index, fd, flags, options?.timeout);
  }

  /** Connects to the graphics display (VNC, SPICE). Local hosts only. @param flags VIR_DOMAIN_OPEN_GRAPHICS_* */
  async openGraphicsSocket(index = 0, flags = 0, options?: CallOptions): Promise<Socket> {
    return new Socket({ fd: await this.openGraphicsFD(index, flags, options), readable: true, writable: true });
  }

  /** Like openGraphicsSocket, but the bare file descriptor, which is then the caller's to close. */
  openGraphicsFD(index = 0, flags = 0, options?: CallOptions): Promise<number> {
    return native.virDomainOpenGraphicsFD(this.handle, index, flags, options?.timeout);
  }

  /** @param flags VIR_DOMAIN_SNAPSHOT_LIST_* */
  async listAllSnapshots(flags = 0, options?: CallOptions): Promise<DomainSnapshot[]> {
    const list = await native.virDomainListAllSnapshots(this.handle, flags, options?.timeout);
    return list.map((raw) => new DomainSnapshot(this, raw));
  }

  async lookupSnapshotByName(name: string, options?: CallOptions): Promise<DomainSnapshot> {
    return new DomainSnapshot(this, await native.virDomainSnapshotLookupByName(this.handle, name, 0, options?.timeout));
  }

  /** @param flags VIR_DOMAIN_SNAPSHOT_CREATE_* */
  async createSnapshot(xml: string, flags = 0, options?: CallOptions): Promise<DomainSnapshot> {
    return new DomainSnapshot(this, await native.virDomainSnapshotCreateXML(this.handle, xml, flags, options?.timeout));
  }

  /** @param flags VIR_DOMAIN_CHECKPOINT_LIST_* */
  async listAllCheckpoints(flags = 0, options?: CallOptions): Promise<DomainCheckpoint[]> {
    const list = await native.virDomainListAllCheckpoints(this.handle, flags, options?.timeout);
    return list.map((raw) => new DomainCheckpoint(this, raw));
  }

  /** @param flags VIR_DOMAIN_CHECKPOINT_CREATE_* */
  async createCheckpoint(xml: string, flags = 0, options?: CallOptions): Promise<DomainCheckpoint> {
    return new DomainCheckpoint(
      this,
      await native.virDomainCheckpointCreateXML(this.handle, xml, flags, options?.timeout),
    );
  }
}
