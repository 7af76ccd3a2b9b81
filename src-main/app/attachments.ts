/**
 * How media were attached when an administrator chose it and it went well: an authority of its own for the next rescue with the same medium
 * (RESCUE.md, order of authority). Kept with the settings of this person on this computer; a default is not remembered, so that a better
 * one takes its place.
 */
import type { RescuePlan } from '../../src-core/rescue/plan-types.ts';
import type { MediumFacts, MediumSpec } from '../../src-core/rescue/types.ts';
import type { SettingsService } from './settings.ts';

/** The oldest go first. */
const MOST = 200;

export type Remembered = MediumFacts['remembered'];

export interface Attachments {
  /** How that medium of that host was last attached; null: nobody remembers. */
  readonly of: (uri: string, spec: MediumSpec | undefined) => Remembered;
  /** After a rescue that went well. */
  readonly remember: (uri: string, plan: RescuePlan) => void;
}

export function createAttachments(settings: SettingsService): Attachments {
  return {
    of: (uri, spec) => {
      const key = keyOf(uri, spec);
      const known = settings.get().attachments.find((one) => one.key === key);
      return known === undefined ? null : { device: known.device, bus: known.bus };
    },
    remember: (uri, { request }) => {
      const { device, bus, media } = request;
      const key = keyOf(uri, media[0]);
      if (key === null || (device.from !== 'request' && bus.from !== 'request')) return;
      const others = settings.get().attachments.filter((one) => one.key !== key);
      settings.set({ attachments: [...others, { key, device: device.value, bus: bus.value }].slice(-MOST) });
    },
  };
}

/** The original image is another one on each guest, and a kernel is attached to nothing. */
function keyOf(uri: string, spec: MediumSpec | undefined): string | null {
  if (spec === undefined || spec.kind === 'original' || spec.kind === 'kernel') return null;
  return JSON.stringify([uri, spec]);
}
