/** What a transfer needs and whether it can be, before anything is touched. */
import { basename, dirname } from 'node:path';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { NOTHING_TOUCHED } from '../../../src-core/contract/error-text.ts';
import type { RoomForTransfer } from '../../../src-core/contract/transfer.ts';
import { sizeText } from '../../../src-core/rescue/size-text.ts';
import type { Hypervisor, VolumeRef } from '../../libvirt/port.ts';
import { poolProblem } from './volume-ends.ts';
import type { PoolFacts } from './volume-ends.ts';
import { freeInFolder } from './local-file.ts';
import { volumeNameProblem } from './volume-name.ts';

export interface Wanted {
  readonly size: number;
  readonly allocated: number;
}

/** @param promised bytes that other transfers will still take up there */
export async function roomInPool(
  host: Hypervisor,
  to: VolumeRef,
  pool: PoolFacts,
  { size, allocated }: Wanted,
  promised: number,
): Promise<RoomForTransfer> {
  const needed = pool.sparse ? allocated : size;
  const available = pool.available === null ? null : Math.max(0, pool.available - promised);
  const problem =
    volumeNameProblem(to.name) ??
    poolProblem(to.pool, pool) ??
    (host.readOnly ? new SalvorError('read-only', { uri: host.uri }) : null) ??
    (await taken(host, to)) ??
    noRoom(`The pool “${to.pool}”`, to.name, needed, available);
  return { size, needed, available, problem: problem?.data ?? null };
}

/** Rejects with no-room. */
export async function checkFolder(file: string, { allocated }: Wanted): Promise<void> {
  const problem = noRoom(dirname(file), basename(file), allocated, await freeInFolder(dirname(file)));
  if (problem !== null) throw problem;
}

function noRoom(place: string, name: string, needed: number, available: number | null): SalvorError | null {
  if (available === null || needed <= available) return null;
  const sizes = { needed: sizeText(needed), available: sizeText(available) };
  return new SalvorError('no-room', { place, name, ...sizes, unchanged: NOTHING_TOUCHED });
}

async function taken(host: Hypervisor, to: VolumeRef): Promise<SalvorError | null> {
  try {
    await host.volumeSizes(to);
    return new SalvorError('volume-exists', { ...to });
  } catch (error) {
    if (error instanceof SalvorError && error.data.code === 'volume-not-found') return null;
    throw error;
  }
}
