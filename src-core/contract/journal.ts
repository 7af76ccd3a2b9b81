/**
 * Reading an operation's file. It is untrusted when it comes back: a disk may have lost its end, a clock may have been set, a person may have
 * edited it, a newer Salvor may have written it. What fits is an entry; what is odd about it is said; what does not fit is not acted on.
 */
import { z } from 'zod';
import {
  CLOSINGS,
  JOURNAL_VERSION,
  OPERATION_KINDS,
  OUTCOMES,
  RECORDED_STATES,
  journalVersion,
} from '../journal/types.ts';
import type { BeganRecord, JournalEntry, JournalRecord, UnreadableEntry } from '../journal/types.ts';
import { DOMAIN_STATES, SESSION_KINDS } from '../rescue/types.ts';
import { migrationRequestSchema } from './migration-schemas.ts';
import { MIGRATION_FLAGS } from '../migration/parameters.ts';
import { REBOOT_SESSIONS } from '../reboot/types.ts';
import { imagePropertiesSchema, rescueRequestSchema, stopRequestSchema } from './request-schemas.ts';

const at = z.iso.datetime();
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const orderSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rescue'), request: rescueRequestSchema, properties: imagePropertiesSchema }),
  z.strictObject({
    kind: z.literal('end'),
    stop: stopRequestSchema,
    power: z.enum(['as-before', 'on', 'off']),
  }),
  z.strictObject({ kind: z.literal('nvram'), of: z.string(), path: z.string() }),
  z.strictObject({
    kind: z.literal('hard-reboot'),
    stop: stopRequestSchema,
    session: z.enum(REBOOT_SESSIONS),
  }),
  z.strictObject({
    kind: z.literal('migrate'),
    migration: z.strictObject({
      to: z.strictObject({ uri: z.string(), hostname: z.string() }),
      request: migrationRequestSchema,
      call: z.strictObject({
        flags: z.array(z.enum(MIGRATION_FLAGS)),
        migrateUri: z.string().nullable(),
        disks: z.array(z.string()),
        disksUri: z.string().nullable(),
        bandwidth: z.number().nullable(),
        parallel: z.number().nullable(),
      }),
      running: z.string().nullable(),
      persistent: z.string().nullable(),
      makes: z.strictObject({ secrets: z.array(z.string()), volumes: z.array(z.string()) }),
    }),
  }),
]);

const beganSchema = z.strictObject({
  type: z.literal('began'),
  version: z.number().int().min(1).max(JOURNAL_VERSION),
  at,
  // Its file's name tells that it is a UUID.
  id: z.string().min(1),
  kind: z.enum(OPERATION_KINDS),
  by: z.string(),
  host: z.strictObject({ uri: z.string(), hostname: z.string() }),
  domain: z.strictObject({ uuid, name: z.string() }),
  // Of the others, the session's id is what the domain's metadata says: anybody's words.
  session: z.strictObject({ id: z.string(), kind: z.enum(SESSION_KINDS), transient: z.boolean() }).nullable(),
  order: orderSchema,
  before: z.strictObject({
    state: z.enum(DOMAIN_STATES),
    persistent: z.boolean(),
    autostart: z.boolean(),
    definition: sha256,
    definitionXml: z.string(),
  }),
  rescueDefinition: sha256.nullable(),
  steps: z.array(z.strictObject({ id: z.string(), text: z.string() })),
  files: z.array(z.strictObject({ kind: z.enum(['overlay', 'volume', 'nvram', 'snapshot']), name: z.string() })),
});

const furtherSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('step'), at, id: z.string(), state: z.enum(RECORDED_STATES) }),
  z.strictObject({
    type: z.literal('backup'),
    at,
    path: z.string(),
    size: z.number().int().nonnegative(),
    sha256,
  }),
  z.strictObject({ type: z.literal('note'), at, text: z.string() }),
  z.strictObject({
    type: z.literal('ended'),
    at,
    outcome: z.enum(OUTCOMES),
    code: z.string().nullable(),
    message: z.string().nullable(),
    unchanged: z.string().nullable(),
    definition: sha256.nullable(),
  }),
  z.strictObject({ type: z.literal('closed'), at, by: z.string(), how: z.enum(CLOSINGS) }),
]);

type Further = Exclude<JournalRecord, BeganRecord>;
type Read = { readonly entry: JournalEntry } | { readonly unreadable: UnreadableEntry };

/** The name of an operation's file: when it began, its domain, itself. Sorted by name they are sorted by time. */
export function operationFile({ at, domain, id }: Pick<BeganRecord, 'at' | 'domain' | 'id'>): string {
  return `${at.replaceAll(':', '-')}-${domain.uuid}-${id}.jsonl`;
}

const FILE_NAME =
  /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?Z-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/;

/** What a file's name tells; null: no operation of ours is named so. */
export function namedOperation(file: string): { readonly uuid: string; readonly id: string } | null {
  const [, uuid, id] = FILE_NAME.exec(file) ?? [];
  return uuid === undefined || id === undefined ? null : { uuid, id };
}

/**
 * Read an operation from its file's text. `now` (ISO 8601, UTC) is this computer's time after the file was read. A line that does not
 * parse is what a crash or a full disk leaves of a record: it is left out, and said. A line that parses into something else is damage.
 */
export function readOperation(file: string, text: string, now: string): Read {
  const not = (why: UnreadableEntry['why'], problem: string): Read => ({ unreadable: { file, why, problem } });
  const problems: string[] = [];
  const lines = text.split('\n');
  const first = parseLine(lines[0] ?? '');
  if (first === undefined) return not('damaged', 'its first record is not whole');
  const version = versionOf(first);
  if (version !== null && version > JOURNAL_VERSION)
    return not('newer', `a newer Salvor wrote it (version ${version}; this one reads ${JOURNAL_VERSION})`);
  const began = beganSchema.safeParse(first);
  if (!began.success) return not('damaged', `its first record is not one of ours: ${whatIsWrong(began.error)}`);
  const named = namedOperation(file);
  if (named !== null && (named.id !== began.data.id || named.uuid !== began.data.domain.uuid))
    return not('damaged', 'its name tells of another operation than its first record');
  if (contradictsItself(began.data)) return not('damaged', 'its first record contradicts itself');
  const records: Further[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line === '') continue;
    const value = parseLine(line);
    if (value === undefined) {
      problems.push(
        index === lines.length - 1 ? 'its last line is cut off' : `its line ${index + 1} is cut off, and was left out`,
      );
      continue;
    }
    const record = furtherSchema.safeParse(value);
    if (!record.success) return not('damaged', `its line ${index + 1} is no record: ${whatIsWrong(record.error)}`);
    records.push(record.data);
  }
  problems.push(...clockProblems([began.data, ...records], now));
  const last = <T extends Further['type']>(type: T) =>
    (records.findLast((record) => record.type === type) ?? null) as Extract<Further, { type: T }> | null;
  return { entry: { began: began.data, records, ended: last('ended'), closed: last('closed'), problems } };
}

function contradictsItself({ kind, order, version, id, session }: BeganRecord): boolean {
  if (kind !== order.kind || version !== journalVersion(kind)) return true;
  // Of a guest that is in none.
  if (session === null) return kind !== 'hard-reboot' && kind !== 'migrate';
  // A rescue and its session have one id.
  return kind === 'rescue' && session.id !== id;
}

/** undefined: not JSON. A crash of the computer may also leave zeros at the end, which are none either. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function versionOf(value: unknown): number | null {
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : null;
  return typeof version === 'number' ? version : null;
}

function whatIsWrong(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'it does not fit' : `${issue.path.join('.') || 'the record'}: ${issue.message}`;
}

/** Records are written one after the other: where their times are not, a clock was set back, and no time here can be relied on. */
function clockProblems(records: readonly JournalRecord[], now: string): string[] {
  const problems: string[] = [];
  for (const [index, record] of records.entries()) {
    const before = records[index - 1];
    if (before !== undefined && Date.parse(record.at) < Date.parse(before.at))
      problems.push(`the clock went backwards while it ran: from ${before.at} to ${record.at}`);
  }
  const latest = records.findLast(({ at }) => Date.parse(at) > Date.parse(now));
  if (latest !== undefined)
    problems.push(`it tells of ${latest.at}, which is later than this computer’s clock: the clock was set back`);
  return problems;
}
