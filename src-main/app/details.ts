/** The machine page: all of one machine. */
import { effectiveBootOrder } from '../../src-core/boot/effective-order.ts';
import type { MachineDetails, MachineDisk, MachineRow } from '../../src-core/contract/schemas.ts';
import { NO_GUEST_NAMES, guestNames } from '../../src-core/disks/guest-names.ts';
import { storageLayout } from '../../src-core/disks/storage-layout.ts';
import { diskRoles } from '../../src-core/disks/roles.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import { redactXml } from '../../src-core/rescue/redact.ts';
import type { BlockSizes, Hypervisor } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { IN_FLIGHT, mapLimited } from './patience.ts';

type Sizes = ReadonlyMap<string, BlockSizes | null>;

/** Rejects with domain-not-found, or XmlProblem for a definition that cannot be read. Sizes that a host does not tell are null. */
export async function machineDetails(hypervisor: Hypervisor, row: MachineRow): Promise<MachineDetails> {
  const { uuid } = row;
  const on = isOn(row.state);
  const [definitionXml, liveXml, obstacles] = await Promise.all([
    hypervisor.domainXml(uuid, 'definition'),
    on ? hypervisor.domainXml(uuid, 'live') : null,
    hypervisor.domainObstacles(uuid),
  ]);
  const view = parseDomain(definitionXml);
  const live = liveXml === null ? null : parseDomain(liveXml);
  // While it runs, libvirt answers for the disks that it runs with.
  const sizes = await blockSizes(hypervisor, uuid, live ?? view);
  const disks = machineDisks(view, sizes);
  const bootOrder = effectiveBootOrder(view);
  const { firmware, secureBoot, machine, arch, vcpus, memoryKiB } = view;
  return {
    row,
    complete: true,
    firmware,
    secureBoot,
    machine,
    arch,
    vcpus,
    memoryKiB,
    disks,
    bootOrder,
    layout: storageLayout(view),
    live:
      live === null || looksLike(view, live)
        ? null
        : { disks: machineDisks(live, sizes), bootOrder: effectiveBootOrder(live), layout: storageLayout(live) },
    definitionXml: redactXml(definitionXml),
    liveXml: liveXml === null ? null : redactXml(liveXml),
    managedSave: obstacles.managedSave,
    snapshots: obstacles.snapshots,
  };
}

async function blockSizes(hypervisor: Hypervisor, uuid: string, view: DomainView): Promise<Sizes> {
  const targets = view.disks
    .filter(({ source, target }) => source !== null && target !== '')
    .map(({ target }) => target);
  const sizes = await mapLimited(
    targets,
    IN_FLIGHT,
    async (target) => [target, await hypervisor.blockSizes(uuid, target)] as const,
  );
  return new Map(sizes);
}

function machineDisks(view: DomainView, sizes: Sizes): MachineDisk[] {
  const roles = diskRoles(view);
  const names = guestNames(view);
  return view.disks.map((disk) => {
    const role = roles.get(disk.target);
    const size = sizes.get(disk.target);
    return {
      ...disk,
      layers: [],
      users: [],
      secretStates: [],
      role: role?.role ?? 'data',
      roleWhy: role?.why ?? '',
      guestNames: names.get(disk.target) ?? NO_GUEST_NAMES,
      capacity: size?.capacity ?? null,
      allocation: size?.allocation ?? null,
      physical: size?.physical ?? null,
    };
  });
}

/** Same disks with the same media, and the same boot order. */
function looksLike(definition: DomainView, live: DomainView): boolean {
  const essence = (view: DomainView) =>
    JSON.stringify([
      view.disks.map(({ target, bus, device, source }) => [target, bus, device, source]),
      effectiveBootOrder(view).map(({ kind, target, index }) => [kind, target, index]),
    ]);
  return essence(definition) === essence(live);
}
