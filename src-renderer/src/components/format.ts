/** Bytes in binary units, as qemu-img and libvirt count: three digits that matter, `—` where it is not known. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return '—';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`;
}

/** A point in time as the reader's locale writes it; what is no date is shown as it came (metadata can be written by anybody). */
export function formatTime(iso: string | null): string {
  if (iso === null) return '—';
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** A path in two parts, so that the folder can shrink and the file name stays readable. */
export function splitPath(path: string): { readonly folder: string; readonly file: string } {
  const cut = path.lastIndexOf('/', path.length - 2);
  return { folder: path.slice(0, cut + 1), file: path.slice(cut + 1) };
}
