/** What a hard reboot starts a domain from. */
import { parseXml } from '../domain-xml/document.ts';
import type { XmlElement } from '../domain-xml/document.ts';
import { attribute, child, children, removeLine } from '../domain-xml/elements.ts';
import { serialiseXml } from '../domain-xml/serialise.ts';
import { imageOfOverlay, overlayOf } from '../disks/overlay.ts';

/**
 * XML to start a one-shot rescue again from. `migratableXml`: of the running domain, MIGRATABLE | SECURE, which libvirt takes back as it gave
 * it, but for disks behind throw-away overlays: those name the overlay of this run, which goes with it. They are put back to their images.
 * Throws XmlProblem.
 */
export function sessionStartXml(migratableXml: string, domain: string): string {
  const document = parseXml(migratableXml);
  const disks = children(child(document.documentElement, 'devices'), 'disk');
  const changed = disks.filter((disk) => putBack(disk, domain));
  return changed.length === 0 ? migratableXml : serialiseXml(document);
}

/** true: it ran from an overlay of libvirt's. */
function putBack(disk: XmlElement, domain: string): boolean {
  const source = child(disk, 'source');
  const file = attribute(source, 'file');
  if (source === null || file === null || child(disk, 'transient') === null) return false;
  const image = imageOfOverlay(file);
  if (file !== overlayOf(image, domain)) return false;
  source.setAttribute('file', image);
  source.removeAttribute('index');
  const below = child(disk, 'backingStore');
  // The overlay is a qcow2 image, whatever it stands on.
  const format = attribute(child(below, 'format'), 'type');
  if (format !== null) child(disk, 'driver')?.setAttribute('type', format);
  const next = child(below, 'backingStore');
  if (below === null) return true;
  if (next === null) removeLine(below);
  else disk.replaceChild(next, below);
  return true;
}
