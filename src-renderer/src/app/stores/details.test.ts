import { beforeEach, expect, test } from 'vitest';
import type { MachineDetails, MachineDisk } from '../../../../src-core/contract/schemas.ts';
import { errorData } from '../../../../src-core/contract/errors.ts';
import { detailsOf } from '../../../harness/fake-plans.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import type { FakeHandlers } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld } from '../../../harness/fake-world.test-support.ts';
import { installFake, resetStores } from '../../../harness/render.test-support.tsx';
import { keyOf } from '../machine-key.ts';
import { loadDetails, useDetails } from './details.ts';

const world = makeWorld();
const [row] = [...world.machines.values()].map((machine) => machine.row);
if (row === undefined) throw new Error('a world without machines');
const answer = detailsOf(world, row);
if (!answer.ok) throw new Error('a machine without details');
const WHOLE = answer.value;

/** What comes at once knows of no size and nobody else. */
const quick = (over: Partial<MachineDetails> = {}): MachineDetails => ({ ...WHOLE, complete: false, ...over });
const withUser = (disk: MachineDisk): MachineDisk => ({
  ...disk,
  users: [{ domain: 'twin', host: null, writes: true, as: 'same' }],
});
const whole = (): MachineDetails => ({ ...WHOLE, disks: WHOLE.disks.map(withUser) });

beforeEach(() => resetStores());

const now = () => useDetails.getState().byKey[keyOf(row)];
const usersOfFirst = () => now()?.value?.disks[0]?.users.length;

/** Load, with the second answer held back until `finish` is called. */
function open(over: Partial<FakeHandlers>) {
  let finish = (): void => undefined;
  const held = new Promise<void>((resolve) => (finish = resolve));
  const handlers: Partial<FakeHandlers> = {
    'machines.details': () => quick(),
    'machines.fullDetails': () => held.then(whole),
    ...over,
  };
  installFake(fakeSalvor(world, handlers));
  return { finish };
}

const settle = () => new Promise((done) => setTimeout(done, 5));

test('what comes at once is shown before the rest', async () => {
  const { finish } = open({});
  const loading = loadDetails(row);
  await settle();
  expect(now()?.value?.complete).toBe(false);
  expect(usersOfFirst()).toBe(0);
  finish();
  await loading;
  expect(now()?.value?.complete).toBe(true);
  expect(usersOfFirst()).toBe(1);
});

test('what was known of a disk stays in sight while it is asked for anew; of another image in its place it does not', async () => {
  const first = open({});
  first.finish();
  await loadDetails(row);
  const changed = WHOLE.disks.map((disk, index) => (index === 0 ? { ...disk, source: '/another' } : disk));
  const second = open({ 'machines.details': () => quick({ disks: changed }) });
  const loading = loadDetails(row);
  await settle();
  const users = now()?.value?.disks.map((disk) => disk.users.length) ?? [];
  expect(users[0]).toBe(0);
  expect(users.length).toBeGreaterThan(1);
  expect(users.slice(1).every((count) => count === 1)).toBe(true);
  second.finish();
  await loading;
});

test('where the second answer fails, the first stays, and the error is told', async () => {
  const error = errorData('timeout', { call: 'x', seconds: 20 });
  open({ 'machines.fullDetails': () => ({ ok: false, error }) });
  await loadDetails(row);
  expect(now()).toMatchObject({ value: { complete: false }, error: { code: 'timeout' } });
});
