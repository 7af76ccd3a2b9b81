import type { ChannelInput } from '../../../../src-core/contract/channels.ts';
import type { FallThrough, MediumSpec, Profile, StopRequest } from '../../../../src-core/rescue/types.ts';

/** A request as it goes over the wire. */
export type WireRequest = ChannelInput<'rescue.preview'>['request'];

/** A request that is being put together: all of it has a default but the medium. */
export interface Draft {
  readonly medium: MediumSpec | null;
  /** null: the plan's own default. */
  readonly device: string | null;
  readonly bus: string | null;
  readonly profile: Profile;
  readonly fallThrough: FallThrough | null;
  readonly writes: 'overlay' | 'direct';
  readonly endAtFirstReboot: boolean;
  readonly allowUnbootable: boolean;
  readonly stop: StopRequest;
}

/** Gentle by default: an administrator who wants a machine forced off says so. */
export const FIRST_DRAFT: Draft = {
  medium: null,
  device: null,
  bus: null,
  profile: 'recommended',
  fallThrough: null,
  writes: 'overlay',
  endAtFirstReboot: false,
  allowUnbootable: false,
  stop: { how: 'graceful', timeoutSeconds: 120, onTimeout: 'give-up' },
};

export const STOP_SECONDS = { least: 1, most: 3600 } as const;

/** The request for a draft, or null while no medium is chosen: without one there is nothing to plan. */
export function requestOf(draft: Draft): WireRequest | null {
  const { medium, ...rest } = draft;
  return medium === null ? null : { ...rest, media: [medium], session: 'one-shot', transientConsent: false };
}

export function sameMedium(a: MediumSpec | null, b: MediumSpec | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** One line that names a medium: its file name where it has one. `original` has no name of its own. */
export function mediumName(medium: MediumSpec): string | null {
  switch (medium.kind) {
    case 'volume':
      return medium.name;
    case 'path':
      return medium.path.slice(medium.path.lastIndexOf('/') + 1);
    case 'url':
      return medium.url;
    case 'kernel':
      return medium.kernel.slice(medium.kernel.lastIndexOf('/') + 1);
    case 'original':
      return null;
  }
}
