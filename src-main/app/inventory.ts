/**
 * The machines of one connected host. First paint: a constant number of calls for all of them; then titles, disks and sessions from each
 * one's XML, few calls in flight; from then on events alone.
 */
import { IN_FLIGHT } from './patience.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import type { AppEvent, MachineRow } from '../../src-core/contract/schemas.ts';
import { sessionOfDomainXml } from '../../src-core/rescue/session.ts';
import type { Hypervisor, ListedDomain } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { errorOf } from './errors.ts';
import { definedSession } from './run.ts';

export interface Inventory {
  readonly rows: () => MachineRow[];
  readonly row: (uuid: string) => MachineRow | null;
  /** Sources of disks that some machine may write to. */
  readonly writableSources: () => ReadonlyMap<string, SourceUse>;
  readonly stop: () => void;
}

/** Who may write to a source. */
export interface SourceUse {
  /** in-use: one of them runs. */
  readonly as: 'in-use' | 'guest-disk';
  /** Names of those that run or, where none does, of those that are off. */
  readonly machines: readonly string[];
}

export interface InventoryHost {
  readonly id: string;
  readonly name: string;
}

interface Machine {
  row: MachineRow;
  /** Sources of its disks that are not read-only; empty until its XML was read. */
  writable: readonly string[];
}

/** Resolves once the machines are known by name and state; `changed` is called when their number changes later. */
export async function startInventory(
  hypervisor: Hypervisor,
  host: InventoryHost,
  emit: (event: AppEvent) => void,
  changed: () => void,
): Promise<Inventory> {
  const machines = new Map<string, Machine>();
  const happened = new Set<string>();
  const listedOnly = new Set<string>();
  const view: View = { hypervisor, host, machines, listedOnly, emit, changed };
  const queue = createQueue(IN_FLIGHT, (uuid) => refresh(view, uuid));
  // Watch first, list then: nothing that happens in between is missed.
  const stopWatching = await hypervisor.watchDomains('all', ({ uuid }) => {
    happened.add(uuid);
    listedOnly.delete(uuid);
    queue.add(uuid);
  });
  const listed = await hypervisor.listDomains();
  for (const domain of listed) {
    machines.set(domain.uuid, { row: firstRow(host, domain), writable: [] });
    if (!happened.has(domain.uuid)) listedOnly.add(domain.uuid);
  }
  emit({ type: 'machines-reset', hostId: host.id, machines: rowsOf(machines) });
  // Those that run first: they may be in rescue.
  for (const { uuid } of [...listed].sort((a, b) => Number(isOn(b.state)) - Number(isOn(a.state)))) queue.add(uuid);
  return {
    rows: () => rowsOf(machines),
    row: (uuid) => machines.get(uuid)?.row ?? null,
    writableSources: () => writableSources(machines),
    stop: () => {
      stopWatching();
      queue.stop();
    },
  };
}

function rowsOf(machines: ReadonlyMap<string, Machine>): MachineRow[] {
  return [...machines.values()].map(({ row }) => row);
}

function firstRow(host: InventoryHost, { uuid, name, state, persistent, autostart, disks }: ListedDomain): MachineRow {
  return {
    hostId: host.id,
    hostName: host.name,
    uuid,
    name,
    title: null,
    state,
    persistent,
    autostart,
    session: null,
    disks: [...(disks ?? [])],
  };
}

function writableSources(machines: ReadonlyMap<string, Machine>): Map<string, SourceUse> {
  const sources = new Map<string, SourceUse>();
  for (const { row, writable } of machines.values()) {
    const as = isOn(row.state) ? 'in-use' : 'guest-disk';
    for (const source of new Set(writable)) {
      const known = sources.get(source);
      if (known === undefined || (known.as === 'guest-disk' && as === 'in-use'))
        sources.set(source, { as, machines: [row.name] });
      else if (known.as === as) sources.set(source, { as, machines: [...known.machines, row.name] });
    }
  }
  return sources;
}

interface View {
  readonly hypervisor: Hypervisor;
  readonly host: InventoryHost;
  readonly machines: Map<string, Machine>;
  /** Machines of which the listing of a moment ago told the state, and nothing has happened since: only their XML is missing. */
  readonly listedOnly: Set<string>;
  readonly emit: (event: AppEvent) => void;
  readonly changed: () => void;
}

/** Look at one machine anew and tell what changed. */
async function refresh(view: View, uuid: string): Promise<void> {
  const { hypervisor, host, machines, emit } = view;
  const before = machines.get(uuid);
  try {
    const [{ name }, status, xml] = await Promise.all([
      before?.row ?? hypervisor.findDomain(uuid),
      view.listedOnly.delete(uuid) && before !== undefined ? before.row : hypervisor.domainStatus(uuid),
      hypervisor.domainXml(uuid, 'live'),
    ]);
    const { state, persistent, autostart } = status;
    const read = readMachine(host, { uuid, name, state, persistent, autostart, disks: before?.row.disks ?? null }, xml);
    const machine = await withDefinedSession(hypervisor, read);
    machines.set(uuid, machine);
    if (JSON.stringify(before?.row) !== JSON.stringify(machine.row))
      emit({ type: 'machine-changed', machine: machine.row });
    if (before === undefined) view.changed();
  } catch (error) {
    // Anything else than its absence leaves the row as it is: the loss of the connection is told elsewhere.
    if (errorOf(error).code !== 'domain-not-found' || !machines.delete(uuid)) return;
    emit({ type: 'machine-removed', machine: { hostId: host.id, uuid } });
    view.changed();
  }
}

/** One that runs from its own XML, with a rescue definition beside it that nobody took away, boots into the rescue at its next start. */
async function withDefinedSession(hypervisor: Hypervisor, machine: Machine): Promise<Machine> {
  const { uuid, session, state, persistent } = machine.row;
  if (session !== null || !persistent || !isOn(state)) return machine;
  return { ...machine, row: { ...machine.row, session: await definedSession(hypervisor, uuid) } };
}

function readMachine(host: InventoryHost, domain: ListedDomain, xml: string): Machine {
  const row = firstRow(host, domain);
  try {
    const view = parseDomain(xml);
    const disks = view.disks.map(({ target, source }) => ({ target, source }));
    const writable = view.disks.flatMap(({ source, readonly }) => (source === null || readonly ? [] : [source]));
    // A renamed domain keeps its UUID.
    return {
      row: {
        ...row,
        name: view.name,
        title: view.title,
        disks,
        // Off, it is in rescue where its definition is the rescue definition.
        session: sessionOfDomainXml(xml),
      },
      writable,
    };
  } catch {
    // XML that cannot be read hides details, not the machine.
    return { row, writable: [] };
  }
}

/** Work on keys, at most `limit` at once; a key that is added while it waits is worked on once, one added while at work once more. */
function createQueue(limit: number, work: (key: string) => Promise<void>) {
  const waiting = new Set<string>();
  const working = new Set<string>();
  let stopped = false;
  const next = (): void => {
    for (const key of waiting) {
      if (stopped || working.size >= limit) return;
      if (working.has(key)) continue;
      waiting.delete(key);
      working.add(key);
      void work(key).finally(() => {
        working.delete(key);
        next();
      });
    }
  };
  return {
    add: (key: string) => {
      waiting.add(key);
      next();
    },
    stop: () => {
      stopped = true;
      waiting.clear();
    },
  };
}
