/** What the tests of media ask of bin/salvor. */
import { expect } from 'vitest';
import type { PlannedMedium, RescuePlan } from '../../src-core/rescue/plan-types.ts';
import { RESCUE_BOOTED } from '../testbed/boot-images.ts';
import { outputOf } from '../testbed/command.ts';
import { definitionOf, forceOff, nextBoot, serialPosition } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { rescueArguments, salvor } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';

export const qemuImg = (...args: string[]) => outputOf('qemu-img', args);

/** `salvor plan` with these media. */
export async function planOf(
  guest: Guest,
  media: readonly string[],
  ...more: string[]
): Promise<{ answer: SalvorAnswer; plan: RescuePlan }> {
  const named = media.flatMap((spec) => ['--medium', spec]);
  const answer = await salvor(['plan', '--uri', guest.host.uri, guest.name, ...named, '--json', ...more]);
  expect([0, 2], answer.stderr).toContain(answer.code);
  return { answer, plan: answer.json as RescuePlan };
}

export const codes = (findings: readonly { code: string }[]): string[] => findings.map(({ code }) => code);

export function theOne(media: readonly PlannedMedium[]): PlannedMedium {
  const [first] = media;
  if (first === undefined) throw new Error('no medium in the plan');
  return first;
}

/** Rescue it for good, and see by its serial port what came up; then end the rescue, and see that all is as before. */
export async function rescueAndEnd(guest: Guest, media: readonly string[], ...more: string[]): Promise<string> {
  const before = await definitionOf(guest);
  const heard = await serialPosition(guest);
  const [first = '', ...others] = media;
  const riders = others.flatMap((spec) => ['--medium', spec]);
  const rescue = await salvor(rescueArguments(guest.host.uri, guest.name, first, ...riders, ...more));
  expect(rescue, `${rescue.stdout}${rescue.stderr}`).toMatchObject({ code: 0 });
  await nextBoot(guest, heard).then((line) => expect(line).toBe(RESCUE_BOOTED));
  const live = await guest.host.virsh('dumpxml', guest.name);
  expect(await salvor(['end', '--uri', guest.host.uri, guest.name, '--stop', 'force', '--json'])).toMatchObject({
    code: 0,
  });
  await forceOff(guest);
  expect(await definitionOf(guest)).toBe(before);
  return live;
}
