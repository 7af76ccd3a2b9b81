/** What Salvor reads of pool and volume XML. */
import { parseXml } from '../../src-core/domain-xml/document.ts';
import type { XmlElement } from '../../src-core/domain-xml/document.ts';
import { attribute, child, childText } from '../../src-core/domain-xml/elements.ts';

export interface PoolView {
  readonly type: string;
  readonly targetPath: string | null;
  /** Bytes; null: not told. */
  readonly capacity: number | null;
  readonly allocation: number | null;
  readonly available: number | null;
}

export interface VolumeView {
  /** file, block, dir, network, netdir, ploop; file where libvirt does not tell. */
  readonly type: string;
  readonly path: string | null;
  /** libvirt's word: raw, qcow2, iso, …; null: none or unknown. */
  readonly format: string | null;
  readonly capacity: number | null;
  readonly allocation: number | null;
  /** Length of the file itself; null: not told. */
  readonly physical: number | null;
  /** The image below this one, as libvirt read it from the image. */
  readonly backingPath: string | null;
  /** Its format, as this image names it or, where it names none, as libvirt found it. */
  readonly backingFormat: string | null;
  /** When it was last written and last changed in any way, in seconds since 1970 with a fraction; null: not told. */
  readonly modified: string | null;
  readonly changed: string | null;
}

/** Read pool XML. Throws XmlProblem. */
export function readPoolXml(xml: string): PoolView {
  const root = parseXml(xml).documentElement;
  return {
    type: attribute(root, 'type') ?? '',
    targetPath: childText(child(root, 'target'), 'path'),
    capacity: bytes(root, 'capacity'),
    allocation: bytes(root, 'allocation'),
    available: bytes(root, 'available'),
  };
}

/** Read volume XML. Throws XmlProblem. */
export function readVolumeXml(xml: string): VolumeView {
  const root = parseXml(xml).documentElement;
  const target = child(root, 'target');
  const backing = child(root, 'backingStore');
  const times = child(target, 'timestamps');
  return {
    type: attribute(root, 'type') ?? 'file',
    path: childText(target, 'path'),
    format: formatOf(target),
    capacity: bytes(root, 'capacity'),
    allocation: bytes(root, 'allocation'),
    physical: bytes(root, 'physical'),
    backingPath: childText(backing, 'path') || null,
    backingFormat: formatOf(backing),
    modified: childText(times, 'mtime'),
    changed: childText(times, 'ctime'),
  };
}

function formatOf(parent: XmlElement | null): string | null {
  const format = attribute(child(parent, 'format'), 'type');
  return format === 'unknown' ? null : format;
}

/** libvirt writes sizes in bytes; another unit would be of a future version and is not guessed at. */
function bytes(parent: XmlElement | null, name: string): number | null {
  const element = child(parent, name);
  const text = childText(parent, name);
  const unit = attribute(element, 'unit') ?? 'bytes';
  return text !== null && unit === 'bytes' && /^\d{1,19}$/.test(text) ? Number(text) : null;
}
