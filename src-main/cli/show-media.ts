/** The media of a plan for people: what an administrator compares with the image they meant. */
import type { PlannedMedium } from '../../src-core/rescue/plan-types.ts';
import type { HeadHash } from '../../src-core/rescue/types.ts';
import { plain } from './output.ts';

export function mediaText(media: readonly PlannedMedium[]): string {
  return media
    .flatMap((medium) => [
      line(medium.name, [...contentWords(medium), sizeWords(medium.size), hashWords(medium.hash, medium.size)]),
      ...medium.bootFiles.map(({ role, file, size, hash, content }) =>
        line(`${role} ${file}`, [
          content === null ? 'not examined' : [content.kind, content.arch].filter((word) => word !== null).join(' '),
          sizeWords(size),
          hashWords(hash, size),
        ]),
      ),
    ])
    .join('\n');
}

function line(name: string, words: readonly (string | null)[]): string {
  const told = words.filter((word) => word !== null).join(', ');
  return `  ${plain(name)}${told === '' ? '' : `: ${plain(told)}`}`;
}

function contentWords({ content, format, source, name, bootFiles }: PlannedMedium): string[] {
  const words = source === null || source === name ? [] : [source];
  if (content === null) return [...words, ...(bootFiles.length > 0 ? [] : [format ?? 'format not known'])];
  const kind = content.hybrid ? 'hybrid ISO 9660' : KINDS[content.kind];
  return [
    ...words,
    `${kind}${content.kind === 'image' ? ` (${content.format})` : ''}${content.label === null ? '' : ` “${content.label}”`}`,
    `boots ${bootWords(content.bios, content.uefi, content.efiArches)}`,
  ];
}

const KINDS = {
  iso9660: 'ISO 9660',
  disk: 'disk',
  filesystem: 'file system',
  image: 'image',
  empty: 'empty',
  unknown: 'nothing known',
} as const;

function bootWords(bios: boolean | null, uefi: boolean | null, arches: readonly string[] | null): string {
  const ways = [
    bios === true ? 'BIOS' : null,
    uefi === true ? `UEFI${arches === null || arches.length === 0 ? '' : ` (${arches.join(', ')})`}` : null,
  ].filter((way) => way !== null);
  if (ways.length > 0) return ways.join(' and ');
  return bios === null || uefi === null ? 'not known' : 'nothing';
}

function sizeWords(size: number | null): string | null {
  return size === null ? null : `${size} bytes`;
}

/** `head -c BYTES FILE | sha256sum` gives the same. */
function hashWords(hash: HeadHash | null, size: number | null): string | null {
  if (hash === null) return null;
  return hash.bytes === size ? `sha256 ${hash.sha256}` : `sha256 of the first ${hash.bytes} bytes ${hash.sha256}`;
}
