/**
 * What can be lost while a machine is on its way between two hosts: the link, either daemon, the QEMU at the other end, Salvor itself; carried
 * by this computer and peer to peer; before it runs there and, in post-copy, after. The short form tries a sample of them, by the seed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, test } from 'vitest';
import { FULL } from './form.ts';
import { WAYS, meet, openRoad } from './migration-trials.ts';
import type { MigrationFault, Road } from './migration-trials.ts';
import { chance } from './seeded.ts';

let two: Road;
beforeAll(async () => {
  two = await openRoad();
});
afterAll(() => two.stop());

/** How long a daemon is away. */
const AWAY_MS = 2000;

const BEFORE: readonly MigrationFault[] = [
  {
    name: 'link down for some seconds',
    ways: WAYS,
    phase: 'pre-copy',
    happens: async ({ two: { linkDown, linkUp } }) => {
      await linkDown();
      await delay(4000);
      await linkUp();
    },
  },
  {
    name: 'link down for good, and cancelled',
    ways: WAYS,
    phase: 'pre-copy',
    ends: 'source',
    happens: async ({ two: { linkDown, linkUp }, started }) => {
      await linkDown();
      await delay(1500);
      started.process.kill('SIGINT');
      await started.finished;
      await linkUp();
    },
  },
  {
    name: 'source’s daemon killed',
    ways: WAYS,
    phase: 'pre-copy',
    happens: async ({ two: { a } }) => {
      await a.killDaemon();
      await delay(AWAY_MS);
      await a.startDaemon();
    },
  },
  {
    name: 'destination’s daemon killed',
    ways: WAYS,
    phase: 'pre-copy',
    happens: async ({ two: { b } }) => {
      await b.killDaemon();
      await delay(AWAY_MS);
      await b.startDaemon();
    },
  },
  {
    name: 'destination’s QEMU killed',
    ways: WAYS,
    phase: 'pre-copy',
    ends: 'source',
    happens: ({ two: { b }, guest: { name } }) => b.signalGuest(name, 'SIGKILL'),
  },
  {
    name: 'Salvor killed',
    ways: WAYS,
    phase: 'pre-copy',
    happens: async ({ started }) => {
      started.process.kill('SIGKILL');
      await started.finished;
    },
  },
];

const AFTER: readonly MigrationFault[] = [
  {
    name: 'link down for some seconds',
    ways: WAYS,
    phase: 'post-copy',
    ends: 'destination',
    happens: async ({ two: { linkDown, linkUp } }) => {
      await linkDown();
      await delay(4000);
      await linkUp();
    },
  },
  {
    name: 'connection of the QEMUs broken',
    ways: WAYS,
    phase: 'post-copy',
    ends: 'destination',
    // Both ends stand still then, and neither has the whole memory.
    happens: async ({ two: { a }, guest: { name } }) => {
      await a.virsh('qemu-monitor-command', name, '{"execute":"migrate-pause"}');
    },
  },
  {
    name: 'destination’s QEMU killed',
    ways: WAYS,
    phase: 'post-copy',
    losesMemory: true,
    happens: ({ two: { b }, guest: { name } }) => b.signalGuest(name, 'SIGKILL'),
  },
  {
    name: 'source’s daemon killed',
    ways: WAYS,
    phase: 'post-copy',
    ends: 'destination',
    happens: async ({ two: { a } }) => {
      await a.killDaemon();
      await delay(AWAY_MS);
      await a.startDaemon();
    },
  },
  {
    name: 'destination’s daemon killed',
    ways: WAYS,
    phase: 'post-copy',
    ends: 'destination',
    happens: async ({ two: { b } }) => {
      await b.killDaemon();
      await delay(AWAY_MS);
      await b.startDaemon();
    },
  },
  {
    name: 'Salvor killed',
    ways: WAYS,
    phase: 'post-copy',
    ends: 'destination',
    happens: async ({ started }) => {
      started.process.kill('SIGKILL');
      await started.finished;
    },
  },
];

/** Every fault both ways, or so many of them one way. */
function chosen(faults: readonly MigrationFault[], short: number) {
  const pick = chance(faults === BEFORE ? 'migration before' : 'migration after');
  const all = faults.flatMap((fault) => fault.ways.map((way) => ({ fault, way, seed: pick.seed })));
  if (FULL) return all;
  return pick.sample(faults, short).map((fault) => ({ fault, way: pick.pick(fault.ways), seed: pick.seed }));
}

test('before it runs there', async () => {
  for (const [index, { fault, way, seed }] of chosen(BEFORE, 3).entries())
    await meet(two, fault, way, `before-${String(index)}`, seed);
});

test('after it runs there, with a part of its memory still here', async () => {
  for (const [index, { fault, way, seed }] of chosen(AFTER, 2).entries())
    await meet(two, fault, way, `after-${String(index)}`, seed);
});
