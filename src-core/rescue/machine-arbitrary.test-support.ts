/** The machines that guests are generated for: architecture, firmware, buses, and how much of each is met. */
import fc from 'fast-check';
import { el } from './xml-text.test-support.ts';
import type { Xml } from './xml-text.test-support.ts';

export type Bus = 'virtio' | 'scsi' | 'sata' | 'ide' | 'usb' | 'fdc';

export interface Machine {
  readonly arch: string;
  readonly machine: string;
  readonly emulator: string;
  /** How often it is met, relative to the others. */
  readonly weight: number;
  readonly buses: readonly Bus[];
  readonly firmwares: readonly Firmware[];
  readonly scsiModels: readonly string[];
  readonly usbModels: readonly string[];
  /** Explicit PCI addresses on bus 0 that no built-in device takes, or none. */
  readonly pciSlots: readonly number[];
  readonly pcie: boolean;
  /** PCI at all: pci host devices, e1000, pci controllers. */
  readonly pci: boolean;
  /** <boot loadparm> is taken. */
  readonly loadparm: boolean;
  /** `uefi`: only together with UEFI. */
  readonly acpi: 'yes' | 'uefi' | 'no';
  /** No bus that libvirt would put anything on by itself: everything it adds has to be switched off. */
  readonly bare?: true;
  /** Every virtio device says that it is on virtio-mmio: libvirt would look for PCI. */
  readonly virtioMmio?: true;
  /** libvirt gives it a USB controller where none is named. */
  readonly usbByDefault: boolean;
}

export type Firmware = 'bios' | 'pflash' | 'auto' | 'rom';

const X86_SCSI = [
  'virtio-scsi',
  'virtio-scsi',
  'lsilogic',
  'lsisas1068',
  'lsisas1078',
  'vmpvscsi',
  'am53c974',
  'dc390',
];
const slots = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, place) => from + place);
const X86 = {
  emulator: '/usr/bin/qemu-system-x86_64',
  arch: 'x86_64',
  scsiModels: X86_SCSI,
  loadparm: false,
  acpi: 'yes' as const,
  usbByDefault: true,
  pci: true,
};

export const MACHINES: readonly Machine[] = [
  {
    ...X86,
    machine: 'pc-i440fx-7.2',
    weight: 10,
    buses: ['virtio', 'scsi', 'sata', 'ide', 'usb', 'fdc'],
    firmwares: ['bios', 'bios', 'pflash', 'rom'],
    usbModels: ['piix3-uhci', 'qemu-xhci', 'nec-xhci', 'ich9', 'piix4-uhci'],
    pciSlots: slots(8, 0x1c),
    pcie: false,
  },
  {
    ...X86,
    machine: 'pc-q35-7.2',
    weight: 10,
    buses: ['virtio', 'scsi', 'sata', 'usb', 'fdc'],
    firmwares: ['bios', 'bios', 'pflash', 'auto', 'rom'],
    usbModels: ['qemu-xhci', 'nec-xhci', 'ich9', 'piix3-uhci'],
    pciSlots: slots(8, 0x18),
    pcie: true,
  },
  {
    ...X86,
    arch: 'i686',
    emulator: '/usr/bin/qemu-system-i386',
    machine: 'pc-i440fx-7.2',
    weight: 1,
    buses: ['virtio', 'scsi', 'sata', 'ide', 'usb', 'fdc'],
    firmwares: ['bios'],
    usbModels: ['piix3-uhci', 'ich9'],
    pciSlots: slots(8, 0x1c),
    pcie: false,
  },
  {
    arch: 'aarch64',
    machine: 'virt-7.2',
    emulator: '/usr/bin/qemu-system-aarch64',
    weight: 2,
    buses: ['virtio', 'scsi', 'sata', 'usb'],
    firmwares: ['pflash', 'pflash', 'pflash', 'bios'],
    scsiModels: ['virtio-scsi', 'lsilogic'],
    usbModels: ['qemu-xhci', 'nec-xhci'],
    pciSlots: slots(8, 0x18),
    pcie: true,
    pci: true,
    loadparm: false,
    acpi: 'uefi',
    usbByDefault: false,
  },
  {
    arch: 'armv7l',
    machine: 'virt-7.2',
    emulator: '/usr/bin/qemu-system-arm',
    weight: 1,
    buses: ['virtio', 'scsi', 'sata', 'usb'],
    firmwares: ['bios'],
    scsiModels: ['virtio-scsi'],
    usbModels: ['qemu-xhci'],
    pciSlots: slots(8, 0x18),
    pcie: true,
    pci: true,
    loadparm: false,
    acpi: 'no',
    usbByDefault: false,
  },
  {
    arch: 'riscv64',
    machine: 'virt',
    emulator: '/usr/bin/qemu-system-riscv64',
    weight: 1,
    buses: ['virtio', 'scsi', 'sata', 'usb'],
    firmwares: ['bios'],
    scsiModels: ['virtio-scsi'],
    usbModels: ['qemu-xhci'],
    pciSlots: slots(8, 0x18),
    pcie: true,
    pci: true,
    loadparm: false,
    acpi: 'no',
    usbByDefault: false,
  },
  {
    arch: 's390x',
    machine: 's390-ccw-virtio-7.2',
    emulator: '/usr/bin/qemu-system-s390x',
    weight: 2,
    buses: ['virtio', 'scsi'],
    firmwares: ['bios'],
    scsiModels: ['virtio-scsi'],
    usbModels: [],
    pciSlots: [],
    pcie: false,
    pci: false,
    loadparm: true,
    acpi: 'no',
    usbByDefault: false,
  },
  {
    arch: 'ppc64',
    machine: 'pseries-7.2',
    emulator: '/usr/bin/qemu-system-ppc64',
    weight: 2,
    buses: ['virtio', 'scsi', 'usb'],
    firmwares: ['bios'],
    scsiModels: ['virtio-scsi', 'ibmvscsi', 'lsilogic'],
    usbModels: ['qemu-xhci', 'nec-xhci', 'pci-ohci'],
    pciSlots: slots(8, 0x1c),
    pcie: false,
    pci: true,
    loadparm: false,
    acpi: 'no',
    usbByDefault: true,
  },
  {
    ...X86,
    machine: 'isapc',
    weight: 1,
    buses: ['fdc'],
    firmwares: ['bios'],
    scsiModels: [],
    usbModels: [],
    pciSlots: [],
    pcie: false,
    pci: false,
    acpi: 'no',
    bare: true,
  },
  {
    ...X86,
    machine: 'microvm',
    weight: 1,
    buses: ['virtio'],
    firmwares: ['bios'],
    scsiModels: [],
    usbModels: [],
    pciSlots: [],
    pcie: false,
    pci: false,
    acpi: 'no',
    bare: true,
    virtioMmio: true,
  },
];

/** Weighted by how much of them is met. */
export function machineArbitrary(machines: readonly Machine[] = MACHINES): fc.Arbitrary<Machine> {
  return fc.oneof(...machines.map((machine) => ({ weight: machine.weight, arbitrary: fc.constant(machine) })));
}

const OS_CLASSES = ['hd', 'cdrom', 'network', 'fd'] as const;

export interface OsRecipe {
  readonly firmware: number;
  /** Boot classes: any list, duplicates too; empty: libvirt adds `hd`. */
  readonly classes: readonly string[];
  readonly kernel: number;
  readonly bootMenu: boolean;
  readonly loadparm: boolean;
  readonly bios: boolean;
  readonly smbios: boolean;
}

export const osArbitrary: fc.Arbitrary<OsRecipe> = fc.record({
  firmware: fc.nat(99),
  classes: fc.oneof(
    { weight: 2, arbitrary: fc.constant<readonly string[]>([]) },
    {
      weight: 3,
      arbitrary: fc.constantFrom<readonly string[]>(['hd'], ['cdrom', 'hd'], ['network', 'hd'], ['hd', 'cdrom', 'hd']),
    },
    { weight: 2, arbitrary: fc.array(fc.constantFrom(...OS_CLASSES), { maxLength: 4 }) },
  ),
  kernel: fc.nat(15),
  bootMenu: fc.boolean(),
  loadparm: fc.boolean(),
  bios: fc.boolean(),
  smbios: fc.boolean(),
});

export function firmwareOf(machine: Machine, recipe: OsRecipe): Firmware {
  return machine.firmwares[recipe.firmware % machine.firmwares.length] ?? 'bios';
}

const PFLASH: Readonly<Record<string, readonly [string, string]>> = {
  x86_64: ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
  aarch64: ['/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd'],
};

/** Variables in a file as text or as a source, from a template or not, or none that last. */
function pflashElements(machine: Machine, { firmware, smbios }: OsRecipe): Xml[] {
  const [code, vars] = PFLASH[machine.arch] ?? ['/firmware/code.fd', '/firmware/vars.fd'];
  const variables = '/nvram/guest_VARS.fd';
  const template = smbios ? vars : null;
  switch (firmware % 7) {
    case 0:
      return [el('loader', { readonly: 'yes', type: 'pflash', stateless: 'yes' }, code)];
    case 1:
      return [
        el('loader', { readonly: 'yes', type: 'pflash' }, code),
        el('nvram', { template, type: 'file' }, el('source', { file: variables })),
      ];
    default:
      return [el('loader', { readonly: 'yes', type: 'pflash' }, code), el('nvram', { template }, variables)];
  }
}

/** The <os> element. `perDevice`: devices carry orders, so that <boot dev> must not. */
export function osElement(machine: Machine, recipe: OsRecipe, perDevice: boolean): Xml {
  const firmware = firmwareOf(machine, recipe);
  const content: (Xml | null)[] = [el('type', { arch: machine.arch, machine: machine.machine }, 'hvm')];
  if (firmware === 'pflash') content.push(...pflashElements(machine, recipe));
  if (firmware === 'rom') content.push(el('loader', { type: 'rom' }, '/usr/share/ovmf/OVMF.fd'));
  if (recipe.kernel <= 2) {
    content.push(el('kernel', {}, '/boot/vmlinuz'));
    if (recipe.kernel <= 1) content.push(el('initrd', {}, '/boot/initrd.img'));
    if (recipe.kernel === 0) content.push(el('cmdline', {}, 'root=/dev/vda1 ro quiet "a b" <&'));
  }
  if (recipe.kernel === 3 && machine.arch === 'aarch64') content.push(el('dtb', {}, '/boot/board.dtb'));
  if (!perDevice) for (const dev of recipe.classes) content.push(el('boot', { dev }));
  if (recipe.bootMenu && machine.arch.endsWith('86_64')) content.push(el('bootmenu', { enable: 'yes', timeout: 3000 }));
  if (recipe.bios && machine.arch.endsWith('86_64')) content.push(el('bios', { rebootTimeout: 0 }));
  if (recipe.smbios && machine.arch.endsWith('86_64')) content.push(el('smbios', { mode: 'emulate' }));
  return el('os', firmware === 'auto' ? { firmware: 'efi' } : {}, ...content);
}
