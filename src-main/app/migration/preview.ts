/** What a migration would do: the plan as it may be shown, and what it was made from, so that drift can be named. */
import { planMigration } from '../../../src-core/migration/plan.ts';
import type {
  DefinitionPair,
  MigrationInputs,
  MigrationPlan,
  MigrationRequest,
} from '../../../src-core/migration/types.ts';
import { redactDiff, redactStrings, redactText } from '../../../src-core/rescue/redact.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { remembered } from '../remembered.ts';
import { collectMigration } from './facts.ts';

/** How many previews are remembered. */
const REMEMBERED = 20;

/** Rejects with domain-not-found, timeout, and what the connections fail with; whatever else is the matter is in the plan. */
export async function previewMigration(
  source: Hypervisor,
  destination: Hypervisor,
  uuid: string,
  request: MigrationRequest,
): Promise<{ readonly plan: MigrationPlan; readonly inputs: MigrationInputs }> {
  const inputs = await collectMigration(source, destination, { uuid, request, measure: true });
  return { plan: redactMigrationPlan(planMigration(inputs)), inputs };
}

/** The plan as it may be shown: no password of a console, of network storage, or in an address. */
export function redactMigrationPlan(plan: MigrationPlan): MigrationPlan {
  const { running, persistent, ...others } = plan;
  return { ...redactStrings(others), running: redactPair(running), persistent: redactPair(persistent) };
}

function redactPair(pair: DefinitionPair | null): DefinitionPair | null {
  if (pair === null) return null;
  return { before: redactText(pair.before), after: redactText(pair.after), diff: redactDiff(pair.diff) };
}

export interface MigrationPreviews {
  readonly preview: (
    source: Hypervisor,
    destination: Hypervisor,
    uuid: string,
    request: MigrationRequest,
  ) => Promise<MigrationPlan>;
  /** The inputs of the preview with that fingerprint; null: forgotten, or never made. */
  readonly inputsOf: (fingerprint: string) => MigrationInputs | null;
}

export function createMigrationPreviews(): MigrationPreviews {
  const made = remembered<MigrationInputs>(REMEMBERED);
  return {
    preview: async (source, destination, uuid, request) => {
      const { plan, inputs } = await previewMigration(source, destination, uuid, request);
      made.keep(plan.fingerprint.inputs, inputs);
      return plan;
    },
    inputsOf: made.of,
  };
}
