/** What each event says, by the name under which Connection listens to it. Codes are libvirt's constants. */
import type { Domain } from './domain.ts';
import type { Network } from './network.ts';
import type { NodeDevice } from './node-device.ts';
import type { Secret } from './secret.ts';
import type { StoragePool } from './storage.ts';
import type { TypedParameters } from './types.ts';

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
