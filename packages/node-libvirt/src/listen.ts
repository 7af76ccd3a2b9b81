import { LibvirtError } from './errors.ts';
import type { DomainEvents, NetworkEvents, NodeDeviceEvents, SecretEvents, StoragePoolEvents } from './events.ts';
import * as constants from './generated/constants.ts';
import { native, type ConnectionHandle, type DeregisterAny, type Handle, type RegisterAny } from './native.ts';
import type { CallOptions } from './types.ts';

/** A registered listener. It does not keep the process alive by itself. */
export interface EventSubscription {
  /** No event is delivered from now on; resolves when libvirt has forgotten the listener. Safe to call twice. */
  cancel(options?: CallOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @template Scope the object to which the events are confined; left out: all of the connection's */
export interface EventOptions<Scope> extends CallOptions {
  readonly only?: Scope | undefined;
}

/** The events of one kind of object: their numbers in libvirt, and how one listens to them. */
interface Family<Kind extends string, Name extends string> {
  readonly ids: Readonly<Record<Name, number>>;
  readonly register: RegisterAny<Kind>;
  readonly deregister: DeregisterAny;
}

const domainEventIDs = {
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

const storagePoolEventIDs = {
  lifecycle: constants.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE,
  refresh: constants.VIR_STORAGE_POOL_EVENT_ID_REFRESH,
} as const satisfies Record<keyof StoragePoolEvents, number>;

const networkEventIDs = {
  lifecycle: constants.VIR_NETWORK_EVENT_ID_LIFECYCLE,
} as const satisfies Record<keyof NetworkEvents, number>;

const secretEventIDs = {
  lifecycle: constants.VIR_SECRET_EVENT_ID_LIFECYCLE,
  valueChanged: constants.VIR_SECRET_EVENT_ID_VALUE_CHANGED,
} as const satisfies Record<keyof SecretEvents, number>;

const nodeDeviceEventIDs = {
  lifecycle: constants.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE,
  update: constants.VIR_NODE_DEVICE_EVENT_ID_UPDATE,
} as const satisfies Record<keyof NodeDeviceEvents, number>;

export const domainFamily: Family<'domain', keyof DomainEvents> = {
  ids: domainEventIDs,
  register: native.virConnectDomainEventRegisterAny,
  deregister: native.virConnectDomainEventDeregisterAny,
};

export const storagePoolFamily: Family<'pool', keyof StoragePoolEvents> = {
  ids: storagePoolEventIDs,
  register: native.virConnectStoragePoolEventRegisterAny,
  deregister: native.virConnectStoragePoolEventDeregisterAny,
};

export const networkFamily: Family<'network', keyof NetworkEvents> = {
  ids: networkEventIDs,
  register: native.virConnectNetworkEventRegisterAny,
  deregister: native.virConnectNetworkEventDeregisterAny,
};

export const secretFamily: Family<'secret', keyof SecretEvents> = {
  ids: secretEventIDs,
  register: native.virConnectSecretEventRegisterAny,
  deregister: native.virConnectSecretEventDeregisterAny,
};

export const nodeDeviceFamily: Family<'nodeDevice', keyof NodeDeviceEvents> = {
  ids: nodeDeviceEventIDs,
  register: native.virConnectNodeDeviceEventRegisterAny,
  deregister: native.virConnectNodeDeviceEventDeregisterAny,
};

/**
 * Registers a listener. `wrap` makes the public object of what the addon gives.
 * Rejects with TypeError for an event that there is not.
 */
export async function listen<Kind extends string, Name extends string>(
  connection: ConnectionHandle,
  family: Family<Kind, Name>,
  name: Name,
  listener: (event: never) => void,
  options: EventOptions<{ readonly handle: Handle<Kind> }> | undefined,
  wrap: (raw: never) => unknown,
): Promise<EventSubscription> {
  if (!Object.hasOwn(family.ids, name)) throw new TypeError(`there is no event "${name}"`);
  if (typeof listener !== 'function') throw new TypeError('"listener" must be a function');
  const id = await family.register(
    connection,
    options?.only?.handle ?? null,
    family.ids[name],
    (raw: never) => {
      listener(wrap(raw) as never);
    },
    options?.timeout,
  );
  let cancelled: Promise<void> | null = null;
  const cancel = (cancelOptions?: CallOptions): Promise<void> =>
    (cancelled ??= family.deregister(connection, id, cancelOptions?.timeout).catch((error: unknown) => {
      // A closed connection has no listeners left.
      if (!(error instanceof LibvirtError && error.code === constants.VIR_ERR_INVALID_CONN)) throw error;
    }));
  return { cancel, [Symbol.asyncDispose]: () => cancel() };
}
