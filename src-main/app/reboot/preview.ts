/** A plan of a hard reboot for a domain as it is now. */
import { planReboot } from '../../../src-core/reboot/plan.ts';
import type { RebootInputs, RebootPlan, RebootRequest } from '../../../src-core/reboot/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { collectReboot } from './facts.ts';

/** `secretsGiven`: UUIDs of secrets that a value is at hand for. `inputs` hold passwords of the definition, and are never shown. */
export async function previewReboot(
  hypervisor: Hypervisor,
  uuid: string,
  request: RebootRequest,
  secretsGiven: readonly string[],
): Promise<{ plan: RebootPlan; inputs: RebootInputs }> {
  const { inputs } = await collectReboot(hypervisor, uuid, request, secretsGiven);
  return { plan: planReboot(inputs), inputs };
}
