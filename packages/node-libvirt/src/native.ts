import { createRequire } from 'node:module';
import { LibvirtError, LibvirtTimeoutError, type LibvirtErrorData } from './errors.ts';
import type { ConnectionHandle, Deadline, Handle, StreamHandle } from './handles.ts';
import type { StreamFunctions } from './native-streams.ts';
import type * as types from './types.ts';

/**
 * The addon, function by function. Every function bears the name of libvirt's own that it calls on a worker thread of
 * the connection, and takes its arguments in the same order, then the deadline in milliseconds. It never throws: wrong
 * arguments reject with TypeError or RangeError.
 */

/** What the addon makes of libvirt's objects: the handle, and what libvirt keeps in the object itself. */
export interface RawDomain {
  readonly handle: Handle<'domain'>;
  readonly name: string;
  readonly uuid: string;
  readonly id: number;
}
export interface RawNamed<Kind extends string> {
  readonly handle: Handle<Kind>;
  readonly name: string;
}
export interface RawNamedWithUuid<Kind extends string> extends RawNamed<Kind> {
  readonly uuid: string;
}
export interface RawVolume extends RawNamed<'volume'> {
  readonly key: string;
}
export interface RawSecret {
  readonly handle: Handle<'secret'>;
  readonly uuid: string;
  readonly usageType: number;
  readonly usageID: string;
}
export type RawPool = RawNamedWithUuid<'pool'>;
export type RawNetwork = RawNamedWithUuid<'network'>;
export type RawNodeDevice = RawNamed<'nodeDevice'>;
export type RawSnapshot = RawNamed<'snapshot'>;
export type RawCheckpoint = RawNamed<'checkpoint'>;

/** (object, flags, deadline) */
type WithFlags<Kind extends string, Result> = (
  object: Handle<Kind>,
  flags: number,
  deadline: Deadline,
) => Promise<Result>;
/** (object, deadline) */
type Plain<Kind extends string, Result> = (object: Handle<Kind>, deadline: Deadline) => Promise<Result>;
/** (object, text, deadline) */
type ByText<Kind extends string, Result> = (object: Handle<Kind>, text: string, deadline: Deadline) => Promise<Result>;
/** (object, text, flags, deadline) */
type ByTextWithFlags<Kind extends string, Result> = (
  object: Handle<Kind>,
  text: string,
  flags: number,
  deadline: Deadline,
) => Promise<Result>;

/** `scope` is the object to listen to, or null for all; the listener gets the event's own fields. Gives an id. */
export type RegisterAny<Kind extends string> = (
  connection: ConnectionHandle,
  scope: Handle<Kind> | null,
  eventID: number,
  listener: (event: never) => void,
  deadline: Deadline,
) => Promise<number>;
/** Takes the id that the registration gave. */
export type DeregisterAny = (connection: ConnectionHandle, id: number, deadline: Deadline) => Promise<void>;

/** Name, type ("int", "uint", "llong", "ullong", "double", "boolean", "string") and value of a typed parameter. */
export type NativeParameter = readonly [name: string, type: string, value: types.TypedParameter];

export interface CredentialRequest {
  readonly type: number;
  readonly prompt: string;
  readonly challenge: string | null;
  readonly defaultResult: string | null;
}

export interface OpenArguments {
  readonly uri: string | null;
  readonly readOnly: boolean;
  readonly noAliases: boolean;
  readonly threads: number;
  readonly callTimeout: number;
  readonly keepAliveInterval: number;
  readonly keepAliveCount: number;
  /** The credential types that `ask` understands. */
  readonly credentialTypes: readonly number[];
  /** Answers one round of questions through reply(answers); null: cancelled. */
  readonly ask:
    | ((requests: readonly CredentialRequest[], reply: (answers: readonly (string | null)[] | null) => void) => void)
    | null;
  readonly onClose: (reason: number) => void;
}

export interface Native extends StreamFunctions {
  /** Gives the addon the constructors of its errors; once in each JavaScript environment. */
  setErrors(
    makeError: (data: LibvirtErrorData) => Error,
    makeTimeout: (data: LibvirtErrorData, timeout: number, started: boolean) => Error,
  ): void;
  /** Frees a handle at once; false when it was free already. */
  release(handle: Handle<string>): boolean;

  virConnectOpenAuth(options: OpenArguments, deadline: Deadline): Promise<ConnectionHandle>;
  virConnectClose(connection: ConnectionHandle, deadline: Deadline): Promise<void>;
  virConnectIsAlive: Plain<'connection', boolean>;
  virConnectIsEncrypted: Plain<'connection', boolean>;
  virConnectIsSecure: Plain<'connection', boolean>;
  virConnectSetKeepAlive(
    connection: ConnectionHandle,
    interval: number,
    count: number,
    deadline: Deadline,
  ): Promise<boolean>;
  virConnectGetURI: Plain<'connection', string>;
  virConnectGetHostname: Plain<'connection', string>;
  virConnectGetType: Plain<'connection', string>;
  virConnectGetVersion: Plain<'connection', number>;
  virConnectGetLibVersion: Plain<'connection', number>;
  virGetVersion: Plain<'connection', number>;
  virConnectGetCapabilities: Plain<'connection', string>;
  virConnectGetDomainCapabilities(
    connection: ConnectionHandle,
    emulatorbin: string | null,
    arch: string | null,
    machine: string | null,
    virttype: string | null,
    flags: number,
    deadline: Deadline,
  ): Promise<string>;
  virConnectCompareCPU: ByTextWithFlags<'connection', number>;
  virConnectCompareHypervisorCPU(
    connection: ConnectionHandle,
    emulator: string | null,
    arch: string | null,
    machine: string | null,
    virttype: string | null,
    xmlCPU: string,
    flags: number,
    deadline: Deadline,
  ): Promise<number>;
  virNodeGetFreeMemory: Plain<'connection', number>;
  virNodeGetInfo: Plain<'connection', types.NodeInfo>;
  virConnectDomainXMLToNative(
    connection: ConnectionHandle,
    format: string,
    xml: string,
    flags: number,
    deadline: Deadline,
  ): Promise<string>;
  virConnectListAllDomains: WithFlags<'connection', RawDomain[]>;
  virConnectGetAllDomainStats(
    connection: ConnectionHandle,
    stats: number,
    flags: number,
    deadline: Deadline,
  ): Promise<{ domain: RawDomain; stats: types.DomainStats }[]>;
  virDomainListGetStats(
    connection: ConnectionHandle,
    domains: readonly Handle<'domain'>[],
    stats: number,
    flags: number,
    deadline: Deadline,
  ): Promise<{ domain: RawDomain; stats: types.DomainStats }[]>;
  virConnectListAllStoragePools: WithFlags<'connection', RawPool[]>;
  virConnectListAllNetworks: WithFlags<'connection', RawNetwork[]>;
  virConnectListAllSecrets: WithFlags<'connection', RawSecret[]>;
  virConnectListAllNodeDevices: WithFlags<'connection', RawNodeDevice[]>;

  virDomainLookupByName: ByText<'connection', RawDomain>;
  virDomainLookupByUUIDString: ByText<'connection', RawDomain>;
  virDomainLookupByID(connection: ConnectionHandle, id: number, deadline: Deadline): Promise<RawDomain>;
  virDomainCreateXML: ByTextWithFlags<'connection', RawDomain>;
  virDomainDefineXMLFlags: ByTextWithFlags<'connection', RawDomain>;
  virDomainCreateWithFlags: WithFlags<'domain', void>;
  virDomainShutdownFlags: WithFlags<'domain', void>;
  virDomainDestroyFlags: WithFlags<'domain', void>;
  virDomainReset: WithFlags<'domain', void>;
  virDomainReboot: WithFlags<'domain', void>;
  virDomainSuspend: Plain<'domain', void>;
  virDomainResume: Plain<'domain', void>;
  virDomainUndefineFlags: WithFlags<'domain', void>;
  virDomainGetXMLDesc: WithFlags<'domain', string>;
  virDomainGetState: WithFlags<'domain', types.DomainState>;
  virDomainGetInfo: Plain<'domain', types.DomainInfo>;
  virDomainGetControlInfo: WithFlags<'domain', types.DomainControlInfo>;
  virDomainIsActive: Plain<'domain', boolean>;
  virDomainIsPersistent: Plain<'domain', boolean>;
  virDomainIsUpdated: Plain<'domain', boolean>;
  virDomainGetAutostart: Plain<'domain', boolean>;
  virDomainSetAutostart(domain: Handle<'domain'>, autostart: boolean, deadline: Deadline): Promise<void>;
  virDomainHasManagedSaveImage: WithFlags<'domain', boolean>;
  virDomainManagedSave: WithFlags<'domain', void>;
  virDomainManagedSaveRemove: WithFlags<'domain', void>;
  virDomainManagedSaveGetXMLDesc: WithFlags<'domain', string>;
  virDomainGetMetadata(
    domain: Handle<'domain'>,
    type: number,
    uri: string | null,
    flags: number,
    deadline: Deadline,
  ): Promise<string>;
  virDomainSetMetadata(
    domain: Handle<'domain'>,
    type: number,
    metadata: string | null,
    key: string | null,
    uri: string | null,
    flags: number,
    deadline: Deadline,
  ): Promise<void>;
  virDomainAttachDeviceFlags: ByTextWithFlags<'domain', void>;
  virDomainDetachDeviceFlags: ByTextWithFlags<'domain', void>;
  virDomainDetachDeviceAlias: ByTextWithFlags<'domain', void>;
  virDomainUpdateDeviceFlags: ByTextWithFlags<'domain', void>;
  virDomainGetBlockInfo: ByTextWithFlags<'domain', types.BlockInfo>;
  virDomainGetDiskErrors: WithFlags<'domain', types.DiskError[]>;
  virDomainGetBlockJobInfo: ByTextWithFlags<'domain', types.BlockJobInfo | null>;
  virDomainBlockJobAbort: ByTextWithFlags<'domain', void>;
  virDomainGetJobInfo: Plain<'domain', types.JobInfo>;
  virDomainGetJobStats: WithFlags<'domain', types.JobStats>;
  virDomainAbortJob: Plain<'domain', void>;
  virDomainMigrateSetMaxDowntime(
    domain: Handle<'domain'>,
    downtime: number,
    flags: number,
    deadline: Deadline,
  ): Promise<void>;
  virDomainMigrateStartPostCopy: WithFlags<'domain', void>;
  virDomainStartDirtyRateCalc(
    domain: Handle<'domain'>,
    seconds: number,
    flags: number,
    deadline: Deadline,
  ): Promise<void>;
  /** On a thread of the call's own; the same is true of virDomainMigrate3. */
  virDomainMigrateToURI3(
    domain: Handle<'domain'>,
    uri: string | null,
    params: readonly NativeParameter[],
    flags: number,
    deadline: Deadline,
  ): Promise<void>;
  virDomainMigrate3(
    domain: Handle<'domain'>,
    destination: ConnectionHandle,
    params: readonly NativeParameter[],
    flags: number,
    deadline: Deadline,
  ): Promise<RawDomain>;
  virDomainGetFSInfo: WithFlags<'domain', types.FSInfo[]>;
  virDomainGetGuestInfo(
    domain: Handle<'domain'>,
    infoTypes: number,
    flags: number,
    deadline: Deadline,
  ): Promise<types.TypedParameters>;
  virDomainSendKey(
    domain: Handle<'domain'>,
    codeset: number,
    holdtime: number,
    keycodes: readonly number[],
    flags: number,
    deadline: Deadline,
  ): Promise<void>;
  virDomainScreenshot(
    domain: Handle<'domain'>,
    stream: StreamHandle,
    screen: number,
    flags: number,
    deadline: Deadline,
  ): Promise<string>;
  virDomainOpenConsole(
    domain: Handle<'domain'>,
    device: string | null,
    stream: StreamHandle,
    flags: number,
    deadline: Deadline,
  ): Promise<void>;
  virDomainOpenGraphics(
    domain: Handle<'domain'>,
    index: number,
    fd: number,
    flags: number,
    deadline: Deadline,
  ): Promise<void>;
  virDomainOpenGraphicsFD(domain: Handle<'domain'>, index: number, flags: number, deadline: Deadline): Promise<number>;

  virDomainListAllSnapshots: WithFlags<'domain', RawSnapshot[]>;
  virDomainSnapshotLookupByName: ByTextWithFlags<'domain', RawSnapshot>;
  virDomainSnapshotCreateXML: ByTextWithFlags<'domain', RawSnapshot>;
  virDomainSnapshotGetXMLDesc: WithFlags<'snapshot', string>;
  virDomainSnapshotIsCurrent: WithFlags<'snapshot', boolean>;
  virDomainSnapshotDelete: WithFlags<'snapshot', void>;
  virDomainRevertToSnapshot: WithFlags<'snapshot', void>;
  virDomainListAllCheckpoints: WithFlags<'domain', RawCheckpoint[]>;
  virDomainCheckpointCreateXML: ByTextWithFlags<'domain', RawCheckpoint>;
  virDomainCheckpointGetXMLDesc: WithFlags<'checkpoint', string>;
  virDomainCheckpointDelete: WithFlags<'checkpoint', void>;

  virStoragePoolLookupByName: ByText<'connection', RawPool>;
  virStoragePoolLookupByUUIDString: ByText<'connection', RawPool>;
  virStoragePoolLookupByTargetPath: ByText<'connection', RawPool>;
  virStoragePoolLookupByVolume: Plain<'volume', RawPool>;
  virStoragePoolCreateXML: ByTextWithFlags<'connection', RawPool>;
  virStoragePoolDefineXML: ByTextWithFlags<'connection', RawPool>;
  virStoragePoolBuild: WithFlags<'pool', void>;
  virStoragePoolCreate: WithFlags<'pool', void>;
  virStoragePoolDestroy: Plain<'pool', void>;
  virStoragePoolUndefine: Plain<'pool', void>;
  virStoragePoolRefresh: WithFlags<'pool', void>;
  virStoragePoolGetInfo: Plain<'pool', types.StoragePoolInfo>;
  virStoragePoolGetXMLDesc: WithFlags<'pool', string>;
  virStoragePoolIsActive: Plain<'pool', boolean>;
  virStoragePoolIsPersistent: Plain<'pool', boolean>;
  virStoragePoolGetAutostart: Plain<'pool', boolean>;
  virStoragePoolSetAutostart(pool: Handle<'pool'>, autostart: boolean, deadline: Deadline): Promise<void>;
  virStoragePoolListAllVolumes: WithFlags<'pool', RawVolume[]>;
  virStorageVolLookupByName: ByText<'pool', RawVolume>;
  virStorageVolLookupByPath: ByText<'connection', RawVolume>;
  virStorageVolLookupByKey: ByText<'connection', RawVolume>;
  virStorageVolCreateXML: ByTextWithFlags<'pool', RawVolume>;
  virStorageVolCreateXMLFrom(
    pool: Handle<'pool'>,
    xml: string,
    source: Handle<'volume'>,
    flags: number,
    deadline: Deadline,
  ): Promise<RawVolume>;
  virStorageVolDelete: WithFlags<'volume', void>;
  virStorageVolGetInfoFlags: WithFlags<'volume', types.StorageVolumeInfo>;
  virStorageVolGetPath: Plain<'volume', string>;
  virStorageVolGetXMLDesc: WithFlags<'volume', string>;
  virStorageVolResize(
    volume: Handle<'volume'>,
    capacity: types.Int64,
    flags: number,
    deadline: Deadline,
  ): Promise<void>;

  virNetworkLookupByName: ByText<'connection', RawNetwork>;
  virNetworkLookupByUUIDString: ByText<'connection', RawNetwork>;
  virNetworkDefineXML: ByText<'connection', RawNetwork>;
  virNetworkCreate: Plain<'network', void>;
  virNetworkDestroy: Plain<'network', void>;
  virNetworkUndefine: Plain<'network', void>;
  virNetworkIsActive: Plain<'network', boolean>;
  virNetworkIsPersistent: Plain<'network', boolean>;
  virNetworkGetXMLDesc: WithFlags<'network', string>;

  virSecretLookupByUUIDString: ByText<'connection', RawSecret>;
  virSecretLookupByUsage(
    connection: ConnectionHandle,
    usageType: number,
    usageID: string,
    deadline: Deadline,
  ): Promise<RawSecret>;
  virSecretDefineXML: ByTextWithFlags<'connection', RawSecret>;
  virSecretSetValue(secret: Handle<'secret'>, value: Uint8Array, flags: number, deadline: Deadline): Promise<void>;
  virSecretGetValue: WithFlags<'secret', Buffer>;
  /** virSecretGetValue, without the value: false for VIR_ERR_NO_SECRET. */
  secretHasValue: Plain<'secret', boolean>;
  virSecretGetXMLDesc: WithFlags<'secret', string>;
  virSecretUndefine: Plain<'secret', void>;

  virNodeDeviceLookupByName: ByText<'connection', RawNodeDevice>;
  virNodeDeviceGetXMLDesc: WithFlags<'nodeDevice', string>;
  virNodeDeviceCreate: WithFlags<'nodeDevice', void>;
  virNodeDeviceIsActive: Plain<'nodeDevice', boolean>;

  virConnectDomainEventRegisterAny: RegisterAny<'domain'>;
  virConnectDomainEventDeregisterAny: DeregisterAny;
  virConnectStoragePoolEventRegisterAny: RegisterAny<'pool'>;
  virConnectStoragePoolEventDeregisterAny: DeregisterAny;
  virConnectNetworkEventRegisterAny: RegisterAny<'network'>;
  virConnectNetworkEventDeregisterAny: DeregisterAny;
  virConnectSecretEventRegisterAny: RegisterAny<'secret'>;
  virConnectSecretEventDeregisterAny: DeregisterAny;
  virConnectNodeDeviceEventRegisterAny: RegisterAny<'nodeDevice'>;
  virConnectNodeDeviceEventDeregisterAny: DeregisterAny;
}

/** The addon. Loading it starts no thread and connects to nothing. */
export const native = createRequire(import.meta.url)('../build/node-libvirt.node') as Native;
native.setErrors(
  (data) => new LibvirtError(data),
  (data, timeout, started) => new LibvirtTimeoutError(data, timeout, started),
);
