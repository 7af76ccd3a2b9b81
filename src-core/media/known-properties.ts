/**
 * Image properties that say something of how a medium is attached or what it needs, with the values that Nova takes where they are few.
 * Source: OpenStack Glance, "Useful image properties"; nova/objects/fields.py.
 */
export interface KnownProperty {
  readonly name: string;
  /** null: free text. */
  readonly values: readonly string[] | null;
  /** Does a rescue go by it? The others are kept, and exported again. */
  readonly decides: boolean;
}

const DISK_BUSES = ['virtio', 'scsi', 'sata', 'ide', 'usb', 'fdc'] as const;

export const KNOWN_PROPERTIES: readonly KnownProperty[] = [
  { name: 'hw_rescue_device', values: ['cdrom', 'disk', 'floppy'], decides: true },
  { name: 'hw_rescue_bus', values: DISK_BUSES, decides: true },
  { name: 'hw_disk_bus', values: DISK_BUSES, decides: true },
  { name: 'hw_cdrom_bus', values: ['sata', 'ide', 'scsi', 'usb', 'virtio'], decides: true },
  { name: 'hw_floppy_bus', values: ['fdc'], decides: true },
  { name: 'hw_architecture', values: null, decides: false },
  { name: 'hw_firmware_type', values: ['bios', 'uefi'], decides: false },
  { name: 'hw_machine_type', values: null, decides: false },
  { name: 'hw_scsi_model', values: ['virtio-scsi', 'lsilogic', 'lsisas1068', 'vmpvscsi'], decides: false },
  { name: 'os_secure_boot', values: ['required', 'optional', 'disabled'], decides: false },
  { name: 'os_type', values: ['linux', 'windows'], decides: false },
  { name: 'os_distro', values: null, decides: false },
  { name: 'os_version', values: null, decides: false },
];
