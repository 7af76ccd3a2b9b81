import { Domain } from './domain.ts';
import type { DomainEvents, NetworkEvents, NodeDeviceEvents, SecretEvents, StoragePoolEvents } from './events.ts';
import {
  domainFamily,
  Listeners,
  networkFamily,
  nodeDeviceFamily,
  secretFamily,
  storagePoolFamily,
  type EventOptions,
  type EventSubscription,
} from './listen.ts';
import type { ConnectionHandle } from './handles.ts';
import { native, type RawDomain, type RawNetwork, type RawNodeDevice, type RawPool, type RawSecret } from './native.ts';
import { Network } from './network.ts';
import { NodeDevice } from './node-device.ts';
import { openArguments, type OpenOptions } from './open-options.ts';
import { Secret } from './secret.ts';
import { StoragePool, StorageVolume } from './storage.ts';
import type { CallOptions, DomainCapabilitiesQuery, DomainStats, FileSection, NodeInfo } from './types.ts';

/** @param reason VIR_CONNECT_CLOSE_REASON_* */
export type CloseListener = (reason: number) => void;

/**
 * A connection to a hypervisor (virConnectPtr). Its calls run on threads of its own, so a host that hangs delays no other.
 * Methods bear libvirt's names without `virConnect` and `Get`; they reject with LibvirtError.
 */
export class Connection {
  /** @internal */
  readonly handle: ConnectionHandle;
  readonly #closeListeners: Set<CloseListener>;
  readonly #listeners: Listeners;

  private constructor(handle: ConnectionHandle, closeListeners: Set<CloseListener>) {
    this.handle = handle;
    this.#closeListeners = closeListeners;
    this.#listeners = new Listeners(handle);
  }

  /**
   * Opens a connection (virConnectOpen, …OpenReadOnly and …OpenAuth, by the options).
   * @param uri for example "qemu:///system" or "test:///default"; null: libvirt's default
   */
  static async open(uri: string | null, options: OpenOptions = {}): Promise<Connection> {
    const listeners = new Set<CloseListener>();
    const args = openArguments(uri, options, (reason) => {
      for (const listener of [...listeners]) listener(reason);
    });
    return new Connection(await native.virConnectOpenAuth(args, options.timeout), listeners);
  }

  /**
   * Ends the connection and frees all its objects. Calls that still wait for a thread reject; calls in libvirt may
   * return until the deadline (default 5000 ms). Past it, they reject as well, close() resolves, and what is left is
   * freed when libvirt returns. Safe to call twice.
   */
  close(options?: CallOptions): Promise<void> {
    return native.virConnectClose(this.handle, options?.timeout ?? 5000);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Calls back once when the connection ends otherwise than by close(). Gives what takes the listener away again. */
  onClose(listener: CloseListener): () => void {
    if (typeof listener !== 'function') throw new TypeError('"listener" must be a function');
    this.#closeListeners.add(listener);
    return () => void this.#closeListeners.delete(listener);
  }

  /** Whether the connection still stands. Asks nothing of the host. */
  isAlive(options?: CallOptions): Promise<boolean> {
    return native.virConnectIsAlive(this.handle, options?.timeout);
  }

  isEncrypted(options?: CallOptions): Promise<boolean> {
    return native.virConnectIsEncrypted(this.handle, options?.timeout);
  }

  /** Encrypted, or confined to this machine. */
  isSecure(options?: CallOptions): Promise<boolean> {
    return native.virConnectIsSecure(this.handle, options?.timeout);
  }

  /**
   * Sends a sign of life every `interval` seconds; the connection ends when `count` go unanswered. 0 switches it off.
   * false: the driver has no such thing (as the test driver).
   */
  setKeepAlive(interval: number, count: number, options?: CallOptions): Promise<boolean> {
    return native.virConnectSetKeepAlive(this.handle, interval, count, options?.timeout);
  }

  uri(options?: CallOptions): Promise<string> {
    return native.virConnectGetURI(this.handle, options?.timeout);
  }

  hostname(options?: CallOptions): Promise<string> {
    return native.virConnectGetHostname(this.handle, options?.timeout);
  }

  /** The driver: "QEMU", "Test"… */
  type(options?: CallOptions): Promise<string> {
    return native.virConnectGetType(this.handle, options?.timeout);
  }

  /** The hypervisor's version: major * 1000000 + minor * 1000 + release. */
  version(options?: CallOptions): Promise<number> {
    return native.virConnectGetVersion(this.handle, options?.timeout);
  }

  /** Libvirt's version on the host: major * 1000000 + minor * 1000 + release. */
  libVersion(options?: CallOptions): Promise<number> {
    return native.virConnectGetLibVersion(this.handle, options?.timeout);
  }

  /** The version of the client library in this process: major * 1000000 + minor * 1000 + release. */
  clientVersion(options?: CallOptions): Promise<number> {
    return native.virGetVersion(this.handle, options?.timeout);
  }

  /** XML. */
  capabilities(options?: CallOptions): Promise<string> {
    return native.virConnectGetCapabilities(this.handle, options?.timeout);
  }

  /** What domains can have here, XML. */
  domainCapabilities(query: DomainCapabilitiesQuery = {}, options?: CallOptions): Promise<string> {
    const { emulatorbin = null, arch = null, machine = null, virttype = null } = query;
    return native.virConnectGetDomainCapabilities(
      this.handle,
      emulatorbin,
      arch,
      machine,
      virttype,
      0,
      options?.timeout,
    );
  }

  /**
   * Would this host run that CPU? VIR_CPU_COMPARE_*; compares with the host's own CPU, whatever the hypervisor makes of it.
   * @param xml <cpu> @param flags VIR_CONNECT_COMPARE_CPU_*; FAIL_INCOMPATIBLE: reject with VIR_ERR_CPU_INCOMPATIBLE, whose message says why
   */
  compareCPU(xml: string, flags = 0, options?: CallOptions): Promise<number> {
    return native.virConnectCompareCPU(this.handle, xml, flags, options?.timeout);
  }

  /** The same of what the hypervisor can give a guest here. */
  compareHypervisorCPU(query: DomainCapabilitiesQuery, xml: string, flags = 0, options?: CallOptions): Promise<number> {
    const { emulatorbin = null, arch = null, machine = null, virttype = null } = query;
    return native.virConnectCompareHypervisorCPU(
      this.handle,
      emulatorbin,
      arch,
      machine,
      virttype,
      xml,
      flags,
      options?.timeout,
    );
  }

  /** Bytes. */
  freeMemory(options?: CallOptions): Promise<number> {
    return native.virNodeGetFreeMemory(this.handle, options?.timeout);
  }

  nodeInfo(options?: CallOptions): Promise<NodeInfo> {
    return native.virNodeGetInfo(this.handle, options?.timeout);
  }

  /** The hypervisor's own form of a definition, without starting anything. @param format "qemu-argv" */
  domainXMLToNative(format: string, xml: string, options?: CallOptions): Promise<string> {
    return native.virConnectDomainXMLToNative(this.handle, format, xml, 0, options?.timeout);
  }

  /** @param flags VIR_CONNECT_LIST_DOMAINS_* */
  async listAllDomains(flags = 0, options?: CallOptions): Promise<Domain[]> {
    const list = await native.virConnectListAllDomains(this.handle, flags, options?.timeout);
    return list.map((raw) => new Domain(this, raw));
  }

  /**
   * Statistics of all domains in one call, or of the given ones.
   * @param stats VIR_DOMAIN_STATS_*, 0: all groups @param flags VIR_CONNECT_GET_ALL_DOMAINS_STATS_*
   */
  async getAllDomainStats(
    stats = 0,
    flags = 0,
    options?: CallOptions & { readonly domains?: readonly Domain[] | undefined },
  ): Promise<{ domain: Domain; stats: DomainStats }[]> {
    const handles = options?.domains?.map((domain) => domain.handle);
    const records =
      handles === undefined
        ? await native.virConnectGetAllDomainStats(this.handle, stats, flags, options?.timeout)
        : await native.virDomainListGetStats(this.handle, handles, stats, flags, options?.timeout);
    return records.map((record) => ({ domain: new Domain(this, record.domain), stats: record.stats }));
  }

  async lookupDomainByName(name: string, options?: CallOptions): Promise<Domain> {
    return new Domain(this, await native.virDomainLookupByName(this.handle, name, options?.timeout));
  }

  async lookupDomainByUUID(uuid: string, options?: CallOptions): Promise<Domain> {
    return new Domain(this, await native.virDomainLookupByUUIDString(this.handle, uuid, options?.timeout));
  }

  async lookupDomainByID(id: number, options?: CallOptions): Promise<Domain> {
    return new Domain(this, await native.virDomainLookupByID(this.handle, id, options?.timeout));
  }

  /** Starts a domain from a definition that is not kept. @param flags VIR_DOMAIN_START_* */
  async createDomainXML(xml: string, flags = 0, options?: CallOptions): Promise<Domain> {
    return new Domain(this, await native.virDomainCreateXML(this.handle, xml, flags, options?.timeout));
  }

  /** Keeps a definition, new or changed; starts nothing. @param flags VIR_DOMAIN_DEFINE_* */
  async defineDomainXML(xml: string, flags = 0, options?: CallOptions): Promise<Domain> {
    return new Domain(this, await native.virDomainDefineXMLFlags(this.handle, xml, flags, options?.timeout));
  }

  /** @param flags VIR_CONNECT_LIST_STORAGE_POOLS_* */
  async listAllStoragePools(flags = 0, options?: CallOptions): Promise<StoragePool[]> {
    const list = await native.virConnectListAllStoragePools(this.handle, flags, options?.timeout);
    return list.map((raw) => new StoragePool(this, raw));
  }

  async lookupStoragePoolByName(name: string, options?: CallOptions): Promise<StoragePool> {
    return new StoragePool(this, await native.virStoragePoolLookupByName(this.handle, name, options?.timeout));
  }

  async lookupStoragePoolByUUID(uuid: string, options?: CallOptions): Promise<StoragePool> {
    return new StoragePool(this, await native.virStoragePoolLookupByUUIDString(this.handle, uuid, options?.timeout));
  }

  async lookupStoragePoolByTargetPath(path: string, options?: CallOptions): Promise<StoragePool> {
    return new StoragePool(this, await native.virStoragePoolLookupByTargetPath(this.handle, path, options?.timeout));
  }

  /** Starts a pool whose definition is not kept. @param flags VIR_STORAGE_POOL_CREATE_* */
  async createStoragePoolXML(xml: string, flags = 0, options?: CallOptions): Promise<StoragePool> {
    return new StoragePool(this, await native.virStoragePoolCreateXML(this.handle, xml, flags, options?.timeout));
  }

  /** @param flags VIR_STORAGE_POOL_DEFINE_* */
  async defineStoragePoolXML(xml: string, flags = 0, options?: CallOptions): Promise<StoragePool> {
    return new StoragePool(this, await native.virStoragePoolDefineXML(this.handle, xml, flags, options?.timeout));
  }

  async lookupVolumeByPath(path: string, options?: CallOptions): Promise<StorageVolume> {
    return new StorageVolume(this, await native.virStorageVolLookupByPath(this.handle, path, options?.timeout));
  }

  async lookupVolumeByKey(key: string, options?: CallOptions): Promise<StorageVolume> {
    return new StorageVolume(this, await native.virStorageVolLookupByKey(this.handle, key, options?.timeout));
  }

  /**
   * What an open file of this computer has at `offset`, data or a hole: what a sparse upload needs to know (virStreamInData asks the same
   * of its caller). On a thread of the connection, since the file may lie on a server that does not answer.
   */
  fileSection(fd: number, offset: number, options?: CallOptions): Promise<FileSection> {
    return native.fileSection(this.handle, fd, offset, options?.timeout);
  }

  /** @param flags VIR_CONNECT_LIST_NETWORKS_* */
  async listAllNetworks(flags = 0, options?: CallOptions): Promise<Network[]> {
    const list = await native.virConnectListAllNetworks(this.handle, flags, options?.timeout);
    return list.map((raw) => new Network(this, raw));
  }

  async lookupNetworkByName(name: string, options?: CallOptions): Promise<Network> {
    return new Network(this, await native.virNetworkLookupByName(this.handle, name, options?.timeout));
  }

  async lookupNetworkByUUID(uuid: string, options?: CallOptions): Promise<Network> {
    return new Network(this, await native.virNetworkLookupByUUIDString(this.handle, uuid, options?.timeout));
  }

  async defineNetworkXML(xml: string, options?: CallOptions): Promise<Network> {
    return new Network(this, await native.virNetworkDefineXML(this.handle, xml, options?.timeout));
  }

  /** @param flags VIR_CONNECT_LIST_SECRETS_* */
  async listAllSecrets(flags = 0, options?: CallOptions): Promise<Secret[]> {
    const list = await native.virConnectListAllSecrets(this.handle, flags, options?.timeout);
    return list.map((raw) => new Secret(this, raw));
  }

  async lookupSecretByUUID(uuid: string, options?: CallOptions): Promise<Secret> {
    return new Secret(this, await native.virSecretLookupByUUIDString(this.handle, uuid, options?.timeout));
  }

  /** @param usageType VIR_SECRET_USAGE_TYPE_* */
  async lookupSecretByUsage(usageType: number, usageID: string, options?: CallOptions): Promise<Secret> {
    return new Secret(this, await native.virSecretLookupByUsage(this.handle, usageType, usageID, options?.timeout));
  }

  async defineSecretXML(xml: string, options?: CallOptions): Promise<Secret> {
    return new Secret(this, await native.virSecretDefineXML(this.handle, xml, 0, options?.timeout));
  }

  /** @param flags VIR_CONNECT_LIST_NODE_DEVICES_* */
  async listAllNodeDevices(flags = 0, options?: CallOptions): Promise<NodeDevice[]> {
    const list = await native.virConnectListAllNodeDevices(this.handle, flags, options?.timeout);
    return list.map((raw) => new NodeDevice(this, raw));
  }

  async lookupNodeDeviceByName(name: string, options?: CallOptions): Promise<NodeDevice> {
    return new NodeDevice(this, await native.virNodeDeviceLookupByName(this.handle, name, options?.timeout));
  }

  /**
   * Listens to one kind of event of all domains, or of one. Listeners run in the order of the events, and share the
   * event and its object.
   */
  onDomainEvent<Name extends keyof DomainEvents>(
    name: Name,
    listener: (event: DomainEvents[Name]) => void,
    options?: EventOptions<Domain>,
  ): Promise<EventSubscription> {
    return this.#listeners.add(domainFamily, name, listener, options, (event: { domain: RawDomain }) => ({
      ...event,
      domain: new Domain(this, event.domain),
    }));
  }

  /** Like onDomainEvent, of storage pools. */
  onStoragePoolEvent<Name extends keyof StoragePoolEvents>(
    name: Name,
    listener: (event: StoragePoolEvents[Name]) => void,
    options?: EventOptions<StoragePool>,
  ): Promise<EventSubscription> {
    return this.#listeners.add(storagePoolFamily, name, listener, options, (event: { pool: RawPool }) => ({
      ...event,
      pool: new StoragePool(this, event.pool),
    }));
  }

  /** Like onDomainEvent, of networks. */
  onNetworkEvent<Name extends keyof NetworkEvents>(
    name: Name,
    listener: (event: NetworkEvents[Name]) => void,
    options?: EventOptions<Network>,
  ): Promise<EventSubscription> {
    return this.#listeners.add(networkFamily, name, listener, options, (event: { network: RawNetwork }) => ({
      ...event,
      network: new Network(this, event.network),
    }));
  }

  /** Like onDomainEvent, of secrets. */
  onSecretEvent<Name extends keyof SecretEvents>(
    name: Name,
    listener: (event: SecretEvents[Name]) => void,
    options?: EventOptions<Secret>,
  ): Promise<EventSubscription> {
    return this.#listeners.add(secretFamily, name, listener, options, (event: { secret: RawSecret }) => ({
      ...event,
      secret: new Secret(this, event.secret),
    }));
  }

  /** Like onDomainEvent, of the host's devices. */
  onNodeDeviceEvent<Name extends keyof NodeDeviceEvents>(
    name: Name,
    listener: (event: NodeDeviceEvents[Name]) => void,
    options?: EventOptions<NodeDevice>,
  ): Promise<EventSubscription> {
    return this.#listeners.add(nodeDeviceFamily, name, listener, options, (event: { device: RawNodeDevice }) => ({
      ...event,
      device: new NodeDevice(this, event.device),
    }));
  }
}
