import { create } from 'zustand';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { SecretValues } from '../../../../src-core/contract/reboot-schemas.ts';
import type { MachineKey } from '../../../../src-core/contract/schemas.ts';
import type { RebootPlan, RebootRequest } from '../../../../src-core/reboot/types.ts';
import { keyOf } from '../../app/machine-key.ts';
import { ask } from '../../app/salvor.ts';
import { noteStarted } from '../../app/stores/operations.ts';
import { FIRST_STOP } from '../../components/StopFields.tsx';

/** What is asked for until somebody asks for something else. */
const FIRST_REQUEST: RebootRequest = { stop: FIRST_STOP, session: 'keep' };

interface RebootEntry {
  /** The newest answer; stays in sight while the next one is on its way. */
  readonly plan: RebootPlan | null;
  readonly error: ErrorData | null;
  readonly pending: boolean;
}

/** Values of secrets are not here: they are the form's own, and gone with it. */
interface RebootState {
  readonly requests: Readonly<Record<string, RebootRequest>>;
  readonly previews: Readonly<Record<string, RebootEntry>>;
  /** What a start answered at once, by machine: drift, busy, … */
  readonly errors: Readonly<Record<string, ErrorData | null>>;
}

export const useReboot = create<RebootState>()(() => ({ requests: {}, previews: {}, errors: {} }));

const NO_PREVIEW: RebootEntry = { plan: null, error: null, pending: false };

export function selectRequest(state: RebootState, key: string): RebootRequest {
  return state.requests[key] ?? FIRST_REQUEST;
}

export function selectPreview(state: RebootState, key: string): RebootEntry {
  return state.previews[key] ?? NO_PREVIEW;
}

export function changeRequest(key: string, change: Partial<RebootRequest>): void {
  useReboot.setState((state) => ({
    requests: { ...state.requests, [key]: { ...selectRequest(state, key), ...change } },
    errors: { ...state.errors, [key]: null },
  }));
}

function putPreview(key: string, change: Partial<RebootEntry>): void {
  useReboot.setState((state) => ({
    previews: { ...state.previews, [key]: { ...selectPreview(state, key), ...change } },
  }));
}

/** Counts the questions: an answer to any but the last one is late, and dropped. */
let asked = 0;

/** Look at the machine and all that it depends on. `secrets`: UUIDs of those that a value is at hand for. */
export async function requestPreview(machine: MachineKey, request: RebootRequest, secrets: string[]): Promise<void> {
  const key = keyOf(machine);
  asked += 1;
  const mine = asked;
  putPreview(key, { pending: true });
  const answer = await ask('reboot.preview', { machine, request, secrets });
  if (mine !== asked) return;
  if (answer.ok) putPreview(key, { plan: answer.value, error: null, pending: false });
  else putPreview(key, { error: answer.error, pending: false });
}

/** Start what was previewed. Why it did not begin is shown on the page. */
export async function startReboot(machine: MachineKey, plan: RebootPlan, secrets: SecretValues): Promise<void> {
  const key = keyOf(machine);
  const put = (error: ErrorData | null) =>
    useReboot.setState(({ errors }) => ({ errors: { ...errors, [key]: error } }));
  put(null);
  const { request, fingerprint } = plan;
  const answer = await ask('reboot.start', { machine, request, secrets, fingerprint: fingerprint.inputs });
  if (answer.ok) noteStarted(answer.value);
  else put(answer.error);
}
