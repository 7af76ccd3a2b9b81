/** The public face of the package, name by name. Constants are in node-libvirt/constants. */
export { Connection } from './connection.ts';
export type { CloseListener } from './connection.ts';
export { Domain } from './domain.ts';
export { LibvirtError, LibvirtTimeoutError } from './errors.ts';
export type { DomainEvents, NetworkEvents, NodeDeviceEvents, SecretEvents, StoragePoolEvents } from './events.ts';
export type { EventOptions, EventSubscription } from './listen.ts';
export { Network } from './network.ts';
export { NodeDevice } from './node-device.ts';
export type { Credential, CredentialCallback, OpenOptions } from './open-options.ts';
export { Secret } from './secret.ts';
export { DomainCheckpoint, DomainSnapshot } from './snapshot.ts';
export { StoragePool, StorageVolume } from './storage.ts';
export type { VolumeDownload, VolumeUpload } from './transfer.ts';
export type {
  BlockInfo,
  BlockJobInfo,
  CallOptions,
  DiskError,
  DomainCapabilitiesQuery,
  DomainControlInfo,
  DomainInfo,
  DomainState,
  DomainStats,
  FileSection,
  FSInfo,
  Int64,
  JobInfo,
  JobStats,
  MigrateParameters,
  NodeInfo,
  Screenshot,
  StoragePoolInfo,
  StorageVolumeInfo,
  StreamTransferOptions,
  TransferOptions,
  TypedParameter,
  TypedParameters,
} from './types.ts';
