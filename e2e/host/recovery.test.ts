/** What is left behind when Salvor is killed, and when others have had their hands in it: told, and put right, by Salvor and by virsh alone. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { runCommand } from '../testbed/command.ts';
import {
  defineGuest,
  definitionOf,
  forceOff,
  medium,
  nextBoot,
  serialPosition,
  startGuest,
} from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { failStarts, holdStart } from '../testbed/hooks.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { errorCode, rescueArguments, salvor, startSalvor } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';

interface Unfinished {
  readonly operationId: string;
  readonly domain: { readonly name: string };
  readonly situation: string;
  readonly offers: readonly { readonly way: string; readonly recommended: boolean }[];
}

let host: Hypervisor;
let disk: string;
beforeAll(async () => {
  host = await startHypervisor();
  disk = `path:${await medium(host, 'medium')}`;
});
afterAll(() => host.stop());

const stateOf = async ({ name }: Guest) => (await host.virsh('domstate', name)).trim();
const isPersistent = async ({ name }: Guest) => /^Persistent:\s+yes$/m.test(await host.virsh('dominfo', name));

/** What `salvor resume` lists of a guest. */
async function unfinished({ name }: Guest): Promise<Unfinished | undefined> {
  const answer = await salvor(['resume', '--uri', host.uri, '--json']);
  expect(answer, answer.stderr).toMatchObject({ code: 0 });
  const all = (answer.json as { unfinished: readonly Unfinished[] }).unfinished;
  return all.find(({ domain }) => domain.name === name);
}

const goOn = (id: string, way: string): Promise<SalvorAnswer> =>
  salvor(['resume', '--uri', host.uri, id, `--${way}`, '--yes', '--stop', 'force', '--json']);

/** Take the way that is recommended; the situation it was. */
async function takeRecommended(guest: Guest): Promise<string> {
  const found = await unfinished(guest);
  const way = found?.offers.find(({ recommended }) => recommended)?.way ?? 'none';
  const answer = await goOn(found?.operationId ?? '', way);
  expect(answer, `${found?.situation ?? ''}: ${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  expect(await unfinished(guest)).toBeUndefined();
  return `${found?.situation ?? ''}: ${way}`;
}

/** Kill a rescue at the moment libvirt is asked to start it; libvirt goes on by itself. */
async function killAtStart(guest: Guest, ...how: readonly string[]): Promise<void> {
  const hold = await holdStart(guest);
  const run = startSalvor(rescueArguments(host.uri, guest.name, disk, ...how));
  await hold.arrived();
  run.process.kill('SIGKILL');
  await run.finished;
  await hold.release();
}

async function running(name: string): Promise<Guest> {
  const guest = await defineGuest(host, { name, machine: 'q35' });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  return guest;
}

describe('killed while the rescue starts', () => {
  test('one-shot, and it did not start: the guest is off; told everywhere, and started again', async () => {
    const guest = await running('kill-one-shot');
    const definition = await definitionOf(guest);
    const mend = await failStarts(guest, 'rescue');
    await killAtStart(guest);
    await awaitCondition('the start to have failed', 20, async () => (await stateOf(guest)) === 'shut off');
    await mend();
    const listed = await salvor(['list', '--uri', host.uri, '--json']);
    expect(listed.json).toMatchObject({ unfinished: 1 });
    expect(listed.stderr).toContain(`1 operation was not finished: salvor resume --uri '${host.uri}'`);
    const words = await salvor(['resume', '--uri', host.uri]);
    expect(words.stdout).toContain('kill-one-shot was running before and is off.');
    expect(words.stdout).toMatch(
      /roll-back \(recommended\): Start kill-one-shot from its own definition\.\n +salvor resume --uri/,
    );
    const heard = await serialPosition(guest);
    expect(await takeRecommended(guest)).toBe('stopped: roll-back');
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
    expect(await definitionOf(guest)).toBe(definition);
    await forceOff(guest);
  });

  test('until ended, and it did not start: its definition is put back', async () => {
    const guest = await running('kill-lasting');
    const definition = await definitionOf(guest);
    const mend = await failStarts(guest, 'rescue');
    await killAtStart(guest, '--session', 'until-ended');
    await awaitCondition('the start to have failed', 20, async () => (await stateOf(guest)) === 'shut off');
    await mend();
    const heard = await serialPosition(guest);
    expect(await takeRecommended(guest)).toBe('defined-off: roll-back');
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
    expect(await definitionOf(guest)).toBe(definition);
    await forceOff(guest);
  });

  test('transient, and it did start: the rescue is taken as it is, and ended later', async () => {
    const guest = await running('kill-fleeting');
    await host.virsh('undefine', guest.name);
    const own = () => host.virsh('dumpxml', '--migratable', '--security-info', guest.name);
    const before = await own();
    const heard = await serialPosition(guest);
    await killAtStart(guest, '--allow-transient');
    expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
    expect(await takeRecommended(guest)).toBe('in-rescue: finish');
    expect(await isPersistent(guest)).toBe(true);
    // Ended by hand, as the guide says it for a machine that was transient.
    const guide = await readFile(new URL('../../docs/guide.md', import.meta.url), 'utf8');
    const [dump = '', recover = ''] =
      /The way back to its own definition.*?```\n(.*?)```/is.exec(guide)?.[1]?.trim().split('\n') ?? [];
    const [, create = '', undefine = ''] =
      /that was transient[^`]*`[^`]*`[^`]*`(virsh create [^`]*)` and\s+`(virsh undefine [^`]*)`/.exec(guide) ?? [];
    const lines = ['virsh destroy NAME', dump, recover, create, undefine].map((line) =>
      line.replaceAll('NAME', guest.name).replaceAll('virsh ', `virsh -c '${host.uri}' `),
    );
    const cwd = await mkdtemp(join(host.dir, 'by-hand-'));
    const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: cwd };
    const done = await runCommand('sh', ['-e'], { cwd, env, input: `${lines.join('\n')}\n` });
    expect(done, `${lines.join('\n')}\n${done.stderr}`).toMatchObject({ code: 0 });
    expect(await isPersistent(guest)).toBe(false);
    expect(await own()).toBe(before);
    await host.virsh('destroy', guest.name);
  });
});

test('a domain that was renamed during its rescue: told, nothing touched; put back under its new name on wish', async () => {
  const guest = await defineGuest(host, { name: 'renamed', machine: 'q35' });
  const definition = await definitionOf(guest);
  const rescued = await salvor(rescueArguments(host.uri, guest.name, disk, '--session', 'until-ended'));
  expect(rescued, rescued.stdout).toMatchObject({ code: 0 });
  await host.virsh('destroy', guest.name);
  await host.virsh('domrename', guest.name, 'other-name');
  const end = ['end', '--uri', host.uri, 'other-name', '--json'];
  const refused = await salvor(end);
  expect(errorCode(refused)).toBe('record-unusable');
  expect(refused.stdout).toContain('was called renamed when the rescue began');
  const answer = await salvor([...end, '--record', 'journal']);
  expect(answer, answer.stdout).toMatchObject({ code: 0 });
  expect(answer.stdout).toContain('Its name stays other-name; it was renamed before.');
  const after = await definitionOf({ ...guest, name: 'other-name' });
  expect(after).toBe(definition.replace('<name>renamed<', '<name>other-name<'));
});

test('a domain that is gone: never defined again by itself, and the journal has what it was', async () => {
  const guest = await defineGuest(host, { name: 'vanished', machine: 'q35' });
  const definition = await definitionOf(guest);
  const mend = await failStarts(guest, 'rescue');
  await killAtStart(guest, '--session', 'until-ended');
  await awaitCondition('libvirt to be done with it', 20, async () => {
    return (await host.tryVirsh('undefine', guest.name)).code === 0;
  });
  await mend();
  const found = await unfinished(guest);
  expect(found).toMatchObject({ situation: 'gone', offers: [{ way: 'forget' }] });
  const id = found?.operationId ?? '';
  expect(errorCode(await goOn(id, 'roll-back'))).toBe('way-not-open');
  const shown = await salvor(['history', 'show', id, '--out', 'xml']);
  expect(shown.stdout.trim()).toBe(definition.replace("passwd='s3cret'", "passwd=''").trim());
  expect((await host.tryVirsh('dominfo', guest.name)).code).not.toBe(0);
  const forgotten = await salvor(['resume', id, '--forget', '--yes', '--json']);
  expect(forgotten, forgotten.stdout).toMatchObject({ code: 0 });
  expect(await unfinished(guest)).toBeUndefined();
});
