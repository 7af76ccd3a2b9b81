/**
 * The rules of a migration, applied to a definition: what is called otherwise at the destination, and nothing else. Whoever reads the text
 * afterwards finds it as libvirt wrote it but for the values that were named. Each value is mapped once: a → b and b → c make b of a.
 */
import { parseXml } from '../domain-xml/document.ts';
import type { XmlDocument, XmlElement } from '../domain-xml/document.ts';
import { attribute, child, children, isElement, textOf } from '../domain-xml/elements.ts';
import { encodeRecord, hashDefinition, recordedDefinition } from '../rescue/record.ts';
import { ORIGINAL_ELEMENT, findSession } from '../rescue/session.ts';
import { editText } from './text-edits.ts';
import type { TextEdit } from './text-edits.ts';
import type { MigrationRules, NameMap } from './types.ts';

export const NO_RULES: MigrationRules = {
  paths: [],
  pools: [],
  networks: [],
  bridges: [],
  pinning: 'keep',
  listen: null,
};

/** A path by the rules: the longest that is the path itself, or a folder above it. */
export function mapPath(maps: readonly NameMap[], path: string): string {
  let best: { from: string; to: string } | null = null;
  for (const map of maps) {
    const from = trimmed(map.from);
    const fits = path === from || path === map.from || path.startsWith(`${from}/`);
    if (fits && (best === null || from.length > best.from.length)) best = { from, to: map.to };
  }
  if (best === null) return path;
  return `${trimmed(best.to)}${path.slice(best.from.length)}` || '/';
}

/** Without the slash at its end: `/` becomes the empty text, below which is every path. */
function trimmed(folder: string): string {
  return folder.replace(/\/+$/, '');
}

/** A name by the rules: whole names only. */
export function mapName(maps: readonly NameMap[], name: string): string {
  return maps.find(({ from }) => from === name)?.to ?? name;
}

/**
 * A definition as it is at the destination; of a rescue that lasts until it is ended the record inside, too. A record that cannot be read
 * stays as it is (recordProblem tells of it). Throws XmlProblem.
 */
export function applyRules(xml: string, rules: MigrationRules): string {
  const document = parseXml(xml);
  return editText(xml, document, [...editsOf(document, rules), ...recordEdits(document, rules)]);
}

/** Why the record inside a definition cannot be taken along, in words that stand behind a colon; null: it can, or there is none. */
export function recordProblem(xml: string): string | null {
  const session = findSession(child(parseXml(xml).documentElement, 'metadata'));
  if (session === null || originalOf(session) === null) return null;
  return recordedDefinition(session).problem;
}

/** The guest's own definition that a rescue definition carries in its record; null: none, or it cannot be read. Throws XmlProblem. */
export function recordedOriginal(xml: string): string | null {
  const session = findSession(child(parseXml(xml).documentElement, 'metadata'));
  return session === null || originalOf(session) === null ? null : recordedDefinition(session).definitionXml;
}

/** The session's hash of the guest's own definition, where that is not inside it: it has to be that of the definition by the rules. */
export function withOriginalHash(xml: string, before: string, after: string): string {
  const document = parseXml(xml);
  const session = findSession(child(document.documentElement, 'metadata'));
  if (session === null || originalOf(session) !== null) return xml;
  if (attribute(session, 'definition') !== hashDefinition(before)) return xml;
  const value = hashDefinition(after);
  return editText(xml, document, [{ kind: 'attribute', element: session, name: 'definition', value }]);
}

function originalOf(session: XmlElement): XmlElement | null {
  for (let node = session.firstChild; node !== null; node = node.nextSibling)
    if (isElement(node) && node.localName === ORIGINAL_ELEMENT) return node;
  return null;
}

/** Of the session's mark: the pool of its overlays, and the record inside with its hash. */
function recordEdits(document: XmlDocument, rules: MigrationRules): TextEdit[] {
  const session = findSession(child(document.documentElement, 'metadata'));
  if (session === null) return [];
  const edits = mappedAttribute(session, 'overlay-pool', (name) => mapName(rules.pools, name));
  const original = originalOf(session);
  if (original === null) return edits;
  const { definitionXml } = recordedDefinition(session);
  if (definitionXml === null) return edits;
  const after = applyRules(definitionXml, rules);
  if (after === definitionXml) return edits;
  return [
    ...edits,
    { kind: 'attribute', element: session, name: 'definition', value: hashDefinition(after) },
    { kind: 'text', element: original, value: encodeRecord(after) },
  ];
}

type Mapping = (value: string) => string;

function mappedAttribute(element: XmlElement | null, name: string, mapping: Mapping): TextEdit[] {
  const before = attribute(element, name);
  if (element === null || before === null) return [];
  const value = mapping(before);
  return value === before ? [] : [{ kind: 'attribute', element, name, value }];
}

/** Of an element that holds nothing but text. */
function mappedText(element: XmlElement | null, mapping: Mapping): TextEdit[] {
  const before = textOf(element);
  if (element === null || before === null || before === '' || children(element).length > 0) return [];
  const value = mapping(before);
  return value === before ? [] : [{ kind: 'text', element, value }];
}

function editsOf(document: XmlDocument, rules: MigrationRules): TextEdit[] {
  const root = document.documentElement;
  const devices = child(root, 'devices');
  return [
    ...osEdits(child(root, 'os'), rules),
    ...(rules.pinning === 'drop' ? pinningEdits(root) : []),
    ...mappedText(child(devices, 'emulator'), named(rules)),
    ...children(devices).flatMap((device) => deviceEdits(device, rules)),
  ];
}

/** Of programs and firmware, which belong to the host: only where a rule names the file itself. */
function named({ paths }: MigrationRules): Mapping {
  return (path) => mapName(paths, path);
}

function below({ paths }: MigrationRules): Mapping {
  return (path) => (path.startsWith('/') ? mapPath(paths, path) : path);
}

function osEdits(os: XmlElement | null, rules: MigrationRules): TextEdit[] {
  const path = below(rules);
  const nvram = child(os, 'nvram');
  return [
    ...mappedText(child(os, 'loader'), named(rules)),
    ...mappedAttribute(nvram, 'template', named(rules)),
    ...mappedText(nvram, path),
    ...sourceEdits(nvram, rules),
    ...['kernel', 'initrd', 'dtb'].flatMap((name) => mappedText(child(os, name), path)),
    ...children(child(os, 'acpi'), 'table').flatMap((table) => mappedText(table, path)),
  ];
}

/** What names CPUs and nodes of one host. <cputune> goes with the last of what is in it, as libvirt writes it. */
const PINS = ['vcpupin', 'emulatorpin', 'iothreadpin', 'vcpusched', 'iothreadsched', 'emulatorsched'];

function pinningEdits(root: XmlElement | null): TextEdit[] {
  const vcpu = child(root, 'vcpu');
  const cputune = child(root, 'cputune');
  const numatune = child(root, 'numatune');
  const all = children(cputune);
  const pins = all.filter(({ localName }) => PINS.includes(localName ?? ''));
  const removed = cputune !== null && pins.length > 0 && pins.length === all.length ? [cputune] : pins;
  return [
    ...(vcpu?.hasAttribute('cpuset') === true
      ? [{ kind: 'attribute', element: vcpu, name: 'cpuset', value: null } as const]
      : []),
    ...[...removed, ...(numatune === null ? [] : [numatune])].map((element) => ({ kind: 'remove', element }) as const),
  ];
}

function deviceEdits(device: XmlElement, rules: MigrationRules): TextEdit[] {
  const path = below(rules);
  switch (device.localName) {
    case 'disk':
      return sourceEdits(device, rules);
    case 'filesystem':
      return [...sourceEdits(device, rules), ...mappedAttribute(child(device, 'binary'), 'path', named(rules))];
    case 'interface':
      return interfaceEdits(device, rules);
    case 'serial':
    case 'console':
    case 'parallel':
    case 'channel':
      return [
        ...children(device, 'source').flatMap((source) => mappedAttribute(source, 'path', path)),
        ...mappedAttribute(child(device, 'log'), 'file', path),
      ];
    case 'graphics':
      return graphicsEdits(device, rules);
    case 'memory':
      return mappedText(child(child(device, 'source'), 'path'), path);
    default:
      return [];
  }
}

/** Attributes of a <source> that are paths of the host, and the elements that hold further images of the same disk. */
const SOURCE_PATHS = ['file', 'dev', 'dir', 'path', 'socket'];
const IMAGES = ['source', 'backingStore', 'mirror', 'dataStore'];

/** The images of a disk, all the way down; of a share its folder, file or volume. */
function sourceEdits(holder: XmlElement | null, rules: MigrationRules): TextEdit[] {
  const path = below(rules);
  return children(holder).flatMap((element) => {
    if (!IMAGES.includes(element.localName ?? '')) return [];
    return [
      ...SOURCE_PATHS.flatMap((name) => mappedAttribute(element, name, path)),
      ...mappedAttribute(element, 'pool', (name) => mapName(rules.pools, name)),
      ...children(element, 'host').flatMap((host) => mappedAttribute(host, 'socket', path)),
      ...sourceEdits(element, rules),
    ];
  });
}

/** A network, a bridge, or the host's own interface that a macvtap sits on; of vhost-user its socket. */
function interfaceEdits(device: XmlElement, rules: MigrationRules): TextEdit[] {
  const bridge = (name: string) => mapName(rules.bridges, name);
  return children(device, 'source').flatMap((source) => {
    switch (attribute(device, 'type')) {
      case 'network':
        return mappedAttribute(source, 'network', (name) => mapName(rules.networks, name));
      case 'bridge':
        return mappedAttribute(source, 'bridge', bridge);
      case 'direct':
        return mappedAttribute(source, 'dev', bridge);
      case 'vhostuser':
        return mappedAttribute(source, 'path', below(rules));
      default:
        return [];
    }
  });
}

/** What libvirt writes before the attribute `listen`. */
const BEFORE_LISTEN = ['type', 'port', 'tlsPort', 'autoport', 'websocket', 'replaceUser', 'multiUser'];

/** Consoles that listen at an address. What listens at a network's address, at a socket or nowhere goes on doing so. */
function graphicsEdits(graphics: XmlElement, { listen, networks }: MigrationRules): TextEdit[] {
  const listens = children(graphics, 'listen');
  const ofNetworks = listens.flatMap((element) =>
    mappedAttribute(element, 'network', (name) => mapName(networks, name)),
  );
  const addresses = listens.filter((element) => attribute(element, 'type') === 'address');
  const canListen = ['vnc', 'spice', 'rdp'].includes(attribute(graphics, 'type') ?? '');
  if (listen === null || !canListen || (listens.length > 0 && addresses.length === 0)) return ofNetworks;
  return [
    ...ofNetworks,
    ...addressEdit(graphics, 'listen', listen, BEFORE_LISTEN),
    ...addresses.flatMap((element) => addressEdit(element, 'address', listen, ['type'])),
  ];
}

function addressEdit(element: XmlElement, name: string, value: string, behind: readonly string[]): TextEdit[] {
  const before = attribute(element, name);
  if (before === value) return [];
  return [
    before === null
      ? { kind: 'new-attribute', element, name, value, behind }
      : { kind: 'attribute', element, name, value },
  ];
}
