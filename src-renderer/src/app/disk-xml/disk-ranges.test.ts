import { expect, test } from 'vitest';
import { parseDomain } from '../../../../src-core/domain-xml/domain.ts';
import { LEGACY, MAIL, STORAGE, WEB } from '../../../harness/guests.test-support.ts';
import { diskRanges, excerpt } from './disk-ranges.ts';

test.each([WEB, MAIL, LEGACY, STORAGE])(
  'every disk is found where it stands, in the order of the definition',
  (xml) => {
    const ranges = diskRanges(xml);
    expect(ranges.length).toBeGreaterThan(0);
    expect(ranges.map(({ target }) => target)).toEqual(parseDomain(xml).disks.map(({ target }) => target));
    for (const { target, from, to } of ranges) {
      const element = xml.slice(from, to);
      expect(element).toMatch(/^<disk [\s\S]*<\/disk>$/);
      expect(element).toContain(`<target dev='${target}'`);
    }
  },
);

const domain = (devices: string) => `<domain>\n  <devices>\n${devices}\n  </devices>\n</domain>`;

test('what looks like a disk and is none of the domain’s own is left alone', () => {
  const xml = `<domain>
  <metadata><x:disk xmlns:x="urn:x"><target dev="vdz"/></x:disk><disk><target dev="vdy"/></disk></metadata>
  <devices>
    <!-- <disk><target dev="vdx"/></disk> -->
    <disk><mirror><target dev="vdw"/></mirror></disk>
    <disk type="file"><target bus="scsi" dev="sda"></target></disk>
  </devices>
</domain>`;
  expect(diskRanges(xml).map(({ target }) => target)).toEqual(['sda']);
});

test.each([
  ['a text that is no XML', 'virsh: error', []],
  ['nothing', '', []],
  ['an element that is not closed', domain("<disk><target dev='vda'/>"), ['vda']],
  ['a name with signs in it', domain('<disk><target dev="a&amp;&quot;b"/></disk>'), ['a&"b']],
])('%s', (_what, xml, expected) => {
  expect(diskRanges(xml).map(({ target }) => target)).toEqual(expected);
});

test('an excerpt stands alone, and knows its line', () => {
  const xml = domain("    <disk type='file'>\n      <target dev='vda'/>\n    </disk>");
  const [range] = diskRanges(xml);
  expect(range && excerpt(xml, range)).toEqual({
    text: "<disk type='file'>\n  <target dev='vda'/>\n</disk>",
    line: 3,
  });
});

test('an excerpt of a text in one line is that element alone', () => {
  const xml = `<domain><devices><disk><target dev='vda'/></disk></devices></domain>`;
  const [range] = diskRanges(xml);
  expect(range && excerpt(xml, range)).toEqual({ text: "<disk><target dev='vda'/></disk>", line: 1 });
});
