/** The table of interrupted hard reboots leaves nothing out, contradicts itself nowhere, and never stops or starts what is not its own. */
import { expect, test } from 'vitest';
import type { EntryOutline } from '../journal/types.ts';
import { REBOOT_FACTS, REBOOT_ROWS, REBOOT_SITUATIONS, rebootReached, rebootRowOf } from './situations.ts';
import type { RebootFacts } from './situations.ts';

function* combinations(names = Object.keys(REBOOT_FACTS), chosen = {}): Generator<RebootFacts> {
  const [name, ...rest] = names;
  if (name === undefined) {
    yield chosen as RebootFacts;
    return;
  }
  for (const answer of REBOOT_FACTS[name as keyof typeof REBOOT_FACTS])
    yield* combinations(rest, { ...chosen, [name]: answer });
}

test('exactly one row speaks of each combination, and every row of some', () => {
  const used = new Set<string>();
  for (const facts of combinations()) {
    const fitting = REBOOT_ROWS.filter(({ when }) =>
      Object.entries(when).every(([fact, answers]) =>
        (answers as readonly string[]).includes(facts[fact as keyof RebootFacts]),
      ),
    );
    expect(fitting, JSON.stringify(facts)).toHaveLength(1);
    expect(rebootRowOf(facts)).toBe(fitting[0]);
    used.add(fitting[0]?.situation ?? '');
  }
  expect([...used].sort()).toEqual([...REBOOT_SITUATIONS].sort());
});

test('nothing but forgetting where it is gone, in another rescue, without a definition, or its memory is saved', () => {
  for (const facts of combinations()) {
    const here = facts.domain === 'there' || facts.domain === 'renamed';
    const saved = facts.runs === 'off' && facts.saved === 'yes';
    if (here && facts.runs !== 'other-rescue' && facts.definition !== 'none' && !saved) continue;
    expect(rebootRowOf(facts).offers, JSON.stringify(facts)).toEqual({ forget: 'forget' });
  }
});

test('a guest that runs is rebooted again by a person’s choice alone', () => {
  for (const facts of combinations())
    if (facts.runs === 'on') {
      const { offers, recommended } = rebootRowOf(facts);
      expect(offers.finish === 'again' && recommended === 'finish', JSON.stringify(facts)).toBe(false);
    }
});

test('what is set up before the stop touches no guest that runs', () => {
  const reached = (planned: readonly string[], begun: readonly string[]) => {
    const steps = planned.map((id) => ({ id, text: '' }));
    const records = begun.map((id) => ({ type: 'step', id }));
    return rebootReached({ began: { steps }, records } as unknown as EntryOutline);
  };
  const running = ['check', 'secrets', 'pools', 'stop', 'networks', 'start', 'verify'];
  expect(reached(running, ['check', 'secrets', 'pools'])).toBe('check');
  expect(reached(running, ['check', 'secrets', 'pools', 'stop'])).toBe('set-up');
  expect(reached(running, ['check', 'stop'])).toBe('stop');
  expect(reached(running, running)).toBe('start');
  const off = running.filter((id) => id !== 'stop');
  expect(reached(off, ['check', 'pools'])).toBe('set-up');
});
