/** From options to a request. */
import { readImageProperties } from '../../src-core/media/properties.ts';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { FALL_THROUGHS, GUEST_DISKS, PROFILES, SESSION_KINDS } from '../../src-core/rescue/types.ts';
import type { MediumSpec, RescueRequest } from '../../src-core/rescue/types.ts';
import { oneOf, parseStop } from './arguments.ts';
import type { StopOptions } from './arguments.ts';
import { namedMedia } from './library-media.ts';
import { readJsonFile } from './read-file.ts';

export interface RequestOptions extends StopOptions {
  readonly medium: readonly string[];
  readonly device?: string;
  readonly bus?: string;
  readonly profile: string;
  readonly fallThrough?: string;
  readonly session?: string;
  readonly endAtFirstReboot?: true;
  readonly allowTransient?: true;
  readonly directWrites?: true;
  readonly overlayPool?: string;
  readonly guestDisks: string;
  readonly allowUnbootable?: true;
  readonly properties?: string;
}

/** What goes into a plan: the request, and the image properties of the medium that boots. */
export interface CliOrder {
  readonly request: RescueRequest;
  readonly properties: Readonly<Record<string, string>>;
}

/** `uri` null: from files. Properties of a file come before those that the library has. */
export async function orderOf(options: RequestOptions, uri: string | null): Promise<CliOrder> {
  const { media, properties } = await namedMedia(options.medium, uri);
  const request = requestOf(options, media);
  return { request, properties: { ...properties, ...(await propertiesOf(options.properties)) } };
}

/** Device and bus stay as they were typed: a wrong one is refused by name, with what would fit. */
function requestOf(options: RequestOptions, media: readonly MediumSpec[]): RescueRequest {
  return {
    media,
    device: options.device ?? null,
    bus: options.bus ?? null,
    profile: oneOf('--profile', PROFILES, options.profile),
    session: options.session === undefined ? null : oneOf('--session', SESSION_KINDS, options.session),
    endAtFirstReboot: options.endAtFirstReboot === true,
    transientConsent: options.allowTransient === true,
    fallThrough: options.fallThrough === undefined ? null : oneOf('--fall-through', FALL_THROUGHS, options.fallThrough),
    writes: options.directWrites === true ? 'direct' : 'overlay',
    overlayPool: options.overlayPool ?? null,
    guestDisks: oneOf('--guest-disks', GUEST_DISKS, options.guestDisks),
    stop: parseStop(options),
    allowUnbootable: options.allowUnbootable === true,
  };
}

async function propertiesOf(path: string | undefined): Promise<Readonly<Record<string, string>>> {
  if (path === undefined) return {};
  const json = await readJsonFile(path);
  try {
    return readImageProperties(json);
  } catch (error) {
    throw new SalvorError('file-unreadable', { path }, error instanceof Error ? error.message : null);
  }
}
