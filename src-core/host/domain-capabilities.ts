/** What a host can do for one emulator, architecture, machine and virt type, parsed from virConnectGetDomainCapabilities. */
export interface DomainCapabilities {
  readonly path: string;
  readonly domainType: string;
  readonly machine: string;
  readonly arch: string;
  /** Values of <disk><enum name='diskDevice'>: disk, cdrom, floppy, lun. Empty: not told. */
  readonly diskDevices: readonly string[];
  /** Values of <disk><enum name='bus'>. Empty: not told. */
  readonly buses: readonly string[];
  /** Values of <disk><enum name='model'>. */
  readonly diskModels: readonly string[];
  /** Values of <os><enum name='firmware'>: bios, efi. */
  readonly firmware: readonly string[];
  readonly loaderSecure: boolean;
}
