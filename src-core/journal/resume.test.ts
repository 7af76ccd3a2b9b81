/** The table leaves nothing out, contradicts itself nowhere, and is what docs/recovery.md says. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { endSteps, startSteps } from '../rescue/steps.ts';
import { COURSES, crashPoints } from './crash-points.test-support.ts';
import { recoveryDoc } from './recovery-doc.test-support.ts';
import { ACTS, FACTS, ROWS, SITUATIONS, fits, rowOf } from './resume.ts';
import type { Facts } from './resume.ts';

/** Every combination of all answers. */
function* combinations(): Generator<Facts> {
  const names = Object.keys(FACTS) as (keyof Facts)[];
  const sizes = names.map((name) => FACTS[name].length);
  const total = sizes.reduce((product, size) => product * size, 1);
  for (let number = 0; number < total; number += 1) {
    let rest = number;
    const facts: Record<string, string> = {};
    for (const [index, name] of names.entries()) {
      const size = sizes[index] ?? 1;
      facts[name] = FACTS[name][rest % size] ?? '';
      rest = Math.floor(rest / size);
    }
    yield facts as unknown as Facts;
  }
}

test('each combination of facts is spoken of by exactly one row', () => {
  let tried = 0;
  const wrong: string[] = [];
  for (const facts of combinations()) {
    tried += 1;
    const rows = ROWS.filter((row) => fits(row, facts));
    if (rows.length !== 1)
      wrong.push(`${rows.map(({ situation }) => situation).join(' and ') || 'none'}: ${JSON.stringify(facts)}`);
  }
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(tried).toBe(3 * 3 * 2 * 2 * 4 * 7 * 4 * 2 * 2 * 2);
});

test('every row and every situation, and every way to act, is used', () => {
  const used = new Set<string>();
  for (const facts of combinations()) used.add(String(ROWS.indexOf(rowOf(facts))));
  expect(used.size).toBe(ROWS.length);
  expect(new Set(ROWS.map(({ situation }) => situation))).toEqual(new Set(SITUATIONS));
  expect(new Set(ROWS.flatMap(({ offers }) => Object.values(offers)))).toEqual(new Set(ACTS));
});

describe('whatever is found', () => {
  test('forgetting is offered and touches nothing, and what is recommended is offered', () => {
    for (const { offers, recommended } of ROWS) {
      expect(offers.forget).toBe('forget');
      if (recommended !== null) expect(offers[recommended]).toBeDefined();
    }
  });

  const forAll = (holds: (facts: Facts, acts: readonly string[], recommended: string | null) => boolean) => {
    for (const facts of combinations()) {
      const { offers, recommended } = rowOf(facts);
      if (!holds(facts, Object.values(offers), recommended)) throw new Error(JSON.stringify(facts));
    }
  };
  const onlyForget = (acts: readonly string[]) => acts.every((act) => act === 'forget');

  test('nothing is done to a domain that is gone, is another one, or is in another rescue', () => {
    forAll(
      ({ domain, definition, runs }, acts) =>
        (domain !== 'gone' && domain !== 'replaced' && definition !== 'other-rescue' && runs !== 'other-rescue') ||
        onlyForget(acts),
    );
  });

  test('a guest without a definition is never stopped, but for a rescue that defines it first', () => {
    forAll(
      ({ definition, operation, session, runs }, acts) =>
        definition !== 'none' ||
        (acts.every((act) => ['forget', 'close', 'clean', 'again'].includes(act)) &&
          (!acts.includes('again') || (operation === 'rescue' && session === 'transient' && runs === 'own'))),
    );
  });

  test('saved memory is never started over', () => {
    forAll(({ saved, runs }, acts) => saved === 'no' || runs !== 'off' || onlyForget(acts));
  });

  test('a record that cannot be put back, or that the journal contradicts, is never put back from the domain', () => {
    forAll(
      ({ definition }, acts) =>
        (definition !== 'damaged' && definition !== 'differs') ||
        !acts.some((act) => act === 'end' || act === 'start-rescue'),
    );
    forAll(
      ({ definition, operation }, _acts, recommended) =>
        definition !== 'differs' || operation === 'nvram' || recommended === null || recommended === 'forget',
    );
    forAll(({ copy }, acts) => copy === 'yes' || !acts.includes('end-with-copy'));
  });

  test('what was begun to be ended is not turned into a rescue but by choice', () => {
    forAll(
      ({ operation }, acts, recommended) =>
        operation !== 'end' || (!acts.includes('again') && recommended !== 'roll-back'),
    );
  });
});

describe('crash points', () => {
  const points = COURSES.flatMap(crashPoints);

  test('each that stopped or defined something and is not in rescue has a way back that is recommended', () => {
    for (const { facts, course } of points.filter(({ course: { operation } }) => operation === 'rescue')) {
      const { situation, recommended } = rowOf(facts);
      const asBefore = facts.definition === course.from.definition && facts.runs === course.from.runs;
      const unmade = facts.overlay === 'yes' ? 'roll-back' : 'forget';
      const expected = asBefore ? unmade : facts.runs === 'rescue' ? 'finish' : 'roll-back';
      expect(recommended, `${situation} ${JSON.stringify(facts)}`).toBe(expected);
    }
  });

  test('each end is finished', () => {
    for (const { facts } of points.filter(({ course: { operation } }) => operation === 'end'))
      expect(rowOf(facts).recommended, JSON.stringify(facts)).toBe('finish');
  });

  test('steps that change the domain are in the order of the plan', () => {
    const stop = { how: 'graceful', timeoutSeconds: 60, onTimeout: 'give-up' } as const;
    const ids = (steps: readonly { id: string }[]) =>
      steps.map(({ id }) => id).filter((id) => id !== 'check' && id !== 'backup' && id !== 'snapshot');
    for (const { operation, session, power, from, steps } of COURSES) {
      const facts = {
        domain: 'patient',
        kind: session === 'one-shot' ? session : 'until-ended',
        transient: session === 'transient' && (operation === 'rescue' || power === 'on'),
        endAtFirstReboot: false,
        scratchNvram: '/nvram',
        overlays: [{ pool: 'fast', name: 'salvor-12345678-sdb.qcow2' }],
        nvramBackup: '/nvram',
        snapshot: null,
      } as const;
      const on = from.runs !== 'off';
      const planned = operation === 'rescue' ? startSteps(facts, on, stop) : endSteps(facts, on, power === 'on', stop);
      expect(ids(planned), JSON.stringify({ operation, session, power })).toEqual(ids(steps));
    }
  });
});

test('docs/recovery.md is the table', async () => {
  await expect(recoveryDoc()).toMatchFileSnapshot(fileURLToPath(new URL('../../docs/recovery.md', import.meta.url)));
});
