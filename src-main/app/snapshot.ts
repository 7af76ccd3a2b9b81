/** The disk snapshot that a rescue may take first: inside the guest's own qcow2 images, named after the session. It stays when the session ends. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { parseXml } from '../../src-core/domain-xml/document.ts';
import { newElement } from '../../src-core/domain-xml/elements.ts';
import { serialiseXml } from '../../src-core/domain-xml/serialise.ts';
import type { PlannedSnapshot } from '../../src-core/rescue/plan-types.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { errorOf } from './errors.ts';

/** The step. Throws snapshot-failed: nothing is left of it then. */
export async function takeSnapshot(
  hypervisor: Hypervisor,
  { uuid, name }: DomainRef,
  snapshot: PlannedSnapshot,
): Promise<void> {
  try {
    await hypervisor.createSnapshot(uuid, snapshotXml(snapshot));
  } catch (error) {
    const { code, message, detail } = errorOf(error);
    if (code === 'connection-lost' || code === 'timeout') throw error;
    throw new SalvorError('snapshot-failed', { domain: name, what: message.replace(/\.$/, '') }, detail);
  }
}

/** Undo the step: ours is told by its name and its description. */
export async function removeSnapshot(
  hypervisor: Hypervisor,
  { uuid }: DomainRef,
  { name, description }: PlannedSnapshot,
): Promise<void> {
  const known = await hypervisor.listSnapshots(uuid);
  if (known.some((one) => one.name === name && one.description === description))
    await hypervisor.deleteSnapshot(uuid, name);
}

function snapshotXml({ name, description, targets }: PlannedSnapshot): string {
  const document = parseXml('<domainsnapshot/>');
  const disks = targets.map((target) => newElement(document, 'disk', { name: target, snapshot: 'internal' }));
  for (const element of [
    newElement(document, 'name', {}, name),
    newElement(document, 'description', {}, description),
    newElement(document, 'disks', {}, disks),
  ])
    document.documentElement?.appendChild(element);
  return serialiseXml(document);
}
