/** What can be found out about a medium on the host (RESCUE.md: Inputs), one function for each kind of medium. */
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import { rootDisk } from '../../src-core/disks/root-disk.ts';
import { recognise } from '../../src-core/media/recognise.ts';
import type { ImageSource, MediumFacts, MediumSpec } from '../../src-core/rescue/types.ts';
import type { ExaminedVolume, Hypervisor } from '../libvirt/port.ts';
import { errorOf } from './errors.ts';
import { readVolumeXml } from './storage-xml.ts';
import type { VolumeView } from './storage-xml.ts';
import type { Finder } from './volume-finder.ts';

/** recognise() looks no further. */
export const HEAD_BYTES = 1024 * 1024;

/** A chain longer than this is a loop, or beyond what QEMU is asked to open. */
const MAX_CHAIN = 200;

export interface MediumContext {
  readonly hypervisor: Hypervisor;
  readonly domain: DomainView;
  readonly finder: Finder;
}

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
  writers: [],
  properties: {},
  lookedAt: [],
};

/** Facts of one medium, without writers and properties. Rejects only where the host cannot be asked at all. */
export async function mediumFacts(context: MediumContext, spec: MediumSpec): Promise<MediumFacts> {
  switch (spec.kind) {
    case 'volume':
      return volumeFacts(context, spec);
    case 'path':
      return pathFacts(context, spec, spec.path);
    case 'url':
      return urlFacts(spec);
    case 'original':
      return originalFacts(context, spec);
    case 'kernel':
      return kernelFacts(context, spec);
  }
}

function notFound(spec: MediumSpec, problem: string, lookedAt: readonly string[] = []): MediumFacts {
  return { ...NOTHING, spec, problem, lookedAt };
}

async function volumeFacts({ hypervisor }: MediumContext, spec: MediumSpec & { kind: 'volume' }): Promise<MediumFacts> {
  const where = { pool: spec.pool, name: spec.name };
  try {
    let volume = await hypervisor.examineVolume(where, HEAD_BYTES);
    if (volume === null && !hypervisor.readOnly) {
      // The pool may not have noticed a file that was put there behind libvirt's back.
      await hypervisor.refreshPool(spec.pool);
      volume = await hypervisor.examineVolume(where, HEAD_BYTES);
    }
    return volume === null
      ? notFound(spec, `the pool “${spec.pool}” has no volume “${spec.name}”`)
      : describe(spec, volume, spec.pool);
  } catch (error) {
    const { code, detail, message } = errorOf(error);
    if (code === 'pool-not-found') return notFound(spec, `there is no storage pool “${spec.pool}” on the host`);
    // What libvirt says of the pool: not active, mostly.
    if (code === 'libvirt') return notFound(spec, detail ?? message);
    throw error;
  }
}

async function pathFacts({ finder }: MediumContext, spec: MediumSpec, path: string): Promise<MediumFacts> {
  const found = await finder.find(path, HEAD_BYTES);
  return found.volume === null ? notFound(spec, found.problem) : describe(spec, found.volume, null);
}

function describe(spec: MediumSpec, examined: ExaminedVolume, pool: string | null): MediumFacts {
  const volume = readVolumeXml(examined.xml);
  const source = imageSource(volume, examined.name, pool);
  if (source === null) return notFound(spec, `it is a ${volume.type === 'dir' ? 'folder' : volume.type}, not an image`);
  const length = volume.physical ?? volume.capacity;
  const content = examined.head === null ? null : recognise(examined.head, length);
  const format = content?.format ?? volume.format ?? (source.type === 'block' ? 'raw' : null);
  return { ...NOTHING, spec, found: true, source, size: length, format, content };
}

function imageSource(volume: VolumeView, name: string, pool: string | null): ImageSource | null {
  if (volume.type === 'file' && volume.path !== null) return { type: 'file', file: volume.path };
  if (volume.type === 'block' && volume.path !== null) return { type: 'block', dev: volume.path };
  if (volume.type === 'network' && pool !== null) return { type: 'volume', pool, volume: name };
  return null;
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

/** The deepest backing image of the root disk: by the definition where it tells, else as the host reads it from image to image. */
async function originalFacts(context: MediumContext, spec: MediumSpec): Promise<MediumFacts> {
  const root = rootDisk(context.domain);
  if (root?.source == null) return notFound(spec, 'this guest has no root disk with an image');
  const lookedAt: string[] = [root.source, ...root.backingChain];
  const first =
    root.sourceType === 'volume' && root.backingChain.length === 0 ? await openPoolVolume(context, root.source) : null;
  let next: string | null = first === null ? (lookedAt.at(-1) ?? null) : backingOf(first);
  if (first !== null && next !== null) lookedAt.push(next);
  while (next !== null && next.startsWith('/')) {
    const found = await context.finder.find(next, 0);
    if (found.volume === null) {
      if (lookedAt.length === 1) return notFound(spec, `${next}: ${found.problem}`, lookedAt);
      return notFound(spec, `the image ${next}, which the guest’s disk stands on: ${found.problem}`, lookedAt);
    }
    next = backingOf(found.volume);
    if (next === null) break;
    if (lookedAt.includes(next) || lookedAt.length > MAX_CHAIN)
      return notFound(spec, `the chain of images loops at ${next}`, lookedAt);
    lookedAt.push(next);
  }
  const deepest = lookedAt.at(-1) ?? root.source;
  if (lookedAt.length === 1) return notFound(spec, 'the root disk stands on no other image', lookedAt);
  if (!deepest.startsWith('/')) return notFound(spec, `${deepest} is not a file or device of the host`, lookedAt);
  return { ...(await pathFacts(context, spec, deepest)), lookedAt };
}

/** `source` of a disk of type volume is `pool/volume`. */
async function openPoolVolume({ hypervisor }: MediumContext, source: string): Promise<ExaminedVolume | null> {
  const slash = source.indexOf('/');
  return hypervisor.examineVolume({ pool: source.slice(0, slash), name: source.slice(slash + 1) }, 0);
}

function backingOf(examined: ExaminedVolume): string | null {
  return readVolumeXml(examined.xml).backingPath;
}

async function kernelFacts({ finder }: MediumContext, spec: MediumSpec & { kind: 'kernel' }): Promise<MediumFacts> {
  const files = [spec.kernel, ...(spec.initrd === null ? [] : [spec.initrd])];
  for (const file of files) {
    const whose = file === spec.kernel ? '' : `its initrd ${file}: `;
    const found = await finder.find(file, 0);
    if (found.volume === null) return notFound(spec, `${whose}${found.problem}`, files);
    if (readVolumeXml(found.volume.xml).type !== 'file') return notFound(spec, `${whose}it is not a file`, files);
  }
  return { ...NOTHING, spec, found: true, lookedAt: files };
}
