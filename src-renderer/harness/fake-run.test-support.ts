/** A run of the harness: its steps go by one after the other. */
import type { AppEvent, MachineKey, Operation } from '../../src-core/contract/schemas.ts';
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import type { FakeWorld } from './fake-world.test-support.ts';

const STEPS = [
  'Check again that everything is as it was in the preview',
  'Shut the guest down (ACPI)',
  'Start it',
  'Verify',
];

/** Steps go by one after the other; at the end the machine is in rescue, or is not any more. */
export function run(
  world: FakeWorld,
  emit: (event: AppEvent) => void,
  key: MachineKey,
  kind: Operation['kind'],
  record: SessionRecord | null,
): Operation {
  const machineKey = `${key.hostId}/${key.uuid}`;
  const name = world.machines.get(machineKey)?.row.name ?? '';
  const at = (done: number): Operation => ({
    id: `operation-${world.operations.size}`,
    kind,
    machine: key,
    machineName: name,
    state: done >= STEPS.length ? 'done' : 'running',
    cancellable: done < 2,
    startedAt: new Date().toISOString(),
    steps: STEPS.map((text, step) => ({
      id: String(step),
      text,
      state: step < done ? 'done' : step === done ? 'running' : 'pending',
      note: step === done && step === 1 ? '114 s left' : null,
    })),
    remarks: [],
    error: null,
  });
  const first = at(0);
  const advance = (done: number): void => {
    emit({ type: 'operation-changed', operation: { ...at(done), id: first.id, startedAt: first.startedAt } });
    if (done < STEPS.length) {
      setTimeout(() => advance(done + 1), world.stepDelay);
      return;
    }
    const machine = world.machines.get(machineKey);
    if (machine === undefined) return;
    machine.row = { ...machine.row, session: record, state: 'running' };
    emit({ type: 'machine-changed', machine: machine.row });
  };
  setTimeout(() => advance(1), world.stepDelay);
  return first;
}
