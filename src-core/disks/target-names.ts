/** Target names: a prefix for the bus and letters that count a…z, aa… */

/** Prefix by bus (Nova's get_dev_prefix_for_disk_bus, and libvirt's own names). scsi, sata and usb share `sd`. */
export const TARGET_PREFIX = { ide: 'hd', virtio: 'vd', scsi: 'sd', sata: 'sd', usb: 'sd', fdc: 'fd' } as const;

const NAME = /^(fd|hd|vd|sd|xvd|ubd)([a-z]{1,4})(\d*)$/;

/** The prefix of a target name, or null where it has none that libvirt knows. */
export function targetPrefix(name: string): string | null {
  return NAME.exec(name)?.[1] ?? null;
}

/** libvirt's virDiskNameToIndex: a=0 … z=25, aa=26; a partition number behind is passed over. Null: no disk name. */
export function diskNameIndex(name: string): number | null {
  const letters = NAME.exec(name)?.[2];
  if (letters === undefined) return null;
  let index = 0;
  for (const letter of letters) index = index * 26 + (letter.charCodeAt(0) - 96);
  return index - 1;
}

/** The inverse: 0 → a, 25 → z, 26 → aa. */
export function indexLetters(index: number): string {
  let letters = '';
  for (let rest = index; rest >= 0; rest = Math.floor(rest / 26) - 1)
    letters = String.fromCharCode(97 + (rest % 26)) + letters;
  return letters;
}

/**
 * The name behind the last one in use on the prefix, and behind all names on the same bus whatever their prefix (libvirt takes `hdz` on
 * virtio): libvirt sorts a bus by the letters alone, so the rescue device is its last.
 */
export function nextTargetName(prefix: string, used: Iterable<string>, onSameBus: Iterable<string> = []): string {
  let last = -1;
  for (const name of used) {
    if (targetPrefix(name) === prefix) last = Math.max(last, diskNameIndex(name) ?? -1);
  }
  for (const name of onSameBus) last = Math.max(last, diskNameIndex(name) ?? -1);
  return prefix + indexLetters(last + 1);
}

/** Nova's find_disk_dev_for_disk_bus: the first free name, holes filled, names compared whole (vdc1 does not block vdc). */
export function firstFreeTargetName(prefix: string, used: Iterable<string>): string {
  const taken = new Set(used);
  for (let index = 0; ; index += 1) {
    const name = prefix + indexLetters(index);
    if (!taken.has(name)) return name;
  }
}
