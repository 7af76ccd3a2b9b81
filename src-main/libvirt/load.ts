import { SalvorError } from '../../src-core/contract/errors.ts';
import type { OpenHypervisor } from './port.ts';

/**
 * Opens a connection; libvirt's client library is loaded with the first one. Where it cannot be (it is not installed, or another
 * version), that is an error in words like any other, and everything that needs no host goes on working.
 */
export const openHypervisor: OpenHypervisor = async (uri, options) => {
  const { openLibvirt } = await import('./libvirt-hypervisor.ts').catch((error: unknown) => {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? null) : null;
    throw new SalvorError('not-supported', { what: 'libvirt’s client library could not be loaded' }, reason);
  });
  return openLibvirt(uri, options);
};
