/** The archive that a kernel takes for its first root: cpio, `newc` (Documentation/driver-api/early-userspace/buffer-format.rst). */

export interface CpioEntry {
  /** Without a slash in front; the folders on the way are made. */
  readonly path: string;
  /** Type and permissions, as stat has them: 0o100755 a program, 0o120777 a link, whose data is where it leads. */
  readonly mode: number;
  readonly data: Buffer;
}

const FOLDER = 0o040755;
const END: CpioEntry = { path: 'TRAILER!!!', mode: 0, data: Buffer.alloc(0) };

export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const folders = new Set(entries.flatMap(({ path }) => foldersOf(path)));
  const made = [...folders].sort().map((path): CpioEntry => ({ path, mode: FOLDER, data: Buffer.alloc(0) }));
  return Buffer.concat([...made, ...entries, END].map(record));
}

function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, count) => parts.slice(0, count + 1).join('/'));
}

function record({ path, mode, data }: CpioEntry, number: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  const isFolder = mode === FOLDER;
  // inode, mode, owner, group, links, time, size, device (two), special device (two), length of the name, checksum
  const fields = [number + 1, mode, 0, 0, isFolder ? 2 : 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([padded(Buffer.concat([header, name])), padded(data)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
