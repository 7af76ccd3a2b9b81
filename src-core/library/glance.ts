/**
 * A medium as Glance describes images: what `openstack image show -f json` (or `glance image-show`, or the image API) prints is read, and
 * the same is written. Untrusted: such a file comes from elsewhere.
 */
import { PropertiesProblem, readImageProperties } from '../media/properties.ts';
import { LONGEST_NAME, nameKey } from './edit.ts';
import type { LibraryMedium, ToldMedium } from './types.ts';

/** What one image prints is a few kB. Characters. */
export const LONGEST_GLANCE = 1024 * 1024;

export interface GlanceImage {
  /** null: it has none that can be seen. */
  readonly name: string | null;
  readonly properties: Readonly<Record<string, string>>;
  readonly told: ToldMedium | null;
}

type Fields = ReadonlyMap<string, unknown>;

/** Throws PropertiesProblem, whose message stands behind a colon. */
export function readGlanceImage(text: string): GlanceImage {
  const json = parse(text);
  if (Array.isArray(json))
    throw new PropertiesProblem('this is a list; one image is wanted, as "openstack image show -f json" prints it');
  const properties = readImageProperties(json);
  const fields = fieldsOf(json);
  if (
    !['name', 'id', 'size', 'disk_format', 'properties'].some((key) => fields.has(key)) &&
    Object.keys(properties).length === 0
  )
    throw new PropertiesProblem('nothing in it describes an image');
  const name = word(fields, 'name', 4096)?.trim() ?? '';
  return { name: nameKey(name) === '' ? null : shortened(name), properties, told: toldOf(fields) };
}

function parse(text: string): unknown {
  if (text.length > LONGEST_GLANCE)
    throw new PropertiesProblem(`it is longer than ${LONGEST_GLANCE} characters, far more than one image prints`);
  try {
    // A byte order mark in front, as some editors write it, is no part of JSON.
    return JSON.parse(text.replace(/^\ufeff/, '')) as unknown;
  } catch {
    // Deeper than the stack is not JSON to us either.
    throw new PropertiesProblem('it is not JSON');
  }
}

/** Fields of the image, also those that some clients print among the properties. Own keys alone: nothing is looked up in a prototype. */
function fieldsOf(json: unknown): Fields {
  const outer = entriesOf(json);
  const inner = entriesOf(outer.find(([key]) => key === 'properties')?.[1]);
  const hashes = inner.filter(([key]) => key.startsWith('os_hash_'));
  return new Map([...hashes, ...outer]);
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function word(fields: Fields, key: string, longest: number): string | null {
  const value = fields.get(key);
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') throw new PropertiesProblem(`"${key}" is not a word`);
  if (value.length > longest) throw new PropertiesProblem(`"${key}" is longer than ${longest} characters`);
  return value;
}

function hex(fields: Fields, key: string): string | null {
  const value = word(fields, key, 200)?.toLowerCase() ?? null;
  if (value !== null && !/^[0-9a-f]+$/.test(value))
    throw new PropertiesProblem(`"${key}" is not a hash in hexadecimal`);
  return value;
}

/** A number; older clients print it as a string. */
function sizeOf(fields: Fields): number | null {
  const value = fields.get('size');
  if (value === undefined || value === null || value === '') return null;
  const size = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw new PropertiesProblem('"size" is not a number of bytes');
  return size;
}

function toldOf(fields: Fields): ToldMedium | null {
  const size = sizeOf(fields);
  const format = word(fields, 'disk_format', 40);
  const checksum = hex(fields, 'checksum');
  const value = hex(fields, 'os_hash_value');
  const algorithm = word(fields, 'os_hash_algo', 40);
  const hash = value === null || algorithm === null ? null : { algorithm, value };
  const nothing = size === null && format === null && checksum === null && hash === null;
  return nothing ? null : { size, format, checksum, hash };
}

/** Not longer than a name may be, and no half of a character at its end. */
function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const cut = name.slice(0, LONGEST_NAME);
  return (/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut).trim();
}

/** Glance's word for what it is, as far as it is known. */
function diskFormat({ seen, told }: LibraryMedium): string | null {
  if (seen?.content?.kind === 'iso9660') return 'iso';
  return seen?.format ?? told?.format ?? null;
}

/** The image as one JSON object, for a file. What is not known is null, as Glance has it for an image that is queued. */
export function glanceJson(medium: LibraryMedium): string {
  const { name, properties, seen, told, whole } = medium;
  const hash = told?.hash ?? (whole === null ? null : { algorithm: 'sha256', value: whole.sha256 });
  const image = {
    name,
    disk_format: diskFormat(medium),
    container_format: 'bare',
    size: whole?.bytes ?? told?.size ?? seen?.size ?? null,
    checksum: told?.checksum ?? null,
    os_hash_algo: hash?.algorithm ?? null,
    os_hash_value: hash?.value ?? null,
    properties,
  };
  return `${JSON.stringify(image, null, 2)}\n`;
}

/** Name of the file for it: letters, digits, dots, dashes and underscores of its name. */
export function glanceFileName({ name }: LibraryMedium): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80);
  return `${plain === '' ? 'medium' : plain}.json`;
}
