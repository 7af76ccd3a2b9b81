/** The machine page: all of one machine. */
import { effectiveBootOrder } from '../../src-core/boot/effective-order.ts';
import type { MachineDetails, MachineRow } from '../../src-core/contract/schemas.ts';
import { storageLayout } from '../../src-core/disks/storage-layout.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import { recoverDefinition } from '../../src-core/rescue/record.ts';
import { redactXml } from '../../src-core/rescue/redact.ts';
import { SESSION_NAMESPACE } from '../../src-core/rescue/session.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { readXml } from './disk-facts.ts';
import type { Elsewhere } from './disk-users.ts';
import { isOn } from './domain-facts.ts';
import { fullDisks, quickDisks } from './machine-disks.ts';
import type { Definitions, DisksOfBoth } from './machine-disks.ts';

/** At once, and incomplete. Rejects with domain-not-found, or XmlProblem for a definition that cannot be read. */
export function machineDetails(hypervisor: Hypervisor, row: MachineRow): Promise<MachineDetails> {
  return detailsWith(hypervisor, row, false, (read) => quickDisks(hypervisor, row.uuid, read));
}

/** All that the host tells of the disks. Bounded in time, whatever its storage does; rejects as machineDetails does. */
export function fullMachineDetails(
  hypervisor: Hypervisor,
  row: MachineRow,
  elsewhere: readonly Elsewhere[],
): Promise<MachineDetails> {
  return detailsWith(hypervisor, row, true, (read) => fullDisks(hypervisor, row.uuid, read, elsewhere));
}

async function detailsWith(
  hypervisor: Hypervisor,
  row: MachineRow,
  complete: boolean,
  disksOf: (read: Definitions) => Promise<DisksOfBoth>,
): Promise<MachineDetails> {
  const { uuid } = row;
  const [definitionXml, liveXml, obstacles] = await Promise.all([
    hypervisor.domainXml(uuid, 'definition'),
    isOn(row.state) ? hypervisor.domainXml(uuid, 'live') : null,
    hypervisor.domainObstacles(uuid),
  ]);
  const read = definitionsOf(definitionXml, liveXml);
  const disks = await disksOf(read);
  const { view } = read.own;
  const live = read.live?.view ?? null;
  const { firmware, secureBoot, machine, arch, vcpus, memoryKiB } = view;
  return {
    ...{ row, complete, firmware, secureBoot, machine, arch, vcpus, memoryKiB },
    disks: disks.own,
    bootOrder: effectiveBootOrder(view),
    layout: storageLayout(view),
    live:
      live === null || disks.live === null || looksLike(view, live)
        ? null
        : { disks: disks.live, bootOrder: effectiveBootOrder(live), layout: storageLayout(live) },
    definitionXml: redactXml(definitionXml),
    liveXml: liveXml === null ? null : redactXml(liveXml),
    managedSave: obstacles.managedSave,
    snapshots: obstacles.snapshots,
  };
}

/**
 * What the machine comes back to, and what it runs from. A rescue that lasts until it is ended stands in the place of the definition, and carries
 * the machine's own: that one is what it comes back to, and the rescue what it runs from, or would. Where it cannot be recovered, nothing is
 * known but what stands there.
 */
function definitionsOf(definitionXml: string, liveXml: string | null): Definitions {
  const live = liveXml === null ? null : readXml(liveXml);
  const own = definitionXml.includes(SESSION_NAMESPACE) ? recoverDefinition(definitionXml).definitionXml : null;
  if (own === null) return { own: readXml(definitionXml), live };
  return { own: readXml(own), live: live ?? readXml(definitionXml) };
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
