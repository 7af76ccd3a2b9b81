import { create } from 'zustand';
import type { MachineDetails, MachineKey } from '../../../../src-core/contract/schemas.ts';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import { keyOf } from '../machine-key.ts';
import { ask } from '../salvor.ts';
import { withKnownDisks } from './known-disks.ts';

export interface DetailsEntry {
  readonly value: MachineDetails | null;
  readonly error: ErrorData | null;
  /** Counts the questions, so that an answer that was overtaken is dropped. */
  readonly asked: number;
}

interface DetailsState {
  readonly byKey: Readonly<Record<string, DetailsEntry>>;
}

/** Definitions are large: those of the machines looked at last are enough. */
const KEPT = 24;

export const useDetails = create<DetailsState>()(() => ({ byKey: {} }));

function put(key: string, entry: DetailsEntry): void {
  useDetails.setState((state) => {
    const { [key]: _before, ...others } = state.byKey;
    const kept = Object.entries(others).slice(-(KEPT - 1));
    return { byKey: { ...Object.fromEntries(kept), [key]: entry } };
  });
}

/**
 * Ask for a machine's details: first what comes at once, then all of it. What is known stays in sight until the answers are there, and after
 * an error too.
 */
export async function loadDetails(machine: MachineKey): Promise<void> {
  const key = keyOf(machine);
  const { hostId, uuid } = machine;
  const before = useDetails.getState().byKey[key];
  const asked = (before?.asked ?? 0) + 1;
  put(key, { value: before?.value ?? null, error: before?.error ?? null, asked });
  for (const channel of ['machines.details', 'machines.fullDetails'] as const) {
    const answer = await ask(channel, { hostId, uuid });
    const now = useDetails.getState().byKey[key];
    if (now !== undefined && now.asked !== asked) return;
    const known = now?.value ?? null;
    put(
      key,
      answer.ok
        ? { value: withKnownDisks(answer.value, known), error: null, asked }
        : { value: known, error: answer.error, asked },
    );
    if (!answer.ok || answer.value.complete) return;
  }
}
