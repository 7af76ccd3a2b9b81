import { visible } from '../i18n/visible.ts';

/** Bytes in binary units, as qemu-img and libvirt count: three digits that matter, `—` where it is not known. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return '—';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  // What would be rounded up to 1024 is one of the next unit.
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const number = value >= 100 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, '');
  return `${number} ${units[unit] ?? ''}`;
}

/** Bytes a second: whole bytes, then as formatBytes() has them. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(Math.round(bytesPerSecond))}/s`;
}

/** Read and written, on one line: `↓ 1.2 MiB/s ↑ 300 KiB/s`, as seen from the guest. */
export function rateText({
  readBytes,
  writeBytes,
}: {
  readonly readBytes: number;
  readonly writeBytes: number;
}): string {
  return `↓ ${formatRate(readBytes)} ↑ ${formatRate(writeBytes)}`;
}

/** Requests a second: `0`, `0.5`, `120`. */
export function formatRequests(perSecond: number): string {
  return perSecond >= 10 ? Math.round(perSecond).toString() : perSecond.toFixed(1).replace(/\.0$/, '');
}

/** A point in time as the reader's locale writes it; what is no date is shown as it came (metadata can be written by anybody). */
export function formatTime(iso: string | null): string {
  if (iso === null) return '—';
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return visible(iso);
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** The same to the second: what happened step by step is told apart by seconds. */
export function formatTimeExact(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return visible(iso);
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }).format(date);
}

/** The time of day to the second, where the day is said elsewhere. */
export function formatClock(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return visible(iso);
  return new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }).format(date);
}

const ISO_TIME = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g;

/** A sentence from the main process or the journal, its points in time as the reader's locale writes them. */
export function withLocalTimes(text: string): string {
  return text.replace(ISO_TIME, formatTime);
}

/** A span of time: `340 ms`, `2.5 s`, `3 min 20 s`. */
export function formatSpan(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1).replace(/\.0$/, '')} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A path in two parts, so that the folder can shrink and the file name stays readable. */
export function splitPath(path: string): { readonly folder: string; readonly file: string } {
  const cut = path.lastIndexOf('/', path.length - 2);
  return { folder: path.slice(0, cut + 1), file: path.slice(cut + 1) };
}
