/** Full disks: the journal's, that of the medium's overlay, that of the guest's UEFI variables. Small file systems in memory. */
import { copyFile, mkdir, mkdtemp, readdir, realpath, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outputOf } from '../testbed/command.ts';
import { definitionOf } from '../testbed/guests.ts';
import { errorCode } from '../testbed/salvor.ts';
import { FULL } from './form.ts';
import { newDesk, openLane, run, start, told } from './lane.ts';
import type { Lane } from './lane.ts';
import { lookAt } from './look.ts';
import { arrived, letGo } from './meeting.ts';
import { argsOf, lead, recordsOf } from './records.ts';
import { chance } from './seeded.ts';
import { KINDS, recommended, rescueArgs, reset, withSubject } from './trials.ts';
import type { Kind, Subject } from './trials.ts';
import { tried } from './tried.ts';

let lane: Lane;
let mounts: string;
beforeAll(async () => {
  // Before the host begins: it has mounts of its own, with those that were there.
  mounts = await realpath(await mkdtemp(join(tmpdir(), 'salvor-faults-')));
  for (const [name, size] of [
    ['journal', '2m'],
    ['media', '12m'],
    ['nvram', '2m'],
  ] as const) {
    await mkdir(join(mounts, name));
    await outputOf('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0755`, `salvor-${name}`, join(mounts, name)]);
  }
  await outputOf('chmod', ['0755', mounts]);
  lane = await openLane('faults-d');
});
afterAll(async () => {
  await lane.stop();
  for (const name of ['journal', 'media', 'nvram']) await outputOf('umount', ['-l', join(mounts, name)]);
  await rm(mounts, { recursive: true, force: true });
});

/** Fill a disk but for `left` bytes. Gives what empties it again. */
async function fill(folder: string, left: number): Promise<() => Promise<void>> {
  const { bavail, bsize } = await statfs(folder);
  const file = join(folder, 'ballast');
  await writeFile(file, Buffer.alloc(Math.max(0, bavail * bsize - left), 1));
  return () => rm(file, { force: true });
}

let desks = 0;
/** A workstation whose journal is on the small disk. */
async function smallDesk() {
  const state = join(mounts, 'journal', `desk-${(desks += 1)}`);
  await mkdir(state, { mode: 0o700 });
  return newDesk(lane, { state });
}

test.each(KINDS)('the journal’s disk is full: %s', async (kind) => {
  const { seed } = chance('full');
  await withSubject(lane, kind, `full-${kind}`, async (subject) => {
    const desk = await smallDesk();
    const before = await reset(subject, 'on');
    const context = {
      row: 'disk full: journal, before the start',
      what: kind,
      seed,
      desk,
      subject,
      before,
      choose: recommended,
    };
    await tried(context, async (trail) => {
      const empty = await fill(desk.state, 0);
      const answer = await run(desk, rescueArgs(desk, subject));
      await empty();
      trail.push(told(answer));
      expect(errorCode(answer), told(answer)).toBe('journal-unwritable');
    });
  });
});

test('the journal’s disk becomes full in mid-run', async () => {
  const pick = chance('fills');
  for (const kind of FULL ? KINDS : (['until-ended', 'uefi'] satisfies Kind[]))
    await withSubject(lane, kind, `fills-${kind}`, async (subject) => {
      const records = await recordsOf(subject);
      for (const { operation, number, record } of pick.sample(records, FULL ? 8 : 1)) {
        const before = await reset(subject, 'on');
        const desk = await smallDesk();
        await lead(desk, subject, operation);
        const what = `${operation}, after “${record}” (${number}), ${kind}`;
        const context = {
          row: 'disk full: journal, in mid-run',
          what,
          seed: pick.seed,
          desk,
          subject,
          before,
          choose: recommended,
        };
        await tried(context, async (trail) => {
          const [held, go] = [join(lane.host.dir, `held-${desks}`), join(lane.host.dir, `go-${desks}`)];
          const running = start(desk, argsOf(desk, subject, operation), { at: number, then: 'hold', held, go });
          const isThere = await arrived(held, running.finished);
          const empty = isThere ? await fill(desk.state, 0) : () => Promise.resolve();
          await letGo(go);
          trail.push(told(await running.finished));
          await empty();
        });
      }
    });
});

test('no room for the overlay over the medium', async () => {
  const { seed } = chance('overlay');
  const folder = join(mounts, 'media');
  // That of `uefi` lies in a pool.
  const beside = KINDS.filter((kind) => kind !== 'uefi');
  for (const kind of FULL ? beside : (['one-shot', 'until-ended'] satisfies Kind[]))
    await withSubject(lane, kind, `overlay-${kind}`, async (plain) => {
      const medium = join(folder, 'medium.img');
      await copyFile(plain.medium, medium);
      const subject = { ...plain, medium };
      const empty = await fill(folder, 0);
      const names = await readdir(folder);
      const before = await reset(subject, 'on');
      const desk = await newDesk(lane);
      const context = { row: 'disk full: overlay', what: kind, seed, desk, subject, before, choose: recommended };
      await tried(context, async (trail) => {
        const answer = await run(desk, rescueArgs(desk, subject));
        trail.push(told(answer));
        expect(answer.code, told(answer)).not.toBe(0);
      });
      expect(await readdir(folder), 'nothing is left over').toEqual(names);
      await empty();
      await rm(medium);
    });
});

test('no room for the copy of the UEFI variables', async () => {
  const { seed } = chance('copy');
  await withSubject(lane, 'uefi', 'copy', async (subject) => {
    const before = await reset(subject, 'on');
    const desk = await smallDesk();
    const row = 'disk full: copy of the UEFI variables';
    await tried({ row, what: 'uefi', seed, desk, subject, before, choose: recommended }, async (trail) => {
      // Enough for the journal to begin, and not for half a megabyte of variables.
      const empty = await fill(desk.state, 320 * 1024);
      const answer = await run(desk, rescueArgs(desk, subject));
      await empty();
      trail.push(told(answer));
      expect(errorCode(answer), told(answer)).toBe('journal-unwritable');
    });
  });
});

test('no room for UEFI variables of the session’s own', async () => {
  const { seed } = chance('variables');
  const folder = join(mounts, 'nvram');
  await withSubject(lane, 'uefi', 'variables', async (plain) => {
    const subject = await withVariablesIn(plain, join(folder, 'VARS.fd'));
    const empty = await fill(folder, 0);
    const names = await readdir(folder);
    const before = await reset(subject, 'on');
    const desk = await newDesk(lane);
    const row = 'disk full: UEFI variables';
    await tried({ row, what: 'uefi', seed, desk, subject, before, choose: recommended }, async (trail) => {
      const answer = await run(desk, rescueArgs(desk, subject));
      trail.push(told(answer));
      expect(answer.code, told(answer)).not.toBe(0);
    });
    expect(await readdir(folder), 'nothing is left over').toEqual(names);
    await empty();
  });
});

/** The same guest with its variables elsewhere. */
async function withVariablesIn({ guest, ...others }: Subject, vars: string): Promise<Subject> {
  await copyFile(guest.vars, vars);
  const xml = join(guest.dir, 'baseline.xml');
  await writeFile(xml, (await definitionOf(guest)).replaceAll(guest.vars, vars));
  await lane.host.virsh('define', xml);
  await writeFile(xml, await definitionOf(guest));
  const moved = { ...guest, vars };
  return { ...others, guest: moved, baseline: await lookAt(moved, others.medium) };
}
