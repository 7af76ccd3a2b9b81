/**
 * The journal's folder and its files: private to their owner, synced, and never through a link. What is wrong is told in words
 * (`problemOf`), which stand behind a colon.
 */
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rename, statfs, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants;

/** No operation needs more: two definitions of libvirt's longest length, as JSON. */
const MAX_BYTES = 32 * 1024 * 1024;
/** What must be free before an operation begins: its further records, and those of some others. */
const RESERVE_BYTES = 256 * 1024;

/** A reason of our own, in words. */
class FolderProblem extends Error {}

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'its file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOTDIR: 'something that is no folder is in its place',
  EEXIST: 'something else is in its place',
  ELOOP: 'a link is in its place',
  ENOENT: 'it is not there any more',
  EIO: 'the disk does not read or write (input/output error)',
  EMFILE: 'this process has too many files open',
};

/** Why a file or the folder could not be read or written, in words. */
export function problemOf(error: unknown): string {
  if (error instanceof FolderProblem) return error.message;
  const code = codeOf(error);
  return WORDS[code] ?? (code !== '' ? code : error instanceof Error ? error.message : String(error));
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * Make the folder, or see that it is ours alone: others' eyes are shut out, another's folder and a link are refused. There must be room for an
 * operation's records and for `toKeep` bytes more.
 */
export async function prepareFolder(folder: string, toKeep: number): Promise<void> {
  await makeFolder(folder);
  const stat = await lstat(folder);
  const { mode, uid } = stat;
  if (!stat.isDirectory()) throw new FolderProblem('something that is no folder is in its place');
  const us = process.getuid?.() ?? uid;
  if (uid !== us) throw new FolderProblem(`the folder belongs to another user (uid ${uid})`);
  if ((mode & 0o777) !== 0o700) await chmod(folder, 0o700);
  const { bfree, bavail, bsize, blocks } = await statfs(folder);
  // What is kept back for root is free to root. Some file systems do not tell.
  const free = (us === 0 ? bfree : bavail) * bsize;
  const needed = RESERVE_BYTES + toKeep;
  const kib = (bytes: number) => Math.ceil(bytes / 1024);
  if (blocks > 0 && free < needed)
    throw new FolderProblem(`the disk is full: ${kib(free)} KiB are free, ${kib(needed)} KiB are needed`);
}

/** Make it and those above it; what was made is on disk. (Node's own way up the path says ENOENT for what is EROFS.) */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, 0o700);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || folder === dirname(folder)) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder, 0o700);
  }
  await syncFolder(dirname(folder));
}

async function syncFolder(folder: string): Promise<void> {
  await withFile(folder, O_RDONLY, (handle) => handle.sync());
}

async function withFile<T>(path: string, flags: number, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(path, flags | O_NOFOLLOW, 0o600);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

/** A new file with this text, on disk with its name; nothing of it is left where that fails. */
export async function createFile(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  await withFile(path, O_WRONLY | O_CREAT | O_EXCL, async (handle) => {
    try {
      // A umask may have taken away what the owner needs.
      await handle.chmod(0o600);
      await writeWhole(handle, Buffer.from(text));
      await handle.sync();
      await syncFolder(folder);
    } catch (error) {
      await unlink(path).catch(() => undefined);
      throw error;
    }
  });
}

/** A file with these bytes in place of any of that name, at once or not at all. */
export async function replaceFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  const part = `${path}.part`;
  try {
    await withFile(part, O_WRONLY | O_CREAT | O_TRUNC, async (handle) => {
      await handle.chmod(0o600);
      await writeWhole(handle, bytes);
      await handle.sync();
    });
  } catch (error) {
    await unlink(part).catch(() => undefined);
    throw error;
  }
  await rename(part, path);
  await syncFolder(folder);
}

/**
 * One more line, by one write. Where the last one was cut off (a crash, a full disk), the new one begins on a line of its own.
 * The file must be there: what is appended to a file without its beginning tells nobody anything.
 */
export async function appendLine(folder: string, name: string, line: string, synced: boolean): Promise<void> {
  await withFile(join(folder, name), O_RDWR | O_APPEND | O_NONBLOCK, async (handle) => {
    const { size, mode } = await regular(handle);
    if ((mode & 0o777) !== 0o600) await handle.chmod(0o600);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    const whole = bytesRead === 0 || buffer[0] === 0x0a;
    await writeWhole(handle, Buffer.from(`${whole ? '' : '\n'}${line}\n`));
    if (synced) await handle.sync();
  });
}

/** A disk that becomes full takes a part and says no error. */
async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  const { bytesWritten } = await handle.write(bytes);
  if (bytesWritten < bytes.length) throw new FolderProblem('the disk is full');
}

async function regular(handle: FileHandle) {
  const stat = await handle.stat();
  if (!stat.isFile()) throw new FolderProblem('it is no file');
  return stat;
}

/** The bytes of a file; a link, a device, or one far too large is an error. */
export async function readWhole(folder: string, name: string): Promise<Buffer> {
  return withFile(join(folder, name), O_RDONLY | O_NONBLOCK, async (handle) => {
    const { size } = await regular(handle);
    if (size > MAX_BYTES) throw new FolderProblem(`it has ${size} bytes, far more than any of ours`);
    return handle.readFile();
  });
}

/** What changes whenever a file does; null: not told. */
export async function stampOf(folder: string, name: string): Promise<string | null> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await lstat(join(folder, name), { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return null;
  }
}

/** The names in the folder; none where there is no folder yet. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
