import type { PictureDisk } from '../../../../src-core/disks/picture-disks.ts';
import type { SignName, Tone } from '../../components/Sign.tsx';

export type MarkName =
  | 'readonly'
  | 'shareable'
  | 'transient'
  | 'encrypted'
  | 'encryptedThere'
  | 'encryptedMissing'
  | 'layers'
  | 'added'
  | 'unchanged';

export interface Mark {
  readonly mark: MarkName;
  readonly sign: SignName;
  readonly tone: Tone;
}

const MARKS: Readonly<Record<MarkName, Omit<Mark, 'mark'>>> = {
  layers: { sign: 'layers', tone: 'plain' },
  shareable: { sign: 'shared', tone: 'plain' },
  readonly: { sign: 'readonly', tone: 'plain' },
  transient: { sign: 'transient', tone: 'plain' },
  encrypted: { sign: 'key', tone: 'plain' },
  encryptedThere: { sign: 'key', tone: 'plain' },
  encryptedMissing: { sign: 'keyMissing', tone: 'warning' },
  added: { sign: 'added', tone: 'added' },
  unchanged: { sign: 'unchanged', tone: 'unchanged' },
};

/** The signs on a disk's card, each with a shape of its own. `added`: brought by the rescue; null: this is no rescue. */
export function marksOf(disk: PictureDisk, added: boolean | null): Mark[] {
  const names: MarkName[] = [];
  if (disk.layers.length > 0) names.push('layers');
  if (disk.flags.includes('shareable')) names.push('shareable');
  // That a cdrom is read-only, its own sign says.
  if (disk.flags.includes('readonly') && disk.device !== 'cdrom') names.push('readonly');
  if (disk.flags.includes('transient')) names.push('transient');
  if (disk.flags.includes('encrypted') || disk.secret !== null) names.push(ENCRYPTED[disk.secret ?? 'unknown']);
  const isKept = disk.protection === 'read-only' || disk.protection === 'overlay';
  if (added === true) names.push('added');
  else if (added === false && !isKept) names.push('unchanged');
  return names.map((mark) => ({ mark, ...MARKS[mark] }));
}

const ENCRYPTED = { there: 'encryptedThere', missing: 'encryptedMissing', unknown: 'encrypted' } as const;

/** Every mark that is on one of the disks, once. */
export function marksUsed(disks: readonly PictureDisk[], added: ReadonlySet<string> | null): Mark[] {
  const found = new Map<MarkName, Mark>();
  for (const disk of disks)
    for (const mark of marksOf(disk, added?.has(disk.target) ?? null)) found.set(mark.mark, mark);
  return [...found.values()];
}

/** A root disk has its star; what is no disk looks like what it is. */
export function deviceSign({ role, device }: Pick<PictureDisk, 'role' | 'device'>): SignName {
  if (role === 'root') return 'root';
  return device === 'cdrom' ? 'cdrom' : device === 'floppy' ? 'floppy' : 'disk';
}
