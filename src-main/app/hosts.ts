/** The hosts of the window: the built-in ones and those added, each with its connection, its state in words, and its machines. */
import { createHash } from 'node:crypto';
import { SalvorError, errorData } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import type { AppEvent, Host, MachineRow } from '../../src-core/contract/schemas.ts';
import { parseDomainCapabilities } from '../../src-core/host/domain-capabilities.ts';
import { hostTraits } from '../../src-core/host/traits.ts';
import type { HostTrait } from '../../src-core/host/traits.ts';
import type { HostIdentity, Hypervisor, OpenHypervisor } from '../libvirt/port.ts';
import type { Elsewhere } from './disk-users.ts';
import { errorOf } from './errors.ts';
import { startInventory } from './inventory.ts';
import type { Inventory } from './inventory.ts';
import type { Log } from './log.ts';
import type { SettingsService } from './settings.ts';

export interface HostEntry {
  readonly id: string;
  readonly name: string;
  readonly uri: string;
  readonly readOnly: boolean;
  readonly builtin: boolean;
  /** Definitions to start right after connecting: the demo host's machine that is in rescue already (its state lives in our process). */
  readonly startXml?: readonly string[];
}

export interface HostsOptions {
  readonly open: OpenHypervisor;
  readonly builtin: readonly HostEntry[];
  readonly settings: SettingsService;
  readonly emit: (event: AppEvent) => void;
  readonly log: Log;
}

/** A connected host. */
export interface Connected {
  readonly entry: HostEntry;
  readonly hypervisor: Hypervisor;
  readonly inventory: Inventory;
}

export interface Hosts {
  readonly list: () => Host[];
  readonly add: (host: { uri: string; name: string | null; readOnly: boolean }) => Host;
  readonly remove: (id: string) => Promise<void>;
  /** Throws host-not-found at once; resolves when connected or failed, the outcome is in the host's state. */
  readonly connect: (id: string) => Promise<void>;
  readonly disconnect: (id: string) => Promise<void>;
  /** Throws host-not-found or not-connected. */
  readonly connected: (id: string) => Connected;
  /** All that are connected but that one. */
  readonly elsewhere: (id: string) => Elsewhere[];
  readonly machines: () => MachineRow[];
  readonly closeAll: () => Promise<void>;
}

/** What is known of a host at the moment. `attempt` tells a connection from the ones before it. */
interface Slot {
  readonly entry: HostEntry;
  attempt: number;
  state: Host['state'];
  error: ErrorData | null;
  link: { hypervisor: Hypervisor; identity: HostIdentity; traits: readonly HostTrait[]; inventory: Inventory } | null;
}

export function createHosts({ open, builtin, settings, emit, log }: HostsOptions): Hosts {
  const slots = new Map<string, Slot>();
  const put = (entry: HostEntry): Slot => {
    const slot: Slot = { entry, attempt: 0, state: 'disconnected', error: null, link: null };
    slots.set(entry.id, slot);
    return slot;
  };
  for (const entry of [...builtin, ...settings.get().hosts.map((host) => ({ ...host, builtin: false }))]) put(entry);

  const slotOf = (id: string): Slot => {
    const slot = slots.get(id);
    if (slot === undefined) throw new SalvorError('host-not-found');
    return slot;
  };
  const tell = (slot: Slot): void => {
    if (slots.get(slot.entry.id) === slot) emit({ type: 'host-changed', host: hostData(slot) });
  };

  /** Forget the connection; resolves when it is closed. */
  const drop = async (slot: Slot, error: ErrorData | null): Promise<void> => {
    const { link } = slot;
    Object.assign(slot, { attempt: slot.attempt + 1, state: 'disconnected', error, link: null });
    if (link !== null) emit({ type: 'machines-reset', hostId: slot.entry.id, machines: [] });
    tell(slot);
    link?.inventory.stop();
    await link?.hypervisor.close().catch(() => undefined);
  };

  const connect = async (slot: Slot): Promise<void> => {
    if (slot.state !== 'disconnected') return;
    const attempt = (slot.attempt += 1);
    const current = () => slot.attempt === attempt;
    Object.assign(slot, { state: 'connecting', error: null });
    tell(slot);
    let hypervisor: Hypervisor | null = null;
    try {
      const onLost = (reason: string) => {
        if (!current()) return;
        log.warn(`connection to ${slot.entry.uri} lost: ${reason}`);
        void drop(slot, errorData('connection-lost', { uri: slot.entry.uri }, reason));
      };
      hypervisor = await open(withoutTerminal(slot.entry.uri), { readOnly: slot.entry.readOnly, onLost });
      await startAtConnect(hypervisor, slot.entry, log);
      const [identity, traits] = await identify(hypervisor);
      const inventory = await startInventory(
        hypervisor,
        slot.entry,
        (event) => current() && emit(event),
        () => current() && tell(slot),
      );
      if (current()) Object.assign(slot, { state: 'connected', link: { hypervisor, identity, traits, inventory } });
      else {
        inventory.stop();
        await hypervisor.close();
      }
      tell(slot);
    } catch (error) {
      await hypervisor?.close().catch(() => undefined);
      const data = errorOf(error);
      log.warn(`connecting to ${slot.entry.uri}: ${data.code} ${data.detail ?? ''}`, error);
      if (current()) await drop(slot, data);
    }
  };

  return {
    list: () => [...slots.values()].map(hostData),
    add: (host) => {
      const uri = host.uri.trim();
      if ([...slots.values()].some(({ entry }) => entry.uri === uri)) throw new SalvorError('host-exists', { uri });
      if (!/^[a-z][a-z0-9]*(\+[a-z][a-z0-9]*)?:\/\/\S*$/i.test(uri)) throw new SalvorError('uri-malformed', { uri });
      const id = `uri-${createHash('sha256').update(uri).digest('hex').slice(0, 16)}`;
      const added = { id, name: host.name?.trim() || uri, uri, readOnly: host.readOnly };
      settings.set({ hosts: [...settings.get().hosts, added] });
      const slot = put({ ...added, builtin: false });
      tell(slot);
      return hostData(slot);
    },
    remove: async (id) => {
      const slot = slotOf(id);
      if (slot.entry.builtin) throw new SalvorError('not-supported', { what: 'built-in hosts stay in the list' });
      await drop(slot, null);
      slots.delete(id);
      settings.set({ hosts: settings.get().hosts.filter((host) => host.id !== id) });
      emit({ type: 'host-removed', hostId: id });
    },
    connect: (id) => connect(slotOf(id)),
    disconnect: (id) => drop(slotOf(id), null),
    connected: (id) => {
      const { entry, link } = slotOf(id);
      if (link === null) throw new SalvorError('not-connected', { uri: entry.uri });
      return { entry, hypervisor: link.hypervisor, inventory: link.inventory };
    },
    elsewhere: (id) =>
      [...slots.values()].flatMap(({ entry, link }) =>
        link === null || entry.id === id ? [] : [{ name: entry.name, hypervisor: link.hypervisor }],
      ),
    machines: () => [...slots.values()].flatMap(({ link }) => link?.inventory.rows() ?? []),
    closeAll: async () => {
      await Promise.all([...slots.values()].map((slot) => drop(slot, null)));
    },
  };
}

/** A window has no terminal on which ssh could ask: without no_tty it would ask on the one Salvor was started from, if any, and hang. */
function withoutTerminal(uri: string): string {
  if (!/^[a-z]+\+ssh:/i.test(uri) || /[?&]no_tty=/.test(uri)) return uri;
  return `${uri}${uri.includes('?') ? '&' : '?'}no_tty=1`;
}

async function startAtConnect(hypervisor: Hypervisor, { startXml = [] }: HostEntry, log: Log): Promise<void> {
  for (const xml of startXml)
    await hypervisor
      .createDomain(xml)
      .catch((error: unknown) => log.warn('a machine of the demo host did not start', error));
}

async function identify(hypervisor: Hypervisor): Promise<[HostIdentity, HostTrait[]]> {
  const anyDomain = { emulator: null, arch: null, machine: null, virtType: null };
  const [identity, capabilities] = await Promise.all([
    hypervisor.identity(),
    hypervisor.domainCapabilities(anyDomain).catch(() => null),
  ]);
  return [
    identity,
    hostTraits({
      ...identity,
      domainCapabilities: capabilities === null ? null : parseDomainCapabilities(capabilities),
    }),
  ];
}

function hostData({ entry, state, error, link }: Slot): Host {
  const { id, name, uri, builtin, readOnly } = entry;
  return {
    id,
    name,
    uri,
    builtin,
    readOnly,
    state,
    error,
    hostname: link?.identity.hostname ?? null,
    driver: link?.identity.driver ?? null,
    libvirtVersion: versionText(link?.identity.libvirtVersion ?? 0),
    hypervisorVersion: versionText(link?.identity.hypervisorVersion ?? 0),
    traits: [...(link?.traits ?? [])],
    machineCount: link?.inventory.rows().length ?? 0,
  };
}

/** libvirt's number as people write it; null for 0. */
function versionText(version: number): string | null {
  return version === 0
    ? null
    : `${Math.floor(version / 1_000_000)}.${Math.floor(version / 1000) % 1000}.${version % 1000}`;
}
