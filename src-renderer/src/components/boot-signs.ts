import type { BootKind } from '../../../src-core/boot/effective-order.ts';
import type { SignName } from './Sign.tsx';

/** What a firmware boots from, in the list and in the picture. */
export const BOOT_SIGNS: Readonly<Record<BootKind, SignName>> = {
  disk: 'disk',
  cdrom: 'cdrom',
  floppy: 'floppy',
  interface: 'interface',
  hostdev: 'other',
  redirdev: 'other',
  kernel: 'kernel',
};
