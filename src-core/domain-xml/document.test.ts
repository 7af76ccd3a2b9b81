import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XmlProblem, parseXml } from './document.ts';
import { parseDomain } from './domain.ts';
import { serialiseXml } from './serialise.ts';

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
    ['a NUL', '<a>\0</a>', 'xml-malformed'],
    ['a NUL as a reference', '<a>&#0;</a>', 'xml-malformed'],
    ['a control character in a value', '<a b="&#x1b;"/>', 'xml-malformed'],
    ['half a surrogate pair', '<a>\ud800</a>', 'xml-malformed'],
    ['half a surrogate pair as a reference', '<a>&#xD800;</a>', 'xml-malformed'],
    ['a reference beyond all characters', '<a>&#x110000;</a>', 'xml-malformed'],
    ['comments without end before a DTD', ' '.repeat(200_000) + '<!--'.repeat(50_000), 'xml-malformed'],
    ['many comments', '<!---->'.repeat(15_000) + '<!x', 'xml-malformed'],
    ['a crowd of 30,000', `<a>${'<b/>'.repeat(30_000)}</a>`, 'xml-too-large'],
    ['a million empty lines', `<a>${'\n'.repeat(1_000_000)}</a>`, 'xml-too-large'],
    ['a crowd of 30,000 that breaks off', `<a>${'<b/>'.repeat(30_000)}<`, 'xml-too-large'],
    ['a crowd of 30,000 comments', `<a>${'<!---->'.repeat(30_000)}</a>`, 'xml-too-large'],
    ['60,000 references', `<a>${'&lt;'.repeat(60_000)}</a>`, 'xml-too-large'],
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

  it('takes no line separator of Unicode for a line end, and U+FFFD for a character', () => {
    const text = '<a b="\u0085\u2028\uFFFD">\u0085\u2028\uFFFD</a>';
    expect(serialiseXml(parseXml(text))).toBe(text);
    expect(serialiseXml(parseXml('<a>\r\n\r&#13;</a>'))).toBe('<a>\n\n&#13;</a>');
  });

  it('answers with a problem or a document to any text, and a document survives a round trip', () => {
    const piece = fc.constantFrom(
      '<a>',
      '</a>',
      '<b c="',
      '"/>',
      '&amp;',
      '&#x0;',
      '&#x1F600;',
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
    ['a name of spaces', '<domain type="kvm"><name> </name></domain>'],
  ])('refuses %s', (_title, text) => {
    expect(codeOf(() => parseDomain(text))).toBe('not-a-domain');
  });

  it('keeps the spaces of a name, which libvirt takes as part of it', () => {
    expect(parseDomain('<domain type="kvm"><name> web </name></domain>').name).toBe(' web ');
  });

  it.each([
    ['x86_64', 'pc', 'i440fx'],
    ['x86_64', 'pc-i440fx-7.2', 'i440fx'],
    ['x86_64', 'pc-i440fx-rhel7.6.0', 'i440fx'],
    ['i686', 'pc-1.3', 'i440fx'],
    ['x86_64', 'q35', 'q35'],
    ['x86_64', 'pc-q35-7.2', 'q35'],
    ['x86_64', 'ubuntu-q35', 'q35'],
    ['x86_64', 'microvm', 'microvm'],
    ['i686', 'isapc', 'isapc'],
    ['x86_64', 'xenpv', 'other'],
    ['x86_64', 'virt', 'other'],
    ['aarch64', 'virt-7.2', 'virt'],
    ['aarch64', '', 'virt'],
    ['armv7l', 'virt', 'virt'],
    ['armv6l', 'virt', 'virt'],
    ['riscv64', 'virt', 'virt'],
    ['riscv32', 'virt', 'virt'],
    ['loongarch64', 'virt-11.1', 'virt'],
    ['aarch64', 'virtual', 'other'],
    ['aarch64', 'raspi3b', 'other'],
    ['armv7l', 'vexpress-a9', 'other'],
    ['riscv64', 'sifive_u', 'other'],
    ['m68k', 'virt-7.2', 'other'],
    ['s390x', 's390-ccw-virtio-7.2', 's390-ccw'],
    ['s390x', 's390-ccw-virtio-rhel8.6.0', 's390-ccw'],
    ['s390x', 's390-virtio', 'other'],
    ['ppc64', 'pseries', 'pseries'],
    ['ppc64le', 'pseries-rhel7.6.0', 'pseries'],
    ['ppc64', 'powernv9', 'other'],
    ['ppc64', 'pc', 'other'],
    ['sparc64', 'sun4u', 'other'],
  ])('machine of %s: %s is %s', (arch, machine, family) => {
    expect(
      parseDomain(`<domain><name>x</name><os><type arch='${arch}' machine='${machine}'>hvm</type></os></domain>`)
        .machineFamily,
    ).toBe(family);
  });

  it.each([
    ['x86_64', 'isapc', '', 'bios'],
    ['x86_64', 'microvm', '', 'other'],
    ['x86_64', 'microvm', "<loader type='rom'>/usr/share/qemu/bios-microvm.bin</loader>", 'bios'],
    ['x86_64', 'microvm', "<loader type='rom'>/usr/share/qemu/qboot.rom</loader>", 'none'],
    ['x86_64', 'microvm', "<loader type='rom'>/usr/share/edk2/MICROVM.fd</loader>", 'other'],
    ['x86_64', 'microvm', "<loader type='rom'>/usr/share/ovmf/OVMF.microvm.fd</loader>", 'uefi'],
    ['aarch64', 'virt', '', 'none'],
    ['aarch64', 'virt', '<kernel>/boot/vmlinuz</kernel>', 'none'],
    ['aarch64', 'virt', "<loader readonly='yes' type='pflash'>/usr/share/AAVMF/AAVMF_CODE.fd</loader>", 'uefi'],
    ['aarch64', 'virt', "<loader type='rom'>/usr/share/qemu-efi-aarch64/QEMU_EFI.fd</loader>", 'uefi'],
    ['aarch64', 'virt', "<loader type='rom'>/usr/lib/u-boot/qemu_arm64/u-boot.bin</loader>", 'u-boot'],
    ['riscv64', 'virt', '', 'none'],
    ['riscv64', 'virt', '<kernel>/usr/lib/u-boot/qemu-riscv64_smode/uboot.elf</kernel>', 'u-boot'],
    ['riscv64', 'virt', "<loader type='pflash'>/usr/share/qemu-efi-riscv64/RISCV_VIRT_CODE.fd</loader>", 'uefi'],
    ['loongarch64', 'virt', "<loader type='rom'>/usr/share/qemu/edk2-loongarch64-code.fd</loader>", 'uefi'],
    ['s390x', 's390-ccw-virtio', '', 's390-ccw'],
    ['s390x', 's390-ccw-virtio', '<kernel>/boot/vmlinuz</kernel>', 's390-ccw'],
    ['ppc64', 'pseries', '', 'slof'],
    ['alpha', 'clipper', '', 'other'],
  ])('firmware of %s %s %s is %s', (arch, machine, os, firmware) => {
    expect(
      parseDomain(`<domain><name>x</name><os><type arch='${arch}' machine='${machine}'>hvm</type>${os}</os></domain>`)
        .firmware,
    ).toBe(firmware);
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
