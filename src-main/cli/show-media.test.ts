import { expect, test } from 'vitest';
import { content } from '../../src-core/rescue/inputs.test-support.ts';
import type { PlannedMedium } from '../../src-core/rescue/plan-types.ts';
import { mediaText } from './show-media.ts';

const hash = { sha256: 'ab'.repeat(32), bytes: 524_288 };
const MEDIUM: PlannedMedium = {
  name: '/media/x.iso',
  source: '/media/x.iso',
  size: 1_000_000,
  format: 'raw',
  content: content({ kind: 'iso9660', label: 'X', efiArches: ['x86_64'] }),
  hash,
  bootFiles: [],
  placement: null,
};

test.each<[string, Partial<PlannedMedium>, string]>([
  [
    'an ISO',
    {},
    `  /media/x.iso: ISO 9660 “X”, boots BIOS and UEFI (x86_64), 1000000 bytes, sha256 of the first 524288 bytes ${hash.sha256}`,
  ],
  [
    'one that was read to its end',
    { size: 524_288 },
    `  /media/x.iso: ISO 9660 “X”, boots BIOS and UEFI (x86_64), 524288 bytes, sha256 ${hash.sha256}`,
  ],
  [
    'an image elsewhere than it was asked for',
    {
      name: 'the original image',
      source: '/i/base.qcow2',
      content: content({ kind: 'image', format: 'qcow2', bios: null, uefi: null }),
      hash: null,
    },
    '  the original image: /i/base.qcow2, image (qcow2), boots not known, 1000000 bytes',
  ],
  [
    'nothing to boot',
    { content: content({ kind: 'unknown', bios: false, uefi: false }), hash: null, size: null },
    '  /media/x.iso: nothing known, boots nothing',
  ],
  [
    'a web address',
    { name: 'https://x/y.iso', source: 'https://x:443/y.iso', size: null, format: null, content: null, hash: null },
    '  https://x/y.iso: https://x:443/y.iso, format not known',
  ],
  [
    'a label that would write to the terminal',
    { content: content({ label: 'a\u001b[2Jb' }), hash: null, size: null },
    '  /media/x.iso: disk “a\uFFFD[2Jb”, boots BIOS and UEFI',
  ],
])('%s', (_name, parts, expected) => {
  expect(mediaText([{ ...MEDIUM, ...parts }])).toBe(expected);
});

test('a kernel: each of its files', () => {
  const bootFiles = [
    { role: 'kernel', file: '/k', size: 9, hash: { ...hash, bytes: 9 }, content: { kind: 'bzimage', arch: 'x86_64' } },
    { role: 'initrd', file: '/i', size: null, hash: null, content: null },
  ] as const;
  const kernel = {
    ...MEDIUM,
    name: '/k',
    source: null,
    size: null,
    format: null,
    content: null,
    hash: null,
    bootFiles,
  };
  expect(mediaText([kernel])).toBe(
    `  /k\n  kernel /k: bzimage x86_64, 9 bytes, sha256 ${hash.sha256}\n  initrd /i: not examined`,
  );
});
