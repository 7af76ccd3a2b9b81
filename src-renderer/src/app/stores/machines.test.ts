import { expect, test } from 'vitest';
import { row } from '../../../harness/fake-world.test-support.ts';
import { reduceMachines } from './machines.ts';
import type { MachinesState } from './machines.ts';

const a = row({ uuid: 'a' });
const b = row({ uuid: 'b' });
const other = row({ hostId: 'kvm', uuid: 'a' });
const state: MachinesState = { byKey: { 'demo/a': a, 'demo/b': b, 'kvm/a': other }, loaded: true, error: null };

test('a reset replaces the machines of one host and leaves those of the others', () => {
  const c = row({ uuid: 'c' });
  const after = reduceMachines(state, [{ type: 'machines-reset', hostId: 'demo', machines: [c] }]);
  expect(after.byKey).toEqual({ 'kvm/a': other, 'demo/c': c });
});

test('a machine of the same UUID on another host is another machine', () => {
  const changed = { ...a, state: 'paused' as const };
  const after = reduceMachines(state, [{ type: 'machine-changed', machine: changed }]);
  expect(after.byKey['demo/a']).toBe(changed);
  expect(after.byKey['kvm/a']).toBe(other);
});

test('events of a batch are applied in their order', () => {
  const after = reduceMachines(state, [
    { type: 'machine-removed', machine: { hostId: 'demo', uuid: 'a' } },
    { type: 'machine-changed', machine: { ...a, name: 'again' } },
    { type: 'machine-removed', machine: { hostId: 'demo', uuid: 'b' } },
  ]);
  expect(Object.keys(after.byKey).toSorted()).toEqual(['demo/a', 'kvm/a']);
  expect(after.byKey['demo/a']?.name).toBe('again');
});

test('the state before is not touched, and one that nothing is about stays the same object', () => {
  reduceMachines(state, [{ type: 'machine-changed', machine: { ...a, name: 'changed' } }]);
  expect(state.byKey['demo/a']).toBe(a);
  expect(reduceMachines(state, [{ type: 'host-removed', hostId: 'x' }])).toBe(state);
});
