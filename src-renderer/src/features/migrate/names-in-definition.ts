/** What definitions call by a name of their host: offered where a rule is written, so that nobody has to copy it from the XML. */
import type { MapKind } from './draft.ts';

/** Where each kind stands: elements, and the attribute that has the name. */
const PLACES: Readonly<Record<Exclude<MapKind, 'paths'>, readonly (readonly [string, string])[]>> = {
  pools: [['disk > source[pool]', 'pool']],
  networks: [['interface > source[network]', 'network']],
  bridges: [['interface > source[bridge]', 'bridge']],
};

/** Files and folders; text: the element's own words are the path. */
const FILES: readonly (readonly [string, string])[] = [
  ['disk > source[file]', 'file'],
  ['disk > source[dev]', 'dev'],
  ['filesystem > source[dir]', 'dir'],
  ['serial > source[path], console > source[path]', 'path'],
  ['log[file]', 'file'],
];
const FILES_IN_TEXT = 'os > nvram, os > kernel, os > initrd';

function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** Each once, in the order of the definitions; of paths, the folders first: one rule for a folder is one for all that is in it. */
export function namesInDefinitions(xmls: readonly (string | null)[]): Readonly<Record<MapKind, readonly string[]>> {
  const documents = xmls
    .filter((xml) => xml !== null)
    .map((xml) => new DOMParser().parseFromString(xml, 'application/xml'));
  const attributes = (selector: string, name: string): string[] =>
    documents.flatMap((document) =>
      [...document.querySelectorAll(selector)].flatMap((element) => element.getAttribute(name) ?? []),
    );
  const inText = documents.flatMap((document) =>
    [...document.querySelectorAll(FILES_IN_TEXT)].flatMap((element) => element.textContent.trim()),
  );
  const files = [...FILES.flatMap(([selector, name]) => attributes(selector, name)), ...inText].filter((path) =>
    path.startsWith('/'),
  );
  const named = (kind: keyof typeof PLACES): readonly string[] => [
    ...new Set(PLACES[kind].flatMap(([selector, name]) => attributes(selector, name))),
  ];
  return {
    paths: [...new Set([...files.map(folderOf), ...files])],
    pools: named('pools'),
    networks: named('networks'),
    bridges: named('bridges'),
  };
}
