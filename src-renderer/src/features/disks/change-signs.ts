import type { SignName, Tone } from '../../components/Sign.tsx';
import type { DiskRole } from '../../../../src-core/disks/types.ts';
import type { DiskChange } from './running-changes.ts';

export const CHANGE_SIGNS: Readonly<Record<DiskChange, { readonly name: SignName; readonly tone: Tone }>> = {
  added: { name: 'added', tone: 'added' },
  'read-only': { name: 'unchanged', tone: 'accent' },
  overlay: { name: 'unchanged', tone: 'accent' },
  changed: { name: 'warning', tone: 'warning' },
};

export const ROLE_SIGNS: Readonly<Record<DiskRole, SignName>> = {
  root: 'root',
  data: 'disk',
  swap: 'disk',
  ephemeral: 'disk',
  'config-drive': 'disk',
  cdrom: 'cdrom',
  floppy: 'floppy',
  rescue: 'rescue',
};
