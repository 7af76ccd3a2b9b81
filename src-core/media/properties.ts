/**
 * Glance image properties of a medium. Untrusted: they come in a file from elsewhere.
 * Names: OpenStack Glance, "Useful image properties"; Nova keeps the same as image metadata (nova/objects/image_meta.py).
 */

/** A value longer than any real one is not taken: the longest are lists of CPU flags. */
const MAX_VALUE = 255;
const MAX_PROPERTIES = 200;
/** Everything of hw_ and os_ that Glance and Nova define is spelt like this. */
const NAME = /^(?:hw|os)_[a-z0-9_]{1,80}$/;

/** Fields of an image that are spelt so, too, and say nothing of how it is to be attached. */
const FIELDS: readonly string[] = ['os_hash_algo', 'os_hash_value', 'os_hidden'];

/** Is it spelt as an image property is? */
export function isPropertyName(name: string): boolean {
  return NAME.test(name) && !FIELDS.includes(name);
}

/** Why a document was not taken, in words that fit behind "properties: ". */
export class PropertiesProblem extends Error {
  override readonly name = 'PropertiesProblem';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `key='value', key2='value2'`: how older clients print the whole of "properties" as one string. */
const QUOTED_PAIR = /(?:^|,\s*)([A-Za-z0-9_:.-]{1,128})='((?:[^'\\]|\\.){0,4096})'/g;

function pairsIn(line: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [, name, value] of line.matchAll(QUOTED_PAIR))
    if (name !== undefined && isPropertyName(name)) found[name] = value ?? '';
  return found;
}

function propertiesOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (isRecord(value)) return value;
  if (typeof value === 'string') return pairsIn(value);
  throw new PropertiesProblem('"properties" is neither an object nor a string');
}

function valueText(name: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new PropertiesProblem(`${name} is not a word`);
  }
  const text = String(value).trim();
  if (text.length > MAX_VALUE) throw new PropertiesProblem(`${name} is longer than ${MAX_VALUE} characters`);
  return text === '' ? null : text;
}

/**
 * The hw_* and os_* properties in what a client printed, by name: `openstack image show -f json` ({"properties": {…}}, or a string of
 * pairs in older clients) or `glance image-show` and the image API (at top level). Where a name stands in both places, "properties" wins.
 * Everything else in the document is left out. Throws PropertiesProblem where the document is something else altogether.
 */
export function readImageProperties(json: unknown): Record<string, string> {
  if (!isRecord(json))
    throw new PropertiesProblem('this is not a JSON object as "openstack image show -f json" prints it');
  const found = new Map<string, string>();
  for (const source of [json, propertiesOf(json['properties'])]) {
    for (const [name, value] of Object.entries(source)) {
      if (!isPropertyName(name)) continue;
      const text = valueText(name, value);
      if (text !== null) found.set(name, text);
    }
  }
  if (found.size > MAX_PROPERTIES) throw new PropertiesProblem(`there are more than ${MAX_PROPERTIES} properties`);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
