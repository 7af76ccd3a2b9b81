import { LibvirtError } from './errors.ts';
import type { DomainEvents, NetworkEvents, NodeDeviceEvents, SecretEvents, StoragePoolEvents } from './events.ts';
import * as constants from './generated/constants.ts';
import type { ConnectionHandle, Handle } from './handles.ts';
import { native, type DeregisterAny, type RegisterAny } from './native.ts';
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

/** The object to which events are confined. */
interface Scope<Kind extends string> {
  readonly handle: Handle<Kind>;
  readonly uuid?: string;
  readonly name?: string;
}

/** The events of one kind of object: their numbers in libvirt, and how one listens to them. */
interface Family<Kind extends string, Name extends string> {
  readonly kind: Kind;
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
  kind: 'domain',
  ids: domainEventIDs,
  register: native.virConnectDomainEventRegisterAny,
  deregister: native.virConnectDomainEventDeregisterAny,
};

export const storagePoolFamily: Family<'pool', keyof StoragePoolEvents> = {
  kind: 'pool',
  ids: storagePoolEventIDs,
  register: native.virConnectStoragePoolEventRegisterAny,
  deregister: native.virConnectStoragePoolEventDeregisterAny,
};

export const networkFamily: Family<'network', keyof NetworkEvents> = {
  kind: 'network',
  ids: networkEventIDs,
  register: native.virConnectNetworkEventRegisterAny,
  deregister: native.virConnectNetworkEventDeregisterAny,
};

export const secretFamily: Family<'secret', keyof SecretEvents> = {
  kind: 'secret',
  ids: secretEventIDs,
  register: native.virConnectSecretEventRegisterAny,
  deregister: native.virConnectSecretEventDeregisterAny,
};

export const nodeDeviceFamily: Family<'nodeDevice', keyof NodeDeviceEvents> = {
  kind: 'nodeDevice',
  ids: nodeDeviceEventIDs,
  register: native.virConnectNodeDeviceEventRegisterAny,
  deregister: native.virConnectNodeDeviceEventDeregisterAny,
};

/** One registration in libvirt, and all who listen to it: libvirt takes a callback for an event and scope but once. */
interface Registration {
  readonly listeners: Set<(event: never) => void>;
  readonly id: Promise<number>;
}

/** The registrations of one connection. */
export class Listeners {
  readonly #connection: ConnectionHandle;
  readonly #registrations = new Map<string, Registration>();
  /** What the next registration of the same key must wait for. */
  readonly #ending = new Map<string, Promise<void>>();

  constructor(connection: ConnectionHandle) {
    this.#connection = connection;
  }

  /**
   * Adds a listener. `wrap` makes the public event of what the addon gives; all listeners share it.
   * Rejects with TypeError for an event that there is not.
   */
  async add<Kind extends string, Name extends string>(
    family: Family<Kind, Name>,
    name: Name,
    listener: (event: never) => void,
    options: EventOptions<Scope<Kind>> | undefined,
    wrap: (raw: never) => unknown,
  ): Promise<EventSubscription> {
    if (!Object.hasOwn(family.ids, name)) throw new TypeError(`there is no event "${name}"`);
    if (typeof listener !== 'function') throw new TypeError('"listener" must be a function');
    const only = options?.only;
    const key = `${family.kind} ${name} ${only ? (only.uuid ?? only.name ?? '') : ''}`;
    // A function of its own, so that one listener can be added twice and taken away once.
    const own = (event: never): void => {
      listener(event);
    };
    let registration = this.#registrations.get(key);
    if (registration) {
      registration.listeners.add(own);
    } else {
      const listeners = new Set([own]);
      const register = async (): Promise<number> => {
        await this.#ending.get(key);
        return family.register(
          this.#connection,
          only?.handle ?? null,
          family.ids[name],
          (raw: never) => {
            deliver(listeners, wrap(raw) as never);
          },
          options?.timeout,
        );
      };
      registration = { listeners, id: register() };
      this.#registrations.set(key, registration);
    }
    const joined = registration;
    try {
      await joined.id;
    } catch (error) {
      if (this.#registrations.get(key) === joined) this.#registrations.delete(key);
      throw error;
    }
    const cancel = (cancelOptions?: CallOptions): Promise<void> =>
      this.#remove(key, joined, own, family.deregister, cancelOptions);
    return { cancel, [Symbol.asyncDispose]: () => cancel() };
  }

  async #remove(
    key: string,
    registration: Registration,
    listener: (event: never) => void,
    deregister: DeregisterAny,
    options: CallOptions | undefined,
  ): Promise<void> {
    const last = registration.listeners.delete(listener) && registration.listeners.size === 0;
    if (last) {
      this.#registrations.delete(key);
      const end = async (): Promise<void> => {
        await deregister(this.#connection, await registration.id, options?.timeout);
      };
      const ended = end().catch((error: unknown) => {
        // A closed connection has no listeners left.
        if (!(error instanceof LibvirtError && error.code === constants.VIR_ERR_INVALID_CONN)) throw error;
      });
      const settled = ended.catch(() => undefined);
      this.#ending.set(key, settled);
      void settled.then(() => {
        if (this.#ending.get(key) === settled) this.#ending.delete(key);
      });
      await ended;
    }
  }
}

/** Every listener gets the event, whatever another one throws. */
function deliver(listeners: ReadonlySet<(event: never) => void>, event: never): void {
  for (const listener of [...listeners]) {
    try {
      listener(event);
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }
}
