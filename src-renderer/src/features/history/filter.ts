/** Which operations are shown. */
import type { HistoryRow } from '../../../../src-core/contract/journal-schemas.ts';
import { searchWords } from '../../components/search-words.ts';

export const KIND_FILTERS = ['all', 'rescue', 'end', 'nvram', 'hard-reboot', 'migrate'] as const;
export const OUTCOME_FILTERS = ['all', 'done', 'failed', 'cancelled', 'unfinished'] as const;

export interface HistoryFilter {
  readonly text: string;
  readonly kind: (typeof KIND_FILTERS)[number];
  readonly outcome: (typeof OUTCOME_FILTERS)[number];
}

export const ALL: HistoryFilter = { text: '', kind: 'all', outcome: 'all' };

function haystack({ id, session, at, by, host, domain, medium }: HistoryRow): string {
  return [domain.name, domain.uuid, host.hostname, host.uri, by, medium ?? '', at, id, session]
    .join('\n')
    .toLowerCase();
}

/** The rows with every word of the text, of that kind and with that outcome, in their order. */
export function filterRows(rows: readonly HistoryRow[], { text, kind, outcome }: HistoryFilter): readonly HistoryRow[] {
  const words = searchWords(text);
  return rows.filter((row) => {
    if (kind !== 'all' && row.kind !== kind) return false;
    if (outcome !== 'all' && row.outcome !== outcome) return false;
    if (words.length === 0) return true;
    const own = haystack(row);
    return words.every((word) => own.includes(word));
  });
}
