/**
 * A process that is killed at any moment of any operation, and another one that goes on: whichever way is taken, nothing is lost, and what was
 * offered is what happens.
 */
import { describe, expect, test } from 'vitest';
import type { RescueRequest } from '../../src-core/rescue/types.ts';
import type { PowerAfter } from './end-run.ts';
import { REQUEST, fakeHost } from './fake-hypervisor.test-support.ts';
import type { FakeHost, FakeOptions } from './fake-hypervisor.test-support.ts';
import { memoryJournal } from './journal.test-support.ts';
import { rescueBy, endBy, resume, listed, stands, mortal, LASTING } from './resume.test-support.ts';

interface Course {
  readonly title: string;
  readonly options: FakeOptions;
  readonly request: RescueRequest;
  /** null: the rescue itself is cut off; else its end. */
  readonly end: PowerAfter | null;
}

/** The pool that some of them have their overlay in. */
const FAST = {
  ...{ name: 'fast', active: true, persistent: true },
  xml: `<pool type='dir'><name>fast</name><target><path>/fast</path></target></pool>`,
} as const;
const inPool = { overlayPool: 'fast' } as const;
const overlaysOf = ({ volumes }: FakeHost) => Object.keys(volumes).filter((path) => path.startsWith('/fast/'));
const KINDS = [
  ['one-shot, running', { pools: [FAST] }, { ...REQUEST, ...inPool }],
  ['one-shot, off', { state: 'shutoff' }, REQUEST],
  ['until ended, running', {}, LASTING],
  ['until ended, off', { state: 'shutoff', pools: [FAST] }, { ...LASTING, ...inPool }],
  ['transient', { persistent: false, pools: [FAST] }, { ...REQUEST, ...inPool, transientConsent: true }],
] as const satisfies readonly (readonly [string, FakeOptions, RescueRequest])[];
const COURSES: readonly Course[] = KINDS.flatMap(([title, options, request]) => [
  { title: `rescue, ${title}`, options, request, end: null },
  { title: `end, ${title}`, options, request, end: 'as-before' },
  ...(title === 'transient' ? [{ title: 'end, transient, left off', options, request, end: 'off' as const }] : []),
]);

/** The course up to its death; null: it came through alive. */
async function cutOff(course: Course, at: number, behind: boolean) {
  const host = fakeHost(course.options);
  const before = stands(host);
  const journal = memoryJournal();
  if (course.end !== null) await rescueBy(host.hypervisor, journal, course.request);
  const rescued = stands(host);
  const life = mortal(at, behind);
  const [mortalHost, mortalJournal] = [life.hypervisor(host.hypervisor), life.journal(journal)];
  await (
    course.end === null
      ? rescueBy(mortalHost, mortalJournal, course.request)
      : endBy(mortalHost, mortalJournal, course.end)
  ).catch(() => undefined);
  return life.alive() ? null : { host, journal, before, rescued };
}

/** Every moment of a course at which it can be cut off: before each thing that it does, behind it, or both. */
async function forEachDeath(
  course: Course,
  sides: readonly boolean[],
  work: (cut: NonNullable<Awaited<ReturnType<typeof cutOff>>>, moment: string) => Promise<void>,
): Promise<number> {
  for (let at = 1; ; at += 1) {
    for (const behind of sides) {
      const cut = await cutOff(course, at, behind);
      if (cut === null) return at - 1;
      await work(cut, `${course.title}: ${behind ? 'behind' : 'before'} the ${at}. thing`);
    }
  }
}

const neverLost = (host: FakeHost, moment: string) =>
  expect(host.persistent || host.live !== null, `${moment}: neither a running guest nor a definition`).toBe(true);

/** How the guest should be after its rescue, in the end. */
function restored({ end }: Course, before: ReturnType<typeof stands>) {
  // Without power it would be gone: it keeps a definition.
  return end === 'off' ? { ...before, live: null, state: 'shutoff', persistent: true } : before;
}

describe.each(COURSES)('$title', { timeout: 30_000 }, (course) => {
  test('cut off at any moment: what is recommended leads to the end that was meant, or back', async () => {
    const moments = await forEachDeath(course, [false, true], async ({ host, journal, before }, moment) => {
      neverLost(host, moment);
      const [unfinished, ...others] = await listed(host, journal);
      expect(others, moment).toEqual([]);
      if (unfinished === undefined) {
        // Before the first record: nothing had been begun. Behind the last: it was done.
        const { entries } = await journal.read();
        expect(
          entries.every(({ ended }) => ended !== null),
          moment,
        ).toBe(true);
      } else {
        const offer = unfinished.offers.find(({ recommended }) => recommended);
        expect(offer, `${moment}: ${unfinished.situation}`).toBeDefined();
        await resume(host, journal, unfinished, offer?.way ?? 'forget');
        neverLost(host, moment);
        expect(await listed(host, journal), `${moment}: ${unfinished.situation}`).toEqual([]);
      }
      if (host.live?.includes('<salvor:rescue') === true || host.definition.includes('<salvor:rescue'))
        await endBy(host.hypervisor, journal, course.end ?? 'as-before');
      expect(stands(host), `${moment}: ${unfinished?.situation ?? ''}`).toEqual(restored(course, before));
      expect(overlaysOf(host), `${moment}: ${unfinished?.situation ?? ''}`).toEqual([]);
    });
    expect(moments).toBeGreaterThan(5);
  });

  test('every way that is offered does what it says', async () => {
    await forEachDeath(course, [true], async ({ host: first, journal: its }, moment) => {
      const [unfinished] = await listed(first, its);
      for (const { way } of unfinished?.offers ?? []) {
        const [, at = '1'] = /(\d+)\. thing/.exec(moment) ?? [];
        const cut = await cutOff(course, Number(at), true);
        if (cut === null) throw new Error(moment);
        const { host, journal, before } = cut;
        const [found] = await listed(host, journal);
        if (found === undefined) throw new Error(moment);
        const was = stands(host);
        const { act } = await resume(host, journal, found, way);
        const said = `${moment}: ${found.situation}, ${way} (${act})`;
        neverLost(host, said);
        const inRescue = host.live?.includes('<salvor:rescue') === true;
        if (['forget', 'close', 'accept', 'clean'].includes(act)) expect(stands(host), said).toEqual(was);
        else if (act === 'end') expect(stands(host), said).toEqual(restored(course, before));
        else if (act === 'start') expect(stands(host), said).toEqual(before);
        else expect(inRescue, said).toBe(true);
        expect(await listed(host, journal), said).toEqual([]);
        // However it was gone on with, ending whatever is open brings back what was before.
        if (inRescue || host.definition.includes('<salvor:rescue')) await endBy(host.hypervisor, journal);
        else if (act === 'forget') continue;
        expect(overlaysOf(host), `${said}, ended`).toEqual([]);
        if (course.end !== 'off') expect(stands(host), `${said}, ended`).toEqual(before);
      }
    });
  });
});
