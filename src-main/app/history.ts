/** The journal as a list to look through, for the window and the command line alike. */
import type { History, HistoryOutcome, HistoryRow, ReportFormat } from '../../src-core/contract/journal-schemas.ts';
import { historyDocument, historyReport } from '../../src-core/journal/report.ts';
import { needsAttention } from '../../src-core/journal/resume.ts';
import type { EntryOutline, JournalEntry, UnreadableEntry } from '../../src-core/journal/types.ts';
import { mediumName } from '../../src-core/rescue/context.ts';
import type { DomainRef } from '../libvirt/port.ts';
import type { Journal } from './journal-port.ts';
import { mapLimited } from './patience.ts';
import { withoutPassword } from './recording.ts';

/** Who on this computer holds a domain's lock, in words; null: nobody. `host` is the host's own name. */
export type LockHolder = (host: string, domain: DomainRef) => Promise<string | null>;

/** Which operations. What is left out does not matter. */
export interface HistoryFilter {
  /** Of the connection that was used. */
  readonly uri?: string | undefined;
  /** Name (as it was then) or UUID. */
  readonly domain?: string | undefined;
  /** Begun then or later. */
  readonly since?: Date | undefined;
  /** Those alone that wait for somebody: neither ended well, nor dealt with, nor under way. */
  readonly unfinished?: boolean | undefined;
}

const IN_FLIGHT = 16;

/** The newest first. Rejects with file-unreadable. */
export async function listHistory(journal: Journal, filter: HistoryFilter, holder: LockHolder): Promise<History> {
  const { entries, unreadable } = await journal.read(uuidOf(filter.domain));
  const rows: HistoryRow[] = [];
  // One operation at a time holds a domain's lock: the newest without an end is the one that may be under way.
  const asked = new Set<string>();
  for (const entry of entries) {
    const { host, domain } = entry.began;
    const open = entry.ended === null && entry.closed === null;
    const key = `${host.hostname}\n${domain.uuid}`;
    const running = open && !asked.has(key) && (await holder(host.hostname, domain)) !== null;
    if (open) asked.add(key);
    if (matches(entry, filter, running)) rows.push(rowOf(entry, running));
  }
  return { folder: journal.folder, rows, unreadable };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function uuidOf(domain: string | undefined): string | undefined {
  const uuid = domain?.toLowerCase() ?? '';
  return UUID.test(uuid) ? uuid : undefined;
}

function matches(entry: EntryOutline, { uri, domain, since, unfinished }: HistoryFilter, running: boolean): boolean {
  const { began } = entry;
  if (uri !== undefined && withoutPassword(began.host.uri) !== withoutPassword(uri)) return false;
  if (domain !== undefined && began.domain.uuid !== uuidOf(domain) && began.domain.name !== domain) return false;
  if (since !== undefined && Date.parse(began.at) < since.getTime()) return false;
  return unfinished !== true || (needsAttention(entry) && !running);
}

function rowOf({ began, records, ended, closed, problems }: EntryOutline, running: boolean): HistoryRow {
  const { id, kind, session, at, by, host, domain, order } = began;
  return {
    id,
    kind,
    session: session?.id ?? null,
    at,
    endedAt: ended?.at ?? null,
    by,
    host,
    domain,
    medium: order.kind === 'rescue' ? mediumName(order.request.media[0]) : null,
    outcome: running ? 'running' : (ended?.outcome ?? outcomeByClosing(closed)),
    closed: closed?.how ?? null,
    backup: records.some(({ type }) => type === 'backup'),
    problems: problems.length,
  };
}

/** Of an operation that never told its end. */
function outcomeByClosing(closed: EntryOutline['closed']): HistoryOutcome {
  switch (closed?.how) {
    case undefined:
    case 'forgotten':
      return 'unfinished';
    case 'rolled-back':
      return 'failed';
    case 'finished':
    case 'session-ended':
      return 'done';
  }
}

/** The document of these operations, in this order. Throws entry-not-found. */
export async function exportHistory(
  journal: Journal,
  ids: readonly string[],
  unreadable: readonly UnreadableEntry[],
  format: ReportFormat,
): Promise<string> {
  const entries: JournalEntry[] = await mapLimited(ids, IN_FLIGHT, (id) => journal.entry(id));
  if (format === 'text') return historyReport(entries, unreadable);
  return `${JSON.stringify(historyDocument(entries, unreadable), null, 2)}\n`;
}

/** The file's name as it is offered: it tells when, and is no other program's. */
export function exportName(now: Date, format: ReportFormat): string {
  const time = now.toISOString().slice(0, 19).replaceAll(':', '-');
  return `salvor-history-${time}.${format === 'json' ? 'json' : 'txt'}`;
}
