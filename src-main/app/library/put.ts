/** A medium of the library onto a host where it is missing: from a host that has it, or from a file of this computer. */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { Transfer, VolumePlace } from '../../../src-core/contract/transfer.ts';
import { notePlace, noteWhole } from '../../../src-core/library/edit.ts';
import { matchMedium } from '../../../src-core/library/match.ts';
import { fileName, isFor, sourceOn } from '../../../src-core/library/source.ts';
import type { LibraryMedium } from '../../../src-core/library/types.ts';
import type { Transfers } from '../transfers/transfers.ts';
import type { LookedHost } from './locate.ts';
import type { LibraryStore } from './store.ts';

export interface PutOrder {
  readonly medium: LibraryMedium;
  /** A host that has it, or the path of a file of this computer. */
  readonly from: LookedHost | { readonly file: string };
  readonly to: LookedHost;
  readonly pool: string;
  readonly verify: boolean;
}

function cannot(what: string): SalvorError {
  return new SalvorError('not-supported', { what });
}

/** The name that it will have in a pool. Throws not-supported for media that are no single file, or not for that host. */
export function nameThere({ name, source, host }: LibraryMedium, uri: string): string {
  if (host !== null && host !== uri) throw cannot(`“${name}” is for the host ${host} alone`);
  if (source.kind === 'kernel')
    throw cannot('a kernel and its initrd are files outside of pools, and are copied by hand');
  const file = fileName(source);
  if (file === null) throw cannot('a web address needs to be on no host');
  return file;
}

/** The volume that it is on a host. Throws not-supported where no pool of the host holds its file. */
async function volumeOn(host: LookedHost, medium: LibraryMedium): Promise<VolumePlace> {
  const source = sourceOn(medium, host.uri);
  if (source?.kind === 'volume') return { hostId: host.id, pool: source.pool, name: source.name };
  const path = source?.kind === 'path' ? source.path : null;
  const cut = path?.lastIndexOf('/') ?? 0;
  const pool = path === null ? null : await host.hypervisor.poolByTarget(path.slice(0, cut) || '/');
  if (pool === null || path === null)
    throw cannot(`no storage pool of ${host.name} holds the file, so that it cannot be read from there`);
  return { hostId: host.id, pool, name: path.slice(cut + 1) };
}

/** Begin it; answers as soon as it is under way, or rejects with what is in the way. Its end is noteArrival()'s business. */
export async function putMedium(
  transfers: Pick<Transfers, 'copy' | 'upload'>,
  { medium, from, to, pool, verify }: PutOrder,
): Promise<Transfer> {
  const place: VolumePlace = { hostId: to.id, pool, name: nameThere(medium, to.uri) };
  const options = { verify };
  return 'file' in from
    ? transfers.upload({ file: from.file, to: place, options })
    : transfers.copy({ from: await volumeOn(from, medium), to: place, options });
}

/**
 * The library knows where it is and the hash of all of it, once all bytes are there and have been compared; of what did not arrive it notes
 * nothing. Nor of a medium that was removed from the library meanwhile, nor of one that is not what the library knows: another file must not
 * become what the medium is. Resolves with a sentence that says so; null: it is. `uri`: of the host that has it now.
 */
export async function noteArrival(
  store: LibraryStore,
  id: string,
  uri: string,
  ended: Transfer,
): Promise<string | null> {
  const { state, to, sha256, size } = ended;
  if (state !== 'done' || to === null) return null;
  return store.change((library) => {
    const medium = library.media.find((each) => each.id === id);
    if (medium === undefined || !isFor(medium, uri)) return [library, null];
    const hash = sha256 === null || size === null ? null : { sha256, bytes: size };
    const { state: is, why } = matchMedium(medium, { size, hash });
    if (is === 'other') return [library, why];
    const there = notePlace(library, id, uri, { kind: 'volume', pool: to.pool, name: to.name }) ?? library;
    const hashed = hash === null ? null : noteWhole(there, id, hash);
    return [hashed ?? there, null];
  });
}
