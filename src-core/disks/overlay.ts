/** libvirt's name for the overlay of a <transient/> disk: the image's, and the domain's. Tried on 9.0. */
export function overlayOf(image: string, domain: string): string {
  return `${image}.TRANSIENT-${domain}`;
}

/**
 * Name of the overlay volume that a session has for the disk it adds at a target: nobody else calls a volume so. In a preview, which has no
 * session yet, with `…` for it.
 */
export function overlayVolumeOf(session: string | null, target: string): string {
  return `salvor-${session?.slice(0, 8) ?? '…'}-${target}.qcow2`;
}

/** Is a file, by its name, an overlay volume of that session? */
export function isOverlayOf(session: string, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const target = /-([a-z]+)\.qcow2$/.exec(name)?.[1];
  return target !== undefined && name === overlayVolumeOf(session, target);
}

/** How the id of a session begins whose overlay volume a file is by its name; null: it is none. */
export function sessionOfOverlayVolume(file: string): string | null {
  return /(?:^|\/)salvor-([0-9a-f]{8})-[a-z]+\.qcow2$/.exec(file)?.[1] ?? null;
}

/** The image that libvirt made such an overlay over. */
export function imageOfOverlay(file: string): string {
  return file.replace(/\.TRANSIENT-.+$/, '');
}

/** The domain whose overlay a file is by its name, or null. */
export function domainOfOverlay(file: string): string | null {
  return /.\.TRANSIENT-(.+)$/.exec(file)?.[1] ?? null;
}
