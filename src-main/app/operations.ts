/** Operations under way and those that have ended since the start: what the window shows as steps. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { AppEvent, MachineKey, Operation } from '../../src-core/contract/schemas.ts';
import { errorOf } from './errors.ts';
import type { Log } from './log.ts';
import { journalNote } from './recording.ts';
import type { RunReport } from './run.ts';

export interface OperationsOptions {
  readonly emit: (event: AppEvent) => void;
  readonly log: Log;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** Gives what is worth telling of a run that went well, in sentences. */
export type OperationWork = (report: RunReport, signal: AbortSignal) => Promise<readonly string[]>;

export interface Operations {
  /** Throws `busy` where an operation on the machine is under way. Answers at once; how it goes comes as events. */
  readonly start: (
    kind: Operation['kind'],
    machine: MachineKey,
    machineName: string,
    firstStep: { id: string; text: string },
    work: OperationWork,
  ) => Operation;
  readonly list: () => Operation[];
  /** No-op for one that has ended. */
  readonly cancel: (id: string) => void;
  readonly running: () => Operation[];
  /** Resolves when none is under way. */
  readonly settled: () => Promise<void>;
}

/** How many ended ones are kept. */
const KEPT = 50;

const UNDER_WAY: Readonly<Record<Operation['kind'], string>> = {
  rescue: 'a rescue is being started',
  end: 'a rescue is being ended',
  resume: 'an unfinished operation is being put right',
  nvram: 'its UEFI variables are being put back',
  'hard-reboot': 'a hard reboot is under way',
  migrate: 'it is being migrated',
  power: 'its power is being changed',
};

export function createOperations({ emit, log, newId, now }: OperationsOptions): Operations {
  const operations = new Map<string, { data: Operation; readonly controller: AbortController; ended: Promise<void> }>();
  const running = () => [...operations.values()].map(({ data }) => data).filter(({ state }) => state === 'running');

  const update = (id: string, change: (data: Operation) => Operation): void => {
    const operation = operations.get(id);
    if (operation === undefined) return;
    const next = change(operation.data);
    if (next === operation.data) return;
    operation.data = next;
    emit({ type: 'operation-changed', operation: operation.data });
  };

  const forget = (): void => {
    const ended = [...operations].filter(([, { data }]) => data.state !== 'running');
    for (const [id] of ended.slice(0, Math.max(0, ended.length - KEPT))) operations.delete(id);
  };

  return {
    start: (kind, machine, machineName, firstStep, work) => {
      const other = running().find(
        (operation) => operation.machine.hostId === machine.hostId && operation.machine.uuid === machine.uuid,
      );
      if (other !== undefined)
        throw new SalvorError('busy', {
          domain: machineName,
          what: UNDER_WAY[other.kind],
        });
      const id = newId();
      const controller = new AbortController();
      const steps: Operation['steps'] = [{ ...firstStep, state: 'pending', note: null }];
      const data: Operation = {
        id,
        kind,
        machine,
        machineName,
        state: 'running',
        cancellable: true,
        startedAt: now().toISOString(),
        steps,
        remarks: [],
        error: null,
      };
      const run = async (): Promise<void> => {
        log.info(`${kind} of ${machineName} (${machine.uuid}) begins`);
        try {
          const remarks = await work(reportTo(id, update), controller.signal);
          update(id, (last) => ({ ...last, state: 'done', cancellable: false, remarks: [...remarks] }));
          log.info(`${kind} of ${machineName} (${machine.uuid}) is done`);
        } catch (thrown) {
          const error = errorOf(thrown);
          log.warn(
            `${kind} of ${machineName} (${machine.uuid}): ${error.code}: ${error.message} ${error.detail ?? ''}`,
            error.code === 'internal' ? thrown : undefined,
          );
          update(id, (last) => ({
            ...last,
            state: error.code === 'cancelled' ? 'cancelled' : 'failed',
            cancellable: false,
            error,
            steps: skipPending(last.steps),
          }));
        }
        forget();
      };
      const operation = { data, controller, ended: Promise.resolve() };
      operations.set(id, operation);
      emit({ type: 'operation-changed', operation: data });
      operation.ended = run();
      return data;
    },
    list: () => [...operations.values()].map(({ data }) => data),
    cancel: (id) => operations.get(id)?.controller.abort(),
    running,
    settled: async () => {
      await Promise.all([...operations.values()].map(({ ended }) => ended));
    },
  };
}

function skipPending(steps: Operation['steps']): Operation['steps'] {
  return steps.map((step) => (step.state === 'pending' ? { ...step, state: 'skipped' } : step));
}

function reportTo(id: string, update: (id: string, change: (data: Operation) => Operation) => void): RunReport {
  const changeStep = (stepId: string, change: Partial<Operation['steps'][number]>) =>
    update(id, (data) => ({
      ...data,
      steps: data.steps.map((step) => (step.id === stepId ? { ...step, ...change } : step)),
    }));
  return {
    // Steps that are known already keep how far they are.
    steps: (steps) =>
      update(id, (data) => ({
        ...data,
        steps: steps.map((step) => ({
          state: 'pending',
          note: null,
          ...data.steps.find((known) => known.id === step.id),
          ...step,
        })),
      })),
    step: (stepId, state) => changeStep(stepId, { state }),
    note: (stepId, note) => changeStep(stepId, { note }),
    cancellable: (cancellable) =>
      update(id, (data) => (data.cancellable === cancellable ? data : { ...data, cancellable })),
    journalIncomplete: (problem) =>
      update(id, (data) => ({ ...data, steps: withNote(data.steps, journalNote(problem)) })),
  };
}

/** A note of the whole run stands with its last step that was begun. */
function withNote(steps: Operation['steps'], note: string): Operation['steps'] {
  const last = steps.findLastIndex(({ state }) => state !== 'pending' && state !== 'skipped');
  return steps.map((step, index) => (index === last ? { ...step, note } : step));
}
