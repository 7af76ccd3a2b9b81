import type { MachineRow } from '../../../../src-core/contract/schemas.ts';
import { isActive } from '../../components/machine-state.ts';
import { searchWords } from '../../components/search-words.ts';

export const FILTERS = ['all', 'running', 'rescue'] as const;
export type MachineFilter = (typeof FILTERS)[number];

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** By name as people count (web-2 before web-10), then by host, so that the order never depends on how rows arrived. */
export function sortMachines(rows: readonly MachineRow[]): readonly MachineRow[] {
  return rows.toSorted(
    (a, b) => byName.compare(a.name, b.name) || byName.compare(a.hostName, b.hostName) || (a.uuid < b.uuid ? -1 : 1),
  );
}

/** Rows are replaced, never changed: the text of one is made once. */
const haystacks = new WeakMap<MachineRow, string>();

function haystack(row: MachineRow): string {
  const known = haystacks.get(row);
  if (known !== undefined) return known;
  const state = row.session === null ? row.state : `${row.state} rescue`;
  const disks = row.disks.map((disk) => `${disk.target} ${disk.source ?? ''}`).join(' ');
  const text = `${row.name} ${row.title ?? ''} ${row.uuid} ${row.hostName} ${state} ${disks}`.toLowerCase();
  haystacks.set(row, text);
  return text;
}

function passes(row: MachineRow, filter: MachineFilter): boolean {
  if (filter === 'rescue') return row.session !== null;
  if (filter === 'running') return isActive(row.state);
  return true;
}

/** The rows that have every word of the query in name, title, UUID, host, state or a disk's target or path; the order stays. */
export function searchMachines(
  rows: readonly MachineRow[],
  query: string,
  filter: MachineFilter,
): readonly MachineRow[] {
  const words = searchWords(query);
  if (words.length === 0 && filter === 'all') return rows;
  return rows.filter((row) => passes(row, filter) && words.every((word) => haystack(row).includes(word)));
}
