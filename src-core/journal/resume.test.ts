import { expect, test } from 'vitest';
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
    if (rows.length !== 1) wrong.push(`${rows.map(({ situation }) => situation).join(' and ') || 'none'}: ${JSON.stringify(facts)}`);
  }
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(tried).toBe(3 * 3 * 2 * 2 * 4 * 7 * 4 * 2 * 2);
});
