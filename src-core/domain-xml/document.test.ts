import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XmlProblem, parseXml, serialiseXml } from './document.ts';
import { parseDomain } from './domain.ts';

function codeOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof XmlProblem) return error.code;
    throw error;
  }
}

describe('parseXml', () => {
  it.each([
    ['nothing', '', 'xml-malformed'],
    ['text', 'domain', 'xml-malformed'],
    ['an open element', '<domain><name>x</domain>', 'xml-malformed'],
    ['an unquoted attribute', '<a b=1/>', 'xml-malformed'],
    ['an HTML entity', '<a>&nbsp;</a>', 'xml-malformed'],
    ['two roots', '<a/><b/>', 'xml-malformed'],
    ['a DTD', '<!DOCTYPE domain [<!ENTITY x "y">]><domain/>', 'xml-dtd'],
    [
      'a DTD behind a comment',
      '<?xml version="1.0"?>\n<!-- x -->\n<!doctype domain SYSTEM "file:///etc/passwd"><domain/>',
      'xml-dtd',
    ],
    ['a nest of 300', '<a>'.repeat(300) + '</a>'.repeat(300), 'xml-malformed'],
    ['a nest of 100,000', '<a>'.repeat(100_000) + '</a>'.repeat(100_000), 'xml-malformed'],
    ['5 MB', `<a>${'x'.repeat(5 << 20)}</a>`, 'xml-too-large'],
  ])('refuses %s', (_title, text, code) => {
    expect(codeOf(() => parseXml(text))).toBe(code);
  });

  it('keeps what it does not know: comments, CDATA, foreign namespaces, character references, processing instructions', () => {
    const text =
      '<domain type="kvm"><!-- kept --><?pi kept?><qemu:commandline xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0">' +
      '<qemu:arg value="-x &lt;&amp;&quot;"/></qemu:commandline><description><![CDATA[<kept> & kept]]></description><a b="1&#10;2"/></domain>';
    expect(serialiseXml(parseXml(text))).toBe(text);
  });

  it('answers with a problem or a document to any text, and a document survives a round trip', () => {
    const piece = fc.constantFrom(
      '<a>',
      '</a>',
      '<b c="',
      '"/>',
      '&amp;',
      '&#x0;',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '\u0000',
      '<x:y xmlns:x="u"/>',
      'text',
      '<?p',
      '?>',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        let once: string;
        try {
          once = serialiseXml(parseXml(text));
        } catch (error) {
          expect(error).toBeInstanceOf(XmlProblem);
          return;
        }
        expect(serialiseXml(parseXml(once))).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseDomain', () => {
  it.each([
    ['another root', '<pool><name>x</name></pool>'],
    ['a foreign domain', '<domain xmlns="urn:x"><name>x</name></domain>'],
    ['no name', '<domain type="kvm"/>'],
  ])('refuses %s', (_title, text) => {
    expect(codeOf(() => parseDomain(text))).toBe('not-a-domain');
  });

  it.each([
    ['pc', 'i440fx'],
    ['pc-i440fx-7.2', 'i440fx'],
    ['pc-i440fx-rhel7.6.0', 'i440fx'],
    ['pc-1.3', 'i440fx'],
    ['q35', 'q35'],
    ['pc-q35-7.2', 'q35'],
    ['ubuntu-q35', 'q35'],
    ['microvm', 'other'],
    ['isapc', 'other'],
    ['virt-7.2', 'other'],
  ])('machine %s is %s', (machine, family) => {
    expect(
      parseDomain(`<domain><name>x</name><os><type machine='${machine}'>hvm</type></os></domain>`).machineFamily,
    ).toBe(family);
  });

  it.each([
    ['', 'bios', false],
    ["<loader type='pflash'>/x/OVMF_CODE.fd</loader>", 'uefi', false],
    ["<loader type='rom'>/usr/share/ovmf/OVMF.fd</loader>", 'uefi', false],
    ["<loader type='rom'>/usr/share/seabios/bios-256k.bin</loader>", 'bios', false],
    ["<loader type='pflash' secure='yes'>/x/OVMF_CODE.ms.fd</loader>", 'uefi', true],
    [
      "<firmware><feature enabled='no' name='enrolled-keys'/></firmware><loader type='pflash' secure='yes'>/x</loader>",
      'uefi',
      false,
    ],
  ])('firmware of %s', (os, firmware, secureBoot) => {
    expect(parseDomain(`<domain><name>x</name><os><type>hvm</type>${os}</os></domain>`)).toMatchObject({
      firmware,
      secureBoot,
    });
  });

  it('reads a disk’s own source, never that of its backing store', () => {
    const xml = `<domain><name>x</name><devices><disk type='file' device='disk'>
      <backingStore type='file'><source file='/base.img'/><backingStore type='block'><source dev='/dev/base'/></backingStore></backingStore>
      <mirror type='file'><source file='/mirror.img'/></mirror><source file='/own.img'/><target dev='vda' bus='virtio'/></disk></devices></domain>`;
    expect(parseDomain(xml).disks[0]).toMatchObject({ source: '/own.img', backingChain: ['/base.img', '/dev/base'] });
  });
});
