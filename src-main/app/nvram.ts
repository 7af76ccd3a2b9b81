/**
 * The file of a guest's own UEFI variables: looked up, copied and compared through the host itself (a pool that holds it, or a transient
 * one over its folder), so that it works from anywhere. TPM state is never read and never written.
 */
import { createHash } from 'node:crypto';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { parseXml } from '../../src-core/domain-xml/document.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import { child } from '../../src-core/domain-xml/elements.ts';
import { sentence } from '../../src-core/rescue/findings.ts';
import { nvramFile, ownNvram } from '../../src-core/rescue/scratch-nvram.ts';
import type { ScratchNvram } from '../../src-core/rescue/scratch-nvram.ts';
import type { NvramFacts } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import type { CollectedDomain } from './domain-facts.ts';
import type { Journal, JournalWriter } from './journal-port.ts';
import { readVolumeXml } from './storage-xml.ts';
import { NO_SUCH_FILE, withFinder } from './volume-finder.ts';
import type { Finder, Found } from './volume-finder.ts';

/** Real ones have 128 KiB to 64 MiB (AAVMF); what is larger is no variable store, and is not carried into the journal. */
const MAX_NVRAM = 64 * 1024 * 1024;

type Where = Extract<Found, { problem: null }>['where'];

/** A file of variables as it lies there, or why it cannot be had: in words that stand behind a colon. */
export type Variables =
  | { readonly bytes: Uint8Array; readonly where: Where; readonly problem: null; readonly absent: false }
  | { readonly bytes: null; readonly problem: string; readonly absent: boolean };

/** Where the guest keeps them. `live`: asked only where its definition does not say. */
export async function nvramPlace(
  hypervisor: Hypervisor,
  definitionXml: string,
  view: DomainView,
  live: () => Promise<string | null>,
): Promise<ScratchNvram> {
  if (view.firmware !== 'uefi') return { kind: 'not-needed' };
  const document = parseXml(definitionXml);
  const isTold = nvramFile(child(document.documentElement, 'os')) !== null;
  const [{ driver }, liveXml] = await Promise.all([hypervisor.identity(), isTold ? null : live()]);
  const runs = liveXml === null ? null : parseXml(liveXml);
  return ownNvram(document, { uri: hypervisor.uri, driver }, view.name, runs);
}

/** What a plan says of the copy. Rejects only where the host cannot be asked at all. */
export async function nvramFacts(
  hypervisor: Hypervisor,
  { facts: { definitionXml }, view }: CollectedDomain,
  live: () => Promise<string | null>,
  finder: Finder,
): Promise<NvramFacts> {
  const place = await nvramPlace(hypervisor, definitionXml, view, live);
  if (place.kind === 'not-needed') return { kind: 'none' };
  if (place.kind === 'impossible') return { kind: 'out-of-reach', why: place.why };
  const found = await finder.find(place.path, 1);
  const size = sizeOf(found);
  // Never booted: libvirt makes it from the firmware's template, at the first start.
  if (found.problem === NO_SUCH_FILE || size === 0) return { kind: 'none' };
  if (typeof size === 'string') return { kind: 'out-of-reach', why: `${place.path}: ${size}` };
  return { kind: 'file', path: place.path, size };
}

/** Its length in bytes, or why it cannot be copied. */
function sizeOf(found: Found): number | string {
  if (found.volume === null) return found.problem;
  const { type, physical, capacity } = readVolumeXml(found.volume.xml);
  if (type !== 'file') return `it is a ${type === 'dir' ? 'folder' : type}, not a file`;
  const size = physical ?? capacity;
  if (size === null) return 'the host does not tell how long it is';
  if (size > MAX_NVRAM) return `it has ${size} bytes, more than any variable store`;
  if (size > 0 && (found.volume.head?.length ?? 0) === 0) return 'it cannot be read on the host';
  return size;
}

/** All of it. Rejects only where the host cannot be asked at all. */
export function readVariables(hypervisor: Hypervisor, path: string): Promise<Variables> {
  return withFinder(hypervisor, (finder) => readThrough(hypervisor, finder, path));
}

export async function readThrough(hypervisor: Hypervisor, finder: Finder, path: string): Promise<Variables> {
  const found = await finder.find(path, 1);
  const size = sizeOf(found);
  const absent = found.problem === NO_SUCH_FILE;
  if (found.volume === null || typeof size === 'string') {
    const problem = typeof size === 'string' ? size : (found.problem ?? '');
    return { bytes: null, problem: `${path}: ${problem}`, absent };
  }
  const [bytes] = (await hypervisor.readVolume(found.where, [{ at: 0, length: size }])) ?? [];
  if (bytes?.length !== size)
    return { bytes: null, problem: `${path}: it could not be read to its end on the host`, absent: false };
  return { bytes, where: found.where, problem: null, absent: false };
}

/** The step: a copy with the journal. Throws backup-failed or journal-unwritable, and what the connection fails with. */
export async function keepVariables(
  hypervisor: Hypervisor,
  writer: JournalWriter,
  domain: DomainRef,
  nvram: NvramFacts | undefined,
): Promise<void> {
  if (nvram?.kind !== 'file') return;
  const { bytes, problem } = await readVariables(hypervisor, nvram.path);
  if (bytes === null) throw new SalvorError('backup-failed', { domain: domain.name, what: problem });
  await writer.backup(nvram.path, bytes);
}

/**
 * Once the guest of a session is off: do its variables differ from the copy that was kept before? In a sentence; null: they do not, or that
 * cannot be told here (no copy on this computer, a host that does not answer). Never rejects.
 */
export async function compareVariables(
  hypervisor: Hypervisor,
  journal: Journal,
  domain: DomainRef,
  sessionId: string | null,
): Promise<string | null> {
  try {
    if (sessionId === null) return null;
    const { began, records } = await journal.entry(sessionId);
    const kept = records.findLast((record) => record.type === 'backup');
    if (kept === undefined || began.domain.uuid !== domain.uuid) return null;
    const { bytes } = await readVariables(hypervisor, kept.path);
    if (bytes === null || hashOfVariables(bytes) === kept.sha256) return null;
    return sentence('variables-differ', { domain: domain.name, id: sessionId }).text;
  } catch {
    return null;
  }
}

export function hashOfVariables(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
