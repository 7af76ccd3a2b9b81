/** Ways to spoil a definition, from a flipped bit to a well-formed lie. Each takes a text and gives another. */
import { HOSTILE_TEXTS } from './hostile-text.test-support.ts';
import type { Random } from './random.test-support.ts';

type Mutation = (xml: string, random: Random) => string;

const splice = (text: string, at: number, remove: number, insert: string): string =>
  text.slice(0, at) + insert + text.slice(at + remove);

/** Put a text somewhere at all. */
const somewhere = (text: string, random: Random, insert: string): string =>
  splice(text, random.below(text.length + 1), 0, insert);

/** Replace one match of a pattern, chosen by chance; the text itself where there is none. */
function replaceOne(text: string, random: Random, pattern: RegExp, by: (found: RegExpMatchArray) => string): string {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const one = random.pick(found);
  return splice(text, one.index, one[0].length, by(one));
}

/** In front of a child of some element, or behind one: where markup may stand. */
const between = (text: string, random: Random, insert: string): string =>
  replaceOne(text, random, />(?=\s*<)/g, () => `>${insert}`);

const escapeValue = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;').replaceAll('\n', '&#10;');

const NUMBERS = ['-1', '0', '1', '2', '255', '256', '1e9', '0x', '0xffffffff', '0xFFFFFFFFFFFFFFFF', '007', '1.5', ''];
const MORE_NUMBERS = [
  'NaN',
  'Infinity',
  '9007199254740991',
  '9007199254740993',
  '99999999999999999999',
  ' 1',
  '١',
  '+1',
];

const WORDS: Readonly<Record<string, readonly string[]>> = {
  type: [
    'file',
    'block',
    'dir',
    'network',
    'volume',
    'nvme',
    'vhostuser',
    'pci',
    'drive',
    'usb',
    'ccw',
    'scsi',
    'kvm',
    'xen',
    'none',
  ],
  device: ['disk', 'cdrom', 'floppy', 'lun', 'Disk', ''],
  bus: ['virtio', 'scsi', 'sata', 'ide', 'usb', 'fdc', 'nvme', 'xen', 'sd', ''],
  dev: [
    'hd',
    'cdrom',
    'fd',
    'network',
    'vda',
    'sda',
    'sdaa',
    'sdzzzz',
    'hdz',
    'vda1',
    'nvme0n1',
    'xvda',
    '',
    'a',
    'VDA',
  ],
  machine: ['pc-i440fx-7.2', 'pc-q35-7.2', 'microvm', 'virt-7.2', 's390-ccw-virtio', 'pseries', 'isapc', 'none', ''],
  arch: ['x86_64', 'i686', 'aarch64', 's390x', 'ppc64le', 'riscv64', 'alpha', ''],
  model: [
    'virtio-scsi',
    'lsilogic',
    'none',
    'pcie-root',
    'pcie-root-port',
    'pci-bridge',
    'qemu-xhci',
    'ich9-ehci1',
    'auto',
    '',
  ],
  firmware: ['efi', 'bios', ''],
};

const SALVOR = 'urn:salvor:rescue:1';
const NAMESPACES = [
  " xmlns='urn:x'",
  " xmlns=''",
  " xmlns:salvor='urn:other'",
  ` xmlns:salvor='${SALVOR}'`,
  ` xmlns='${SALVOR}'`,
  " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'",
  " xmlns:xml='http://www.w3.org/XML/1998/namespace'",
  " xmlns:p=''",
  " xmlns:xmlns='urn:x'",
  " xmlns:a='http://www.w3.org/1999/xhtml'",
];

const MARKUP = [
  ']]>',
  '<![CDATA[',
  '<![CDATA[]]>',
  '-->',
  '<!--',
  '<!-- a -- b -->',
  '<!---->',
  '<?xml version="1.1"?>',
  '<?',
  '?>',
  '<?salvor x?>',
  '<',
  '>',
  '</',
  '/>',
  '</domain>',
  '<domain/>',
  '&',
  '"',
  "'",
  '=',
];
const ENTITIES = [
  '&lol;',
  '&#0;',
  '&#x0;',
  '&#x1b;',
  '&#x10FFFF;',
  '&#x110000;',
  '&#xD800;',
  '&#xFFFE;',
  '&#13;',
  '&amp;amp;',
  '&nbsp;',
  '&',
  '&#;',
  '&#x;',
  '&constructor;',
  '&#99999999999999999999;',
];
const LAUGHS = `<!DOCTYPE domain [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(10)}"><!ENTITY c "${'&b;'.repeat(10)}"><!ENTITY d "${'&c;'.repeat(10)}">]>`;
const DTDS = [
  LAUGHS,
  '<!DOCTYPE domain SYSTEM "file:///etc/passwd">',
  '<!doctype domain>',
  '<!DOCTYPE domain [<!ENTITY % x SYSTEM "http://localhost/x"> %x;]>',
  '<!-- before --><!DOCTYPE domain []>',
  `${'<!---->'.repeat(2000)}<!DOCTYPE domain>`,
];

const sessionMark = (random: Random): string => {
  const value = () => escapeValue(random.pick([...HOSTILE_TEXTS, ...NUMBERS, 'yes', 'on', 'until-ended']));
  const names = ['version', 'kind', 'id', 'started', 'by', 'target', 'medium', 'power', 'definition', 'transient'];
  const attributes = names.filter(() => random.chance(0.6)).map((name) => ` ${name}='${value()}'`);
  const original = random.pick([
    '',
    '<salvor:original/>',
    '<salvor:original>AAAA</salvor:original>',
    '<salvor:original>%%%</salvor:original>',
  ]);
  return `<metadata><salvor:rescue xmlns:salvor='${random.pick([SALVOR, SALVOR, 'urn:salvor:rescue:2'])}'${attributes.join('')}>${original}</salvor:rescue></metadata>`;
};

/** Many of something; what a definition may hold at most (20,000 elements) is passed now and then. */
function crowd(random: Random): string {
  const count = random.pick([50, 300, 1000, 3000, 25_000]);
  const one = random.pick<(i: number) => string>([
    (i) => `<disk type='file' device='disk'><target dev='sd${String(i)}' bus='scsi'/></disk>`,
    (i) => `<disk><target dev='vda' bus='virtio'/><boot order='${String(i)}'/></disk>`,
    () => '<disk/>',
    (i) => `<controller type='scsi' index='${String(i)}' model='virtio-scsi'/>`,
    (i) =>
      `<controller type='pci' index='${String(i)}' model='pcie-root-port'><address type='pci' domain='0' bus='${String(i - 1)}' slot='0' function='0'/></controller>`,
    (i) => `<interface type='network'><boot order='${String(i + 1)}'/></interface>`,
    (i) =>
      `<hostdev mode='subsystem' type='scsi'><address type='drive' controller='0' bus='0' target='0' unit='${String(i)}'/></hostdev>`,
    () => "<boot dev='hd'/>",
    () => '<a/>',
    () => '<!--x-->',
    () => '<?x?>',
    () => '<![CDATA[x]]>',
    () => '<p:a xmlns:p="u"/>',
  ]);
  return Array.from({ length: count }, (_, i) => one(i)).join(random.pick(['', '\n']));
}

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  bits: (xml, random) => {
    let text = xml;
    for (let i = random.below(6); i >= 0; i -= 1) {
      const at = random.below(text.length);
      text = splice(text, at, 1, String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << random.below(8))));
    }
    return text;
  },
  insert: (xml, random) =>
    somewhere(
      xml,
      random,
      String.fromCharCode(
        ...Array.from({ length: 1 + random.below(8) }, () => random.below(random.pick([128, 256, 65536]))),
      ),
    ),
  remove: (xml, random) => splice(xml, random.below(xml.length), random.pick([1, 2, 10, 200]), ''),
  truncate: (xml, random) => xml.slice(0, random.below(xml.length)),
  swap: (xml, random) => {
    const from = random.below(xml.length);
    const length = random.below(400);
    return somewhere(splice(xml, from, length, ''), random, xml.slice(from, from + length));
  },
  'lines twice': (xml, random) => {
    const lines = xml.split('\n');
    const from = random.below(lines.length);
    const some = lines.slice(from, from + 1 + random.below(12));
    lines.splice(random.below(lines.length), random.pick([0, 0, some.length]), ...some);
    return lines.join('\n');
  },
  'element twice': (xml, random) =>
    replaceOne(
      xml,
      random,
      /<(disk|controller|interface|hostdev|os|devices|metadata|name|boot|address|target|source|driver|type)\b[^<>]*?(?:\/>|>[\s\S]*?<\/\1>)/g,
      ([all]) => all + all,
    ),
  'element gone': (xml, random) =>
    replaceOne(
      xml,
      random,
      /<(disk|controller|os|devices|name|uuid|boot|address|target|source|driver|type|loader)\b[^<>]*?(?:\/>|>[\s\S]*?<\/\1>)/g,
      () => '',
    ),
  nest: (xml, random) => {
    const depth = random.pick([10, 100, 240, 300, 3000, 60_000]);
    const [open, close] = random.pick([
      ['<a>', '</a>'],
      ['<backingStore type="file">', '</backingStore>'],
      ['<disk>', '</disk>'],
      ['<a xmlns:p="u">', '</a>'],
      ['<!--', '-->'],
      ['<a>', ''],
    ] as const);
    return between(xml, random, open.repeat(depth) + close.repeat(depth));
  },
  'huge value': (xml, random) => {
    const unit = random.pick(['x', '&lt;', 'é', '\n', ' ', '../', '&apos;', ' passwd=', '://a:', '<!---->']);
    const value = unit.repeat(Math.ceil(2 ** 20 / unit.length));
    return random.chance(0.5)
      ? replaceOne(xml, random, /=(['"])[^'"<>]*\1/g, () => `='${value.replaceAll('<', '&lt;')}'`)
      : between(xml, random, value);
  },
  crowd: (xml, random) => between(xml, random, crowd(random)),
  entity: (xml, random) =>
    random.chance(0.5)
      ? somewhere(xml, random, random.pick(ENTITIES))
      : replaceOne(xml, random, /=(['"])[^'"<>]*\1/g, () => `='${random.pick(ENTITIES)}'`),
  dtd: (xml, random) => (random.chance(0.7) ? random.pick(DTDS) + xml : between(xml, random, random.pick(DTDS))),
  namespace: (xml, random) => replaceOne(xml, random, /<[a-z_]+(?=[\s/>])/g, ([tag]) => tag + random.pick(NAMESPACES)),
  prefix: (xml, random) =>
    replaceOne(
      xml,
      random,
      /<(\/?)([a-z_]+)(?=[\s/>])/g,
      ([, slash = '', name = '']) => `<${slash}${random.pick(['salvor', 'qemu', 'xml', 'nope', ''])}:${name}`,
    ),
  number: (xml, random) =>
    replaceOne(xml, random, /=(['"])(?:0x[0-9a-f]+|\d+)\1/g, () => `='${random.pick([...NUMBERS, ...MORE_NUMBERS])}'`),
  value: (xml, random) =>
    replaceOne(xml, random, /=(['"])[^'"<>]*\1/g, () => `='${escapeValue(random.pick(HOSTILE_TEXTS))}'`),
  text: (xml, random) => replaceOne(xml, random, />[^<>]+<\//g, () => `>${escapeValue(random.pick(HOSTILE_TEXTS))}</`),
  word: (xml, random) => {
    const name = random.pick(Object.keys(WORDS));
    return replaceOne(
      xml,
      random,
      new RegExp(` ${name}=(['"])[^'"<>]*\\1`, 'g'),
      () => ` ${name}='${random.pick([...(WORDS[name] ?? []), '__proto__'])}'`,
    );
  },
  'attribute twice': (xml, random) => replaceOne(xml, random, / [a-z]+=(['"])[^'"<>]*\1/g, ([all]) => all + all),
  order: (xml, random) =>
    replaceOne(
      xml,
      random,
      /<target\b[^<>]*\/>/g,
      ([target]) => `${target}<boot order='${random.pick([...NUMBERS, ...MORE_NUMBERS, '1', '2', '3'])}'/>`,
    ),
  mark: (xml, random) => between(xml, random, sessionMark(random)),
  markup: (xml, random) => somewhere(xml, random, random.pick(MARKUP)),
  encoding: (xml, random) =>
    random.pick([
      () => `\uFEFF${xml}`,
      () => `\uFFFE${xml}`,
      () => `\uFEFF\uFEFF${xml}`,
      () => xml.replace(/./gs, '$&\0'),
      () => somewhere(xml, random, '\ud800'),
      () => somewhere(xml, random, '\udc00\ud800'),
      () => somewhere(xml, random, '\0'),
      () => somewhere(xml, random, '\u001b[31m'),
      () => `<?xml version='1.0' encoding='UTF-16'?>\n${xml}`,
      () => xml.replaceAll('\n', '\r\n'),
      () => '',
      () => ' \n',
    ])(),
};

/** How often each is taken: those that leave XML well-formed get further into the planner. */
const WEIGHTS: Readonly<Record<string, number>> = {
  word: 8,
  number: 6,
  value: 6,
  'element twice': 4,
  'element gone': 4,
  order: 4,
  text: 3,
  namespace: 3,
  mark: 3,
  'huge value': 0.5,
  crowd: 0.7,
  nest: 0.7,
};
const DRAWN = Object.keys(MUTATIONS).flatMap((name) =>
  Array.from({ length: Math.round(10 * (WEIGHTS[name] ?? 1)) }, () => name),
);

/** One to three mutations, and their names. */
export function mutateDefinition(xml: string, random: Random): { readonly xml: string; readonly how: string } {
  const names = Array.from({ length: 1 + random.below(3) }, () => random.pick(DRAWN));
  let text = xml;
  for (const name of names)
    if (text.length > 0 && text.length < 3 << 20) text = MUTATIONS[name]?.(text, random) ?? text;
  return { xml: text, how: names.join(', ') };
}
