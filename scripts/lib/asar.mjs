import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A pickled (Chromium's word) unsigned integer: its own size, then the value. @param {number} value */
function pickledUInt32(value) {
  const pickle = Buffer.alloc(8);
  pickle.writeUInt32LE(4, 0);
  pickle.writeUInt32LE(value, 4);
  return pickle;
}

/** A pickled string: size of the payload, length of the string, the string padded to four bytes. @param {string} text */
function pickledString(text) {
  const bytes = Buffer.from(text, 'utf8');
  const padded = Math.ceil(bytes.length / 4) * 4;
  const pickle = Buffer.alloc(8 + padded);
  pickle.writeUInt32LE(4 + padded, 0);
  pickle.writeUInt32LE(bytes.length, 4);
  bytes.copy(pickle, 8);
  return pickle;
}

/**
 * Writes the files of a folder (no folders below it) as an asar archive, the form in which Electron takes its default
 * application: a header that says where each file is, then the files.
 * @param {string} folder
 * @param {string} archive
 */
export function writeAsar(folder, archive) {
  const files = {};
  const contents = [];
  let offset = 0;
  for (const name of readdirSync(folder).sort()) {
    const content = readFileSync(path.join(folder, name));
    files[name] = { size: content.length, offset: String(offset) };
    contents.push(content);
    offset += content.length;
  }
  const header = pickledString(JSON.stringify({ files }));
  writeFileSync(archive, Buffer.concat([pickledUInt32(header.length), header, ...contents]));
}
