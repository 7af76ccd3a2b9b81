/** Files of this computer, read no further than they may be long. */
import { open } from 'node:fs/promises';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Range } from '../../src-core/media/bytes.ts';
import { MAX_XML_LENGTH } from '../../src-core/domain-xml/document.ts';

const MAX_JSON_LENGTH = 1024 * 1024;

/** XML of a file, or of standard input for `-`. Throws file-unreadable, or xml-too-large before the rest is read. */
export async function readXmlFile(path: string): Promise<string> {
  const { bytes, more } = await readStart(path, MAX_XML_LENGTH);
  if (more !== null) throw new SalvorError('xml-too-large', { size: more, limit: MAX_XML_LENGTH, what: 'characters' });
  return bytes.toString('utf8');
}

/** JSON of a file. Throws file-unreadable. */
export async function readJsonFile(path: string): Promise<unknown> {
  const text = await readText(path, MAX_JSON_LENGTH);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SalvorError('file-unreadable', { path }, 'it is not JSON');
  }
}

/** Text of a file, or of standard input for `-`, of no more than `limit` bytes. Throws file-unreadable. */
export async function readText(path: string, limit: number): Promise<string> {
  return (await readBytes(path, limit)).toString('utf8');
}

/** Bytes of a file, or of standard input for `-`, no more than `limit`. Throws file-unreadable. */
export async function readBytes(path: string, limit: number): Promise<Buffer> {
  const { bytes, more } = await readStart(path, limit);
  if (more !== null) throw new SalvorError('file-unreadable', { path }, `it is longer than ${limit} bytes`);
  return bytes;
}

/** Ranges of a file, each as far as it reaches, and its length; null where it cannot be read. */
export async function readRanges(
  path: string,
  ranges: readonly Range[],
): Promise<{ parts: Uint8Array[]; size: number } | null> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const parts: Uint8Array[] = [];
      for (const { at, length } of ranges) {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
        parts.push(buffer.subarray(0, bytesRead));
      }
      return { parts, size };
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

/** The bytes, if they are no more than `limit`; else `more`: how long it is at least (a stream does not tell more). */
async function readStart(path: string, limit: number): Promise<{ bytes: Buffer; more: number | null }> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    if (path === '-') {
      for await (const chunk of process.stdin) {
        chunks.push(chunk as Buffer);
        size += (chunk as Buffer).length;
        if (size > limit) return { bytes: Buffer.alloc(0), more: size };
      }
    } else {
      const file = await open(path, 'r');
      try {
        const { size: length } = await file.stat();
        if (length > limit) return { bytes: Buffer.alloc(0), more: length };
        for await (const chunk of file.createReadStream({ autoClose: false, end: limit })) {
          chunks.push(chunk as Buffer);
          size += (chunk as Buffer).length;
        }
        if (size > limit) return { bytes: Buffer.alloc(0), more: size };
      } finally {
        await file.close();
      }
    }
  } catch (error) {
    throw new SalvorError('file-unreadable', { path: path === '-' ? 'standard input' : path }, reason(error));
  }
  return { bytes: Buffer.concat(chunks), more: null };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
};

function reason(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : REASONS[code]) ?? code ?? null;
}
