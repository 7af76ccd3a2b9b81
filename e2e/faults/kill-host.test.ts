/**
 * The other end goes away, at each record of the journal and at moments between them: libvirtd is killed and started anew or later,
 * QEMU is killed, the daemon stands still, the socket breaks. The application stands still at the record until it has happened.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { withJson } from '../testbed/salvor.ts';
import { FULL } from './form.ts';
import { newDesk, openLane, start, told } from './lane.ts';
import type { Lane } from './lane.ts';
import { isOff } from './look.ts';
import { arrived, letGo } from './meeting.ts';
import { argsOf, lead, recordsOf } from './records.ts';
import type { OperationRecord } from './records.ts';
import { startRelay } from './relay.ts';
import type { Relay } from './relay.ts';
import { chance } from './seeded.ts';
import { KINDS, recommended, reset, withSubject } from './trials.ts';
import type { Kind, Subject } from './trials.ts';
import { tried } from './tried.ts';

let lane: Lane;
let relay: Relay;
beforeAll(async () => {
  lane = await openLane('faults-b');
  relay = await startRelay(lane.host.socket, join(lane.host.dir, 'relay.sock'));
});
afterAll(async () => {
  await relay.stop();
  await lane.stop();
});

interface Meeting {
  readonly subject: Subject;
  /** Let the application go on. */
  readonly go: () => Promise<void>;
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
}

interface HostFault {
  readonly name: string;
  /** How many of a kind's records the short and the full form take. */
  readonly short: number;
  readonly full: number;
  readonly happens: (meeting: Meeting) => Promise<void>;
  /** What it changes by itself. */
  readonly allow?: (difference: string) => boolean;
}

const ALL = Number.POSITIVE_INFINITY;

const FAULTS: readonly HostFault[] = [
  {
    name: 'libvirtd killed and started anew',
    short: 2,
    full: ALL,
    happens: async ({ go }) => {
      await lane.host.restartDaemon();
      await go();
    },
  },
  {
    name: 'libvirtd killed, and started when the application has given up',
    short: 1,
    full: 8,
    happens: async ({ go, ended }) => {
      await lane.host.killDaemon();
      await go();
      await ended;
      await lane.host.startDaemon();
    },
  },
  {
    name: 'QEMU killed',
    short: 2,
    full: ALL,
    // A guest whose QEMU is gone is off: in one-shot rescue that ends it, as a power-off does.
    allow: isOff,
    happens: async ({ subject: { guest }, go }) => {
      if ((await lane.host.tryVirsh('domstate', guest.name)).stdout.trim() === 'running') {
        await lane.host.signalGuest(guest.name, 'SIGKILL');
        await awaitCondition('libvirt to see it', 20, async () => {
          const state = await lane.host.tryVirsh('domstate', guest.name);
          return state.stdout.trim() !== 'running';
        });
      }
      await go();
    },
  },
  {
    name: 'libvirtd stands still for a moment',
    short: 1,
    full: 4,
    happens: async ({ go }) => {
      await lane.host.freeze();
      await go();
      await delay(1500);
      await lane.host.thaw();
    },
  },
  {
    name: 'connection broken',
    short: 2,
    full: ALL,
    happens: async ({ go }) => {
      relay.cut();
      await go();
    },
  },
];

/** At a record, one thing happens; then a fresh process puts things right. */
async function meetAt(record: OperationRecord, fault: HostFault, subject: Subject, kind: Kind, seed: number) {
  const { operation, number } = record;
  const before = await reset(subject, 'on');
  const desk = await newDesk(lane, fault.name === 'connection broken' ? { uri: relay.uri } : {});
  await lead(desk, subject, operation);
  const row = `${fault.name}: ${kind}`;
  const what = `${operation}, after “${record.record}” (${number})`;
  const { happens, ...rest } = fault;
  const allow = rest.allow === undefined ? {} : { allow: rest.allow };
  await tried({ row, what, seed, desk, subject, before, choose: recommended, ...allow }, async (trail) => {
    const held = join(desk.state, 'held');
    const go = join(desk.state, 'go');
    const running = start(desk, argsOf(desk, subject, operation), { at: number, then: 'hold', held, go });
    const isThere = await arrived(held, running.finished);
    if (isThere) await happens({ subject, go: () => letGo(go), ended: running.finished });
    const answer = await running.finished;
    trail.push(`${operation}: ${isThere ? '' : 'never got there, '}${told(withJson(answer, ['--json']))}`);
    await rm(held, { force: true });
  });
}

for (const fault of FAULTS)
  test(fault.name, async () => {
    const pick = chance(fault.name);
    for (const [place, kind] of KINDS.entries())
      await withSubject(lane, kind, `host-${FAULTS.indexOf(fault)}-${place}`, async (subject) => {
        const records = await recordsOf(subject);
        for (const record of pick.sample(records, FULL ? fault.full : fault.short))
          await meetAt(record, fault, subject, kind, pick.seed);
      });
  });

test('libvirtd stands still for longer than anybody waits', async () => {
  const pick = chance('still');
  const fault: HostFault = {
    name: 'libvirtd stands still for longer than anybody waits',
    short: 1,
    full: 2,
    happens: async ({ go, ended }) => {
      await lane.host.freeze();
      try {
        await go();
        await ended;
      } finally {
        await lane.host.thaw();
      }
    },
  };
  for (const kind of FULL ? KINDS : pick.sample(KINDS, 1))
    await withSubject(lane, kind, `still-${kind}`, async (subject) => {
      const records = await recordsOf(subject);
      for (const record of pick.sample(records, FULL ? fault.full : fault.short))
        await meetAt(record, fault, subject, kind, pick.seed);
    });
});

test('libvirtd killed and started anew at a random moment inside a step', async () => {
  const pick = chance('libvirtd inside');
  for (const kind of KINDS)
    await withSubject(lane, kind, `inside-${kind}`, async (subject) => {
      const records = await recordsOf(subject);
      for (const record of pick.sample(records, FULL ? 10 : 1)) {
        const next = records[records.indexOf(record) + 1];
        const length = next === undefined || next.operation !== record.operation ? 20 : next.at - record.at;
        const afterMs = Math.round(pick.next() * length);
        const fault: HostFault = {
          name: 'libvirtd killed inside a step',
          short: 1,
          full: 10,
          happens: async ({ go }) => {
            await go();
            await delay(afterMs);
            await lane.host.restartDaemon();
          },
        };
        await meetAt(record, fault, subject, kind, pick.seed);
      }
    });
});
