/** salvor media: the commands that change the library or show it. No host is asked. */
import { randomUUID } from 'node:crypto';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { LibraryEdit } from '../../src-core/contract/library-schemas.ts';
import { LONGEST_GLANCE, glanceJson, readGlanceImage } from '../../src-core/library/glance.ts';
import type { GlanceImage } from '../../src-core/library/glance.ts';
import { readinessOf } from '../../src-core/library/readiness.ts';
import { sourceText } from '../../src-core/library/source.ts';
import type { LibraryListing, LibraryMedium, LibrarySource } from '../../src-core/library/types.ts';
import { sizeText } from '../../src-core/rescue/size-text.ts';
import { chooseDefault, forgetMedium, mediumByName, readableLibrary, saveMedium } from '../app/library/changes.ts';
import { openLibrary } from '../app/library/store.ts';
import { oneOf, parseSpec, usage } from './arguments.ts';
import { canAsk, confirm } from './ask.ts';
import { plain, plainLines, print, printJson, table, tell } from './output.ts';
import { readText } from './read-file.ts';

export interface WordOptions {
  readonly source?: string;
  readonly note?: string;
  readonly host?: string;
  readonly shared?: true;
  readonly name?: string;
  readonly property?: readonly string[];
  readonly properties?: string;
  readonly json: boolean;
}

/** volume:…, path:…, url:… or kernel:…; the original image is in no library. */
function sourceOf(text: string): LibrarySource {
  const spec = parseSpec(text);
  if (spec.kind === 'original') throw usage('the original image is another one on each machine: no library has it');
  return spec;
}

/** NAME=VALUE sets a property, NAME= takes it away. */
function withProperties(
  before: Readonly<Record<string, string>>,
  changes: readonly string[],
): Readonly<Record<string, string>> {
  const next = new Map(Object.entries(before));
  for (const change of changes) {
    const equals = change.indexOf('=');
    if (equals < 1) throw usage(`--property is written NAME=VALUE (NAME= takes it away), not “${change}”`);
    const [name, value] = [change.slice(0, equals), change.slice(equals + 1).trim()];
    if (value === '') next.delete(name);
    else next.set(name, value);
  }
  return Object.fromEntries(next);
}

async function glanceOf(path: string): Promise<GlanceImage> {
  const text = await readText(path, LONGEST_GLANCE);
  try {
    return readGlanceImage(text);
  } catch (error) {
    throw new SalvorError('file-unreadable', { path }, error instanceof Error ? error.message : null);
  }
}

/** New words of a medium on top of those it has. */
async function wordsOf(before: LibraryEdit, options: WordOptions): Promise<LibraryEdit> {
  if (options.shared === true && options.host !== undefined) throw usage('name either --host or --shared');
  const read = options.properties === undefined ? null : await glanceOf(options.properties);
  return {
    ...before,
    name: options.name ?? before.name,
    note: options.note ?? before.note,
    host: options.shared === true ? null : (options.host ?? before.host),
    source: options.source === undefined ? before.source : sourceOf(options.source),
    properties: withProperties(read?.properties ?? before.properties, options.property ?? []),
    told: read?.told ?? before.told,
  };
}

async function save(edit: LibraryEdit, json: boolean): Promise<void> {
  const saved = await saveMedium(openLibrary(), edit, { id: randomUUID(), at: new Date().toISOString() });
  if (json) printJson(saved);
  else print(mediumText(saved));
}

export async function addMedium(name: string, source: string, options: WordOptions): Promise<void> {
  const empty = { id: null, name, note: '', host: null, source: sourceOf(source), properties: {}, told: null };
  await save(await wordsOf(empty, options), options.json);
}

export async function editMedium(name: string, options: WordOptions): Promise<void> {
  const { id, note, host, source, properties, told, ...medium } = mediumByName(
    await readableLibrary(openLibrary()),
    name,
  );
  await save(await wordsOf({ id, name: medium.name, note, host, source, properties, told }, options), options.json);
}

export interface ImportOptions extends WordOptions {
  readonly into?: string;
}

/** A new medium from what Glance says of it (`--source` says where hosts have it), or its properties into one that is there. */
export async function importMedium(path: string, options: ImportOptions): Promise<void> {
  const { into, source, name } = options;
  if ((into === undefined) === (source === undefined))
    throw usage('say --source SPEC for a new medium, or --into NAME for one that is in the library');
  const words = { ...options, properties: path };
  if (into !== undefined) {
    await editMedium(into, words);
    return;
  }
  const found = await glanceOf(path);
  const called = name ?? found.name;
  if (called === null) throw usage('the image has no name: say --name NAME');
  await addMedium(called, source ?? '', words);
}

export async function listMedia({ json }: { readonly json: boolean }): Promise<void> {
  const library = await readableLibrary(openLibrary());
  if (json) printJson(library);
  else print(listText(library));
}

function listText({ media, defaults, file, unread }: LibraryListing): string {
  const rows = media.map((medium) => [
    medium.name,
    medium.host ?? 'shared',
    sourceText(medium.source),
    kindText(medium),
    bootsText(medium),
    defaults
      .filter((each) => each.medium === medium.id)
      .map(({ arch, firmware }) => `${arch} ${firmware}`)
      .join(', '),
  ]);
  const shown =
    rows.length === 0
      ? `The library in ${plain(file)} is empty: salvor media add NAME SPEC.`
      : table(['name', 'host', 'source', 'is', 'boots', 'default for'], rows);
  return [shown, ...unread.map(plain)].join('\n');
}

function kindText({ seen, told }: LibraryMedium): string | null {
  const kind = seen?.content?.kind;
  if (kind !== undefined && kind !== 'unknown') return kind === 'image' ? (seen?.content?.format ?? kind) : kind;
  return seen?.format ?? told?.format ?? null;
}

function bootsText(medium: LibraryMedium): string | null {
  const { bios, uefi, arches } = readinessOf(medium);
  const words = [...(bios === true ? ['bios'] : []), ...(uefi === true ? ['uefi'] : []), ...(arches ?? [])];
  return words.length === 0 ? null : words.join(' ');
}

export async function showMedium(name: string, { json }: { readonly json: boolean }): Promise<void> {
  const library = await readableLibrary(openLibrary());
  const medium = mediumByName(library, name);
  const defaults = library.defaults.filter((each) => each.medium === medium.id);
  if (json) printJson({ ...medium, readiness: readinessOf(medium), defaults });
  else
    print(
      [mediumText(medium), ...defaults.map(({ arch, firmware }) => `default for  ${plain(arch)} ${firmware}`)].join(
        '\n',
      ),
    );
}

/** One fact a line. */
export function mediumText(medium: LibraryMedium): string {
  const { name, note, host, source, places, properties, seen, whole, told, lastUsed } = medium;
  const facts: [string, string | null][] = [
    ['name', name],
    ['host', host ?? 'shared: in the same place on every host'],
    ['source', sourceText(source)],
    ...places.map((place): [string, string] => ['  elsewhere', `${place.uri}: ${sourceText(place.source)}`]),
    ['is', kindText(medium)],
    ['boots', bootsText(medium)],
    ['size', sizeOf(whole?.bytes ?? seen?.size ?? told?.size ?? null)],
    ['seen', seen === null ? null : `${seen.at} on ${seen.uri}`],
    ['head hash', seen?.hash == null ? null : `${seen.hash.sha256} (first ${seen.hash.bytes} bytes)`],
    ['sha256', whole?.sha256 ?? null],
    ['last used', lastUsed === null ? null : `${lastUsed.at} for ${lastUsed.domain} on ${lastUsed.uri}`],
    ['note', note === '' ? null : note],
    ...Object.entries(properties).map(([key, value]): [string, string] => ['property', `${key}=${value}`]),
  ];
  return facts
    .filter((fact): fact is [string, string] => fact[1] !== null)
    .map(
      ([key, value]) =>
        `${key.padEnd(11)}  ${key === 'note' ? plainLines(value).replaceAll('\n', '\n             ') : plain(value)}`,
    )
    .join('\n');
}

function sizeOf(bytes: number | null): string | null {
  return bytes === null ? null : `${sizeText(bytes)} (${bytes} bytes)`;
}

export async function removeMedium(
  name: string,
  { yes, json }: { readonly yes: boolean; readonly json: boolean },
): Promise<void> {
  const store = openLibrary();
  const medium = mediumByName(await readableLibrary(store), name);
  if (!yes) {
    if (!canAsk(json))
      throw usage('remove forgets what is known of a medium: say --yes, or run it at a terminal and confirm there');
    await confirm(`Forget “${plain(medium.name)}”? What lies on hosts stays there. [y/N] `);
  }
  const removed = await forgetMedium(store, medium.id);
  if (json) printJson({ removed });
  else print(`“${plain(removed.name)}” is not in the library any more. What lies on hosts stays there.`);
}

export interface DefaultOptions {
  readonly arch: string;
  readonly firmware: string;
  readonly none?: true;
  readonly json: boolean;
}

/** Of one kind of guest: the medium that a rescue begins with in the window. Without one, for `none`: it begins with nothing chosen. */
export async function defaultMedium(name: string | undefined, options: DefaultOptions): Promise<void> {
  const { arch, none = false, json } = options;
  const firmware = oneOf('--firmware', ['bios', 'uefi'], options.firmware);
  if ((name === undefined) !== none) throw usage('name a medium, or say --none');
  const store = openLibrary();
  const medium = name === undefined ? null : mediumByName(await readableLibrary(store), name);
  await chooseDefault(store, { arch, firmware, id: medium?.id ?? null });
  if (json) printJson({ arch, firmware, medium });
  else
    print(
      medium === null
        ? `Rescues of ${plain(arch)} guests with ${firmware} begin with no medium chosen.`
        : `Rescues of ${plain(arch)} guests with ${firmware} begin with “${plain(medium.name)}”, on hosts that have it.`,
    );
}

/** As Glance describes an image, for standard output: with --json too, since it is one JSON document. */
export async function exportMedium(name: string): Promise<void> {
  const medium = mediumByName(await readableLibrary(openLibrary()), name);
  print(glanceJson(medium).trimEnd());
  if (process.stdout.isTTY) tell('Keep it in a file with > FILE.');
}
