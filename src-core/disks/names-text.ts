/** The names of a machine's disks as text that people take along: a table, the same for a spreadsheet, lines for /etc/fstab. */
import { plain } from '../plain-text.ts';
import { table } from '../text-table.ts';
import type { DiskView, GuestNames } from './types.ts';

export type NamedDisk = Pick<DiskView, 'target' | 'bus' | 'device'> & { readonly guestNames: GuestNames };

const HEADER = ['target', 'kernel name', 'by-id', 'by-path', 'Windows disk', 'Windows location'] as const;

/** One after the other in the columns of HEADER; null where a name cannot be told. */
function cellsOf({ target, guestNames: { kernel, byId, byPath, windows } }: NamedDisk): (string | null)[] {
  const disk = windows.disk === null ? null : `Disk ${windows.disk}`;
  return [target, kernel, byId, byPath, disk, windows.location];
}

/** Aligned, with what the names depend on said below it, once for all that have it in common. For people, and for a terminal. */
export function guestNamesTable(disks: readonly NamedDisk[]): string {
  if (disks.length === 0) return 'no disks';
  const rows = disks.map((disk) => {
    const [target, kernel, byId, byPath, ...windows] = cellsOf(disk);
    return [target ?? null, kernel ?? null, linkName(byId ?? null), linkName(byPath ?? null), ...windows];
  });
  const said = [
    ...inCommon(
      'What the kernel names depend on',
      disks.map((disk) => [disk.target, disk.guestNames.why]),
    ),
    ...inCommon(
      'In rescue',
      disks.map((disk) => [disk.target, disk.guestNames.note]),
    ),
  ];
  return [table(HEADER, rows, '  '), ...said].join('\n\n');
}

/** A sentence, and the targets that it is said of. */
export interface SaidOf {
  readonly text: string;
  readonly targets: readonly string[];
}

/** What is said of each disk (null: nothing), once for all that have it in common. */
export function saidInCommon(said: readonly (readonly [target: string, text: string | null])[]): SaidOf[] {
  const targets = new Map<string, string[]>();
  for (const [target, text] of said) {
    if (text !== null) targets.set(text, [...(targets.get(text) ?? []), target]);
  }
  return [...targets].map(([text, of]) => ({ text, targets: of }));
}

/** The same as lines under a title; empty: nothing is said of any. */
export function inCommon(title: string, said: Parameters<typeof saidInCommon>[0]): string[] {
  const groups = saidInCommon(said);
  if (groups.length === 0) return [];
  return [[title, ...groups.map(({ text, targets }) => `  ${plain(targets.join(', '))}: ${plain(text)}`)].join('\n')];
}

/** A link without its folder, for a column that has the folder in its head. */
export function linkName(link: string | null): string | null {
  return link?.replace(/^\/dev\/disk\/by-(?:id|path)\//, '') ?? null;
}

/** The same with tabs between and everything in its row: what a spreadsheet takes. Empty where a name cannot be told. */
export function guestNamesTsv(disks: readonly NamedDisk[]): string {
  const rows = disks.map((disk) => [...cellsOf(disk), disk.guestNames.why, disk.guestNames.note]);
  // plain() leaves no tab and no newline in a cell.
  const line = (cells: readonly (string | null)[]) => cells.map((cell) => plain(cell ?? '')).join('\t');
  return `${[line([...HEADER, 'depends on', 'in rescue']), ...rows.map(line)].join('\n')}\n`;
}

/** fstab(5): what is between fields cannot be in them; `\` begins an escape, and `#` a comment at the start of a line. */
export function fstabField(text: string): string {
  return text.replace(/[\s\\#]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0x7f ? '_' : `\\${code.toString(8).padStart(3, '0')}`;
  });
}

/**
 * Lines for /etc/fstab by names that hold whatever else is attached. Every one is a comment: which partition, where and of what type is the
 * administrator's to fill in, and a file that gets all of it as it is still boots.
 */
export function fstabHint(machine: string, disks: readonly NamedDisk[]): string {
  const head = [
    `# Disks of ${plain(machine)} by names that do not depend on the order of probing.`,
    '# Fill in partition, mount point and type, then take away the # before the line.',
  ];
  return `${[...head, ...disks.flatMap((disk) => ['#', ...linesOf(disk)])].join('\n')}\n`;
}

function linesOf({ target, device, bus, guestNames }: NamedDisk): string[] {
  const { kernel, byId, byPath } = guestNames;
  const about = `# ${plain(target)}: ${plain(device)} on ${plain(bus)}, ${kernel ?? 'kernel name not told'}`;
  const also = byPath !== null && byId !== null ? [`# the same disk by id: ${byId}`] : [];
  // A floppy drive's name is by its unit.
  const name = byPath ?? byId ?? (bus === 'fdc' ? kernel : null);
  if (name === null) return [about, '# No name of it can be told: use UUID=, with what blkid shows in the guest.'];
  const mount = `/mnt/${fstabField(plain(target))}`;
  const whole = device === 'cdrom' || device === 'floppy';
  const fields = whole
    ? [fstabField(name), mount, 'auto', device === 'cdrom' ? 'ro,noauto,nofail' : 'noauto,nofail', '0', '0']
    : [`${fstabField(name)}-part1`, mount, 'auto', 'defaults,nofail', '0', '2'];
  return [about, ...also, `#${fields.join(' ')}`];
}
