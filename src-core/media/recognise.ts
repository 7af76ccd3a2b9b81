/** What the first bytes of a medium say. Never the suffix. */
export interface MediumContent {
  /**
   * iso9660: a CD image; disk: a partition table (MBR or GPT); filesystem: a file system without partition table (floppy images, FAT);
   * image: a container format (qcow2, vmdk, …: `format` names it); empty: nothing but zeros or no bytes; unknown: none of these.
   */
  readonly kind: 'iso9660' | 'disk' | 'filesystem' | 'image' | 'empty' | 'unknown';
  /** Container format: raw, qcow2, qcow, qed, vmdk, vdi, vhdx, vpc, luks, … */
  readonly format: string;
  /** Carries boot code for a BIOS; null: cannot be told (inside a container). */
  readonly bios: boolean | null;
  /** Carries an EFI system partition or El Torito EFI image; null: cannot be told. */
  readonly uefi: boolean | null;
  /** An ISO that is also a partitioned disk (isohybrid). */
  readonly hybrid: boolean;
  /** Partition table: mbr, gpt or null. */
  readonly partitions: 'mbr' | 'gpt' | null;
  /** Volume label or file system label, trimmed; null without. */
  readonly label: string | null;
  /** GPT disk GUID or MBR disk signature, lower-case hex; null without. For "medium is a clone of the root disk". */
  readonly diskId: string | null;
  /** qcow2 and the like: the file names they point at. */
  readonly backingFile: string | null;
  readonly dataFile: string | null;
  /** Virtual size of a container in bytes, or null. */
  readonly virtualSize: number | null;
}
