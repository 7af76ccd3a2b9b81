/** What can be found out about a medium on the host (RESCUE.md: Inputs), one function for each kind of medium. */
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import type { Range } from '../../src-core/media/bytes.ts';
import { BOOT_FILE_HEAD, readBootFile } from '../../src-core/media/boot-file.ts';
import { HEAD_LENGTH } from '../../src-core/media/recognise.ts';
import type { BootFile, ImageSource, MediumFacts, MediumSpec } from '../../src-core/rescue/types.ts';
import type { ExaminedVolume, Hypervisor, VolumeRef } from '../libvirt/port.ts';
import { errorOf } from './errors.ts';
import { kinOf } from './kin.ts';
import { originalImage } from './original-image.ts';
import { hashOf, readMedium } from './read-medium.ts';
import { readVolumeXml } from './storage-xml.ts';
import type { VolumeView } from './storage-xml.ts';
import type { Finder } from './volume-finder.ts';

/** A host to look at media on, whatever guest they are for. */
export interface HostContext {
  readonly hypervisor: Hypervisor;
  readonly finder: Finder;
}

export interface MediumContext extends HostContext {
  readonly domain: DomainView;
  /** What the domain was made from, and what it runs from; null: off. */
  readonly xml: { readonly definition: string; readonly live: () => Promise<string | null> };
}

/** A medium that is the same one whatever the guest. */
type KnownSpec = Exclude<MediumSpec, { readonly kind: 'original' }>;

/** Facts of a medium of which nothing is known. */
export const NOTHING: Omit<MediumFacts, 'spec'> = {
  found: false,
  problem: null,
  source: null,
  size: null,
  format: null,
  content: null,
  hash: null,
  modified: null,
  backing: null,
  bootFiles: [],
  kin: null,
  writers: [],
  owners: [],
  properties: {},
  remembered: null,
  lookedAt: [],
};

/** Facts of one medium, without writers and properties. Rejects only where the host cannot be asked at all. */
export async function mediumFacts(context: MediumContext, spec: MediumSpec): Promise<MediumFacts> {
  return spec.kind === 'original' ? originalFacts(context, spec) : facts(context, spec, context);
}

/** The same for no guest in particular: what it is to a guest's own disks is not asked. */
export async function mediumFactsOn(host: HostContext, spec: KnownSpec): Promise<MediumFacts> {
  return facts(host, spec, null);
}

/** `guest`: its disks are compared with the medium; null: nobody's are. */
async function facts(host: HostContext, spec: KnownSpec, guest: MediumContext | null): Promise<MediumFacts> {
  switch (spec.kind) {
    case 'volume':
      return volumeFacts(host, spec, guest);
    case 'path':
      return pathFacts(host, spec, spec.path, guest);
    case 'url':
      return urlFacts(spec);
    case 'kernel':
      return kernelFacts(host, spec);
  }
}

function notFound(spec: MediumSpec, problem: string, lookedAt: readonly string[] = []): MediumFacts {
  return { ...NOTHING, spec, problem, lookedAt };
}

async function volumeFacts(
  host: HostContext,
  spec: MediumSpec & { kind: 'volume' },
  guest: MediumContext | null,
): Promise<MediumFacts> {
  const { hypervisor } = host;
  const where = { pool: spec.pool, name: spec.name };
  try {
    let volume = await hypervisor.examineVolume(where, HEAD_LENGTH);
    if (volume === null && !hypervisor.readOnly) {
      // The pool may not have noticed a file that was put there behind libvirt's back.
      await hypervisor.refreshPool(spec.pool);
      volume = await hypervisor.examineVolume(where, HEAD_LENGTH);
    }
    return volume === null
      ? notFound(spec, `the pool “${spec.pool}” has no volume “${spec.name}”`)
      : await describe(host, spec, volume, where, guest);
  } catch (error) {
    const { code, detail, message } = errorOf(error);
    if (code === 'pool-not-found') return notFound(spec, `there is no storage pool “${spec.pool}” on the host`);
    // What libvirt says of the pool: not active, mostly.
    if (code === 'libvirt') return notFound(spec, detail ?? message);
    throw error;
  }
}

/**
 * `told`: the format of an image that a chain names. A device that no pool holds is then believed to be there: the guest stands on it.
 */
async function pathFacts(
  host: HostContext,
  spec: MediumSpec,
  path: string,
  guest: MediumContext | null,
  told: string | null = null,
): Promise<MediumFacts> {
  const found = await host.finder.find(path, HEAD_LENGTH);
  if (found.volume === null && found.unseen && told !== null && path.startsWith('/dev/'))
    return { ...NOTHING, spec, found: true, source: fileOrBlock(path), format: told };
  return found.volume === null ? notFound(spec, found.problem) : describe(host, spec, found.volume, found.where, guest);
}

async function describe(
  { hypervisor }: HostContext,
  spec: MediumSpec,
  examined: ExaminedVolume,
  where: VolumeRef | { readonly path: string },
  guest: MediumContext | null,
): Promise<MediumFacts> {
  const volume = readVolumeXml(examined.xml);
  const source = imageSource(volume, examined.name, 'pool' in where ? where.pool : null);
  if (source === null) return notFound(spec, `it is a ${volume.type === 'dir' ? 'folder' : volume.type}, not an image`);
  const size = volume.physical ?? volume.capacity;
  const read =
    examined.head === null
      ? null
      : await readMedium(examined.head, size, (ranges) => readMore(hypervisor, where, ranges));
  const content = read?.content ?? null;
  const format = content?.format ?? volume.format ?? (source.type === 'block' ? 'raw' : null);
  const { modified, backingPath: backing } = volume;
  // An ISO is read-only in any case, and no disk of a guest.
  const compared = spec.kind !== 'original' && content?.kind !== 'iso9660' && volume.path !== null;
  const kin = compared && guest !== null ? await kinOf(guest, volume.path, volume) : null;
  return {
    ...NOTHING,
    spec,
    found: true,
    source,
    size,
    format,
    content,
    hash: read?.hash ?? null,
    modified,
    backing,
    kin,
  };
}

/** What cannot be read any more (its pool is another client's, and went away) is not known, and no failure. */
async function readMore(
  hypervisor: Hypervisor,
  where: VolumeRef | { readonly path: string },
  ranges: readonly Range[],
) {
  try {
    return await hypervisor.readVolume(where, ranges);
  } catch (error) {
    if (errorOf(error).code === 'pool-not-found') return null;
    throw error;
  }
}

function imageSource(volume: VolumeView, name: string, pool: string | null): ImageSource | null {
  if (volume.type === 'file' && volume.path !== null) return fileOrBlock(volume.path);
  if (volume.type === 'block' && volume.path !== null) return { type: 'block', dev: volume.path };
  if (volume.type === 'network' && pool !== null) return { type: 'volume', pool, volume: name };
  return null;
}

/** A pool over a folder calls everything in it a file, disks too; QEMU tells them apart. */
export function fileOrBlock(path: string): ImageSource {
  return /^\/dev\/(?!shm\/)/.test(path) ? { type: 'block', dev: path } : { type: 'file', file: path };
}

/** An address is not opened: QEMU will, on the host. */
export function urlFacts(spec: MediumSpec & { kind: 'url' }): MediumFacts {
  const url = URL.parse(spec.url);
  const protocol = url?.protocol === 'https:' ? 'https' : url?.protocol === 'http:' ? 'http' : null;
  if (url === null || protocol === null) return notFound(spec, 'it is not an http:// or https:// address');
  if (url.username !== '' || url.password !== '')
    return notFound(spec, 'a user name or password in the address would be readable in the definition');
  const port = url.port === '' ? (protocol === 'https' ? 443 : 80) : Number(url.port);
  const name = `${url.pathname}${url.search}`.replace(/^\//, '');
  if (name === '') return notFound(spec, 'the address names no file');
  return { ...NOTHING, spec, found: true, source: { type: 'network', protocol, host: url.hostname, port, name } };
}

/** The original image: what the root disk was made from. Its format is the one that the chain tells; what looks different is not taken. */
async function originalFacts(context: MediumContext, spec: MediumSpec): Promise<MediumFacts> {
  const found = await originalImage(context);
  const lookedAt = found.lookedAt;
  if (found.image === null) return notFound(spec, found.problem, lookedAt);
  const { source, format: told } = found.image;
  const facts = await pathFacts(context, spec, source, context, told);
  if (!facts.found) return notFound(spec, `${source}: ${facts.problem ?? 'it was not found'}`, lookedAt);
  if (told !== null && facts.content !== null && facts.content.format !== told) {
    const problem = `${source} is a ${told} image to the disk that stands on it, and begins like a ${facts.content.format} image`;
    return notFound(spec, problem, lookedAt);
  }
  return { ...facts, format: facts.content?.format ?? told ?? facts.format, lookedAt };
}

async function kernelFacts({ finder }: HostContext, spec: MediumSpec & { kind: 'kernel' }): Promise<MediumFacts> {
  const wanted: readonly (readonly [BootFile['role'], string])[] = [
    ['kernel', spec.kernel],
    ...(spec.initrd === null ? [] : [['initrd', spec.initrd] as const]),
  ];
  const bootFiles: BootFile[] = [];
  const lookedAt = wanted.map(([, file]) => file);
  for (const [role, file] of wanted) {
    const whose = role === 'kernel' ? '' : `its initrd ${file}: `;
    const found = await finder.find(file, BOOT_FILE_HEAD);
    if (found.volume === null) return notFound(spec, `${whose}${found.problem}`, lookedAt);
    const { type, physical, capacity } = readVolumeXml(found.volume.xml);
    if (type !== 'file') return notFound(spec, `${whose}it is not a file`, lookedAt);
    const size = physical ?? capacity;
    const { head } = found.volume;
    bootFiles.push({
      role,
      file,
      size,
      hash: head === null ? null : hashOf(head),
      content: head === null ? null : readBootFile(head, size),
    });
  }
  return { ...NOTHING, spec, found: true, lookedAt, bootFiles };
}
