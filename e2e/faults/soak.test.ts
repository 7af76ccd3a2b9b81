/**
 * Soak: rescue/end cycles over ten domains in ONE long-lived process, four at a time, with random requests, media and faults. Every domain
 * is as it was after each cycle, and the process, the host and their folders hold nothing more at the end than at the beginning.
 */
import { copyFile, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { IMAGES } from '../testbed/boot-images.ts';
import { defineGuest, definitionOf, filesOf, mediaFolder } from '../testbed/guests.ts';
import type { GuestOptions } from '../testbed/guests.ts';
import { FULL } from './form.ts';
import { newDesk, openLane } from './lane.ts';
import type { Lane } from './lane.ts';
import { lookAt } from './look.ts';
import { chance } from './seeded.ts';
import { HOST_ID, startLongLived } from './soak-client.ts';
import type { Figures, LongLived } from './soak-client.ts';
import { TRANSIENT_XML, createTransient, runCycle } from './soak-cycle.ts';
import type { Member } from './soak-cycle.ts';
import { tell, tellFigures } from './table.ts';

const CYCLES = FULL ? 300 : 12;
const AT_ONCE = 4;
/** Between two of them nothing is under way, and the process is measured. */
const BATCHES = FULL ? 10 : 3;
const ROW = 'soak: rescue and end in one process';

let lane: Lane;
let process_: LongLived;
beforeAll(async () => {
  lane = await openLane('faults-s');
  await lane.host.virsh('pool-create-as', 'media', 'dir', '--target', await mediaFolder(lane.host));
  process_ = startLongLived(await newDesk(lane));
});
afterAll(async () => {
  await process_.stop();
  await lane.stop();
});

async function newMembers(): Promise<Member[]> {
  const options: readonly Omit<GuestOptions, 'name'>[] = [
    ...Array.from({ length: 3 }, () => ({ machine: 'pc' as const })),
    ...Array.from({ length: 2 }, () => ({ machine: 'q35' as const })),
    { machine: 'pc', obedient: true },
    { machine: 'q35', obedient: true },
    { machine: 'q35', firmware: 'uefi' },
    { machine: 'q35', firmware: 'uefi' },
    { machine: 'pc' },
  ];
  return Promise.all(
    options.map(async (one, place) => {
      const type = one.firmware === 'uefi' ? 'qemu' : lane.type;
      const guest = await defineGuest(lane.host, { ...one, type, name: `soak-${place}` });
      const transient = place === options.length - 1;
      const own = join(guest.dir, 'own-medium.img');
      await copyFile(
        join(await mediaFolder(lane.host), IMAGES[one.firmware === 'uefi' ? 'uefiMedium' : 'medium']),
        own,
      );
      const uuid = (await lane.host.virsh('domuuid', guest.name)).trim();
      if (transient) {
        await writeFile(join(guest.dir, TRANSIENT_XML), await definitionOf(guest));
        await createTransient(guest);
      }
      const before = await lookAt(guest, own);
      return { guest, uuid, before, transient, ownMedium: own, options: one };
    }),
  );
}

/** QEMU processes of this host, as the machine sees them. */
async function qemuProcesses(): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes('qemu-system') && line.includes(`${lane.host.dir}/guests/`)).length;
}

test(`${CYCLES} cycles, ${AT_ONCE} at a time`, async () => {
  const pick = chance('soak');
  await process_.ask('hosts.connect', { hostId: HOST_ID });
  const members = await newMembers();
  await awaitCondition(
    'all machines',
    30,
    async () => (await process_.ask('machines.list', null)).length === members.length,
  );
  for (const { guest, transient } of members) if (transient) await lane.host.virsh('destroy', guest.name);
  const [files, pools] = [await allFiles(members), await lane.host.virsh('pool-list', '--all', '--name')];
  const measured: Figures[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    await runBatch(members, CYCLES / BATCHES, pick, batch);
    measured.push(await process_.figures());
  }
  const running = () => lane.host.virsh('list', '--name', '--state-running', '--state-paused');
  await awaitCondition('the last QEMU to end', 20, async () => (await qemuProcesses()) === 0).catch(async () => {
    throw new Error(`QEMU still runs: ${await running()}`);
  });
  expect(await allFiles(members), 'files of the host').toEqual(files);
  expect(await lane.host.virsh('pool-list', '--all', '--name')).toBe(pools);
  report(measured);
});

async function allFiles(members: readonly Member[]): Promise<string[]> {
  return (await Promise.all(members.map(({ guest }) => filesOf(guest)))).flat();
}

/** Each worker takes the next domain that is free. */
async function runBatch(members: readonly Member[], cycles: number, pick: ReturnType<typeof chance>, batch: number) {
  const free = [...members];
  let left = cycles;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const number = batch * cycles + cycles - left;
      const member = free.splice(pick.below(free.length), 1)[0];
      if (member === undefined) return;
      const began = performance.now();
      const trail: string[] = [];
      const own = chance(`cycle ${number}`, pick.seed);
      const problems = await runCycle(process_, lane, member, own, trail);
      const seconds = (performance.now() - began) / 1000;
      const what = `${number} of ${CYCLES}: ${trail[0] ?? ''}`;
      tell({
        row: ROW,
        what,
        seed: pick.seed,
        seconds,
        problems,
        trail,
        dump: problems.length > 0 ? process_.log() : null,
      });
      expect.soft(problems, `${what}\n${trail.join('\n')}`).toEqual([]);
      free.push(member);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

const MIB = 1024 * 1024;

function report(measured: readonly Figures[]): void {
  // The first batch warms up: code is compiled, pools of threads are filled.
  const [, second, ...rest] = measured;
  const last = rest.at(-1);
  const middle = measured[Math.floor(measured.length / 2)];
  if (second === undefined || last === undefined || middle === undefined) throw new Error('too few measurements');
  const line = ({ rss, heapTotal, heapUsed, descriptors, threads, children }: Figures) =>
    `${(rss / MIB).toFixed(1)} MB, of that JavaScript ${(heapTotal / MIB).toFixed(1)} MB with ${(heapUsed / MIB).toFixed(1)} MB in use, ${descriptors} fds, ${threads} threads, ${children} children`;
  for (const [name, figures] of [
    ['start', second],
    ['middle', middle],
    ['end', last],
  ] as const)
    tellFigures(ROW, `${name}: ${line(figures)}`);
  // What V8 holds in reserve for its collector comes and goes with the load; all else is in use.
  const inUse = measured.slice(1).map(({ rss, heapTotal, heapUsed }) => (rss - heapTotal + heapUsed) / MIB);
  const slope = slopeOf(inUse) / (CYCLES / BATCHES);
  tellFigures(ROW, `memory in use: ${slope.toFixed(3)} MB a cycle`);
  expect(last.children, 'processes').toBe(0);
  expect(last.threads, 'threads').toBeLessThanOrEqual(second.threads);
  expect(last.descriptors, 'file descriptors').toBeLessThanOrEqual(second.descriptors);
  // Of few cycles nothing can be said but that it does not run away.
  expect(slope, 'memory is flat').toBeLessThan(FULL ? 0.1 : 10);
}

/** Of the straight line through these, the least squares. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [above, below] = [0, 0];
  for (const [place, value] of values.entries()) {
    above += (place - middle) * (value - mean);
    below += (place - middle) ** 2;
  }
  return below === 0 ? 0 : above / below;
}
