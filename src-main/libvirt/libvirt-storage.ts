/** The storage of the port. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Connection, StoragePool, StorageVolume } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Range } from '../../src-core/media/bytes.ts';
import { callQuietly, hasCode, unsupported } from './error-mapping.ts';
import { poolMethods } from './libvirt-pools.ts';
import { SLOW, orNull } from './link.ts';
import type { Link } from './link.ts';
import type { ExaminedVolume, Hypervisor, VolumeRef } from './port.ts';

type StorageMethods = Pick<
  Hypervisor,
  | 'listPools'
  | 'poolXml'
  | 'startPool'
  | 'poolByTarget'
  | 'refreshPool'
  | 'freeSpace'
  | 'createPool'
  | 'stopPool'
  | 'listVolumeNames'
  | 'listVolumes'
  | 'examineVolume'
  | 'readVolume'
  | 'writeVolume'
  | 'makeVolume'
  | 'deleteVolume'
>;

export function storageMethods(link: Link): StorageMethods {
  const { connection } = link;
  const onPool = <T>(name: string, call: (pool: StoragePool) => Promise<T>): Promise<T> =>
    link.guard(name, async () => {
      const pool = await connection.lookupStoragePoolByName(name);
      return await call(pool).finally(() => pool.dispose());
    });
  return {
    ...poolMethods(link),
    poolByTarget: (path) =>
      link.guard(path, async () => {
        const pool = await orNull(noPoolThere, connection.lookupStoragePoolByTargetPath(path));
        pool?.dispose();
        return pool?.name ?? null;
      }),
    refreshPool: (name) => onPool(name, (pool) => pool.refresh(SLOW)),
    freeSpace: (name) => onPool(name, async (pool) => (await pool.info()).available),
    createPool: (xml) =>
      link.guard('', async () => {
        // OPERATION_FAILED is what libvirt says of a pool whose name or target another pool has.
        const pool = await orNull(
          (error) => hasCode(error, vir.VIR_ERR_OPERATION_FAILED),
          connection.createStoragePoolXML(xml, 0, SLOW),
        );
        pool?.dispose();
        return pool === null ? 'conflict' : 'created';
      }),
    stopPool: (name) => onPool(name, (pool) => pool.destroy(SLOW)),
    listVolumeNames: (name) =>
      onPool(name, async (pool) =>
        (await pool.listAllVolumes(SLOW)).map((volume) => {
          volume.dispose();
          return volume.name;
        }),
      ),
    listVolumes: (name) =>
      onPool(name, async (pool) => {
        const volumes = await pool.listAllVolumes(SLOW);
        // A volume that goes away meanwhile is not listed; the binding keeps the number of calls in flight within libvirtd's limit.
        const listed = await Promise.all(volumes.map((volume) => describe(volume, 0)));
        return listed.filter((volume) => volume !== null);
      }),
    examineVolume: (where, headBytes) =>
      link.guard('path' in where ? where.path : where.pool, async () => {
        const volume = await lookupVolume(connection, where);
        return volume === null ? null : describe(volume, headBytes);
      }),
    readVolume: (where, ranges) =>
      link.guard('path' in where ? where.path : where.pool, async () => {
        const volume = await lookupVolume(connection, where);
        if (volume === null) return null;
        try {
          return await callQuietly(Promise.all(ranges.map((range) => readRange(volume, range))));
        } finally {
          volume.dispose();
        }
      }),
    writeVolume: (where, at, bytes) =>
      link.guard('path' in where ? where.path : where.pool, async () => {
        const volume = await lookupVolume(connection, where);
        if (volume === null) throw new SalvorError('libvirt', { call: 'upload' }, 'the file is not there any more');
        try {
          await writeRange(volume, at, bytes);
        } finally {
          volume.dispose();
        }
      }),
    makeVolume: (name, xml) =>
      onPool(name, async (pool) => {
        const volume = await pool.createVolume(xml, 0, SLOW);
        return await volume.path().finally(() => volume.dispose());
      }),
    deleteVolume: (where) =>
      link.guard('path' in where ? where.path : where.pool, async () => {
        const volume = await lookupVolume(connection, where);
        await volume?.delete(0, SLOW).finally(() => volume.dispose());
      }),
  };
}

const noPool = (error: unknown) => hasCode(error, vir.VIR_ERR_NO_STORAGE_POOL);
/** Drivers that cannot look a pool up by its target (the test driver) know of none there. */
const noPoolThere = (error: unknown) => noPool(error) || hasCode(error, vir.VIR_ERR_NO_SUPPORT);
const noVolume = (error: unknown) => hasCode(error, vir.VIR_ERR_NO_STORAGE_VOL);

export async function lookupVolume(
  connection: Connection,
  where: VolumeRef | { readonly path: string },
): Promise<StorageVolume | null> {
  if ('path' in where)
    return orNull((error) => noVolume(error) || unsupported(error), connection.lookupVolumeByPath(where.path));
  const pool = await connection.lookupStoragePoolByName(where.pool);
  return await orNull(noVolume, pool.lookupVolumeByName(where.name)).finally(() => pool.dispose());
}

async function describe(volume: StorageVolume, headBytes: number): Promise<ExaminedVolume | null> {
  try {
    // The description of a file that has gone since the pool was read fails; its content, where it cannot be read, is simply not known.
    const [xml, head] = await Promise.all([
      callQuietly(volume.xmlDesc()),
      headBytes === 0 ? null : callQuietly(readRange(volume, { at: 0, length: headBytes })),
    ]);
    return xml === null ? null : { name: volume.name, xml, head };
  } finally {
    volume.dispose();
  }
}

async function writeRange(volume: StorageVolume, at: number, bytes: Uint8Array): Promise<void> {
  // To libvirt a length of 0 means “to the end”.
  if (bytes.length === 0) return;
  await pipeline(Readable.from([Buffer.from(bytes)]), volume.upload({ offset: at, length: bytes.length }));
}

async function readRange(volume: StorageVolume, { at, length }: Range): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of volume.download({ offset: at, length })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
