import { useEffect } from 'react';
import { create } from 'zustand';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { MachineKey } from '../../../../src-core/contract/schemas.ts';
import { diskRates, totalRate } from '../../../../src-core/disks/disk-rates.ts';
import type { DiskRate, DiskReading } from '../../../../src-core/disks/disk-rates.ts';
import { ask } from '../salvor.ts';

/** From one answer to the next question: a slow host is asked less often. */
export const RATES_EVERY_MS = 2000;

interface DiskRatesState {
  /** By target, of the machine that is looked at; empty: nothing is known (yet). */
  readonly byTarget: ReadonlyMap<string, DiskRate>;
  readonly total: DiskRate | null;
  /** Why there are none. */
  readonly error: ErrorData | null;
}

const NOTHING: DiskRatesState = { byTarget: new Map(), total: null, error: null };

export const useDiskRates = create<DiskRatesState>(() => NOTHING);

/** For whoever draws one disk: draws again only when that disk's own rate is another. null: not known. */
export function useDiskRate(target: string): DiskRate | null {
  return useDiskRates((state) => state.byTarget.get(target) ?? null);
}

/** Asks for the counters of a running machine for as long as the caller is drawn and the window can be seen. */
export function useDiskRatesOf({ hostId, uuid }: MachineKey, running: boolean): void {
  useEffect(() => {
    if (!running) return undefined;
    const stop = watch({ hostId, uuid });
    return () => {
      stop();
      useDiskRates.setState(NOTHING);
    };
  }, [hostId, uuid, running]);
}

/** Asks again and again until it is stopped. */
function watch(machine: MachineKey): () => void {
  let before: DiskReading | null = null;
  let timer = 0;
  // Which round of questions: what is answered after a pause belongs to none.
  let round = 0;

  const once = async (own: number): Promise<void> => {
    const answer = await ask('machines.diskStats', machine);
    if (own !== round) return;
    if (answer.ok) {
      const after: DiskReading = { at: performance.now(), disks: answer.value };
      if (before !== null) show(before, after);
      else if (useDiskRates.getState().error !== null) useDiskRates.setState({ error: null });
      before = after;
    } else {
      before = null;
      useDiskRates.setState({ ...NOTHING, error: answer.error });
    }
    timer = window.setTimeout(() => void once(own), RATES_EVERY_MS);
  };
  const pause = (): void => {
    round += 1;
    window.clearTimeout(timer);
    before = null;
  };
  const follow = (): void => {
    pause();
    if (document.visibilityState === 'visible') void once(round);
    else useDiskRates.setState(NOTHING);
  };

  document.addEventListener('visibilitychange', follow);
  follow();
  return () => {
    document.removeEventListener('visibilitychange', follow);
    pause();
  };
}

/** What is as it was stays the same object: nothing of it is drawn again. */
function show(before: DiskReading, after: DiskReading): void {
  const known = useDiskRates.getState();
  const byTarget = new Map(
    [...diskRates(before, after)].map(([target, rate]) => {
      const old = known.byTarget.get(target);
      return [target, old !== undefined && isSame(old, rate) ? old : rate] as const;
    }),
  );
  useDiskRates.setState({ byTarget, total: totalRate(byTarget.values()), error: null });
}

function isSame(one: DiskRate, other: DiskRate): boolean {
  return (
    one.readBytes === other.readBytes &&
    one.writeBytes === other.writeBytes &&
    one.readRequests === other.readRequests &&
    one.writeRequests === other.writeRequests
  );
}
