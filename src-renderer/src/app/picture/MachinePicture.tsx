import type { BootEntry } from '../../../../src-core/boot/effective-order.ts';
import type { PictureDisk } from '../../../../src-core/disks/picture-disks.ts';
import type { StorageLayout } from '../../../../src-core/disks/storage-layout.ts';

export interface MachinePictureProps {
  readonly layout: StorageLayout;
  readonly disks: readonly PictureDisk[];
  readonly boot: readonly BootEntry[];
  /** How it is called: `UEFI`, `SeaBIOS`. */
  readonly firmware: string;
  /** Targets of the disks that the rescue brought; empty: this is no rescue. */
  readonly added: ReadonlySet<string>;
  /** The disk whose facts are beside it; null: none. */
  readonly chosen: string | null;
  readonly onChoose: (target: string) => void;
  /** Names the picture, and the file that it is saved to. */
  readonly title: string;
}

/** A machine's storage, drawn: firmware and what it boots, controllers, slots, and the disk in each. */
export function MachinePicture({ disks, chosen, onChoose, title }: MachinePictureProps) {
  return (
    <svg role="group" aria-label={title}>
      {disks.map(({ target }) => (
        <text key={target} fontWeight={target === chosen ? 600 : 400} onClick={() => onChoose(target)}>
          {target}
        </text>
      ))}
    </svg>
  );
}
