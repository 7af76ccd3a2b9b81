/** A volume of a host as one end of a transfer. */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { FILE_POOL_TYPES, UPLOAD_POOL_TYPES } from '../../../src-core/rescue/policy.ts';
import type { DownloadStream, Hypervisor, VolumeRef } from '../../libvirt/port.ts';
import { readPoolXml, readVolumeXml } from '../storage-xml.ts';
import { lengthOf } from './ends.ts';
import type { Piece, PieceReader, PieceWriter, Sink, Source } from './ends.ts';

/** The host as it is connected now. Throws host-not-found or not-connected. */
export type HostNow = () => Hypervisor;

/** Libvirt's sparse streams (3.4). */
const SPARSE_SINCE = 3_004_000;

/** As many of its first bytes as tell one image from another. */
const HEAD = 4096;

export interface PoolFacts {
  readonly type: string;
  /** Holes are kept there, and by this host. */
  readonly sparse: boolean;
  /** Bytes free; null: not told. */
  readonly available: number | null;
}

/** Rejects with pool-not-found, pool-silent. */
export async function poolFacts(host: Hypervisor, pool: string): Promise<PoolFacts> {
  const [xml, { libvirtVersion }] = await Promise.all([host.poolXml(pool), host.identity()]);
  if (xml === null) throw new SalvorError('pool-silent', { pool });
  const { type, available } = readPoolXml(xml);
  // In others a hole would leave what the device held before, or is not told at all.
  return { type, available, sparse: FILE_POOL_TYPES.includes(type) && libvirtVersion >= SPARSE_SINCE };
}

/** Why no volume can be made and filled in that pool; null: it can. */
export function poolProblem(pool: string, { type }: PoolFacts): SalvorError | null {
  if (UPLOAD_POOL_TYPES.includes(type)) return null;
  return new SalvorError('not-supported', {
    what: `libvirt makes no volumes in the pool “${pool}”, which is of the type ${type}`,
  });
}

/** Rejects with volume-not-found, pool-not-found, pool-silent. */
export async function volumeSource(host: HostNow, where: VolumeRef): Promise<Source> {
  const [{ sparse }, { physical, allocation }] = await Promise.all([
    poolFacts(host(), where.pool),
    host().volumeSizes(where),
  ]);
  const first = await modified(host(), where);
  return {
    size: physical,
    allocated: sparse ? Math.min(allocation, physical) : physical,
    read: async (at) => streamReader(await host().openDownload(where, { at, sparse }), physical - at),
    check: async () => {
      const now = await host().volumeSizes(where);
      if (now.physical !== physical || (await modified(host(), where)) !== first)
        throw new SalvorError('transfer-failed', {
          name: where.name,
          problem: 'the volume changed while it was being read',
          unchanged: 'The volume is as its other user left it.',
        });
    },
    close: () => Promise.resolve(),
  };
}

/** When the volume was last written; null: its pool does not tell. */
async function modified(host: Hypervisor, where: VolumeRef): Promise<string | null> {
  const volume = await host.examineVolume(where, 0);
  return volume === null ? null : readVolumeXml(volume.xml).modified;
}

/** At most `length` bytes of a stream: a volume of a pool that rounds sizes up is longer than what was put into it. */
function streamReader(stream: DownloadStream, length: number): PieceReader {
  let left = length;
  return {
    next: async () => {
      if (left <= 0) return null;
      const piece: Piece | null = await stream.receive();
      if (piece === null) return null;
      const fits = typeof piece === 'number' ? Math.min(piece, left) : piece.subarray(0, left);
      left -= lengthOf(fits);
      return fits;
    },
    close: () => stream.close(),
  };
}

/** A volume that is made and filled. It bears its name from the beginning: libvirt cannot rename volumes. */
export function volumeSink(host: HostNow, where: VolumeRef, size: number, { type, sparse }: PoolFacts): Sink {
  const gone = () =>
    new SalvorError('transfer-failed', {
      name: where.name,
      problem: `the volume of that name in the pool “${where.pool}” is not the one that was begun`,
      unchanged: 'That volume was not touched.',
    });
  let head: Piece | null = null;
  /** Is the volume that is there the one that was made? Somebody may have put another in its place while the connection was lost. null: none is there. */
  const ours = async (): Promise<boolean | null> => {
    try {
      const { capacity, physical } = await host().volumeSizes(where);
      // While it is being filled, a file ends where its last hole does; devices are rounded up.
      if (FILE_POOL_TYPES.includes(type) ? physical > size : capacity < size) return false;
      return await beginsWith(host(), where, head);
    } catch (error) {
      if (error instanceof SalvorError && error.data.code === 'volume-not-found') return null;
      throw error;
    }
  };
  return {
    sparse,
    local: false,
    // To a pool of devices a volume that is larger than what it takes up is a snapshot: there it gets all of it.
    create: () => host().createVolume(where, size, FILE_POOL_TYPES.includes(type) ? 0 : size),
    check: async () => {
      if ((await ours()) !== true) throw gone();
    },
    write: async (at) => {
      const stream = await host().openUpload(where, { at, sparse });
      const writer: PieceWriter = {
        write: (piece) => {
          head ??= typeof piece === 'number' ? piece : Uint8Array.from(piece.subarray(0, HEAD));
          return typeof piece === 'number' ? stream.sendHole(piece) : stream.send(piece);
        },
        finish: () => stream.finish(),
        abort: () => stream.abort(),
      };
      return writer;
    },
    readBack: async (at) => streamReader(await host().openDownload(where, { at, sparse }), size - at),
    complete: () => Promise.resolve(),
    discard: async () => {
      const is = await ours();
      if (is === true) await host().deleteVolume(where);
      // A device begins with what it held before, where nothing was written yet: it may be the one that was made, and who looks at it decides.
      else if (is === false && !FILE_POOL_TYPES.includes(type)) throw gone();
    },
    close: () => Promise.resolve(),
  };
}

/** Is what a volume begins with what was sent to it first, or nothing yet? */
async function beginsWith(host: Hypervisor, where: VolumeRef, head: Piece | null): Promise<boolean> {
  const reader = streamReader(await host.openDownload(where, { at: 0, sparse: false }), HEAD);
  try {
    const there = await reader.next();
    if (there === null || typeof there === 'number') return true;
    return there.every((byte, index) => byte === 0 || (head instanceof Uint8Array && byte === head[index]));
  } finally {
    await reader.close();
  }
}
