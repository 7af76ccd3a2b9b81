import { PACKED_FORMATS } from '../../../src-core/media/containers.ts';
import type { MediumContent } from '../../../src-core/media/recognise.ts';

type Boots = 'both' | 'bios' | 'uefi' | 'none' | 'unknown';

/** Which firmware has something to boot on it, by its first bytes. */
export function bootsBy({ bios, uefi }: Pick<MediumContent, 'bios' | 'uefi'>): Boots {
  if (bios === null && uefi === null) return 'unknown';
  if (bios === true) return uefi === true ? 'both' : 'bios';
  return uefi === true ? 'uefi' : 'none';
}

/** What it is, as the texts have it: an ISO image that is a disk, too, is a kind of its own. */
export function contentKind({
  kind,
  hybrid,
}: Pick<MediumContent, 'kind' | 'hybrid'>): MediumContent['kind'] | 'hybrid' {
  return hybrid ? 'hybrid' : kind;
}

/** Image formats by the suffixes that promise them. */
const PROMISES: Readonly<Record<string, string>> = {
  qcow2: 'qcow2',
  qcow: 'qcow',
  qed: 'qed',
  vmdk: 'vmdk',
  vdi: 'vdi',
  vhdx: 'vhdx',
  vhd: 'vpc',
  raw: 'raw',
  img: 'raw',
  iso: 'iso',
};

export interface NameProblem {
  /** packed: it has to be unpacked first; differs: its name says one thing, its content another. */
  readonly kind: 'packed' | 'differs';
  /** What the name promises, and what the bytes are. */
  readonly said: string;
  readonly is: string;
}

/** Does the name say what the content is? null: it does, or nothing can be said. */
export function nameProblem(name: string, content: MediumContent | null): NameProblem | null {
  if (content === null) return null;
  const suffix = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const is = content.kind === 'iso9660' ? 'iso' : content.format;
  if (PACKED_FORMATS.includes(is)) return { kind: 'packed', said: suffix, is };
  const said = Object.hasOwn(PROMISES, suffix) ? (PROMISES[suffix] ?? null) : null;
  if (said === null || said === is) return null;
  // A CD image may be called .img; one without a sign of anything may be anything raw.
  if (said === 'raw' && is === 'iso') return null;
  return { kind: 'differs', said: suffix, is: is === 'raw' ? content.kind : is };
}
