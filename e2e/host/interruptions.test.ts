/** Ctrl-C, SIGKILL, a second administrator, a daemon that goes away: in mid-run, at moments that are awaited, not guessed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import {
  defineGuest,
  definitionOf,
  forceOff,
  medium,
  nextBoot,
  observe,
  serialPosition,
  startGuest,
} from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { holdStart } from '../testbed/hooks.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import type { Started } from '../testbed/command.ts';
import { errorCode, rescueArguments, salvor, startSalvor, startSalvorElsewhere, withJson } from '../testbed/salvor.ts';
import { expectNoStack } from './no-stack.ts';

let host: Hypervisor;
let disk: string;
beforeAll(async () => {
  host = await startHypervisor();
  disk = `path:${await medium(host, 'medium')}`;
});
afterAll(() => host.stop());

async function runningGuest(name: string, obedient = false): Promise<Guest> {
  const guest = await defineGuest(host, { name, machine: 'q35', obedient });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  return guest;
}

const stateOf = async (guest: Guest) => (await host.virsh('domstate', guest.name)).trim();
const sessionOf = async (guest: Guest) =>
  (await host.tryVirsh('metadata', guest.name, 'urn:salvor:rescue:1', '--live')).stdout.trim();

/** A graceful rescue, for a reader: of a guest that does not listen, it waits for the shutdown until it is told otherwise. */
const patient = (guest: Guest, timeout: number) => [
  ...['rescue', '--uri', host.uri, guest.name, '--medium', disk, '--yes'],
  ...['--stop', 'graceful', '--stop-timeout', String(timeout)],
];

/** Wait until it says that it asked the guest to shut down. */
const shutdownAsked = (run: Started) =>
  awaitCondition('the shutdown to be asked for', 30, () => /^running +Shut /m.test(run.output().stderr));

describe('stopping the guest', () => {
  test('an obedient guest is shut down, not forced off', async () => {
    const guest = await runningGuest('obeys', true);
    const heard = await serialPosition(guest);
    const answer = await salvor(patient(guest, 30));
    expect(answer, answer.stdout).toMatchObject({ code: 0 });
    expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
    await forceOff(guest);
  });

  test('a guest that does not listen keeps running when the time is up', async () => {
    const guest = await runningGuest('deaf');
    const before = await observe(guest);
    const answer = await salvor([...patient(guest, 2), '--json']);
    expect(answer).toMatchObject({ code: 1 });
    expect(errorCode(answer)).toBe('stop-timeout');
    expect(await observe(guest)).toEqual(before);
    await forceOff(guest);
  });
});

describe('Ctrl-C', () => {
  test('before the guest is stopped: nothing was touched', async () => {
    const guest = await runningGuest('int-early');
    const before = await observe(guest);
    const run = startSalvor(patient(guest, 60));
    await shutdownAsked(run);
    run.process.kill('SIGINT');
    const answer = await run.finished;
    expectNoStack(answer);
    expect(answer.code, answer.stderr).toBe(1);
    expect(answer.stderr).toContain('salvor: Cancelled.');
    expect(answer.stderr).toMatch(
      /unchanged: .* was asked to shut down and may still do so; its definition was not touched/,
    );
    expect(await observe(guest)).toEqual(before);
    await forceOff(guest);
  });

  test('while the rescue starts: it ends in a state that is told, and the guest runs', async () => {
    const guest = await runningGuest('int-start');
    const definition = await definitionOf(guest);
    const heard = await serialPosition(guest);
    const hold = await holdStart(guest);
    const run = startSalvor(rescueArguments(host.uri, guest.name, disk));
    await hold.arrived();
    run.process.kill('SIGINT');
    await hold.release();
    const answer = withJson(await run.finished, ['--json']);
    expectNoStack(answer);
    const booted = await nextBoot(guest, heard);
    if (answer.code === 0) {
      expect(await sessionOf(guest)).not.toBe('');
      expect(booted).toBe(RESCUE_BOOTED);
    } else {
      expect(answer.code).toBe(1);
      expect(errorCode(answer)).toBe('cancelled');
      await awaitCondition('the guest to run on its own', 30, async () => (await sessionOf(guest)) === '');
    }
    expect(await stateOf(guest)).toBe('running');
    expect(await definitionOf(guest)).toBe(definition);
    await forceOff(guest);
  });

  // Whenever it comes: the definition is what it was, the guest runs, and what was told and the session say the same.
  test.each([100, 250, 400, 600, 900])('after %i ms', async (milliseconds) => {
    const guest = await runningGuest(`int-${milliseconds}`);
    const definition = await definitionOf(guest);
    const run = startSalvor(rescueArguments(host.uri, guest.name, disk));
    const started = performance.now();
    await awaitCondition('the moment', 10, () => performance.now() - started >= milliseconds);
    run.process.kill('SIGINT');
    const answer = withJson(await run.finished, ['--json']);
    expectNoStack(answer);
    expect(await definitionOf(guest)).toBe(definition);
    expect(await stateOf(guest)).toBe('running');
    // In the last moments of a process, when all has been told, the signal still ends it: then what it told counts.
    const told = (answer.json as { state?: string } | undefined)?.state === 'in-rescue';
    expect((await sessionOf(guest)) !== '', `exit ${answer.code ?? answer.signal ?? ''}`).toBe(told);
    if (answer.signal === null) expect(answer.code === 0).toBe(told);
    // Before the command line listens, the signal ends it as any other program; from then on it says how things stand.
    if (!told && answer.signal === null) expect(errorCode(answer)).toBe('cancelled');
    expect(await host.virsh('pool-list', '--all', '--name')).not.toContain('salvor');
    await forceOff(guest);
  });
});

describe('SIGKILL of the command line', () => {
  test('while it waits for the shutdown: the guest runs on', async () => {
    const guest = await runningGuest('kill-early');
    const before = await observe(guest);
    const run = startSalvor(patient(guest, 60));
    await shutdownAsked(run);
    run.process.kill('SIGKILL');
    expect((await run.finished).signal).toBe('SIGKILL');
    expect(await observe(guest)).toEqual(before);
    await forceOff(guest);
  });

  test('while the rescue starts: the session is seen, and any administrator can end it', async () => {
    const guest = await runningGuest('kill-start');
    const definition = await definitionOf(guest);
    const hold = await holdStart(guest);
    const heard = await serialPosition(guest);
    const run = startSalvor(rescueArguments(host.uri, guest.name, disk));
    await hold.arrived();
    run.process.kill('SIGKILL');
    await run.finished;
    await hold.release();
    // libvirt carries out what it was asked for; nobody is there to verify it.
    expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
    expect(await definitionOf(guest)).toBe(definition);
    const sessions = await salvor(['sessions', '--uri', host.uri, '--json']);
    expect(sessions, sessions.stderr).toMatchObject({ code: 0 });
    expect(sessions.stdout).toContain(guest.name);
    const again = await serialPosition(guest);
    const end = await salvor(['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json']);
    expect(end, end.stdout).toMatchObject({ code: 0 });
    expect(await nextBoot(guest, again), 'it ran before, so it runs again').toBe(ROOT_BOOTED);
    expect(await definitionOf(guest)).toBe(definition);
    await forceOff(guest);
  });

  test('what it left on the host is found and cleaned away', async () => {
    const guest = await runningGuest('kill-any');
    const definition = await definitionOf(guest);
    for (const milliseconds of [150, 300, 450, 600]) {
      const run = startSalvor(rescueArguments(host.uri, guest.name, disk));
      const started = performance.now();
      await awaitCondition('the moment', 10, () => performance.now() - started >= milliseconds);
      run.process.kill('SIGKILL');
      await run.finished;
      expect(await definitionOf(guest)).toBe(definition);
      expect(await salvor(['sessions', '--uri', host.uri, '--clean', '--json'])).toMatchObject({ code: 0 });
      expect(await host.virsh('pool-list', '--all', '--name')).not.toContain('salvor');
      await forceOff(guest);
      expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    }
    await forceOff(guest);
  });
});

describe('two administrators', () => {
  let apart = 0;

  /** What the slower one may be told. `start-failed` and `stop-failed`: with what became of the guest. */
  const TOLD = ['refused', 'drift', 'busy', 'start-failed', 'stop-failed'];

  /** Both force the guest off and rescue it, the second some time after the first. The codes of those that did not succeed. */
  async function race(guest: Guest, gap: number, start: typeof startSalvorElsewhere): Promise<(string | null)[]> {
    const definition = await definitionOf(guest);
    const heard = await serialPosition(guest);
    const first = startSalvor(rescueArguments(host.uri, guest.name, disk));
    const started = performance.now();
    await awaitCondition('the second to come', 10, () => performance.now() - started >= gap);
    const second = start(rescueArguments(host.uri, guest.name, disk));
    const finished = await Promise.all([first.finished, second.finished]);
    const answers = finished.map((done) => withJson(done, ['--json']));
    // What each was told, for whoever wants to know how that came about.
    if (answers.every(({ code }) => code !== 0)) console.log(answers.map(({ stdout, stderr }) => `${stdout}${stderr}`));
    const lost = answers.filter((answer) => answer.code !== 0).map(errorCode);
    expect(lost.length, 'never do both succeed').toBeGreaterThan(0);
    for (const code of lost) expect(TOLD).toContain(code);
    // Whoever told of success has the guest; when none did, it runs as before.
    if (lost.length === 1) expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
    expect(await stateOf(guest)).toBe('running');
    expect((await sessionOf(guest)) !== '').toBe(lost.length === 1);
    expect(await definitionOf(guest)).toBe(definition);
    await forceOff(guest);
    return lost;
  }

  test.each([0, 150, 300])(
    'at one computer, the second %i ms after the first: one does, the other is told',
    async (gap) => {
      const lost = await race(await runningGuest(`two-${gap}`), gap, startSalvor);
      expect(lost).toHaveLength(1);
      expect(['refused', 'drift', 'busy']).toContain(lost[0]);
    },
  );

  /** Nothing but the host knows of both: each may take the guest from under the other's start. Then it runs as before, and they try again. */
  const TRIES = 3;

  test.each([0, 0, 0, 100, 200])(
    'at two computers, the second %i ms after the first: one does, the other is told who and when; or none, at times',
    async (gap) => {
      const guest = await defineGuest(host, { name: `apart-${++apart}`, machine: 'q35' });
      let lost: (string | null)[] = [];
      for (let tries = 0; tries < TRIES && lost.length !== 1; tries += 1) {
        await startGuest(guest);
        lost = await race(guest, gap, startSalvorElsewhere);
      }
      expect(lost).toHaveLength(1);
      expect(['refused', 'drift', 'busy']).toContain(lost[0]);
    },
  );

  test('eight look at a medium in one folder at the same moment: all of them see it', async () => {
    const guest = await defineGuest(host, { name: 'looked-at', machine: 'q35' });
    const plan = ['plan', '--uri', host.uri, guest.name, '--medium', disk, '--json'];
    const answers = await Promise.all(Array.from({ length: 8 }, () => salvor(plan)));
    expect(answers.map((answer) => [answer.code, errorCode(answer)])).toEqual(answers.map(() => [0, null]));
    expect(await host.virsh('pool-list', '--all', '--name')).not.toContain('salvor');
  });
});

describe('the daemon', () => {
  test('goes away in mid-run: the connection is lost, the guest and its definition are not', async () => {
    const guest = await runningGuest('daemon-dies');
    const before = await observe(guest);
    const run = startSalvor(patient(guest, 60));
    await shutdownAsked(run);
    await host.restartDaemon();
    const answer = await run.finished;
    expectNoStack(answer);
    expect(answer.code, answer.stderr).toBe(1);
    expect(answer.stderr).toMatch(/^salvor: The connection to .* was lost/m);
    expect(await observe(guest)).toEqual(before);
    await forceOff(guest);
  });

  test('hangs: the command line gives up in words', async () => {
    await host.freeze();
    try {
      const answer = await salvor(['list', '--uri', host.uri, '--json'], { timeoutSeconds: 90 });
      expectNoStack(answer);
      expect(answer.code).toBe(1);
      expect(['timeout', 'host-unreachable', 'connection-lost']).toContain(errorCode(answer));
    } finally {
      await host.thaw();
    }
  });
});
