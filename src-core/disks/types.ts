/** Where a disk sits, as libvirt's <address> has it. Numbers are plain integers; PCI parts too. */
export type DiskAddress =
  | {
      readonly type: 'drive';
      readonly controller: number;
      readonly bus: number;
      readonly target: number;
      readonly unit: number;
    }
  | {
      readonly type: 'pci';
      readonly domain: number;
      readonly bus: number;
      readonly slot: number;
      readonly function: number;
    }
  | { readonly type: 'usb'; readonly bus: number; readonly port: string }
  /** s390x: channel subsystem, subchannel set, device number. */
  | { readonly type: 'ccw'; readonly cssid: number; readonly ssid: number; readonly devno: number }
  | { readonly type: 'other'; readonly text: string };

/** What Windows says of a disk. Null where it cannot be told from the definition. */
export interface WindowsNames {
  /** `Disk 0` of Disk Management; given in the order of enumeration. */
  readonly disk: number | null;
  /** diskpart's Location Path: `PCIROOT(0)#PCI(0400)#SCSI(P00T00L00)`, from the address; holds whatever else is attached. */
  readonly location: string | null;
}

/** What a guest will call a disk. Null where it cannot be told from the definition. */
export interface GuestNames {
  /** `/dev/vda`: depends on the order of probing. */
  readonly kernel: string | null;
  /** `/dev/disk/by-id/virtio-ROOT0001`, from serial or WWN. */
  readonly byId: string | null;
  /** `/dev/disk/by-path/pci-0000:00:04.0`, from the address. */
  readonly byPath: string | null;
  readonly windows: WindowsNames;
  /** What the kernel name depends on, as a sentence. */
  readonly why: string;
  /** Where a name can differ in rescue, and which one to use then; null: it cannot. */
  readonly note: string | null;
}

/** What a disk is for, as far as it can be told. */
export const DISK_ROLES = ['root', 'data', 'swap', 'ephemeral', 'config-drive', 'cdrom', 'floppy', 'rescue'] as const;
export type DiskRole = (typeof DISK_ROLES)[number];

/** One disk of a definition, read. `index` is its place among the <disk> elements, from 0. */
export interface DiskView {
  readonly index: number;
  /** disk, cdrom, floppy, lun */
  readonly device: string;
  /** file, block, dir, network, volume, nvme, vhostuser, vhostvdpa */
  readonly sourceType: string;
  /** One line that names the source: a path, `pool/volume`, `protocol:name`; null: empty drive. */
  readonly source: string | null;
  readonly target: string;
  readonly bus: string;
  readonly format: string | null;
  readonly cache: string | null;
  readonly serial: string | null;
  readonly wwn: string | null;
  /** libvirt's name of the device; those that begin with `ua-` were given by somebody, and libvirt keeps them. */
  readonly alias: string | null;
  readonly readonly: boolean;
  readonly shareable: boolean;
  readonly transient: boolean;
  /** UUIDs or usages of the secrets that <encryption> and <auth> name. */
  readonly secrets: readonly SecretReference[];
  readonly encrypted: boolean;
  readonly bootOrder: number | null;
  readonly address: DiskAddress | null;
  /** Sources of the <backingStore> chain in the definition, nearest first. */
  readonly backingChain: readonly string[];
}

export interface SecretReference {
  readonly uuid: string | null;
  readonly usage: string | null;
  readonly purpose: 'encryption' | 'auth';
}

/** One image that a disk stands on. Sizes in bytes, null where the host did not tell. */
export interface ImageLayer {
  /** file, block, network, volume, … */
  readonly type: string;
  /** One line that names it, as DiskView.source does. */
  readonly source: string;
  readonly format: string | null;
  readonly capacity: number | null;
  readonly allocation: number | null;
  readonly physical: number | null;
  /** Who says that it is there: the definition's <backingStore>, or the image above it, read on the host. */
  readonly told: 'definition' | 'host';
  /** Why nothing more is known of it, in words; null: all is well. */
  readonly problem: string | null;
}

/** A secret that a disk needs. null: it could not be asked. */
export interface SecretState extends SecretReference {
  readonly defined: boolean | null;
  readonly hasValue: boolean | null;
}

/** What a disk of a running machine has read and written since it was started. */
export interface DiskStats {
  readonly target: string;
  readonly readBytes: number;
  readonly readRequests: number;
  readonly writeBytes: number;
  readonly writeRequests: number;
}
