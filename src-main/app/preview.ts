/**
 * Previews: a plan for the request as it stands, made anew at every change. What was asked of the host for it is kept while the form is open,
 * so that trying one bus after the other asks nothing more: such a preview is there within a frame.
 */
import type { Preview } from '../../src-core/contract/schemas.ts';
import { layoutsOf } from '../../src-core/disks/storage-layout.ts';
import { previewRescue } from '../../src-core/rescue/plan.ts';
import { redactPlan } from '../../src-core/rescue/redact.ts';
import type { MediumFacts, RescueInputs, RescueRequest } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { collectInputs } from './collect.ts';
import type { Asked } from './collect.ts';
import type { Elsewhere } from './disk-users.ts';
import { remembered } from './remembered.ts';

/**
 * For what no event tells (a job, a snapshot, a medium that is written to): so old it may be in a preview. A run asks everything anew, and
 * what has changed is refused there as drift.
 */
const KEPT_MS = 30_000;
/** How many previews are remembered, so that drift can be named. */
const REMEMBERED = 50;

export interface PreviewOrder {
  readonly request: RescueRequest;
  /** Glance properties of the medium that boots. */
  readonly properties: Readonly<Record<string, string>>;
  /** How it was last attached; null: nobody remembers. */
  readonly remembered: MediumFacts['remembered'];
  /** The other hosts, whose running guests may have a shared disk open. */
  readonly elsewhere?: readonly Elsewhere[];
}

export interface Previews {
  readonly preview: (hypervisor: Hypervisor, uuid: string, order: PreviewOrder) => Promise<Preview>;
  /** The inputs of the preview with that fingerprint; null: forgotten, or never made. */
  readonly inputsOf: (fingerprint: string) => RescueInputs | null;
  /** The next preview of a domain of that host asks everything anew. */
  readonly forget: (hypervisor: Hypervisor) => void;
}

/** What was asked of one host, by domain; nothing while events cannot be had. */
interface Kept {
  readonly domains: Map<string, { readonly since: number; readonly asked: Asked }>;
  /** Resolves once events are watched; null: this host has none, and nothing is kept. */
  readonly watched: Promise<unknown>;
}

export function createPreviews(now: () => number): Previews {
  const made = remembered<RescueInputs>(REMEMBERED);
  const hosts = new WeakMap<Hypervisor, Kept>();
  const keptOf = (hypervisor: Hypervisor): Kept => {
    const known = hosts.get(hypervisor);
    if (known !== undefined) return known;
    const domains: Kept['domains'] = new Map();
    // Whatever happens to any domain: another one may have begun to write to a medium.
    const watched = hypervisor.watchDomains('all', () => domains.clear());
    const kept = { domains, watched };
    hosts.set(hypervisor, kept);
    watched.catch(() => hosts.delete(hypervisor));
    return kept;
  };
  const askedOf = async (hypervisor: Hypervisor, uuid: string): Promise<Asked | null> => {
    const { domains, watched } = keptOf(hypervisor);
    try {
      await watched;
    } catch {
      return null;
    }
    const known = domains.get(uuid);
    if (known !== undefined && now() - known.since < KEPT_MS) return known.asked;
    const asked: Asked = new Map();
    domains.set(uuid, { since: now(), asked });
    return asked;
  };
  return {
    preview: async (hypervisor, uuid, order) => {
      const asked = await askedOf(hypervisor, uuid);
      const options = { ...order, stamp: null };
      const inputs = await collectInputs(hypervisor, uuid, asked === null ? options : { ...options, asked });
      const { plan, choices } = previewRescue(inputs);
      made.keep(plan.fingerprint.inputs, inputs);
      const layouts = layoutsOf(inputs.domain.definitionXml, plan.rescueXml);
      return { plan: redactPlan(plan), layouts, choices, media: inputs.media };
    },
    inputsOf: made.of,
    forget: (hypervisor) => hosts.get(hypervisor)?.domains.clear(),
  };
}
