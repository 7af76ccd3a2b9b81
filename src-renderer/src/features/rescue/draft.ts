import type { ChannelInput } from '../../../../src-core/contract/channels.ts';
import type {
  FallThrough,
  GuestDisks,
  MediumSpec,
  Profile,
  SessionKind,
  StopRequest,
} from '../../../../src-core/rescue/types.ts';
import { FIRST_STOP } from '../../components/StopFields.tsx';

/** A request, and the image properties of its medium, as they go over the wire. */
export type Order = Pick<ChannelInput<'rescue.preview'>, 'request' | 'properties'>;

/** Image properties, and where they were read from: a file's name, or null for text that was pasted. */
export interface ImageProperties {
  readonly file: string | null;
  readonly values: Readonly<Record<string, string>>;
}

/** A request that is being put together: all of it has a default but the medium. */
export interface Draft {
  /** At least one place; the first medium boots, the others ride along. null: not chosen yet. */
  readonly media: readonly (MediumSpec | null)[];
  /** The place that the medium column is about. */
  readonly current: number;
  /** null: the plan's own default. */
  readonly device: string | null;
  readonly bus: string | null;
  readonly profile: Profile;
  /** Of the medium that boots. */
  readonly properties: ImageProperties | null;
  readonly session: SessionKind | null;
  readonly endAtFirstReboot: boolean;
  readonly fallThrough: FallThrough | null;
  readonly transientConsent: boolean;
  readonly writes: 'overlay' | 'direct';
  readonly overlayPool: string | null;
  readonly guestDisks: GuestDisks;
  readonly allowUnbootable: boolean;
  readonly stop: StopRequest;
}

export const FIRST_DRAFT: Draft = {
  media: [null],
  current: 0,
  device: null,
  bus: null,
  profile: 'recommended',
  properties: null,
  session: null,
  endAtFirstReboot: false,
  fallThrough: null,
  transientConsent: false,
  writes: 'overlay',
  overlayPool: null,
  guestDisks: 'writable',
  allowUnbootable: false,
  stop: FIRST_STOP,
};

/** The order for a draft, or null while no medium is chosen: without one there is nothing to plan. */
export function orderOf({ media, current: _place, properties, ...rest }: Draft): Order | null {
  const chosen = media.filter((medium) => medium !== null);
  if (chosen.length === 0) return null;
  return { request: { ...rest, media: chosen }, properties: properties?.values ?? {} };
}

/** What was chosen beyond the usual, so that it is not folded away out of sight. */
export function hasUnusual(draft: Draft): boolean {
  const { session, fallThrough, writes, overlayPool, guestDisks, profile, properties } = draft;
  const { endAtFirstReboot, allowUnbootable } = draft;
  return (
    session !== null ||
    fallThrough !== null ||
    writes !== 'overlay' ||
    overlayPool !== null ||
    guestDisks !== 'writable' ||
    profile !== 'recommended' ||
    properties !== null ||
    endAtFirstReboot ||
    allowUnbootable
  );
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
