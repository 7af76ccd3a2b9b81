import { expect, test } from 'vitest';
import type { HistoryRow } from '../../../../src-core/contract/journal-schemas.ts';
import { ALL, filterRows } from './filter.ts';

function row(parts: Partial<HistoryRow>): HistoryRow {
  return {
    id: 'one',
    kind: 'rescue',
    session: 'one',
    at: '2026-11-21T08:12:00.000Z',
    endedAt: null,
    by: 'anna@ops-3',
    host: { uri: 'qemu:///system', hostname: 'kvm-7' },
    domain: { uuid: '6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a01', name: 'web-01' },
    medium: 'iso/systemrescue.iso',
    outcome: 'done',
    closed: null,
    backup: false,
    problems: 0,
    ...parts,
  };
}

const rows = [
  row({ id: 'a' }),
  row({ id: 'b', kind: 'end', medium: null, outcome: 'failed', by: 'ben@ops-1' }),
  row({ id: 'c', outcome: 'unfinished', domain: { uuid: 'x', name: 'Mail' } }),
  row({ id: 'd', kind: 'nvram', medium: null }),
];

test.each([
  [{}, ['a', 'b', 'c', 'd']],
  [{ text: 'WEB anna' }, ['a', 'd']],
  [{ text: 'web mail' }, []],
  [{ text: 'mail' }, ['c']],
  [{ text: '2026-11-21 systemrescue' }, ['a', 'c']],
  [{ kind: 'end' }, ['b']],
  [{ kind: 'nvram', text: 'kvm-7' }, ['d']],
  [{ outcome: 'unfinished' }, ['c']],
  [{ outcome: 'failed', kind: 'rescue' }, []],
] as const)('%j', (parts, expected) => {
  expect(filterRows(rows, { ...ALL, ...parts }).map(({ id }) => id)).toEqual(expected);
});
