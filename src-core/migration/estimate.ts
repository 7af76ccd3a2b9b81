/** How long a migration takes: memory goes over pass by pass, and each pass leaves what the guest has written meanwhile. */
import { sentence } from '../rescue/findings.ts';
import { sizeText } from '../rescue/size-text.ts';
import type { MigrationEstimate, MigrationOptions } from './types.ts';

const MIB = 1024 * 1024;
/** Where nobody limits it: a line of one gigabit a second, and one of ten. */
const USUAL_RATES = [110 * MIB, 1100 * MIB] as const;
/** libvirt's own, in milliseconds. */
const DOWNTIME = 300;
/** A guest that is all but as fast as the line: what these leave is no end. */
const MOST_PASSES = 1000;

export interface ToSend {
  /** Bytes. */
  readonly memory: number;
  readonly disks: number;
  readonly dirtyRate: { readonly bytesPerSecond: number; readonly seconds: number } | null;
  readonly options: MigrationOptions;
}

export interface Estimated {
  readonly estimate: MigrationEstimate;
  /** It may never be through by itself: at this rate; null: it will. */
  readonly slowerThan: number | null;
}

export function estimateOf({ memory, disks, dirtyRate, options }: ToSend): Estimated {
  const given = options.bandwidth === null ? null : options.bandwidth * MIB;
  const [slow, fast] = given === null ? USUAL_RATES : [given, given];
  const dirty = dirtyRate?.bytesPerSecond ?? 0;
  const seconds = (rate: number) => {
    const passes = memorySeconds(memory, rate, dirty, options);
    return passes === null ? null : Math.ceil(disks / rate + passes);
  };
  const high = seconds(slow);
  const rate = given === null ? `${rateText(slow)} to ${rateText(fast)}` : rateText(slow);
  const size = `${sizeText(memory)} of memory${disks > 0 ? ` and ${sizeText(disks)} of disks` : ''}`;
  return {
    estimate: {
      low: seconds(fast) ?? Math.ceil((disks + memory) / fast),
      high,
      why:
        dirtyRate === null
          ? sentence('migrate-estimate-unmeasured', { size, rate })
          : sentence('migrate-estimate-measured', {
              size,
              rate,
              dirty: sizeText(dirtyRate.bytesPerSecond),
              seconds: dirtyRate.seconds,
            }),
    },
    slowerThan: high === null ? slow : null,
  };
}

function rateText(rate: number): string {
  return `${sizeText(rate)}/s`;
}

/** A geometric series; null: it has no end. */
function memorySeconds(memory: number, rate: number, dirty: number, options: MigrationOptions): number | null {
  const enough = rate * ((options.maxDowntime ?? DOWNTIME) / 1000);
  let seconds = 0;
  let left = memory;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const time = left / rate;
    seconds += time;
    left = dirty * time;
    if (left <= enough) return seconds;
    if (dirty >= rate) break;
  }
  // After the switch all that is left goes over once; a guest that is slowed down leaves less each time.
  if (options.postCopy) return seconds + memory / rate;
  return options.autoConverge ? seconds + (5 * memory) / rate : null;
}
