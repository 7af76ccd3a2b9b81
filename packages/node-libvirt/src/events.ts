import type { Domain } from './domain.ts';
import * as constants from './generated/constants.ts';
import type { Network } from './network.ts';
import type { NodeDevice } from './node-device.ts';
import type { Secret } from './secret.ts';
import type { StoragePool } from './storage.ts';
import type { TypedParameters } from './types.ts';

/** What each event of a domain says. Codes are libvirt's constants. */
export interface DomainEvents {
  /** event: VIR_DOMAIN_EVENT_DEFINED…; detail: one of the enum that belongs to it, VIR_DOMAIN_EVENT_STOPPED_CRASHED… */
  lifecycle: { domain: Domain; event: number; detail: number };
  reboot: { domain: Domain };
  /** action: VIR_DOMAIN_EVENT_WATCHDOG_* */
  watchdog: { domain: Domain; action: number };
  /** action: VIR_DOMAIN_EVENT_IO_ERROR_*; reason: "enospc" or empty. */
  ioError: { domain: Domain; srcPath: string; devAlias: string; action: number; reason: string };
  controlError: { domain: Domain };
  /** disk: target name; type: virDomainBlockJobType; status: VIR_DOMAIN_BLOCK_JOB_*. */
  blockJob: { domain: Domain; disk: string; type: number; status: number };
  /** reason: VIR_DOMAIN_EVENT_DISK_* */
  diskChange: {
    domain: Domain;
    oldSrcPath: string | null;
    newSrcPath: string | null;
    devAlias: string;
    reason: number;
  };
  /** reason: VIR_DOMAIN_EVENT_TRAY_CHANGE_* */
  trayChange: { domain: Domain; devAlias: string; reason: number };
  /** actual: KiB. */
  balloonChange: { domain: Domain; actual: number };
  deviceAdded: { domain: Domain; devAlias: string };
  deviceRemoved: { domain: Domain; devAlias: string };
  deviceRemovalFailed: { domain: Domain; devAlias: string };
  /** state and reason: VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_* */
  agentLifecycle: { domain: Domain; state: number; reason: number };
  migrationIteration: { domain: Domain; iteration: number };
  jobCompleted: { domain: Domain; params: TypedParameters };
  /** type: VIR_DOMAIN_METADATA_*; nsuri: the namespace, for VIR_DOMAIN_METADATA_ELEMENT. */
  metadataChange: { domain: Domain; type: number; nsuri: string | null };
}

export interface StoragePoolEvents {
  /** event: VIR_STORAGE_POOL_EVENT_* */
  lifecycle: { pool: StoragePool; event: number; detail: number };
  refresh: { pool: StoragePool };
}

export interface NetworkEvents {
  /** event: VIR_NETWORK_EVENT_* */
  lifecycle: { network: Network; event: number; detail: number };
}

export interface SecretEvents {
  /** event: VIR_SECRET_EVENT_* */
  lifecycle: { secret: Secret; event: number; detail: number };
  valueChanged: { secret: Secret };
}

export interface NodeDeviceEvents {
  /** event: VIR_NODE_DEVICE_EVENT_* */
  lifecycle: { device: NodeDevice; event: number; detail: number };
  update: { device: NodeDevice };
}

/** The numbers of the events in libvirt. */
export const domainEventIDs = {
  lifecycle: constants.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
  reboot: constants.VIR_DOMAIN_EVENT_ID_REBOOT,
  watchdog: constants.VIR_DOMAIN_EVENT_ID_WATCHDOG,
  ioError: constants.VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON,
  controlError: constants.VIR_DOMAIN_EVENT_ID_CONTROL_ERROR,
  blockJob: constants.VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2,
  diskChange: constants.VIR_DOMAIN_EVENT_ID_DISK_CHANGE,
  trayChange: constants.VIR_DOMAIN_EVENT_ID_TRAY_CHANGE,
  balloonChange: constants.VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE,
  deviceAdded: constants.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED,
  deviceRemoved: constants.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
  deviceRemovalFailed: constants.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED,
  agentLifecycle: constants.VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE,
  migrationIteration: constants.VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION,
  jobCompleted: constants.VIR_DOMAIN_EVENT_ID_JOB_COMPLETED,
  metadataChange: constants.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE,
} as const satisfies Record<keyof DomainEvents, number>;

export const storagePoolEventIDs = {
  lifecycle: constants.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE,
  refresh: constants.VIR_STORAGE_POOL_EVENT_ID_REFRESH,
} as const satisfies Record<keyof StoragePoolEvents, number>;

export const networkEventIDs = {
  lifecycle: constants.VIR_NETWORK_EVENT_ID_LIFECYCLE,
} as const satisfies Record<keyof NetworkEvents, number>;

export const secretEventIDs = {
  lifecycle: constants.VIR_SECRET_EVENT_ID_LIFECYCLE,
  valueChanged: constants.VIR_SECRET_EVENT_ID_VALUE_CHANGED,
} as const satisfies Record<keyof SecretEvents, number>;

export const nodeDeviceEventIDs = {
  lifecycle: constants.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE,
  update: constants.VIR_NODE_DEVICE_EVENT_ID_UPDATE,
} as const satisfies Record<keyof NodeDeviceEvents, number>;

/** The number of an event; TypeError for a name that there is not. */
export function eventID<Name extends string>(ids: Readonly<Record<Name, number>>, name: Name): number {
  if (!Object.hasOwn(ids, name)) throw new TypeError(`there is no event "${name}"`);
  return ids[name];
}
