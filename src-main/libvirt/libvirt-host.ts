/** What the host is and has, beside its storage and its networks: CPU, memory, devices. */
import type { NodeDevice } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { hasCode } from './error-mapping.ts';
import { orNull } from './link.ts';
import type { Link } from './link.ts';
import type { Hypervisor } from './port.ts';

type HostMethods = Pick<Hypervisor, 'freeMemory' | 'compareCpu' | 'nodeDevice' | 'startNodeDevice'>;

export function hostMethods(link: Link): HostMethods {
  const { connection } = link;
  const noDevice = (error: unknown) => hasCode(error, vir.VIR_ERR_NO_NODE_DEVICE);
  return {
    freeMemory: () => Promise.resolve(null),
    compareCpu: () => Promise.resolve(null),
    nodeDevice: (name) =>
      link.guard(name, async () => {
        const device: NodeDevice | null = await orNull(noDevice, connection.lookupNodeDeviceByName(name));
        if (device === null) return null;
        const xml = await orNull(noDevice, device.xmlDesc()).finally(() => device.dispose());
        return xml === null ? null : { xml, active: null };
      }),
    startNodeDevice: () => Promise.reject(new SalvorError('not-supported', { what: 'start a device' })),
  };
}
