import { openHypervisor } from '../libvirt/load.ts';
import type { Hypervisor } from '../libvirt/port.ts';

/** Connect, work, and close again whatever happens. Rejects with what opening or the work rejects with. */
export async function withHost<T>(
  uri: string,
  readOnly: boolean,
  work: (hypervisor: Hypervisor) => Promise<T>,
): Promise<T> {
  // Calls under way tell that the connection is lost; there is nobody else to tell.
  const hypervisor = await openHypervisor(uri, { readOnly, onLost: () => undefined });
  try {
    return await work(hypervisor);
  } finally {
    await hypervisor.close().catch(() => undefined);
  }
}
