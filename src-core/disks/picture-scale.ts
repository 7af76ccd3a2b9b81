/**
 * The scale of the bars. A machine has a floppy of 1.4 MiB beside a disk of 20 TiB: on a linear scale all but the largest would be a dot, so
 * the length of a bar is the logarithm of the size, with the same scale for every disk of the machine and its marks shown below. How much of a disk is
 * allocated is a share, and shares are read linearly: so much of the bar is filled.
 */
import type { PictureDisk } from './picture-disks.ts';

export interface SizeScale {
  /** Powers of two, in bytes, at the two ends of the scale. */
  readonly from: number;
  readonly to: number;
  /** Powers of two that are marked, ends among them. */
  readonly marks: readonly number[];
}

/** 32 times: two marks for each step from MiB to GiB to TiB. */
const STEP = 5;

/** The same disks have the same scale, so that nothing has to be drawn again for it. */
const SCALES = new WeakMap<readonly PictureDisk[], { readonly scale: SizeScale | null }>();

/** null: no disk has a size. The smallest one still has a bar that can be seen: the scale begins before it. */
export function sizeScale(disks: readonly PictureDisk[]): SizeScale | null {
  const known = SCALES.get(disks) ?? { scale: scaleOf(disks) };
  SCALES.set(disks, known);
  return known.scale;
}

function scaleOf(disks: readonly PictureDisk[]): SizeScale | null {
  const powers = disks.flatMap(({ size }) => (size !== null && size >= 1 ? [Math.log2(size)] : []));
  if (powers.length === 0) return null;
  const from = Math.max(0, (Math.ceil(powers.reduce((a, b) => Math.min(a, b)) / STEP) - 1) * STEP);
  const last = Math.ceil(powers.reduce((a, b) => Math.max(a, b)) / STEP) * STEP;
  const to = Math.max(last, from + 2 * STEP);
  const step = (to - from) / STEP > 4 ? 2 * STEP : STEP;
  const end = from + Math.ceil((to - from) / step) * step;
  return { from, to: end, marks: Array.from({ length: (end - from) / step + 1 }, (_, at) => from + at * step) };
}

/** Where on the scale a size is, from 0 to 1. */
export function onScale(scale: SizeScale, bytes: number): number {
  if (bytes < 1) return 0;
  return Math.min(1, Math.max(0, (Math.log2(bytes) - scale.from) / (scale.to - scale.from)));
}

/** The share of a disk that is allocated, from 0 to 1: a qcow2 image can be larger than its disk. null: not known. */
export function allocatedShare({ size, allocation }: Pick<PictureDisk, 'size' | 'allocation'>): number | null {
  if (size === null || allocation === null || size <= 0) return null;
  return Math.min(1, Math.max(0, allocation / size));
}
