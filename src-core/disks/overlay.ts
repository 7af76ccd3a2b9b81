/** libvirt's name for the overlay of a <transient/> disk: the image's, and the domain's. Tried on 9.0. */
export function overlayOf(image: string, domain: string): string {
  return `${image}.TRANSIENT-${domain}`;
}

/** The domain whose overlay a file is by its name, or null. */
export function domainOfOverlay(file: string): string | null {
  return /.\.TRANSIENT-(.+)$/.exec(file)?.[1] ?? null;
}
