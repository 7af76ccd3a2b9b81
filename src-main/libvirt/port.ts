/**
 * The hypervisor port: what Salvor needs of one connected host, in plain data. Services know this and nothing of libvirt's handles.
 *
 * Every method rejects with a SalvorError (codes of src-core/contract/errors.ts) and with nothing else; every call has a deadline.
 * Domains are named by UUID. Sizes are bytes unless a name says otherwise.
 */
import type { DiskStats } from '../../src-core/disks/types.ts';
import type { ImageSizes } from '../../src-core/disks/image-layers.ts';
import type { Range } from '../../src-core/media/bytes.ts';
import type { MigrationCall } from '../../src-core/migration/parameters.ts';
import type { JobStats } from '../../src-core/migration/progress.ts';
import type { DomainState, SecretFacts } from '../../src-core/rescue/types.ts';

export interface OpenOptions {
  readonly readOnly: boolean;
  /** Called once when the connection ends without close() having been asked for; `reason` in words. */
  readonly onLost: (reason: string) => void;
}

/** Opens a connection. Rejects with uri-malformed, host-unreachable, permission-denied, authentication-failed or timeout. */
export type OpenHypervisor = (uri: string, options: OpenOptions) => Promise<Hypervisor>;

export interface HostIdentity {
  readonly hostname: string;
  /** As virConnectGetType answers: QEMU, TEST, … */
  readonly driver: string;
  /** major * 1,000,000 + minor * 1,000 + release */
  readonly libvirtVersion: number;
  /** Same counting; 0 where the driver does not tell. */
  readonly hypervisorVersion: number;
}

export interface DomainRef {
  readonly uuid: string;
  readonly name: string;
}

/** One domain of a listing: what a constant number of calls tells about all of them. */
export interface ListedDomain extends DomainRef {
  readonly state: DomainState;
  readonly persistent: boolean;
  readonly autostart: boolean;
  /** Targets and sources of its disks; null: this driver does not tell in bulk. */
  readonly disks: readonly ListedDisk[] | null;
}

/** Disk sources of a domain, as it runs or, off, as its definition has them; null: this driver does not tell in bulk. */
export interface DomainSources extends DomainRef {
  readonly sources: readonly string[] | null;
}

export interface ListedDisk {
  readonly target: string;
  readonly source: string | null;
}

/** What one domain is doing now. */
export interface DomainStatus {
  readonly state: DomainState;
  readonly persistent: boolean;
  readonly autostart: boolean;
}

/** `acpi`: the power button. `agent`: the guest agent, which shuts down a guest that does not listen to the button. */
export type ShutdownWay = 'acpi' | 'agent';

/** libvirt's own words for why a domain is off (virDomainShutoffReason): `saved`, into a file or its managed save image. */
export type WhyOff =
  'shutdown' | 'destroyed' | 'crashed' | 'migrated' | 'saved' | 'failed' | 'from-snapshot' | 'daemon';

/** What stands in the way of a rescue, or should be known. */
export interface DomainObstacles {
  readonly managedSave: boolean;
  readonly snapshots: number;
  readonly checkpoints: number;
  /** Running job in libvirt's word (bounded, unbounded), or null. */
  readonly job: string | null;
}

export interface SnapshotRef {
  readonly name: string;
  readonly description: string | null;
}

export interface BlockSizes {
  readonly capacity: number;
  readonly allocation: number;
  readonly physical: number;
}

/** definition: INACTIVE | SECURE (without SECURE on read-only connections); migratable: MIGRATABLE | SECURE; live: what runs, no passwords. */
export type XmlKind = 'definition' | 'migratable' | 'live';

/** Something happened to a domain; what, its state tells. */
export type DomainEvent = DomainRef;

export interface StoragePool {
  readonly name: string;
  readonly active: boolean;
  readonly persistent: boolean;
  /** null: it did not answer in time (what it stands on hangs). */
  readonly xml: string | null;
}

export interface VolumeRef {
  readonly pool: string;
  readonly name: string;
}

/** A volume as its pool describes it. `head`: its first bytes where they were asked for and could be read, else null. */
export interface ExaminedVolume {
  readonly name: string;
  readonly xml: string;
  readonly head: Uint8Array | null;
}

/** Where a stream begins, in bytes. `sparse`: holes go over the connection as their lengths (libvirt 3.4 on both ends). */
export interface StreamStart {
  readonly at: number;
  readonly sparse: boolean;
}

/** One call at a time. */
export interface UploadStream {
  readonly send: (bytes: Uint8Array) => Promise<void>;
  /** Bytes that stay as they are: zeros, where nothing was written before. */
  readonly sendHole: (length: number) => Promise<void>;
  /** Resolves when the host has written all that was sent; the stream is over then. */
  readonly finish: () => Promise<void>;
  /** Give it up; what the host has written stays. Never rejects. */
  readonly abort: () => Promise<void>;
}

/** One call at a time. */
export interface DownloadStream {
  /** The next bytes, or the length of the hole that comes next, or null at the end. Bytes hold until the call after the next. */
  readonly receive: () => Promise<Uint8Array | number | null>;
  readonly close: () => Promise<void>;
}

export interface CapabilityQuery {
  readonly emulator: string | null;
  readonly arch: string | null;
  readonly machine: string | null;
  readonly virtType: string | null;
}

/** `bridge` null: it has none that libvirt tells. */
export interface VirtualNetwork {
  readonly name: string;
  readonly active: boolean;
  readonly persistent: boolean;
  readonly bridge: string | null;
  readonly xml: string;
}

/** Answer of virConnectCompareHypervisorCPU (or CompareCPU). `why`: libvirt's words for what lacks. */
export interface CpuComparison {
  readonly result: 'incompatible' | 'identical' | 'superset';
  readonly why: string | null;
}

export interface Hypervisor {
  readonly uri: string;
  readonly readOnly: boolean;
  readonly close: () => Promise<void>;
  readonly identity: () => Promise<HostIdentity>;
  /** XML of virConnectGetDomainCapabilities; null where the driver has none, or none for that emulator or machine. */
  readonly domainCapabilities: (query: CapabilityQuery) => Promise<string | null>;
  /** null: could not be listed. */
  readonly secrets: () => Promise<readonly SecretFacts[] | null>;

  readonly listDomains: () => Promise<readonly ListedDomain[]>;
  readonly runningDisks: () => Promise<readonly DomainSources[]>;
  /** The same of the domains that are off. */
  readonly offDisks: () => Promise<readonly DomainSources[]>;
  /** By UUID or by name; domain-not-found otherwise. */
  readonly findDomain: (nameOrUuid: string) => Promise<DomainRef>;
  readonly domainStatus: (uuid: string) => Promise<DomainStatus>;
  readonly domainState: (uuid: string) => Promise<DomainState>;
  readonly domainObstacles: (uuid: string) => Promise<DomainObstacles>;
  readonly domainXml: (uuid: string, kind: XmlKind) => Promise<string>;
  /** The element of that namespace in the metadata of the running domain; null: none, or not running. */
  readonly liveMetadata: (uuid: string, namespace: string) => Promise<string | null>;
  /** The same of the persistent definition; null: none, or the domain is transient. */
  readonly definitionMetadata: (uuid: string, namespace: string) => Promise<string | null>;
  /** Those of the targets with a block job under way. */
  readonly blockJobs: (uuid: string, targets: readonly string[]) => Promise<readonly string[]>;
  /** null: not told (an empty drive, network storage). */
  readonly blockSizes: (uuid: string, target: string) => Promise<BlockSizes | null>;
  /**
   * By target, the images of each disk as far down as libvirt knows their chain, the disk's own first. Empty: the driver does not tell, then
   * blockSizes may.
   */
  readonly imageSizes: (uuid: string) => Promise<ReadonlyMap<string, readonly ImageSizes[]>>;
  /** What its disks have read and written since it was started; empty: it is off, or its driver counts nothing. */
  readonly diskStats: (uuid: string) => Promise<readonly DiskStats[]>;
  /**
   * Start a domain from XML without changing its persistent definition (virDomainCreateXML). `nvram: 'fresh'`: its UEFI variables are made
   * anew from the firmware's template, whatever the file held (libvirt 8.1); never for a guest's own.
   */
  readonly createDomain: (xml: string, nvram?: 'fresh') => Promise<void>;
  /** Start from the persistent definition. */
  readonly startDomain: (uuid: string, nvram?: 'fresh') => Promise<void>;
  /** Make XML the persistent definition of the domain with its UUID and name. A transient domain that runs becomes persistent. */
  readonly defineDomain: (xml: string) => Promise<void>;
  /** Take the persistent definition of a running domain away: it becomes transient. NVRAM stays. */
  readonly undefineDomain: (uuid: string) => Promise<void>;
  /** Ask the guest to shut down; does not wait until it has. `agent`: resolves once its agent has answered, which may take a minute. */
  readonly shutdownDomain: (uuid: string, way: ShutdownWay) => Promise<void>;
  /** Why the domain is off; null: it is on, or libvirt does not know. */
  readonly whyOff: (uuid: string) => Promise<WhyOff | null>;
  /** Force off; the domain is off when this resolves. */
  readonly destroyDomain: (uuid: string) => Promise<void>;
  /** `lifecycle`: starts, stops, definitions; `all`: also metadata, devices and media. Resolves once nothing is missed any more; gives what stops it. */
  readonly watchDomains: (kinds: 'lifecycle' | 'all', listener: (event: DomainEvent) => void) => Promise<() => void>;

  /** Take a snapshot of a domain that is off, from <domainsnapshot> XML. */
  readonly createSnapshot: (uuid: string, xml: string) => Promise<void>;
  /** `description` as it was given; null: none. Drivers without snapshots have none. */
  readonly listSnapshots: (uuid: string) => Promise<readonly SnapshotRef[]>;
  /** Resolves when it is gone already, too. */
  readonly deleteSnapshot: (uuid: string, name: string) => Promise<void>;

  /** All pools, within seconds: one that hangs is listed without its XML, and is asked no second time while it does. */
  readonly listPools: () => Promise<readonly StoragePool[]>;
  /** XML of one pool; null: it does not answer in time. Throws pool-not-found. */
  readonly poolXml: (name: string) => Promise<string | null>;
  /** Start a pool that is defined and stopped. */
  readonly startPool: (name: string) => Promise<void>;
  readonly refreshPool: (name: string) => Promise<void>;
  /** Bytes free in a pool when it was last looked at; null: not told. */
  readonly freeSpace: (pool: string) => Promise<number | null>;
  /** Name of the pool whose target is that folder or device, or null. */
  readonly poolByTarget: (path: string) => Promise<string | null>;
  /** Start a pool from XML without defining it. `conflict`: another pool has that target already. */
  readonly createPool: (xml: string) => Promise<'created' | 'conflict'>;
  /** Take a pool out of service; nothing in it is deleted. */
  readonly stopPool: (name: string) => Promise<void>;
  readonly listVolumeNames: (pool: string) => Promise<readonly string[]>;
  /** All volumes of an active pool, described. Throws pool-not-found. */
  readonly listVolumes: (pool: string) => Promise<readonly ExaminedVolume[]>;
  /** A volume by pool and name, or by its path on the host, and its first bytes; null: no pool knows it. Throws pool-not-found. */
  readonly examineVolume: (
    where: VolumeRef | { readonly path: string },
    headBytes: number,
  ) => Promise<ExaminedVolume | null>;
  /** Those ranges of a volume, each as far as the volume reaches; null: it has gone, or cannot be read. Throws pool-not-found. */
  readonly readVolume: (
    where: VolumeRef | { readonly path: string },
    ranges: readonly Range[],
  ) => Promise<readonly Uint8Array[] | null>;
  /**
   * Overwrite bytes of a volume, from `at` on; its length stays. Rejects where the host did not write all of them (some may be written),
   * or no pool knows the volume.
   */
  readonly writeVolume: (where: VolumeRef | { readonly path: string }, at: number, bytes: Uint8Array) => Promise<void>;
  /** Make a volume from <volume> XML; its path on the host, or what its pool knows it by. An existing one is never overwritten. Throws pool-not-found. */
  readonly makeVolume: (pool: string, xml: string) => Promise<string>;
  readonly deleteVolume: (where: VolumeRef | { readonly path: string }) => Promise<void>;
  /**
   * Make an empty raw volume of `capacity` bytes, `allocation` of them taken up at once. Rejects with volume-exists: one that is there is
   * never touched.
   */
  readonly createVolume: (where: VolumeRef, capacity: number, allocation: number) => Promise<void>;
  /** Rejects with volume-not-found. `physical`: length of the file or device, what a download gives. */
  readonly volumeSizes: (where: VolumeRef) => Promise<BlockSizes>;
  /** Overwrite a volume from one place on. Rejects with volume-not-found, not-supported. */
  readonly openUpload: (where: VolumeRef, from: StreamStart) => Promise<UploadStream>;
  /** Read a volume from one place on. Rejects with volume-not-found, not-supported. */
  readonly openDownload: (where: VolumeRef, from: StreamStart) => Promise<DownloadStream>;
  /** XML of virConnectGetCapabilities. */
  readonly capabilities: () => Promise<string>;
  /** Free memory of the host in bytes; null: not told. */
  readonly freeMemory: () => Promise<number | null>;
  /** Would this host run that <cpu>? null: its driver cannot tell. */
  readonly compareCpu: (query: CapabilityQuery, cpuXml: string) => Promise<CpuComparison | null>;

  /** State and why, in the words of `virsh domstate --reason` (`paused`, `migrating`); null: libvirt does not know why. */
  readonly domainReason: (uuid: string) => Promise<{ readonly state: DomainState; readonly reason: string | null }>;
  /** Of the monitor (virDomainGetControlInfo): `ok`, `job`, `occupied`, `error`; null: off, or not told. */
  readonly controlState: (uuid: string) => Promise<string | null>;
  readonly rebootDomain: (uuid: string, way: ShutdownWay) => Promise<void>;
  readonly resetDomain: (uuid: string) => Promise<void>;
  readonly pauseDomain: (uuid: string) => Promise<void>;
  readonly resumeDomain: (uuid: string) => Promise<void>;

  readonly listNetworks: () => Promise<readonly VirtualNetwork[]>;
  readonly startNetwork: (name: string) => Promise<void>;
  readonly stopNetwork: (name: string) => Promise<void>;
  /** XML of a node device (`pci_0000_01_00_0`, `mdev_…`); null: there is none. */
  readonly nodeDevice: (name: string) => Promise<{ readonly xml: string; readonly active: boolean | null } | null>;
  /** Start a node device that is defined (a mediated device). */
  readonly startNodeDevice: (name: string) => Promise<void>;

  /** XML of a secret; null: there is none. */
  readonly secretXml: (uuid: string) => Promise<string | null>;
  /** Define a secret from <secret> XML. */
  readonly defineSecret: (xml: string) => Promise<void>;
  readonly undefineSecret: (uuid: string) => Promise<void>;
  /** Give a secret its value. The bytes are never kept or logged. */
  readonly setSecretValue: (uuid: string, value: Uint8Array) => Promise<void>;
  /** null: it is private, or has none. */
  readonly secretValue: (uuid: string) => Promise<Uint8Array | null>;

  /**
   * Migrate to another connected host, this process carrying it. Has no deadline: it ends when the migration does, or with `cancelMigration`.
   * What it rejects with says how libvirt sees it; the truth is on both hosts.
   */
  readonly migrateTo: (uuid: string, destination: Hypervisor, call: MigrationCall) => Promise<void>;
  /** The same, the source's daemon carrying it (peer to peer). */
  readonly migrateToUri: (uuid: string, destinationUri: string, call: MigrationCall) => Promise<void>;
  /** Of the job under way, or (`completed`) of the last that ended. null: there is none, or this side does not tell. */
  readonly jobStats: (uuid: string, which: 'current' | 'completed') => Promise<JobStats | null>;
  /** Give the job of a domain up. Resolves when there is none any more, too. */
  readonly cancelJob: (uuid: string) => Promise<void>;
  readonly startPostCopy: (uuid: string) => Promise<void>;
  readonly setMaxDowntime: (uuid: string, milliseconds: number) => Promise<void>;
  /** Have QEMU measure for some seconds how fast the guest dirties memory. null: it cannot. Bytes a second. */
  readonly dirtyRate: (uuid: string, seconds: number) => Promise<number | null>;
  /** Take the definition of a domain that is off away; UEFI variables and TPM state stay. */
  readonly forgetDomain: (uuid: string) => Promise<void>;
  /** Of a domain that has a definition: it does not travel with a migration. */
  readonly setAutostart: (uuid: string, autostart: boolean) => Promise<void>;

  /** What an open file of this computer has at a place: data, or a hole, and so many bytes of it; length 0: it ends there. */
  readonly fileSection: (fd: number, at: number) => Promise<{ readonly data: boolean; readonly length: number }>;
}
