/** XML as a tree to be written: plainly, as libvirt would be given it, or with all the noise that XML allows and a definition may carry. */

export interface Xml {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | null | undefined>>;
  readonly content: readonly (Xml | string | null)[];
}

export function el(name: string, attributes: Xml['attributes'] = {}, ...content: Xml['content']): Xml {
  return { name, attributes, content };
}

/** Choices of the noise, used up one a place; none: written plainly. */
export type Noise = readonly number[];

/** What may stand between two elements without meaning anything to libvirt. Prefixes are declared where they are used. */
const BETWEEN: readonly string[] = [
  '<!-- note to self: <disk> & co. -->',
  '<?note keep this ?>',
  '<x:hint xmlns:x="urn:x" x:level=\'1\'>by hand</x:hint>',
  '<hint xmlns="urn:y"><target dev="vda" bus="virtio"/><boot order="1"/></hint>',
  '<!-- -->',
  '<unheard-of a="&lt;1&gt;">&#x41;&amp;B</unheard-of>',
  '<x:disk xmlns:x="urn:x" type="file"><x:target dev="sda"/></x:disk>',
  '\n\n\n',
  '<q:controller xmlns:q="urn:salvor:other:1" type="scsi" index="0"/>',
];

/** How often noise stands between two elements: one place in five. */
const DENSITY = 5;

class Writer {
  private readonly noise: Noise;
  private place = 0;

  constructor(noise: Noise) {
    this.noise = noise;
  }

  private next(): number {
    if (this.noise.length === 0) return 0;
    this.place += 1;
    return this.noise[this.place % this.noise.length] ?? 0;
  }

  element({ name, attributes, content }: Xml, depth: number): string {
    let tag = `<${name}`;
    for (const [key, value] of Object.entries(attributes))
      if (value !== null && value !== undefined) tag += ` ${key}=${this.quoted(String(value))}`;
    const inner = content.filter((item) => item !== null);
    if (inner.length === 0) return this.next() % DENSITY === 1 ? `${tag} ></${name}>` : `${tag}/>`;
    if (inner.every((item) => typeof item === 'string')) return `${tag}>${this.text(inner.join(''))}</${name}>`;
    const indent = `\n${'  '.repeat(depth + 1)}`;
    let text = `${tag}>`;
    for (const item of inner) {
      const between = this.next();
      if (between % DENSITY === 1) text += indent + (BETWEEN[Math.floor(between / DENSITY) % BETWEEN.length] ?? '');
      text += indent + (typeof item === 'string' ? item : this.element(item, depth + 1));
    }
    return `${text}\n${'  '.repeat(depth)}</${name}>`;
  }

  private quoted(value: string): string {
    const escaped = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
    return this.next() % 2 === 0 ? `"${escaped}"` : `'${escaped.replaceAll("'", '&apos;')}'`;
  }

  private text(value: string): string {
    const escaped = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const choice = this.next() % 12;
    if (choice === 1 && !value.includes(']]>')) return `<![CDATA[${value}]]>`;
    if (choice === 2 && /^[a-z]/.test(value)) return `&#${String(value.charCodeAt(0))};${escaped.slice(1)}`;
    return escaped;
  }
}

/** The text of a document with this root. */
export function writeXml(root: Xml, noise: Noise = []): string {
  const head =
    noise.length > 0 && (noise[0] ?? 0) % 3 === 1 ? '<?xml version="1.0" encoding="UTF-8"?>\n<!-- saved -->\n' : '';
  return `${head}${new Writer(noise).element(root, 0)}\n`;
}
