/** What disks need: each image of a chain, where it lies, and the secrets that open it. */
import type { XmlElement } from '../domain-xml/document.ts';
import { attribute, child, children } from '../domain-xml/elements.ts';
import { pciDevice } from './found.ts';
import type { Found } from './found.ts';

/** A definition cannot name more: each layer is an element inside the one above it. */
const MAX_LAYERS = 1000;

/** A disk and, as far as the definition tells them, the images below it. */
export function diskDependencies(disk: XmlElement): Found[] {
  const user = attribute(child(disk, 'target'), 'dev') ?? 'disk';
  const found = layerDependencies(disk, attribute(disk, 'type') ?? 'file', user);
  let layer = child(disk, 'backingStore');
  for (let layers = 0; layer !== null && layers < MAX_LAYERS; layers += 1) {
    found.push(...layerDependencies(layer, attribute(layer, 'type') ?? 'file', user));
    layer = child(layer, 'backingStore');
  }
  // What a block copy under way goes to is no part of the next start.
  return found;
}

/** An element with <source> and, at either place, <auth> and <encryption>. */
function layerDependencies(layer: XmlElement, type: string, user: string): Found[] {
  const source = child(layer, 'source');
  const usage = volumeUsage(type, source);
  return [
    ...sourceDependencies(type, source, user),
    ...authSecrets(child(layer, 'auth') ?? child(source, 'auth'), source, user),
    ...secretsIn(child(layer, 'encryption') ?? child(source, 'encryption'), user, 'volume', usage),
  ];
}

function sourceDependencies(type: string, source: XmlElement | null, user: string): Found[] {
  const image = (name: string | null): Found[] => (name === null ? [] : [{ kind: 'image', name, user }]);
  switch (type) {
    case 'file':
      return image(attribute(source, 'file'));
    case 'block':
      return image(attribute(source, 'dev'));
    case 'dir':
      return image(attribute(source, 'dir'));
    case 'volume': {
      const pool = attribute(source, 'pool');
      const volume = attribute(source, 'volume');
      if (pool === null || volume === null) return [];
      return [
        { kind: 'pool', name: pool, user },
        { kind: 'volume', name: `${pool}/${volume}`, user, of: pool },
      ];
    }
    case 'network':
      return source === null ? [] : [{ kind: 'network-storage', name: networkName(source), user }];
    case 'nvme':
      return pciDevice(child(source, 'address'), user);
    case 'vhostuser':
    case 'vhostvdpa': {
      const path = attribute(source, 'path') ?? attribute(source, 'dev');
      return path === null ? [] : [{ kind: 'vhost-user', name: path, user }];
    }
    default:
      return [];
  }
}

/** `iscsi://host:3260/iqn/1`, `rbd://host/pool/image`, `nbd+unix:///socket`: first of several hosts. */
export function networkName(source: XmlElement): string {
  const protocol = attribute(source, 'protocol') ?? '?';
  const name = attribute(source, 'name') ?? '';
  const [host] = children(source, 'host');
  const socket = attribute(host ?? null, 'socket');
  if (socket !== null) return `${protocol}+unix://${socket}${name === '' ? '' : `?${name}`}`;
  const port = attribute(host ?? null, 'port');
  const where = `${attribute(host ?? null, 'name') ?? ''}${port === null ? '' : `:${port}`}`;
  return `${protocol}://${where}/${name.replace(/^\//, '')}`;
}

/** What libvirt calls the use of a secret that opens an image: the image itself. */
function volumeUsage(type: string, source: XmlElement | null): string | null {
  if (source === null) return null;
  if (type === 'volume') return `${attribute(source, 'pool') ?? ''}/${attribute(source, 'volume') ?? ''}`;
  if (type === 'network') return networkName(source);
  return attribute(source, 'file') ?? attribute(source, 'dev');
}

/** <auth> of network storage: libvirt looks the secret up by its UUID or by its use, and wants it to be of that type. */
export function authSecrets(auth: XmlElement | null, source: XmlElement | null, user: string): Found[] {
  const secret = child(auth, 'secret');
  const type = attribute(secret, 'type') ?? attribute(source, 'protocol') ?? 'ceph';
  const name = attribute(source, 'name') ?? '';
  // An iSCSI target is called by its name without the unit behind it; a Ceph client by its user.
  const told = type === 'iscsi' ? name.replace(/\/\d+$/, '') : `client.${attribute(auth, 'username') ?? '?'} secret`;
  return secretsIn(auth, user, type === 'rbd' ? 'ceph' : type, told);
}

/** <secret uuid= or usage=> in an element. `of`: `TYPE NAME`, as libvirt's <usage> has them. */
export function secretsIn(parent: XmlElement | null, user: string, type: string, usage: string | null): Found[] {
  return children(parent, 'secret').flatMap((secret): Found[] => {
    const uuid = attribute(secret, 'uuid');
    const named = attribute(secret, 'usage');
    const of = named ?? usage;
    if (uuid !== null)
      return [{ kind: 'secret', name: uuid.toLowerCase(), user, of: of === null ? null : `${type} ${of}` }];
    return named === null ? [] : [{ kind: 'secret', name: `${type} ${named}`, user, of: `${type} ${named}` }];
  });
}

/**
 * The name of the last image (or volume) that the definition tells of a disk, where that image's own header may name more below it; null: nothing
 * follows. libvirt reads no header of what is raw: its first bytes are the guest's.
 */
export function openEnd(disk: XmlElement): string | null {
  let layer = disk;
  let format = attribute(child(disk, 'driver'), 'type');
  for (let layers = 0; layers < MAX_LAYERS; layers += 1) {
    const below = child(layer, 'backingStore');
    if (below === null) break;
    // An empty one says that nothing follows.
    if (child(below, 'source') === null) return null;
    layer = below;
    format = attribute(child(below, 'format'), 'type');
  }
  const type = attribute(layer, 'type') ?? 'file';
  // Of a volume libvirt asks the pool; all else that names no format is raw.
  if (format === 'raw' || (format === null && type !== 'volume')) return null;
  return sourceDependencies(type, child(layer, 'source'), '').find(isImage)?.name ?? null;
}

const isImage = ({ kind }: Found): boolean => kind === 'image' || kind === 'volume';
