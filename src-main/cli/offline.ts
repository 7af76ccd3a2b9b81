/** Planning from files alone: no host is asked, and what only a host could tell is taken as unremarkable. */
import { backingChainOf } from '../../src-core/disks/backing-chain.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { parseDomainCapabilities } from '../../src-core/host/domain-capabilities.ts';
import { rootDisk } from '../../src-core/disks/root-disk.ts';
import type { Range } from '../../src-core/media/bytes.ts';
import { HEAD_LENGTH } from '../../src-core/media/recognise.ts';
import type {
  BootFile,
  HostFacts,
  MediumFacts,
  MediumSpec,
  RescueInputs,
  RescueRequest,
} from '../../src-core/rescue/types.ts';
import { NOTHING, fileOrBlock, urlFacts } from '../app/medium-facts.ts';
import { readMedium } from '../app/read-medium.ts';
import { usage } from './arguments.ts';
import { readRanges } from './read-file.ts';

export const MEDIUM_FORMATS = ['raw', 'qcow2', 'iso'] as const;
export type MediumFormat = (typeof MEDIUM_FORMATS)[number];

/** The oldest libvirt that Salvor was verified on: no later ability is presumed. */
const PRESUMED_LIBVIRT = 9_000_000;
const PRESUMED_QEMU = 7_002_000;

export interface OfflineFiles {
  readonly xml: string;
  readonly domainCapabilities: string | null;
  /** Says what `path:` media are, so that they need not be there. */
  readonly mediumFormat: MediumFormat | null;
  readonly properties: Readonly<Record<string, string>>;
}

/** Inputs of a plan from files. Throws XmlProblem, and usage for media that only a host can tell of. */
export async function offlineInputs(files: OfflineFiles, request: RescueRequest): Promise<RescueInputs> {
  const media: MediumFacts[] = [];
  for (const spec of request.media) {
    const facts = await offlineMedium(spec, files);
    media.push(media.length === 0 ? { ...facts, properties: files.properties } : facts);
  }
  const host: HostFacts = {
    uri: 'qemu:///system',
    driver: 'QEMU',
    libvirtVersion: PRESUMED_LIBVIRT,
    hypervisorVersion: PRESUMED_QEMU,
    domainCapabilities: files.domainCapabilities === null ? null : parseDomainCapabilities(files.domainCapabilities),
    readOnly: false,
    secrets: null,
  };
  return {
    domain: {
      definitionXml: files.xml,
      state: 'shutoff',
      persistent: true,
      autostart: false,
      managedSave: false,
      snapshots: 0,
      checkpoints: 0,
      job: null,
      blockJobs: [],
      sessionXml: null,
      rootDiskId: null,
      liveXml: null,
      diskUsers: [],
    },
    host,
    media,
    request,
    stamp: null,
    room: [],
  };
}

/** The deepest image of the root disk that the definition itself names, in the format that it names. */
async function offlineOriginal(spec: MediumSpec, files: OfflineFiles): Promise<MediumFacts> {
  const root = rootDisk(parseDomain(files.xml));
  const { images } = backingChainOf(files.xml, root?.target ?? '');
  const lookedAt = root?.source == null ? [] : [root.source, ...images.map(({ source }) => source)];
  const deepest = images.at(-1);
  if (deepest === undefined) return { ...NOTHING, spec, lookedAt, problem: 'the definition names no backing image' };
  if (!['file', 'block'].includes(deepest.type))
    return { ...NOTHING, spec, lookedAt, problem: `${deepest.source} is no file or device of the host` };
  const told = MEDIUM_FORMATS.find((format) => format === deepest.format) ?? null;
  return { ...(await offlineFile(spec, deepest.source, files.mediumFormat ?? told)), lookedAt };
}

async function offlineMedium(spec: MediumSpec, files: OfflineFiles): Promise<MediumFacts> {
  switch (spec.kind) {
    case 'volume':
      throw usage('volume: needs a host to look into its pools: use --uri, or path: with --medium-format');
    case 'url':
      return urlFacts(spec);
    case 'path':
      return offlineFile(spec, spec.path, files.mediumFormat);
    case 'original':
      return offlineOriginal(spec, files);
    case 'kernel': {
      const looked = [spec.kernel, ...(spec.initrd === null ? [] : [spec.initrd])];
      return { ...NOTHING, spec, found: true, lookedAt: looked, bootFiles: looked.map(unreadBootFile) };
    }
  }
}

/** A kernel is on the host that will boot it: what lies here by that name says nothing. */
function unreadBootFile(file: string, index: number): BootFile {
  return { role: index === 0 ? 'kernel' : 'initrd', file, size: null, hash: null, content: null };
}

async function offlineFile(spec: MediumSpec, path: string, declared: MediumFormat | null): Promise<MediumFacts> {
  const facts: MediumFacts = { ...NOTHING, spec, found: true, source: fileOrBlock(path), format: declared };
  if (declared !== null) return facts;
  const head = await readRanges(path, [{ at: 0, length: HEAD_LENGTH }]);
  if (head === null)
    return {
      ...NOTHING,
      spec,
      problem: 'it cannot be read on this computer; if it is on another host, say what it is with --medium-format',
    };
  const more = async (ranges: readonly Range[]) => (await readRanges(path, ranges))?.parts ?? null;
  const { content, hash } = await readMedium(head.parts[0] ?? new Uint8Array(0), head.size, more);
  return { ...facts, size: head.size, format: content.format, content, hash };
}
