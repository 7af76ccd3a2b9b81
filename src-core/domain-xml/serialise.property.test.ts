/** Our serialiser and the XML library's own say the same of every document that we take, edited ones included. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLSerializer } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../rescue/apply.ts';
import { domainXml } from '../rescue/inputs.test-support.ts';
import { parseXml } from './document.ts';
import type { XmlDocument } from './document.ts';
import { insertLine, newElement, removeLine, replaceText } from './elements.ts';
import { serialiseXml } from './serialise.ts';

/** A carriage return in a document came by reference, but the library leaves it bare in a text: a reader would make a line feed of it. */
const libraries = (document: XmlDocument): string =>
  new XMLSerializer().serializeToString(document).replaceAll('\r', '&#13;');

const XHTML = 'http://www.w3.org/1999/xhtml';

/** Text of a document part, well-formed by itself: `depth` levels of elements, prefixes bound and rebound. */
function element(depth: number): fc.Arbitrary<string> {
  // Every prefix is declared at the root; inner declarations bind it anew. The default namespace comes and goes.
  const name = fc.constantFrom('disk', 'a', 'p:b', 'q:c', 'salvor:rescue', 'x-y.z', '_1', 'ä');
  const value = fc.oneof(
    fc.constantFrom(
      '1',
      '&quot;',
      '&lt;&amp;&gt;',
      "'",
      '&#10;&#9;&#13;',
      ' spread\n over ',
      '&#x1F600;',
      '😀',
      ']]>',
      '',
    ),
    fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => text.replace(/[<&"\p{C}]/gu, '')),
  );
  const attribute = fc
    .tuple(fc.constantFrom('order', 'dev', 'p:t', 'xml:lang', '_'), value)
    .map(([key, text]) => `${key}="${text}"`);
  const declaration = fc.constantFrom(
    'xmlns="urn:default"',
    'xmlns=""',
    'xmlns:p="urn:other"',
    'xmlns:q="urn:p"',
    'xmlns:salvor="urn:not-ours"',
  );
  const attributes = fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: attribute }, declaration), {
    maxLength: 4,
    selector: (text) => text.slice(0, text.indexOf('=')),
  });
  const leaf = fc.constantFrom(
    'text',
    '\n  ',
    ' &lt;b&gt; &amp;amp; ',
    '"\'',
    '\r\n',
    '<![CDATA[<raw> & ]]>',
    '<![CDATA[]]>',
    '<!-- note <a> & -->',
    '<?pi some data?>',
    '<?pi?>',
    '&#x1F600;',
    ']]&gt;',
    '&#13;&#10;',
    'a\u0085b\u2028c\uFFFD',
  );
  const content = depth === 0 ? leaf : fc.oneof(leaf, element(depth - 1));
  return fc
    .record({ name, attributes, content: fc.array(content, { maxLength: 4 }), short: fc.boolean() })
    .map(({ name: tag, attributes: list, content: inner, short }) => {
      const start = [tag, ...list].join(' ');
      return inner.length === 0 && short ? `<${start}/>` : `<${start}>${inner.join('')}</${tag}>`;
    });
}

const document = fc
  .tuple(
    fc.constantFrom('', '<?xml version="1.0" encoding="UTF-8"?>\n', '<!-- first -->', '<?pi x?>\n'),
    element(4),
    fc.constantFrom('', '\n', '<!-- last -->\n'),
  )
  .map(
    ([head, body, tail]) =>
      `${head}<domain xmlns:p="urn:p" xmlns:q="urn:q" xmlns:salvor="urn:salvor:rescue:1" p:type='a"b'>${body}</domain>${tail}`,
  );

function definitions(): string[] {
  const root = join(import.meta.dirname, '../..');
  const folders = ['assets/demo/domains', 'src-core/disks/golden', 'src-core/host/golden'];
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.xml'))
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
}

describe('serialiseXml', () => {
  it('writes what the XML library writes, for any document', () => {
    fc.assert(
      fc.property(document, (text) => {
        const parsed = parseXml(text);
        const ours = serialiseXml(parsed);
        expect(ours).toBe(libraries(parsed));
        expect(serialiseXml(parseXml(ours))).toBe(ours);
      }),
      { numRuns: 3000 },
    );
  });

  it('writes what the XML library writes, for definitions as libvirt dumps them', () => {
    for (const text of definitions()) {
      const parsed = parseXml(text);
      expect(serialiseXml(parsed)).toBe(libraries(parsed));
    }
  });

  it('writes what the XML library writes, for documents that were edited', () => {
    const hostile = ['"><x/>', "'", ']]>', '<!--', '&amp;', 'a\nb\tc', '</metadata>', '😀'];
    fc.assert(
      fc.property(fc.constantFrom(...hostile), fc.constantFrom(...hostile), fc.boolean(), (one, two, foreign) => {
        const metadata = foreign ? '<o xmlns="urn:o" xmlns:salvor="urn:not-ours"><salvor:rescue/></o>' : undefined;
        const parsed = parseXml(domainXml(metadata === undefined ? {} : { metadata }));
        applyEdits(parsed, {
          disks: [
            {
              ...{ target: 'vdb', bus: 'virtio', device: 'disk', format: 'raw', writes: 'overlay', address: null },
              ...{ source: { type: 'file', file: one }, bootOrder: 1, overlay: null },
            },
          ],
          guestDisks: [],
          controllers: [{ type: 'usb', index: 0, model: 'qemu-xhci', address: null }],
          boot: { picks: [], firstOrder: 2 },
          directKernel: { kernel: one, cmdline: two },
          endAtFirstReboot: true,
          scratchNvram: two,
          mark: {
            ...{ kind: 'until-ended', target: 'vdb', medium: two, powerBefore: 'on', definition: 'x', transient: true },
            overlays: { pool: two, targets: ['vdb'] },
            original: one,
          },
          stamp: { id: one, startedAt: two, startedBy: one },
        });
        const root = parsed.documentElement;
        if (root === null) throw new Error('there is a root');
        const added = newElement(parsed, 'added', { value: two }, [newElement(parsed, 'text', {}, one)]);
        insertLine(parsed, root, added, null);
        replaceText(parsed, newElement(parsed, 'lost'), two);
        expect(serialiseXml(parsed)).toBe(libraries(parsed));
        removeLine(added);
        expect(serialiseXml(parsed)).toBe(libraries(parsed));
      }),
    );
  });

  it('closes an empty element of XHTML like every other, which the library does not', () => {
    const parsed = parseXml(`<a><p xmlns="${XHTML}"/></a>`);
    expect(serialiseXml(parsed)).toBe(`<a><p xmlns="${XHTML}"/></a>`);
    expect(libraries(parsed)).toBe(`<a><p xmlns="${XHTML}"></p></a>`);
  });
});
