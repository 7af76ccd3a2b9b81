/** salvor history: what Salvor did, from this computer, by this user. No host is asked. */
import { entryReport, withoutPasswords } from '../../src-core/journal/report.ts';
import { lockHolder } from '../app/domain-lock.ts';
import { exportHistory, listHistory } from '../app/history.ts';
import type { HistoryFilter } from '../app/history.ts';
import { openJournal } from '../app/journal.ts';
import { oneOf, usage } from './arguments.ts';
import { plain, plainLines, print, printJson, table } from './output.ts';

export interface FilterOptions {
  readonly uri?: string;
  readonly domain?: string;
  readonly since?: string;
  readonly unfinished?: boolean;
}

export async function history(options: FilterOptions & { json: boolean }): Promise<void> {
  const found = await listHistory(openJournal(), filterOf(options), lockHolder);
  if (options.json) {
    printJson(found);
    return;
  }
  const rows = found.rows.map(({ at, kind, domain, host, by, outcome, closed, problems, id }) => [
    at.replace(/\.\d+Z$/, 'Z'),
    kind,
    domain.name,
    host.hostname,
    by,
    `${outcome}${closed === null ? '' : `, ${closed}`}${problems === 0 ? '' : ' (!)'}`,
    id,
  ]);
  print(
    rows.length === 0
      ? `The journal in ${plain(found.folder)} has no such operation.`
      : table(['begun', 'what', 'domain', 'host', 'by', 'outcome', 'operation'], rows),
  );
  for (const { file, problem } of found.unreadable) print(`Cannot be read: ${plain(file)}: ${plain(problem)}`);
}

const SHOWN = ['text', 'json', 'xml'] as const;

export async function show(id: string, options: { readonly out: string; readonly json: boolean }): Promise<void> {
  const out = options.json ? 'json' : oneOf('--out', SHOWN, options.out);
  const entry = await openJournal().entry(id.toLowerCase());
  switch (out) {
    case 'text':
      print(entryReport(entry));
      break;
    case 'json':
      printJson(withoutPasswords(entry));
      break;
    case 'xml':
      print(definitionText(entry.began.before.definitionXml.trimEnd()));
  }
}

/** For virsh define it must be whole and as it is; a terminal is shown what cannot move its cursor. */
function definitionText(xml: string): string {
  return process.stdout.isTTY ? plainLines(xml) : xml;
}

export async function exportAll(
  options: FilterOptions & { readonly out: string; readonly json: boolean },
): Promise<void> {
  const format = options.json ? 'json' : oneOf('--out', ['json', 'text'], options.out);
  const journal = openJournal();
  const { rows, unreadable } = await listHistory(journal, filterOf(options), lockHolder);
  const ids = rows.map(({ id }) => id);
  print((await exportHistory(journal, ids, unreadable, format)).trimEnd());
}

function filterOf({ uri, domain, since, unfinished }: FilterOptions): HistoryFilter {
  return { uri, domain, since: since === undefined ? undefined : dateOf(since), unfinished };
}

const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?$/;

/** UTC, as all times of the journal are. */
function dateOf(text: string): Date {
  const date = new Date(/T.*[^Z]$/.test(text) ? `${text}Z` : text);
  if (!DATE.test(text) || Number.isNaN(date.getTime()))
    throw usage(`--since is a day or a time in UTC, 2026-01-31 or 2026-01-31T16:00, not “${text}”`);
  return date;
}
