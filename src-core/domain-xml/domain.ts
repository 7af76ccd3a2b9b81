/** Typed views of a domain definition: what rescue reads of it. The document itself stays what is edited. */
import type { DiskAddress, DiskView } from '../disks/types.ts';
import { readAddress, readDisk } from './disk-view.ts';
import { XmlProblem, parseXml } from './document.ts';
import type { XmlDocument, XmlElement } from './document.ts';
import {
  attribute,
  child,
  childText,
  children,
  foreignChildren,
  numberAttribute,
  textOf,
  wholeTextOf,
} from './elements.ts';
import { managerHints } from './manager-metadata.ts';
import type { ManagerHints } from './manager-metadata.ts';
import { lookup } from '../lookup.ts';

/**
 * Machines that behave alike: i440fx (libvirt's `pc` and `pc-i440fx-*`), q35, microvm and isapc of x86; `virt` of ARM, RISC-V and LoongArch;
 * s390-ccw-virtio; pseries; or something else, of which only the host's domain capabilities tell anything.
 */
export type MachineFamily = 'i440fx' | 'q35' | 'microvm' | 'isapc' | 'virt' | 's390-ccw' | 'pseries' | 'other';

/**
 * What starts the guest: SeaBIOS, UEFI (OVMF, AAVMF, …), SLOF on pseries, QEMU's s390-ccw BIOS, U-Boot, nothing at all (`none`: ARM, RISC-V
 * and LoongArch `virt` without UEFI have no firmware that boots devices), or one that the definition does not tell.
 */
export type Firmware = 'bios' | 'uefi' | 'slof' | 's390-ccw' | 'u-boot' | 'none' | 'other';

/** A device besides disks that can have a place in the boot order, or an address on a disk controller. */
export interface BootDeviceView {
  readonly kind: 'interface' | 'hostdev' | 'redirdev';
  /** Place among the elements of its kind, from 0. */
  readonly index: number;
  /** MAC of an interface, else null. */
  readonly mac: string | null;
  /** One line that says what it is. */
  readonly source: string | null;
  readonly bootOrder: number | null;
  readonly address: DiskAddress | null;
}

/** A device with a USB port, a disk aside. */
export interface UsbDeviceView {
  /** What it is, in words: `tablet`, `hub`, `usb redirection`. */
  readonly what: string;
  readonly isHub: boolean;
  /** Index of its controller. */
  readonly bus: number;
  /** `2`, or `1.4` behind a hub; empty: libvirt's to give. */
  readonly port: string;
}

export interface ControllerView {
  readonly type: string;
  readonly index: number;
  readonly model: string | null;
  /** The ports of an xHCI controller where it says how many; null: the model's own number. */
  readonly ports: number | null;
  readonly address: DiskAddress | null;
}

export interface DomainView {
  readonly type: string;
  readonly name: string;
  readonly uuid: string | null;
  readonly title: string | null;
  readonly osType: string;
  readonly arch: string;
  readonly machine: string;
  readonly machineFamily: MachineFamily;
  readonly emulator: string | null;
  readonly vcpus: number | null;
  readonly memoryKiB: number | null;
  readonly firmware: Firmware;
  readonly secureBoot: boolean;
  readonly nvram: string | null;
  /** <features><acpi/>: the guest gets ACPI tables. */
  readonly acpi: boolean;
  readonly tpm: boolean;
  /** Text of <kernel>, <initrd>, <cmdline>, <dtb> below <os>; absent ones are not there. */
  readonly directKernel: Readonly<Partial<Record<DirectKernelElement, string>>>;
  /** dev attributes of <os><boot>, in order. */
  readonly osBoot: readonly string[];
  readonly onReboot: string | null;
  readonly disks: readonly DiskView[];
  readonly bootDevices: readonly BootDeviceView[];
  readonly controllers: readonly ControllerView[];
  /** The PCI slots that devices of any kind have on each bus. */
  readonly pciUse: ReadonlyMap<number, ReadonlySet<number>>;
  /** Devices of any kind with a USB port of their own; a hub brings ports of its own. */
  readonly usbUse: { readonly devices: number; readonly hubs: number };
  /** Those of them that are no disks. */
  readonly usbDevices: readonly UsbDeviceView[];
  /** How many devices have a virtio-mmio address. */
  readonly mmioUse: number;
  /** Management systems that left their metadata. */
  readonly managers: readonly string[];
  /** What they say there of the disks. */
  readonly hints: ManagerHints;
}

export const DIRECT_KERNEL_ELEMENTS = ['kernel', 'initrd', 'cmdline', 'dtb'] as const;
export type DirectKernelElement = (typeof DIRECT_KERNEL_ELEMENTS)[number];

/** Metadata namespaces of those who may act on a domain behind the administrator's back. */
const MANAGERS: readonly (readonly [RegExp, string])[] = [
  [/^http:\/\/openstack\.org\/xmlns\/libvirt\/nova\//, 'OpenStack Nova'],
  [/^http:\/\/ovirt\.org\/vm\//, 'oVirt'],
  [/^http:\/\/kubevirt\.io/, 'KubeVirt'],
  [/^http:\/\/opennebula\.org\/xmlns\/libvirt\//, 'OpenNebula'],
];

/** Parse text and read it as a domain. Throws XmlProblem. */
export function parseDomain(xml: string): DomainView {
  return readDomain(parseXml(xml));
}

/** Read a parsed domain definition. Throws XmlProblem `not-a-domain` where it is none. */
export function readDomain(document: XmlDocument): DomainView {
  const root = document.documentElement;
  if (root === null || root.localName !== 'domain' || (root.namespaceURI ?? '') !== '') {
    throw new XmlProblem('not-a-domain', { problem: `the root element is <${root?.nodeName ?? ''}>, not <domain>` });
  }
  // libvirt takes spaces around a name as part of it, and finds the domain by no other.
  const name = wholeTextOf(child(root, 'name')) ?? '';
  if (name.trim() === '') throw new XmlProblem('not-a-domain', { problem: 'it has no <name>' });
  const os = child(root, 'os');
  const osType = child(os, 'type');
  const devices = child(root, 'devices');
  const machine = attribute(osType, 'machine') ?? '';
  const arch = attribute(osType, 'arch') ?? 'x86_64';
  const family = machineFamily(arch, machine);
  return {
    type: attribute(root, 'type') ?? '',
    name,
    uuid: childText(root, 'uuid'),
    title: childText(root, 'title'),
    osType: textOf(osType) ?? '',
    arch,
    machine,
    machineFamily: family,
    emulator: childText(devices, 'emulator'),
    vcpus: wholeNumber(childText(root, 'vcpu')),
    memoryKiB: memoryKiB(child(root, 'memory')),
    ...readFirmware(os, family),
    acpi: child(child(root, 'features'), 'acpi') !== null,
    tpm: child(devices, 'tpm') !== null,
    directKernel: readDirectKernel(os),
    osBoot: children(os, 'boot').map((boot) => attribute(boot, 'dev') ?? ''),
    onReboot: childText(root, 'on_reboot'),
    disks: children(devices, 'disk').map(readDisk),
    bootDevices: readBootDevices(devices),
    controllers: children(devices, 'controller').map(readController),
    pciUse: readPciUse(devices),
    usbUse: countUsb(devices),
    usbDevices: readUsbDevices(devices),
    mmioUse: children(devices).filter((device) => attribute(child(device, 'address'), 'type') === 'virtio-mmio').length,
    managers: MANAGERS.filter(([namespace]) =>
      foreignChildren(child(root, 'metadata')).some((element) => namespace.test(element.namespaceURI ?? '')),
    ).map(([, manager]) => manager),
    hints: managerHints(child(root, 'metadata')),
  };
}

const X86 = /^(x86_64|i686)$/;
/** Architectures whose `virt` machines libvirt treats alike: PCI Express, virtio, no legacy devices, no firmware but UEFI. */
const VIRT_ARCH = /^(aarch64|arm(v[67]l|v7b)?|riscv(32|64)|loongarch64)$/;

/**
 * The family of a machine, by libvirt's names (qemuDomainMachineIs…): `pc`, `pc-i440fx-7.2`, `pc-1.3`, `q35`, `pc-q35-7.2` (Ubuntu and RHEL put
 * their own words behind), `microvm`, `isapc`, `virt`, `virt-7.2`, `s390-ccw-virtio-7.2`, `pseries-7.2`. libvirt writes a machine into every
 * definition; without one it is the default of the architecture.
 */
export function machineFamily(arch: string, machine: string): MachineFamily {
  const is = (name: string) => machine === name || machine.startsWith(`${name}-`);
  if (X86.test(arch)) {
    if (machine.includes('q35')) return 'q35';
    if (machine === '' || machine === 'pc' || machine.startsWith('pc-i440fx') || /^pc-\d/.test(machine))
      return 'i440fx';
    return machine === 'microvm' || machine === 'isapc' ? machine : 'other';
  }
  if (VIRT_ARCH.test(arch)) return machine === '' || is('virt') ? 'virt' : 'other';
  if (arch === 's390x') return machine === '' || machine.startsWith('s390-ccw') ? 's390-ccw' : 'other';
  if (arch === 'ppc64' || arch === 'ppc64le') return machine === '' || is('pseries') ? 'pseries' : 'other';
  return 'other';
}

function readFirmware(
  os: XmlElement | null,
  family: MachineFamily,
): Pick<DomainView, 'firmware' | 'secureBoot' | 'nvram'> {
  const loader = child(os, 'loader');
  const firmware = firmwareOf(os, loader, family);
  const features = children(child(os, 'firmware'), 'feature');
  const feature = (name: string) =>
    attribute(features.find((element) => attribute(element, 'name') === name) ?? null, 'enabled');
  const secureBoot =
    firmware === 'uefi' &&
    feature('enrolled-keys') !== 'no' &&
    (attribute(loader, 'secure') === 'yes' || feature('secure-boot') === 'yes');
  return { firmware, secureBoot, nvram: childText(os, 'nvram') };
}

/** Names of UEFI images as distributions ship them; a ROM image can be UEFI too (-bios OVMF.fd): nothing but its name tells. */
const UEFI_NAME = /ovmf|edk2|aavmf|qemu_efi|riscv_virt_code/i;
const U_BOOT_NAME = /u-?boot/i;
const SEABIOS_NAME = /bios/i;

function firmwareOf(os: XmlElement | null, loader: XmlElement | null, family: MachineFamily): Firmware {
  if (family === 's390-ccw') return 's390-ccw';
  if (family === 'pseries') return 'slof';
  const name = fileName(textOf(loader));
  if (attribute(os, 'firmware') === 'efi' || attribute(loader, 'type') === 'pflash' || UEFI_NAME.test(name))
    return 'uefi';
  switch (family) {
    case 'i440fx':
    case 'q35':
    case 'isapc':
      return 'bios';
    case 'virt':
      // U-Boot can stand as the loader, or as the "kernel" that OpenSBI starts.
      return U_BOOT_NAME.test(name) || U_BOOT_NAME.test(childText(os, 'kernel') ?? '') ? 'u-boot' : 'none';
    case 'microvm':
      // QEMU's own choice is SeaBIOS or qboot, by how it was packaged; qboot starts kernels only.
      if (/qboot/i.test(name)) return 'none';
      return SEABIOS_NAME.test(name) ? 'bios' : 'other';
    case 'other':
      return 'other';
  }
}

function fileName(path: string | null): string {
  return path === null ? '' : path.slice(path.lastIndexOf('/') + 1);
}

function readDirectKernel(os: XmlElement | null): DomainView['directKernel'] {
  const found: Partial<Record<DirectKernelElement, string>> = {};
  for (const name of DIRECT_KERNEL_ELEMENTS) {
    const text = childText(os, name);
    if (text !== null) found[name] = text;
  }
  return found;
}

function readBootDevices(devices: XmlElement | null): BootDeviceView[] {
  const found: BootDeviceView[] = [];
  for (const kind of ['interface', 'hostdev', 'redirdev'] as const) {
    for (const [index, element] of children(devices, kind).entries()) {
      found.push({
        kind,
        index,
        mac: kind === 'interface' ? attribute(child(element, 'mac'), 'address') : null,
        source: describeDevice(kind, element),
        bootOrder: numberAttribute(child(element, 'boot'), 'order'),
        address: readAddress(child(element, 'address')),
      });
    }
  }
  return found;
}

function describeDevice(kind: BootDeviceView['kind'], element: XmlElement): string | null {
  const source = child(element, 'source');
  if (kind === 'interface') {
    const where = attribute(source, 'network') ?? attribute(source, 'bridge') ?? attribute(source, 'dev');
    return [attribute(element, 'type'), where].filter((part) => part !== null).join(' ') || null;
  }
  if (kind === 'redirdev') return `${attribute(element, 'bus') ?? ''} redirection`.trim();
  const address = child(source, 'address');
  const parts = ['domain', 'bus', 'slot', 'function', 'target', 'unit', 'device']
    .map((name) => attribute(address, name))
    .filter((part) => part !== null);
  return [attribute(element, 'type'), parts.join(':') || null].filter((part) => part !== null).join(' ') || null;
}

function readController(controller: XmlElement): ControllerView {
  return {
    type: attribute(controller, 'type') ?? '',
    index: numberAttribute(controller, 'index') ?? 0,
    model: attribute(controller, 'model'),
    ports: numberAttribute(controller, 'ports'),
    address: readAddress(child(controller, 'address')),
  };
}

function readPciUse(devices: XmlElement | null): Map<number, Set<number>> {
  const use = new Map<number, Set<number>>();
  for (const device of children(devices)) {
    const address = readAddress(child(device, 'address'));
    if (address?.type !== 'pci') continue;
    const slots = use.get(address.bus);
    if (slots === undefined) use.set(address.bus, new Set([address.slot]));
    else slots.add(address.slot);
  }
  return use;
}

function countUsb(devices: XmlElement | null): DomainView['usbUse'] {
  const onUsb = children(devices).filter((device) => attribute(child(device, 'address'), 'type') === 'usb');
  return { devices: onUsb.length, hubs: onUsb.filter((device) => device.localName === 'hub').length };
}

function readUsbDevices(devices: XmlElement | null): UsbDeviceView[] {
  const found: UsbDeviceView[] = [];
  for (const device of children(devices)) {
    const address = readAddress(child(device, 'address'));
    if (address?.type !== 'usb' || device.localName === 'disk') continue;
    const { localName } = device;
    // <input type='tablet'>, <redirdev bus='usb'>, <hub type='usb'>: what it is is said by one of the two names.
    const what = localName === 'input' ? (attribute(device, 'type') ?? localName) : localName;
    found.push({ what: what ?? '', isHub: localName === 'hub', bus: address.bus, port: address.port });
  }
  return found;
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  KB: 1000,
  k: 1024,
  KiB: 1024,
  MB: 1e6,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1e9,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
  TB: 1e12,
  T: 1024 ** 4,
  TiB: 1024 ** 4,
};

function memoryKiB(memory: XmlElement | null): number | null {
  const value = wholeNumber(textOf(memory));
  const unit = lookup(UNIT_BYTES, attribute(memory, 'unit') ?? 'KiB');
  return value === null || unit === undefined ? null : Math.floor((value * unit) / 1024);
}
