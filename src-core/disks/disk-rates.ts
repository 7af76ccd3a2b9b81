/** How busy a disk is, from what libvirt counts: two readings of its counters and the time between them. */
import type { DiskStats } from './types.ts';

/** Bytes and requests a second. */
export type DiskRate = Omit<DiskStats, 'target'>;

export interface DiskReading {
  /** Milliseconds of a clock that only goes forward. */
  readonly at: number;
  readonly disks: readonly DiskStats[];
}

const COUNTERS = ['readBytes', 'readRequests', 'writeBytes', 'writeRequests'] as const;

/**
 * The rates of the time between two readings, by target. A disk that was not there before, one whose counters went back (the machine was
 * started anew, or the disk exchanged) and one that libvirt does not count for (-1) have none.
 */
export function diskRates(before: DiskReading, after: DiskReading): ReadonlyMap<string, DiskRate> {
  const seconds = (after.at - before.at) / 1000;
  if (!(seconds > 0)) return new Map();
  const earlier = new Map(before.disks.map((disk) => [disk.target, disk]));
  const rates = new Map<string, DiskRate>();
  for (const disk of after.disks) {
    const start = earlier.get(disk.target);
    if (start === undefined || COUNTERS.some((name) => !(start[name] >= 0 && disk[name] >= start[name]))) continue;
    const rate = (name: (typeof COUNTERS)[number]) => (disk[name] - start[name]) / seconds;
    rates.set(disk.target, {
      readBytes: rate('readBytes'),
      readRequests: rate('readRequests'),
      writeBytes: rate('writeBytes'),
      writeRequests: rate('writeRequests'),
    });
  }
  return rates;
}

/** All of them together; null: there are none. */
export function totalRate(rates: Iterable<DiskRate>): DiskRate | null {
  const all = [...rates];
  if (all.length === 0) return null;
  const sum = (name: keyof DiskRate) => all.reduce((total, rate) => total + rate[name], 0);
  return {
    readBytes: sum('readBytes'),
    readRequests: sum('readRequests'),
    writeBytes: sum('writeBytes'),
    writeRequests: sum('writeRequests'),
  };
}
