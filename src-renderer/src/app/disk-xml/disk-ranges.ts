import { xmlLanguage } from '@codemirror/lang-xml';

type SyntaxNode = ReturnType<typeof xmlLanguage.parser.parse>['topNode'];

/** Where the `<disk>` element of a target stands in an XML text: offsets of its first character and behind its last. */
export interface DiskRange {
  readonly target: string;
  readonly from: number;
  readonly to: number;
}

/** A definition of a thousand disks is shorter; what is longer is to be read, and not worth the time to take apart. */
const MAX_LENGTH = 1024 * 1024;

/** Every disk of a domain's XML, in its order. Those without a target, and those of a text that is no domain, are left out. */
export function diskRanges(xml: string): readonly DiskRange[] {
  if (xml.length > MAX_LENGTH) return [];
  const text = ({ from, to }: SyntaxNode) => xml.slice(from, to);
  const domain = xmlLanguage.parser.parse(xml).topNode.getChild('Element');
  const devices = domain === null ? [] : childrenNamed(domain, 'devices', text);
  return devices.flatMap((element) =>
    childrenNamed(element, 'disk', text).flatMap((disk) => {
      const target = childrenNamed(disk, 'target', text).at(0);
      const name = target === undefined ? null : attributeOf(target, 'dev', text);
      return name === null ? [] : [{ target: name, from: disk.from, to: disk.to }];
    }),
  );
}

/** `<target …/>` has its name and attributes in a SelfClosingTag, `<target …>` in an OpenTag. */
function tagOf(element: SyntaxNode): SyntaxNode | null {
  return element.getChild('OpenTag') ?? element.getChild('SelfClosingTag');
}

function childrenNamed(parent: SyntaxNode, name: string, text: (node: SyntaxNode) => string): SyntaxNode[] {
  return parent.getChildren('Element').filter((element) => {
    const tag = tagOf(element)?.getChild('TagName');
    return tag !== null && tag !== undefined && text(tag) === name;
  });
}

function attributeOf(element: SyntaxNode, name: string, text: (node: SyntaxNode) => string): string | null {
  for (const attribute of tagOf(element)?.getChildren('Attribute') ?? []) {
    const key = attribute.getChild('AttributeName');
    const value = attribute.getChild('AttributeValue');
    if (key !== null && value !== null && text(key) === name) return unescaped(text(value).slice(1, -1));
  }
  return null;
}

const REFERENCES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(value: string): string {
  return value.replace(/&(amp|lt|gt|quot|apos);/g, (_all, name: string) => REFERENCES[name] ?? '');
}

/** The text of a range, as it stands alone: what all its lines are indented by is taken off. `line` is the number of its first, from 1. */
export function excerpt(xml: string, { from, to }: DiskRange): { readonly text: string; readonly line: number } {
  const start = xml.lastIndexOf('\n', from - 1) + 1;
  const before = xml.slice(start, from);
  // Something may stand before it on its line: then it begins where it begins.
  const lines = (before.trim() === '' ? xml.slice(start, to) : xml.slice(from, to)).split('\n');
  const indents = lines.filter((text) => text.trim() !== '').map((text) => text.length - text.trimStart().length);
  const indent = Math.min(...indents);
  return { text: lines.map((text) => text.slice(indent)).join('\n'), line: xml.slice(0, start).split('\n').length };
}
