/** Previews: a plan for the request as it stands, made anew at every change. */
import type { Preview } from '../../src-core/contract/schemas.ts';
import { previewRescue } from '../../src-core/rescue/plan.ts';
import { redactPlan } from '../../src-core/rescue/redact.ts';
import type { MediumFacts, RescueInputs, RescueRequest } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { collectInputs } from './collect.ts';

/** While an administrator tries one bus after the other, a medium is not read again each time. A run reads it anew in any case. */
const MEDIUM_MS = 10_000;
/** How many previews are remembered, so that drift can be named. */
const REMEMBERED = 50;

export interface Previews {
  readonly preview: (hypervisor: Hypervisor, uuid: string, request: RescueRequest) => Promise<Preview>;
  /** The inputs of the preview with that fingerprint; null: forgotten, or never made. */
  readonly inputsOf: (fingerprint: string) => RescueInputs | null;
}

export function createPreviews(now: () => number): Previews {
  const made = new Map<string, RescueInputs>();
  const media = new WeakMap<Hypervisor, { since: number; facts: Map<string, MediumFacts> }>();
  const knownMedia = (hypervisor: Hypervisor): Map<string, MediumFacts> => {
    const known = media.get(hypervisor);
    if (known !== undefined && now() - known.since < MEDIUM_MS) return known.facts;
    const facts = new Map<string, MediumFacts>();
    media.set(hypervisor, { since: now(), facts });
    return facts;
  };
  return {
    preview: async (hypervisor, uuid, request) => {
      const inputs = await collectInputs(hypervisor, uuid, {
        request,
        properties: {},
        stamp: null,
        media: knownMedia(hypervisor),
      });
      const { plan, choices } = previewRescue(inputs);
      made.delete(plan.fingerprint.inputs);
      made.set(plan.fingerprint.inputs, inputs);
      for (const oldest of made.keys()) if (made.size > REMEMBERED) made.delete(oldest);
      return { plan: redactPlan(plan), choices, media: inputs.media };
    },
    inputsOf: (fingerprint) => made.get(fingerprint) ?? null,
  };
}
