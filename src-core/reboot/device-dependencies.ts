/** What devices other than disks need of the host. */
import type { XmlElement } from '../domain-xml/document.ts';
import { attribute, child, children, numberAttribute } from '../domain-xml/elements.ts';
import { authSecrets, networkName } from './disk-dependencies.ts';
import { pciDevice } from './found.ts';
import type { Found } from './found.ts';

export function deviceDependencies(device: XmlElement): Found[] {
  switch (device.localName) {
    case 'interface':
      return interfaceDependencies(device);
    case 'hostdev':
      return hostdevDependencies(device);
    case 'filesystem':
      return shareDependencies(device);
    case 'tpm':
      return tpmDependencies(device);
    case 'memory':
      return pathOf('image', child(child(device, 'source'), 'path')?.textContent ?? null, nameOf(device));
    case 'shmem':
      return pathOf('vhost-user', attribute(child(device, 'server'), 'path'), nameOf(device));
    case 'input':
      return pathOf('host-device', attribute(child(device, 'source'), 'evdev'), nameOf(device));
    case 'serial':
    case 'parallel':
    case 'console':
      return attribute(device, 'type') === 'dev'
        ? pathOf('host-device', attribute(child(device, 'source'), 'path'), nameOf(device))
        : [];
    default:
      return [];
  }
}

function pathOf(kind: Found['kind'], path: string | null, user: string): Found[] {
  return path === null || path.trim() === '' ? [] : [{ kind, name: path.trim(), user }];
}

/** Its alias where it has one, or what it is. */
function nameOf(device: XmlElement): string {
  return attribute(child(device, 'alias'), 'name') ?? device.localName ?? '';
}

function interfaceDependencies(device: XmlElement): Found[] {
  const user = attribute(child(device, 'mac'), 'address') ?? nameOf(device);
  const source = child(device, 'source');
  switch (attribute(device, 'type')) {
    case 'network':
      return pathOf('network', attribute(source, 'network'), user);
    case 'bridge':
      return pathOf('bridge', attribute(source, 'bridge'), user);
    case 'direct':
      return pathOf('bridge', attribute(source, 'dev'), user);
    case 'vhostuser':
      return pathOf('vhost-user', attribute(source, 'path'), user);
    case 'vdpa':
      return pathOf('vhost-user', attribute(source, 'dev'), user);
    case 'hostdev':
      return pciDevice(child(source, 'address'), user);
    default:
      return [];
  }
}

function hostdevDependencies(device: XmlElement): Found[] {
  if (attribute(device, 'mode') !== 'subsystem') return [];
  const user = nameOf(device);
  const source = child(device, 'source');
  const address = child(source, 'address');
  switch (attribute(device, 'type')) {
    case 'pci':
      return pciDevice(address, user);
    case 'usb':
      return usbDevice(source, address, user);
    case 'mdev':
      return pathOf('mediated-device', attribute(address, 'uuid')?.toLowerCase() ?? null, user);
    case 'scsi_host':
      return pathOf('host-device', attribute(source, 'wwpn'), user);
    case 'scsi':
      return scsiDevice(source, user);
    default:
      return [];
  }
}

function usbDevice(source: XmlElement | null, address: XmlElement | null, user: string): Found[] {
  const vendor = attribute(child(source, 'vendor'), 'id');
  const product = attribute(child(source, 'product'), 'id');
  if (vendor !== null && product !== null) return pathOf('host-device', `usb ${vendor}:${product}`, user);
  const bus = attribute(address, 'bus');
  const number = attribute(address, 'device');
  return bus === null || number === null ? [] : pathOf('host-device', `usb bus ${bus} device ${number}`, user);
}

/** Of a SCSI adapter of the host, or of an iSCSI target. */
function scsiDevice(source: XmlElement | null, user: string): Found[] {
  if (source !== null && attribute(source, 'protocol') === 'iscsi')
    return [
      { kind: 'network-storage', name: networkName(source), user },
      ...authSecrets(child(source, 'auth'), source, user),
    ];
  const adapter = /^scsi_host(\d+)$/.exec(attribute(child(source, 'adapter'), 'name') ?? '')?.[1];
  const address = child(source, 'address');
  if (adapter === undefined || address === null) return [];
  const [bus, target, unit] = ['bus', 'target', 'unit'].map((part) => String(numberAttribute(address, part) ?? 0));
  return pathOf('host-device', `scsi_${adapter}_${bus ?? ''}_${target ?? ''}_${unit ?? ''}`, user);
}

function shareDependencies(device: XmlElement): Found[] {
  const user = attribute(child(device, 'target'), 'dir') ?? nameOf(device);
  const source = child(device, 'source');
  const socket = attribute(source, 'socket');
  if (socket !== null) return pathOf('vhost-user', socket, user);
  return pathOf('share', attribute(source, 'dir') ?? attribute(source, 'file') ?? attribute(source, 'dev'), user);
}

function tpmDependencies(device: XmlElement): Found[] {
  const user = nameOf(device);
  return children(device, 'backend').flatMap((backend): Found[] => {
    switch (attribute(backend, 'type')) {
      case 'emulator': {
        const secret = attribute(child(backend, 'encryption'), 'secret');
        const tpm: Found = { kind: 'tpm', name: 'swtpm', user };
        if (secret === null) return [tpm];
        return [tpm, { kind: 'secret', name: secret.toLowerCase(), user, of: `vtpm ${secret.toLowerCase()}` }];
      }
      case 'external':
        return pathOf('tpm', attribute(child(backend, 'source'), 'path'), user);
      case 'passthrough':
        return pathOf('host-device', attribute(child(backend, 'device'), 'path'), user);
      default:
        return [];
    }
  });
}
