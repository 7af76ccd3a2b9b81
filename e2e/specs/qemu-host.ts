/** A private libvirt host with a guest that runs, its media in a pool, for the specs that need real QEMU. */
import { medium, defineGuest, mediaFolder, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { test as base } from './salvor-app.ts';

export interface QemuHost {
  readonly host: Hypervisor;
  /** A q35 guest that obeys the power button and has booted its root disk. */
  readonly guest: Guest;
  /** The path of a medium that boots. */
  readonly iso: string;
}

export const test = base.extend<{ qemu: QemuHost }>({
  // eslint-disable-next-line no-empty-pattern
  qemu: async ({}, use) => {
    const host = await startHypervisor({ hostname: 'kvm1' });
    try {
      await host.virsh('pool-create-as', 'media', 'dir', '--target', await mediaFolder(host));
      const guest = await defineGuest(host, { name: 'patient', machine: 'q35', obedient: true });
      await startGuest(guest);
      await use({ host, guest, iso: await medium(host, 'iso') });
    } finally {
      await host.stop();
    }
  },
});
