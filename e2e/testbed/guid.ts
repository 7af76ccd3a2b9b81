/** A GUID as UEFI and GPT store it: the first three fields little-endian, the rest as written. 16 bytes. */
export function guidBytes(guid: string): Buffer {
  const raw = Buffer.from(guid.replaceAll('-', ''), 'hex');
  if (raw.length !== 16) throw new Error(`not a GUID: ${guid}`);
  return Buffer.concat([
    raw.subarray(0, 4).reverse(),
    raw.subarray(4, 6).reverse(),
    raw.subarray(6, 8).reverse(),
    raw.subarray(8),
  ]);
}
