/** Whole images on their way to and from volumes: the transfers of the port. */
import type { StorageVolume } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { parseXml } from '../../src-core/domain-xml/document.ts';
import { serialiseXml } from '../../src-core/domain-xml/serialise.ts';
import { hasCode, unsupported } from './error-mapping.ts';
import { lookupVolume } from './libvirt-storage.ts';
import { SLOW, orNull } from './link.ts';
import type { Link } from './link.ts';
import type { Hypervisor, VolumeRef } from './port.ts';

type TransferMethods = Pick<Hypervisor, 'createVolume' | 'volumeSizes' | 'openUpload' | 'openDownload' | 'fileSection'>;

/** Deadline of one step of a transfer (one message, the last flush of a slow disk), milliseconds. */
const STEP = 60_000;

export function transferMethods(link: Link, uri: string): TransferMethods {
  const { connection } = link;
  const onVolume = async <T>(where: VolumeRef, call: (volume: StorageVolume) => Promise<T>): Promise<T> => {
    const volume = await lookupVolume(connection, where);
    if (volume === null) throw new SalvorError('volume-not-found', { ...where, uri });
    return call(volume);
  };
  return {
    createVolume: (where, capacity, allocation) =>
      link.guard(where.pool, async () => {
        const pool = await connection.lookupStoragePoolByName(where.pool);
        try {
          (await pool.createVolume(volumeXml(where.name, capacity, allocation), 0, SLOW)).dispose();
        } catch (error) {
          if (hasCode(error, vir.VIR_ERR_STORAGE_VOL_EXIST)) throw new SalvorError('volume-exists', { ...where });
          throw error;
        } finally {
          pool.dispose();
        }
      }),
    volumeSizes: (where) => link.guard(where.pool, () => onVolume(where, sizesOf)),
    openUpload: (where, { at, sparse }) =>
      link.guard(where.pool, () =>
        onVolume(where, async (volume) => {
          const upload = await volume.openUpload({ offset: at, sparse, timeout: STEP });
          return {
            send: (bytes) => link.guard(where.pool, () => upload.send(bytes)),
            sendHole: (length) => link.guard(where.pool, () => upload.sendHole(length)),
            finish: () => link.guard(where.pool, () => upload.finish()),
            abort: () => upload.abort(),
          };
        }),
      ),
    openDownload: (where, { at, sparse }) =>
      link.guard(where.pool, () =>
        onVolume(where, (volume) => {
          const download = volume.openDownload({ offset: at, sparse, timeout: STEP });
          return Promise.resolve({
            receive: () => link.guard(where.pool, () => download.receive()),
            close: () => download.close(),
          });
        }),
      ),
    fileSection: (fd, at) => link.guard('', () => connection.fileSection(fd, at)),
  };
}

async function sizesOf(volume: StorageVolume) {
  try {
    const [{ capacity, allocation }, physical] = await Promise.all([
      volume.info(),
      // Drivers without it have volumes of one size only.
      orNull(unsupported, volume.info(vir.VIR_STORAGE_VOL_GET_PHYSICAL)),
    ]);
    return { capacity, allocation, physical: physical?.allocation ?? capacity };
  } finally {
    volume.dispose();
  }
}

/** Whatever the name holds, it stays a name. */
function volumeXml(name: string, capacity: number, allocation: number): string {
  const document = parseXml(
    `<volume><name/><capacity unit='bytes'>${String(capacity)}</capacity><allocation unit='bytes'>${String(allocation)}</allocation><target><format type='raw'/></target></volume>`,
  );
  document.documentElement?.firstChild?.appendChild(document.createTextNode(name));
  return serialiseXml(document);
}
