/** What the host is and has, beside its storage and its networks: CPU, memory, devices. */
import type { Connection, DomainCapabilitiesQuery, NodeDevice } from 'node-libvirt';
import { LibvirtError } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import { hasCode, unsupported } from './error-mapping.ts';
import { SLOW, orNull } from './link.ts';
import type { Link } from './link.ts';
import type { CpuComparison, Hypervisor } from './port.ts';

type HostMethods = Pick<Hypervisor, 'freeMemory' | 'compareCpu' | 'nodeDevice' | 'startNodeDevice'>;

export function hostMethods(link: Link): HostMethods {
  const { connection } = link;
  const noDevice = (error: unknown) => unsupported(error) || hasCode(error, vir.VIR_ERR_NO_NODE_DEVICE);
  return {
    freeMemory: () => link.guard('', () => orNull(unsupported, connection.freeMemory())),
    compareCpu: ({ emulator, arch, machine, virtType }, cpuXml) =>
      link.guard('', () =>
        orNull(
          unsupported,
          compareCpu(connection, { emulatorbin: emulator, arch, machine, virttype: virtType }, cpuXml),
        ),
      ),
    nodeDevice: (name) =>
      link.guard(name, async () => {
        const device = await orNull(noDevice, connection.lookupNodeDeviceByName(name));
        return device === null ? null : orNull(noDevice, describe(device));
      }),
    startNodeDevice: (name) =>
      link.guard(name, async () => {
        const device = await connection.lookupNodeDeviceByName(name);
        await device.create(0, SLOW).finally(() => device.dispose());
      }),
  };
}

async function describe(device: NodeDevice): Promise<{ xml: string; active: boolean | null }> {
  try {
    // Whether a device is active is told since libvirt 7.8; before, only active ones were known.
    const [xml, active] = await Promise.all([device.xmlDesc(), orNull(unsupported, device.isActive())]);
    return { xml, active };
  } finally {
    device.dispose();
  }
}

const RESULTS: Readonly<Record<number, CpuComparison['result']>> = {
  [vir.VIR_CPU_COMPARE_INCOMPATIBLE]: 'incompatible',
  [vir.VIR_CPU_COMPARE_IDENTICAL]: 'identical',
  [vir.VIR_CPU_COMPARE_SUPERSET]: 'superset',
};

/** libvirt says why a CPU is incompatible only by failing. Drivers that do not know what their hypervisor can give compare with the host's own. */
async function compareCpu(
  connection: Connection,
  query: DomainCapabilitiesQuery,
  xml: string,
): Promise<CpuComparison | null> {
  const flags = vir.VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE;
  try {
    const result =
      (await orNull(unsupported, connection.compareHypervisorCPU(query, xml, flags, SLOW))) ??
      (await connection.compareCPU(xml, flags, SLOW));
    const word = RESULTS[result];
    return word === undefined ? null : { result: word, why: null };
  } catch (error) {
    if (!(error instanceof LibvirtError) || error.code !== vir.VIR_ERR_CPU_INCOMPATIBLE) throw error;
    return { result: 'incompatible', why: error.message };
  }
}
