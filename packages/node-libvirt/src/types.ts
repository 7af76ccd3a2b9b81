/**
 * The shapes of libvirt's data. Field names are libvirt's own.
 *
 * 64-bit integers: in structures (sizes, counters and times with a fixed name here) they are `number`; a value beyond
 * 2^53 - 1 becomes the nearest double. In typed parameters, whose meaning this package does not know, they are `Int64`:
 * a number where that is exact, otherwise a bigint, so nothing is ever rounded there.
 */

/** What every call that reaches libvirt takes. */
export interface CallOptions {
  /**
   * Deadline in milliseconds, from now; 0 means none. Without it the connection's `callTimeout` holds. When it passes,
   * the promise rejects with LibvirtTimeoutError; the call itself cannot be interrupted, its thread waits for libvirt.
   */
  readonly timeout?: number | undefined;
}

/** A 64-bit integer: number where exact (up to 2^53 - 1), bigint beyond. */
export type Int64 = number | bigint;
export type TypedParameter = Int64 | boolean | string;
/** virTypedParameter[] as one object. A name that libvirt gives more than once has the last value. */
export type TypedParameters = Readonly<Record<string, TypedParameter | undefined>>;

/** virNodeInfo: the host. */
export interface NodeInfo {
  readonly model: string;
  /** Memory in KiB. */
  readonly memory: number;
  readonly cpus: number;
  readonly mhz: number;
  readonly nodes: number;
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
}

/** What to ask virConnectGetDomainCapabilities about; null or left out: the host's default. */
export interface DomainCapabilitiesQuery {
  readonly emulatorbin?: string | null | undefined;
  readonly arch?: string | null | undefined;
  readonly machine?: string | null | undefined;
  readonly virttype?: string | null | undefined;
}

/** virDomainInfo. */
export interface DomainInfo {
  /** virDomainState, for example VIR_DOMAIN_RUNNING. */
  readonly state: number;
  /** KiB. */
  readonly maxMem: number;
  /** KiB. */
  readonly memory: number;
  readonly nrVirtCpu: number;
  /** Nanoseconds. */
  readonly cpuTime: number;
}

/** virDomainGetState. `reason` is one of the enum that belongs to the state, for example VIR_DOMAIN_SHUTOFF_CRASHED. */
export interface DomainState {
  readonly state: number;
  readonly reason: number;
}

/** virDomainBlockInfo, bytes. */
export interface BlockInfo {
  readonly capacity: number;
  readonly allocation: number;
  readonly physical: number;
}

/** virDomainBlockJobInfo. */
export interface BlockJobInfo {
  /** virDomainBlockJobType. */
  readonly type: number;
  /** MiB/s, or bytes/s with VIR_DOMAIN_BLOCK_JOB_INFO_BANDWIDTH_BYTES; 0: no limit. */
  readonly bandwidth: number;
  readonly cur: number;
  readonly end: number;
}

/** virDomainJobInfo: times in milliseconds, amounts in bytes. */
export interface JobInfo {
  /** virDomainJobType; VIR_DOMAIN_JOB_NONE when there is no job. */
  readonly type: number;
  readonly timeElapsed: number;
  readonly timeRemaining: number;
  readonly dataTotal: number;
  readonly dataProcessed: number;
  readonly dataRemaining: number;
  readonly memTotal: number;
  readonly memProcessed: number;
  readonly memRemaining: number;
  readonly fileTotal: number;
  readonly fileProcessed: number;
  readonly fileRemaining: number;
}

/** virDomainControlInfo. */
export interface DomainControlInfo {
  /** virDomainControlState: VIR_DOMAIN_CONTROL_*. */
  readonly state: number;
  /** VIR_DOMAIN_CONTROL_ERROR_REASON_*, in the state ERROR. */
  readonly details: number;
  /** Milliseconds since the hypervisor was asked what it has not answered, in the states JOB and OCCUPIED. */
  readonly stateTime: number;
}

/** virDomainGetJobStats. */
export interface JobStats {
  /** virDomainJobType. */
  readonly type: number;
  /** VIR_DOMAIN_JOB_* names, for example "data_total", "operation", "success", "errmsg". */
  readonly params: TypedParameters;
}

/** virDomainFSInfo: a mounted file system, as the guest agent says. */
export interface FSInfo {
  readonly mountpoint: string;
  readonly name: string;
  readonly fstype: string;
  /** The domain's disks below it, by target name ("vda"). */
  readonly devAlias: readonly string[];
}

/** virDomainDiskError: a disk that stopped the domain. */
export interface DiskError {
  /** Target name, "vda". */
  readonly disk: string;
  /** virDomainDiskErrorCode. */
  readonly error: number;
}

export interface Screenshot {
  /** "image/png", "image/x-portable-pixmap"… as the hypervisor chose. */
  readonly mimeType: string;
  readonly data: Buffer;
}

/** virStoragePoolInfo, bytes. */
export interface StoragePoolInfo {
  /** virStoragePoolState. */
  readonly state: number;
  readonly capacity: number;
  readonly allocation: number;
  readonly available: number;
}

/** virStorageVolInfo, bytes. */
export interface StorageVolumeInfo {
  /** virStorageVolType. */
  readonly type: number;
  readonly capacity: number;
  /** What it takes on the host; its physical size with VIR_STORAGE_VOL_GET_PHYSICAL. */
  readonly allocation: number;
}

/**
 * Statistics of one domain (virConnectGetAllDomainStats), under libvirt's own names; groups that were not asked for or
 * do not apply are missing. Names that are not spelled out here (perf.*, iothread.*, vm.*…) are there too.
 */
export interface DomainStats {
  readonly [name: string]: TypedParameter | undefined;
  /** virDomainState. */
  readonly 'state.state'?: number;
  readonly 'state.reason'?: number;
  /** Nanoseconds, like cpu.user and cpu.system. */
  readonly 'cpu.time'?: Int64;
  readonly 'cpu.user'?: Int64;
  readonly 'cpu.system'?: Int64;
  /** KiB, like the other sizes of balloon.*. */
  readonly 'balloon.current'?: Int64;
  readonly 'balloon.maximum'?: Int64;
  readonly 'balloon.available'?: Int64;
  readonly 'balloon.unused'?: Int64;
  readonly 'balloon.usable'?: Int64;
  readonly 'balloon.rss'?: Int64;
  readonly 'vcpu.current'?: number;
  readonly 'vcpu.maximum'?: number;
  readonly [vcpuState: `vcpu.${number}.state`]: number | undefined;
  readonly [vcpuTime: `vcpu.${number}.time`]: Int64 | undefined;
  readonly 'net.count'?: number;
  readonly [netName: `net.${number}.name`]: string | undefined;
  readonly [netCounter: `net.${number}.${'rx' | 'tx'}.${'bytes' | 'pkts' | 'errs' | 'drop'}`]: Int64 | undefined;
  /** Disks, or with …_STATS_BACKING the images of all their backing chains. */
  readonly 'block.count'?: number;
  /** Target name, "vda". */
  readonly [blockName: `block.${number}.name`]: string | undefined;
  readonly [blockPath: `block.${number}.path`]: string | undefined;
  readonly [blockIndex: `block.${number}.backingIndex`]: number | undefined;
  /** Bytes. */
  readonly [blockSize: `block.${number}.${'allocation' | 'capacity' | 'physical' | 'threshold'}`]: Int64 | undefined;
  readonly [blockCounter: `block.${number}.${'rd' | 'wr'}.${'reqs' | 'bytes' | 'times'}`]: Int64 | undefined;
  readonly [blockFlush: `block.${number}.fl.${'reqs' | 'times'}`]: Int64 | undefined;
}

/** Typed parameters of virDomainMigrate3 and virDomainMigrateToURI3, under libvirt's names (VIR_MIGRATE_PARAM_*). */
export interface MigrateParameters {
  readonly migrate_uri?: string | undefined;
  readonly destination_name?: string | undefined;
  readonly destination_xml?: string | undefined;
  readonly persistent_xml?: string | undefined;
  /** MiB/s. */
  readonly bandwidth?: Int64 | undefined;
  /** MiB/s. */
  readonly 'bandwidth.postcopy'?: Int64 | undefined;
  readonly graphics_uri?: string | undefined;
  readonly listen_address?: string | undefined;
  /** Target names of the disks to copy, with VIR_MIGRATE_NON_SHARED_DISK. */
  readonly migrate_disks?: readonly string[] | undefined;
  readonly disks_port?: number | undefined;
  readonly disks_uri?: string | undefined;
  readonly compression?: readonly string[] | undefined;
  readonly 'compression.mt.level'?: number | undefined;
  readonly 'compression.mt.threads'?: number | undefined;
  readonly 'compression.mt.dthreads'?: number | undefined;
  readonly 'compression.xbzrle.cache'?: Int64 | undefined;
  readonly 'auto_converge.initial'?: number | undefined;
  readonly 'auto_converge.increment'?: number | undefined;
  readonly 'parallel.connections'?: number | undefined;
  readonly 'tls.destination'?: string | undefined;
}

/** Options of the transfer of a volume. */
export interface TransferOptions {
  /** First byte, default 0. */
  readonly offset?: number | undefined;
  /** Bytes; default or 0: to the end. */
  readonly length?: number | undefined;
  /** Deadline in milliseconds of each step (opening, one chunk, finishing), not of the whole transfer. */
  readonly timeout?: number | undefined;
  /** Cancels the transfer (virStreamAbort). */
  readonly signal?: AbortSignal | undefined;
}

/** Options of the opening of a transfer. */
export interface StreamTransferOptions {
  /** First byte, default 0. */
  readonly offset?: number | undefined;
  /** Holes go over the connection as their lengths (VIR_STORAGE_VOL_*_SPARSE_STREAM; libvirt 3.4 on both ends). */
  readonly sparse?: boolean | undefined;
  /** Deadline in milliseconds of each step. */
  readonly timeout?: number | undefined;
}

/** What a file has from one place on: data, or a hole, and so many bytes of it. Length 0: the file ends there. */
export interface FileSection {
  readonly data: boolean;
  readonly length: number;
}
