/**
 * Chromium writes its screenshots fast, not small. These are kept in the repository, so they are packed again: with a palette of 256
 * colours, unfiltered (flat areas and repeated letters compress best as they are), zlib at its slowest. A page has a few dozen colours
 * of its own; the others are edges of letters, and those beyond the palette take the nearest colour of it.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Colour types of PNG, and their bytes a pixel at 8 bits. */
const PIXEL_BYTES: Readonly<Record<number, number>> = { 2: 3, 6: 4 };
const PALETTE = 3;
const COLOURS = 256;

/** A PNG of 8 bits a channel, RGB or RGBA (opaque), not interlaced; gives the same picture with a palette. */
export function compactPng(png: Buffer): Buffer {
  const { header, data } = readPng(png);
  const width = header.readUInt32BE(0);
  const bytes = PIXEL_BYTES[header.readUInt8(9)];
  if (header.readUInt8(8) !== 8 || bytes === undefined || header.readUInt8(12) !== 0)
    throw new Error('not a plain 8-bit PNG');
  const rows = unfilter(inflateSync(data), width * bytes, bytes).map((row) => coloursOf(row, bytes));
  const palette = paletteOf(rows);
  const indexOf = nearestIn(palette);
  const plain = rows.map((row) => Buffer.of(0, ...row.map(indexOf)));
  const head = Buffer.from(header);
  head.writeUInt8(PALETTE, 9);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]));
  const packed = deflateSync(Buffer.concat(plain), { level: 9, memLevel: 9 });
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('PLTE', colours),
    chunk('IDAT', packed),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The pixels of a row as 0xRRGGBB. */
function coloursOf(row: Buffer, bytes: number): number[] {
  return Array.from({ length: row.length / bytes }, (_, pixel) => row.readUIntBE(pixel * bytes, 3));
}

/** Squared distance of two colours. */
function distance(a: number, b: number): number {
  return ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 0xff) - ((b >> 8) & 0xff)) ** 2 + ((a & 0xff) - (b & 0xff)) ** 2;
}

/** One after the other, the colour that would be most wrong without a place of its own: so the few pixels of a sign keep theirs. */
function paletteOf(rows: readonly (readonly number[])[]): number[] {
  const counts = new Map<number, number>();
  for (const row of rows) for (const colour of row) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const candidates = [...counts].map(([colour, count]) => ({ colour, count, away: Infinity }));
  const palette: number[] = [];
  while (palette.length < COLOURS) {
    let worst = { colour: 0, error: 0 };
    for (const { colour, count, away } of candidates)
      if (count * away > worst.error) worst = { colour, error: count * away };
    if (worst.error === 0) break;
    palette.push(worst.colour);
    for (const candidate of candidates)
      candidate.away = Math.min(candidate.away, distance(candidate.colour, worst.colour));
  }
  return palette;
}

/** The place of a colour, or of the one nearest to it, in a palette. */
function nearestIn(palette: readonly number[]): (colour: number) => number {
  const known = new Map(palette.map((colour, index) => [colour, index]));
  return (colour) => {
    const index =
      known.get(colour) ??
      palette.reduce(
        (best, other, at) => (distance(colour, other) < distance(colour, palette[best] ?? 0) ? at : best),
        0,
      );
    known.set(colour, index);
    return index;
  };
}

function readPng(png: Buffer): { header: Buffer; data: Buffer } {
  let header = Buffer.alloc(0);
  const data: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; at += png.readUInt32BE(at) + 12) {
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (type === 'IHDR') header = Buffer.from(body);
    if (type === 'IDAT') data.push(body);
  }
  return { header, data: Buffer.concat(data) };
}

/** Undo the filter of each row (PNG specification, 9.2). */
function unfilter(raw: Buffer, rowBytes: number, pixel: number): Buffer[] {
  const rows: Buffer[] = [];
  let above = Buffer.alloc(rowBytes);
  for (let at = 0; at < raw.length; at += rowBytes + 1) {
    const filter = raw.readUInt8(at);
    const row = Buffer.from(raw.subarray(at + 1, at + 1 + rowBytes));
    for (let i = 0; i < rowBytes; i++) {
      const left = row[i - pixel] ?? 0;
      const up = above[i] ?? 0;
      row[i] = ((row[i] ?? 0) + predicted(filter, left, up, i < pixel ? 0 : (above[i - pixel] ?? 0))) & 0xff;
    }
    rows.push(row);
    above = row;
  }
  return rows;
}

function predicted(filter: number, left: number, up: number, upLeft: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, upLeft);
    default:
      return 0;
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const [a, b, c] = [up - upLeft, left - upLeft, left + up - 2 * upLeft].map(Math.abs) as [number, number, number];
  if (a <= b && a <= c) return left;
  return b <= c ? up : upLeft;
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const out = Buffer.alloc(named.length + 8);
  out.writeUInt32BE(body.length, 0);
  named.copy(out, 4);
  out.writeUInt32BE(crc32(named), named.length + 4);
  return out;
}
