/** A domain that is one half of a migration: paused while the other half may run. Set going here, two guests would write to one disk. */
import type { Hypervisor } from '../../libvirt/port.ts';

/** In `virsh domstate --reason`'s words. */
const HALVES = ['migrating', 'post-copy', 'post-copy failed'];

/** Why it must not be set going, in a sentence; null: it is no half. Migrations that were interrupted are gone on with by other ways. */
export async function halfOfMigration(hypervisor: Hypervisor, uuid: string): Promise<string | null> {
  const { state, reason } = await hypervisor.domainReason(uuid);
  if (state !== 'paused' || reason === null || !HALVES.includes(reason)) return null;
  return 'It is one half of a migration, and the other may run: set going here, two guests would write to one disk. Look at both hosts: salvor resume has the ways on.';
}
