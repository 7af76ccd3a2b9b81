/**
 * What the journal tells, for people and for programs that keep it: what was done to which domain, when, by whom, what the definition was
 * before and after, how it ended. Files are untrusted when they are read back: nothing of them runs on into another line.
 */
import { plain } from '../plain-text.ts';
import { mediumName } from '../rescue/context.ts';
import { redactStrings, redactText } from '../rescue/redact.ts';
import { hashDefinition, withoutSecrets } from '../rescue/record.ts';
import type { StopRequest } from '../rescue/types.ts';
import type { BeganRecord, JournalEntry, JournalRecord, OperationKind, UnreadableEntry } from './types.ts';

/** The document of `salvor history export --out json`. `historyVersion` grows when a reader of an older one would misread it. */
export interface HistoryDocument {
  readonly historyVersion: 1;
  readonly operations: readonly JournalEntry[];
  readonly unreadable: readonly UnreadableEntry[];
}

/**
 * An entry as it may leave the journal. The record has the definition without what libvirt hides, so that it can be defined again; here
 * whatever else looks like a password is starred out, too.
 */
export function withoutPasswords(entry: JournalEntry): JournalEntry {
  const { before } = entry.began;
  const definitionXml = redactText(withoutSecrets(before.definitionXml));
  const order = withoutPasswordsIn(entry.began.order);
  const bare = redactStrings({ ...entry, began: { ...entry.began, order, before: { ...before, definitionXml: '' } } });
  return { ...bare, began: { ...bare.began, before: { ...bare.began.before, definitionXml } } };
}

function withoutPasswordsIn(order: BeganRecord['order']): BeganRecord['order'] {
  if (order.kind !== 'migrate') return order;
  const { running, persistent } = order.migration;
  const bare = (xml: string | null) => (xml === null ? null : redactText(withoutSecrets(xml)));
  return { ...order, migration: { ...order.migration, running: bare(running), persistent: bare(persistent) } };
}

export function historyDocument(
  entries: readonly JournalEntry[],
  unreadable: readonly UnreadableEntry[],
): HistoryDocument {
  return { historyVersion: 1, operations: entries.map(withoutPasswords), unreadable };
}

/** A report of all of them, in the order given. */
export function historyReport(entries: readonly JournalEntry[], unreadable: readonly UnreadableEntry[]): string {
  const what = entries.length === 1 ? '1 operation' : `${entries.length} operations`;
  const files = unreadable.map(({ file, problem }) => `${plain(file)}: ${plain(problem)}`);
  const parts = [`Salvor history: ${what}. Times are UTC; hashes are SHA-256 of the definition without its passwords.`];
  parts.push(...entries.map(entryReport));
  if (files.length > 0) parts.push(['Files that cannot be read:', ...files.map((file) => `  ${file}`)].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

const TITLES: Readonly<Record<OperationKind, string>> = {
  rescue: 'Rescue',
  end: 'End of a rescue',
  nvram: 'UEFI variables put back',
  'hard-reboot': 'Hard reboot',
  migrate: 'Migration',
};

/** One operation, a fact a line and then its steps. */
export function entryReport(given: JournalEntry): string {
  const entry = withoutPasswords(given);
  const { began, ended, closed, problems } = entry;
  const { before } = began;
  const facts: [string, string][] = [
    ['operation', began.id],
    ['host', `${began.host.hostname} (${began.host.uri})`],
    ['session', sessionText(began.session)],
    ['by', began.by],
    ['begun', began.at],
    ['ended', ended === null ? 'not told' : `${ended.at} (after ${secondsBetween(began.at, ended.at)})`],
    ['asked for', orderText(entry)],
    [
      'before',
      [before.state, before.persistent ? 'persistent' : 'transient', before.autostart ? 'autostart' : null]
        .filter((word) => word !== null)
        .join(', '),
    ],
    ['definition before', before.definition],
    ['rescue definition', began.rescueDefinition ?? 'none'],
    ['definition after', definitionAfter(entry)],
    ...began.files.map(({ kind, name }): [string, string] => ['file', `${kind} ${name}`]),
    ['outcome', outcomeText(entry)],
  ];
  if (closed !== null) facts.push(['closed', `${closed.how} by ${closed.by}, ${closed.at}`]);
  for (const problem of problems) facts.push(['problem', problem]);
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    plain(`${TITLES[began.kind]}: ${began.domain.name} (${began.domain.uuid})`),
    ...facts.map(([name, value]) => plain(`  ${name.padEnd(width)}  ${value}`)),
    '  records',
    ...recordLines(entry).map((line) => plain(`    ${line}`)),
  ].join('\n');
}

function sessionText(session: JournalEntry['began']['session']): string {
  return session === null ? 'none' : `${session.id} (${session.kind}${session.transient ? ', transient domain' : ''})`;
}

/** How an operation ended, in a sentence or two. */
function outcomeText({ ended }: JournalEntry): string {
  if (ended === null) return 'not told: its last record is missing';
  if (ended.outcome === 'done') return 'done';
  const code = ended.code === null || ended.code === ended.outcome ? '' : ` (${ended.code})`;
  const told = [ended.message, ended.unchanged].filter((sentence) => sentence !== null).join(' ');
  return `${ended.outcome}${code}${told === '' ? '' : ': '}${told}`;
}

function definitionAfter({ began, ended }: JournalEntry): string {
  const after = ended?.definition ?? null;
  if (after === null) return 'not told';
  const { definition } = began.before;
  if (after === definition) return `${after} (the same as before)`;
  if (after === began.rescueDefinition) return `${after} (the rescue definition)`;
  return `${after} (${after === plannedThere(began) ? 'as it was made to fit the destination' : 'another than before'})`;
}

/** Of a migration, hash of the definition that was to stay at the destination; null: of none, or nothing else. */
function plannedThere({ order }: BeganRecord): string | null {
  const persistent = order.kind === 'migrate' ? order.migration.persistent : null;
  return persistent === null ? null : hashDefinition(persistent);
}

function orderText({ began: { order } }: JournalEntry): string {
  switch (order.kind) {
    case 'rescue': {
      const { media, device, bus, session, profile, guestDisks, writes, stop } = order.request;
      const place = [device, bus === null ? null : `on ${bus}`].filter((word) => word !== null).join(' ');
      const parts = [
        media.map(mediumName).join(', '),
        place,
        session ?? '',
        `profile ${profile}`,
        guestDisks === 'writable' ? '' : `guest disks: ${guestDisks}`,
        writes === 'direct' ? 'the medium is written to' : '',
        stopText(stop),
      ];
      return parts.filter((part) => part !== '').join('; ');
    }
    case 'end':
      return `${stopText(order.stop)}; power afterwards: ${order.power}`;
    case 'nvram':
      return `the copy of operation ${order.of} into ${order.path}`;
    case 'hard-reboot':
      return `${stopText(order.stop)}; a rescue: ${order.session}`;
    case 'migrate': {
      const { to, request, call, makes } = order.migration;
      const parts = [
        `to ${to.hostname} (${to.uri})`,
        request.live
          ? `live, ${request.way === 'p2p' ? 'peer to peer' : 'carried by this computer'}`
          : 'its definition alone',
        call.disks.length === 0 ? '' : `copied: ${call.disks.join(', ')}`,
        makes.secrets.length === 0 ? '' : `secrets carried: ${makes.secrets.join(', ')}`,
        request.options.tls ? 'over TLS' : '',
        request.undefineSource ? '' : 'the definition stays at the source, too',
      ];
      return parts.filter((part) => part !== '').join('; ');
    }
  }
}

function stopText({ how, timeoutSeconds, onTimeout }: StopRequest): string {
  return how === 'force' ? 'stop by force' : `stop gracefully within ${timeoutSeconds} s, then ${onTimeout}`;
}

/** Each record: when, how long after the beginning, and what. */
function recordLines({ began, records }: JournalEntry): string[] {
  const texts = new Map(began.steps.map(({ id, text }) => [id, text]));
  const line = (record: Exclude<JournalRecord, { type: 'began' }>): string => {
    switch (record.type) {
      case 'step':
        return `${record.state.padEnd(7)}  ${record.id}: ${texts.get(record.id) ?? record.id}`;
      case 'backup':
        return `kept     UEFI variables of ${record.path}: ${record.size} bytes, sha256 ${record.sha256}`;
      case 'note':
        return `note     ${record.text}`;
      case 'ended':
        return `ended    ${record.outcome}`;
      case 'closed':
        return `closed   ${record.how} by ${record.by}`;
    }
  };
  return records.map((record) => `${record.at}  ${secondsBetween(began.at, record.at).padStart(9)}  ${line(record)}`);
}

/** `-` where a clock went backwards: no length of time is negative. */
function secondsBetween(from: string, to: string): string {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds < 0 ? '-' : `${seconds.toFixed(3)} s`;
}
