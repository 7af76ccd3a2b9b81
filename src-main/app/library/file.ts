/**
 * The library's file: what is in it as data, and how it is written. Whatever of it cannot be read stays in it as it is, whoever wrote it:
 * a person with an editor, a newer Salvor, a disk that lost bytes.
 */
import { z } from 'zod';
import { mediumSpecSchema } from '../../../src-core/contract/request-schemas.ts';
import { toldMediumSchema } from '../../../src-core/contract/library-schemas.ts';
import { nameKey } from '../../../src-core/library/edit.ts';
import type { Library, LibraryDefault, LibraryMedium, LibrarySource } from '../../../src-core/library/types.ts';

const VERSION = 1;
/** Characters. A library of two thousand media has one million. */
export const LONGEST_FILE = 8 * 1024 * 1024;

const text = z.string().max(4096);
const sourceSchema = mediumSpecSchema.refine((source): source is LibrarySource => source.kind !== 'original');
const flag = z.boolean().nullable();
const hashSchema = z.looseObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number().int().nonnegative() });

const contentSchema = z.looseObject({
  kind: z.enum(['iso9660', 'disk', 'filesystem', 'image', 'empty', 'unknown']),
  format: text,
  bios: flag,
  uefi: flag,
  efiArches: z.array(text).nullable(),
  hybrid: z.boolean(),
  partitions: z.enum(['mbr', 'gpt']).nullable(),
  label: text.nullable(),
  diskId: text.nullable(),
  backingFile: text.nullable(),
  dataFile: text.nullable(),
  encrypted: z.boolean(),
  virtualSize: z.number().nullable(),
});

/** Keys that we do not know are kept. */
const mediumSchema = z.looseObject({
  id: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  note: text,
  host: text.nullable(),
  source: sourceSchema,
  places: z.array(z.looseObject({ uri: text, source: sourceSchema })),
  properties: z.record(z.string().max(100), z.string().max(255)),
  told: toldMediumSchema.nullable(),
  seen: z
    .looseObject({
      at: text,
      uri: text,
      size: z.number().nullable(),
      format: text.nullable(),
      content: contentSchema.nullable(),
      hash: hashSchema.nullable(),
    })
    .nullable(),
  whole: hashSchema.nullable(),
  addedAt: text,
  lastUsed: z.looseObject({ at: text, uri: text, domain: text }).nullable(),
});

const defaultSchema = z.looseObject({
  arch: z.string().min(1).max(100),
  firmware: z.enum(['bios', 'uefi']),
  medium: text,
});

const fileSchema = z.looseObject({
  version: z.literal(VERSION),
  media: z.array(z.unknown()),
  defaults: z.array(z.unknown()),
});

export interface LibraryFile {
  readonly library: Library;
  /** Sentences: what of it cannot be read. */
  readonly unread: readonly string[];
  /** What it has besides, to be written back as it is. */
  readonly rest: {
    readonly keys: Readonly<Record<string, unknown>>;
    readonly media: readonly unknown[];
    readonly defaults: readonly unknown[];
  };
}

export const NO_FILE: LibraryFile = {
  library: { media: [], defaults: [] },
  unread: [],
  rest: { keys: {}, media: [], defaults: [] },
};

/** What is in the file, or why nothing of it can be read, in words that stand behind a colon. */
export function readLibrary(json: string): LibraryFile | { readonly problem: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const whole = fileSchema.safeParse(parsed);
  if (!whole.success) return { problem: problemOf(parsed) };
  const { version: _known, media: written, defaults: chosen, ...keys } = whole.data;
  const media: LibraryMedium[] = [];
  const unread: string[] = [];
  const restMedia: unknown[] = [];
  written.forEach((each, index) => {
    const read = mediumSchema.safeParse(each);
    const why = read.success ? clash(media, read.data) : firstIssue(read.error);
    if (read.success && why === null) media.push(read.data);
    else {
      restMedia.push(each);
      unread.push(`Medium ${index + 1} (${nameOf(each)}) cannot be read: ${why ?? ''}. It stays in the file.`);
    }
  });
  const defaults: LibraryDefault[] = [];
  const restDefaults: unknown[] = [];
  for (const each of chosen) {
    const read = defaultSchema.safeParse(each);
    // Of a medium that cannot be read: it may be mended, and is the default then.
    if (read.success && media.some(({ id }) => id === read.data.medium)) defaults.push(read.data);
    else restDefaults.push(each);
  }
  return { library: { media, defaults }, unread, rest: { keys, media: restMedia, defaults: restDefaults } };
}

/** Names and ids are each medium's own, also where somebody copied lines in an editor. */
function clash(media: readonly LibraryMedium[], { id, name }: LibraryMedium): string | null {
  if (media.some((medium) => medium.id === id)) return 'another medium has its id';
  return media.some((medium) => nameKey(medium.name) === nameKey(name)) ? 'another medium has its name' : null;
}

function nameOf(value: unknown): string {
  const { name } = z
    .object({ name: z.string().max(200) })
    .catch({ name: 'without a name' })
    .parse(value);
  return name;
}

function problemOf(parsed: unknown): string {
  const { version } = z.object({ version: z.unknown() }).catch({ version: undefined }).parse(parsed);
  if (typeof version === 'number' && version > VERSION)
    return `a newer Salvor wrote it (version ${version}; this one knows ${VERSION})`;
  return 'it is no library of Salvor’s';
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'it is no medium' : `${issue.path.join('.') || 'it'}: ${issue.message}`;
}

export function writeLibrary({ media, defaults }: Library, rest: LibraryFile['rest']): string {
  const whole = {
    ...rest.keys,
    version: VERSION,
    media: [...media, ...rest.media],
    defaults: [...defaults, ...rest.defaults],
  };
  return `${JSON.stringify(whole, null, 1)}\n`;
}
