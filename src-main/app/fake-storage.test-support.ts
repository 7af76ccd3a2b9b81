/** Volumes in memory, for transfers: each method can be made to fail, slow or do something first, as the fake host's others. */
import { open } from 'node:fs/promises';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Hypervisor, VolumeRef } from '../libvirt/port.ts';

export interface FakeVolume {
  readonly capacity: number;
  bytes: Buffer;
  /** Bytes that were written, holes apart. */
  written: number;
}

export interface FakeStorage {
  /** By pool/name. */
  readonly volumes: Map<string, FakeVolume>;
  /** Bytes that may still be written; those beyond find the pool full. */
  room: number;
  /** Called with the bytes of each message before it is taken; what it throws, the stream fails with. */
  sending: ((bytes: Uint8Array) => void | Promise<void>) | null;
  receiving: (() => void | Promise<void>) | null;
  /** Streams that were neither finished nor given up. */
  open: number;
  /** false: there is none. */
  readonly remove: (where: VolumeRef | { readonly path: string }) => boolean;
  readonly methods: Pick<Hypervisor, 'createVolume' | 'volumeSizes' | 'openUpload' | 'openDownload' | 'fileSection'>;
}

const CHUNK = 64 * 1024;

export function fakeStorage(): FakeStorage {
  const volumes = new Map<string, FakeVolume>();
  const keyOf = ({ pool, name }: VolumeRef) => `${pool}/${name}`;
  const volumeAt = (where: VolumeRef): FakeVolume => {
    const volume = volumes.get(keyOf(where));
    if (volume === undefined) throw new SalvorError('volume-not-found', { ...where, uri: 'fake:///host' });
    return volume;
  };
  const storage: FakeStorage = {
    volumes,
    room: Infinity,
    sending: null,
    receiving: null,
    open: 0,
    remove: (where) => 'pool' in where && volumes.delete(keyOf(where)),
    methods: {
      createVolume: (where, capacity) => {
        if (volumes.has(keyOf(where))) return Promise.reject(new SalvorError('volume-exists', { ...where }));
        volumes.set(keyOf(where), { capacity, bytes: Buffer.alloc(capacity), written: 0 });
        return Promise.resolve();
      },
      volumeSizes: async (where) => {
        const { capacity, bytes, written } = volumeAt(where);
        return Promise.resolve({ capacity, allocation: written, physical: bytes.length });
      },
      openUpload: async (where, { at }) => {
        const volume = volumeAt(where);
        storage.open += 1;
        let position = at;
        let over = false;
        const end = () => {
          if (!over) storage.open -= 1;
          over = true;
        };
        return Promise.resolve({
          send: async (bytes) => {
            await storage.sending?.(bytes);
            if (bytes.length > storage.room)
              throw new SalvorError('libvirt', { call: 'virStreamSend' }, 'cannot write: No space left on device');
            storage.room -= bytes.length;
            volume.bytes.set(bytes.subarray(0, volume.bytes.length - position), position);
            volume.written += bytes.length;
            position += bytes.length;
          },
          sendHole: (length) => {
            position += length;
            return Promise.resolve();
          },
          finish: () => {
            end();
            return Promise.resolve();
          },
          abort: () => {
            end();
            return Promise.resolve();
          },
        });
      },
      openDownload: async (where, { at }) => {
        const volume = volumeAt(where);
        storage.open += 1;
        let position = at;
        let over = false;
        return Promise.resolve({
          receive: async () => {
            await storage.receiving?.();
            if (over || position >= volume.bytes.length) return null;
            const bytes = volume.bytes.subarray(position, position + CHUNK);
            position += bytes.length;
            return bytes.some((byte) => byte !== 0) ? bytes : bytes.length;
          },
          close: () => {
            if (!over) storage.open -= 1;
            over = true;
            return Promise.resolve();
          },
        });
      },
      // No system call of Node tells holes: by content, then. The descriptor is opened anew, since Node owns the one that is given.
      fileSection: async (fd, at) => {
        const file = await open(`/proc/self/fd/${String(fd)}`);
        try {
          const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, at);
          return { data: buffer.some((byte) => byte !== 0), length: bytesRead };
        } finally {
          await file.close();
        }
      },
    },
  };
  return storage;
}
