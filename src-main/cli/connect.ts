import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Hypervisor, OpenHypervisor } from '../libvirt/port.ts';

/** Connect, work, and close again whatever happens. Rejects with what opening or the work rejects with. */
export async function withHost<T>(
  uri: string,
  readOnly: boolean,
  work: (hypervisor: Hypervisor) => Promise<T>,
): Promise<T> {
  const open = await loadAdapter();
  // Calls under way tell that the connection is lost; there is nobody else to tell.
  const hypervisor = await open(uri, { readOnly, onLost: () => undefined });
  try {
    return await work(hypervisor);
  } finally {
    await hypervisor.close().catch(() => undefined);
  }
}

/** Planning from files needs no libvirt; only here it is loaded. */
async function loadAdapter(): Promise<OpenHypervisor> {
  try {
    return (await import('../libvirt/libvirt-hypervisor.ts')).openLibvirt;
  } catch (error) {
    throw new SalvorError(
      'not-supported',
      { what: 'libvirt’s client library could not be loaded' },
      error instanceof Error ? (error.message.split('\n')[0] ?? null) : null,
    );
  }
}
