/** Refusals about the domain and its media: all that can be known before the guest is stopped. */
import { MAX_XML_LENGTH, isXmlText } from '../domain-xml/document.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import { child } from '../domain-xml/elements.ts';
import { rootDisk } from '../disks/root-disk.ts';
import { secretOf } from '../disks/secret-states.ts';
import type { DiskView } from '../disks/types.ts';
import { hostTraits } from '../host/traits.ts';
import type { HostTrait } from '../host/traits.ts';
import { PACKED_FORMATS } from '../media/containers.ts';
import { driverFormat, mediumName, sourceName } from './context.ts';
import type { PlanContext } from './context.ts';
import type { Attachment } from './attach.ts';
import { userRefusals } from './disk-users.ts';
import { refusal } from './findings.ts';
import { DISK_FORMATS, NOVA_LEGACY_TYPES, OPTICAL_FORMATS, REASON_OF_TYPE, SUPPORTED_TYPES } from './policy.ts';
import { lengthWithRecord } from './record.ts';
import { writesFit } from './resolve.ts';
import { domainWord, shellWord } from './shell-word.ts';
import type { ScratchNvram } from './scratch-nvram.ts';
import { findSession, markOfOtherVersion, readSession, recordOf } from './session.ts';
import type { ResolvedRequest } from './plan-types.ts';
import type { Finding, MediumFacts, Profile } from './types.ts';
import { lookup } from '../lookup.ts';

/** Bytes left for what a rescue adds besides its record. */
const ROOM_FOR_MEDIA = 64 * 1024;

/** Guests that are not planned for: virt type, operating system type, a machine of which nothing is known. */
export function kindRefusals({ domain, inputs }: PlanContext): Finding[] {
  if (!SUPPORTED_TYPES.includes(domain.type)) {
    return [
      refusal('virt-type', domain.type, {
        type: domain.type || '?',
        why: lookup(REASON_OF_TYPE, domain.type) ?? 'it has not been verified',
      }),
      ...legacyOnly(domain, inputs.request.profile),
    ];
  }
  if (domain.osType !== 'hvm') return [refusal('os-type', domain.osType, { type: domain.osType || '?' })];
  // Of other machines only the host's domain capabilities tell anything.
  const told = inputs.host.domainCapabilities?.buses ?? [];
  if (domain.machineFamily === 'other' && told.length === 0)
    return [refusal('machine', domain.machine, { machine: domain.machine || '?', arch: domain.arch })];
  return [];
}

/** Nova's legacy rescue is not offered: where Nova knows no other one, that is told. */
function legacyOnly({ type }: DomainView, profile: Profile): Finding[] {
  return profile === 'nova' && NOVA_LEGACY_TYPES.includes(type) ? [refusal('nova-legacy-only', type, { type })] : [];
}

/** The state a guest is in: saved memory, jobs, an open session, a definition that libvirt would not take. */
export function stateRefusals(context: PlanContext): Finding[] {
  const { domain } = context;
  const facts = context.inputs.domain;
  const found: Finding[] = [];
  if (context.inputs.host.readOnly) found.push(refusal('read-only-host', null));
  if (facts.managedSave) found.push(refusal('managed-save', null, { domain: domainWord(domain) }));
  if (facts.job !== null) found.push(refusal('job', null, { job: facts.job }));
  if (facts.blockJobs.length > 0)
    found.push(
      refusal('block-job', facts.blockJobs[0] ?? null, {
        targets: facts.blockJobs.join(', '),
        domain: domainWord(domain),
        target: shellWord(facts.blockJobs[0] ?? ''),
      }),
    );
  found.push(...userRefusals(context));
  const session = openSession(context);
  if (session !== null)
    found.push(
      refusal('in-rescue', null, { since: session.startedAt ?? 'unknown', by: session.startedBy ?? 'unknown' }),
    );
  const mark = markOfOtherVersion(`${facts.definitionXml}${facts.liveXml ?? ''}`);
  if (mark !== null) found.push(refusal('other-version', null, { mark }));
  return [...found, ...definitionRefusals(domain)];
}

/** A session seen in the running domain or, put there by another version, in its definition. */
function openSession({ inputs, document }: PlanContext) {
  const live = readSession(inputs.domain.sessionXml);
  if (live !== null) return live;
  const inDefinition = findSession(child(document.documentElement, 'metadata'));
  return inDefinition === null ? null : recordOf(inDefinition);
}

/** What libvirt would refuse too; said in our words, since it is found before anything is touched. */
function definitionRefusals(domain: DomainView): Finding[] {
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const disk of domain.disks) {
    if (disk.target === '')
      found.push(
        refusal('definition-invalid', null, {
          problem: `disk ${disk.index + 1} has no target`,
          domain: domainWord(domain),
        }),
      );
    else if (seen.has(disk.target)) found.push(refusal('duplicate-target', disk.target, { target: disk.target }));
    seen.add(disk.target);
  }
  const orders = [...domain.disks, ...domain.bootDevices]
    .map((device) => device.bootOrder)
    .filter((order) => order !== null);
  if (orders.some((order) => order < 1))
    found.push(
      refusal('definition-invalid', null, {
        problem: 'a <boot order> is not a number from 1',
        domain: domainWord(domain),
      }),
    );
  if (new Set(orders).size < orders.length)
    found.push(
      refusal('definition-invalid', null, {
        problem: 'two devices have the same <boot order>',
        domain: domainWord(domain),
      }),
    );
  if (orders.length > 0 && domain.osBoot.length > 0) {
    found.push(
      refusal('definition-invalid', null, {
        problem: '<boot order> and <os><boot dev> are mixed',
        domain: domainWord(domain),
      }),
    );
  }
  return found;
}

/** Secrets of encrypted disks and network storage: without a value the guest would not start again. */
export function secretRefusals({ domain, inputs }: PlanContext): Finding[] {
  const known = inputs.host.secrets;
  if (known === null) return [];
  const found: Finding[] = [];
  for (const disk of domain.disks) {
    for (const reference of disk.secrets) {
      const name = reference.uuid ?? reference.usage ?? '?';
      const secret = secretOf(reference, known);
      if (secret === undefined)
        found.push(refusal('secret-missing', disk.target, { secret: name, target: disk.target }));
      else if (secret.hasValue === false)
        found.push(refusal('secret-no-value', disk.target, { secret: shellWord(name), target: disk.target }));
    }
  }
  return found;
}

/** Is the medium there, is there something in it, is it nobody else's? */
export function mediumRefusals(context: PlanContext, medium: MediumFacts, device: string): Finding[] {
  const name = mediumName(medium.spec);
  if (!medium.found) return [missingMedium(medium, name)];
  const found: Finding[] = [];
  const words = [...Object.values(medium.spec), ...Object.values(medium.source ?? {})];
  if (!words.every((word) => typeof word !== 'string' || isXmlText(word)))
    found.push(refusal('medium-name', name, { medium: name }));
  if (medium.size === 0 || medium.content?.kind === 'empty')
    found.push(refusal('medium-empty', name, { medium: name }));
  if (medium.spec.kind === 'kernel') {
    const empty = medium.bootFiles.filter(({ role, content }) => role === 'kernel' && content?.kind === 'empty');
    return [...found, ...empty.map(({ file }) => refusal('medium-empty', file, { medium: file }))];
  }
  if (medium.writers.length > 0)
    found.push(refusal('medium-in-use', name, { medium: name, users: medium.writers.join(', ') }));
  if (isRepeated(context, medium)) found.push(refusal('medium-twice', name, { medium: name }));
  const own = ownDisk(context, medium);
  if (own !== null) found.push(refusal('medium-is-guest-disk', name, { medium: name, target: own }));
  const file = elsewhere(medium);
  const format = driverFormat(medium);
  if (file !== null) found.push(refusal('medium-points-elsewhere', name, { medium: name, format, file }));
  if (medium.content?.encrypted === true) found.push(refusal('medium-encrypted', name, { medium: name, format }));
  const formats = device === 'disk' ? DISK_FORMATS : OPTICAL_FORMATS;
  if (PACKED_FORMATS.includes(format)) found.push(refusal('medium-packed', name, { medium: name, format }));
  else if (!formats.includes(format))
    found.push(
      refusal('medium-format', name, {
        medium: name,
        format,
        device,
        needed: device === 'disk' ? 'raw or qcow2' : 'raw',
      }),
    );
  if (medium.source?.type === 'network' && device !== 'cdrom')
    found.push(refusal('url-needs-cdrom', name, { medium: name }));
  return found;
}

/** Is a medium before it in the request the same image? Its overlay would be the same file too. */
function isRepeated({ inputs }: PlanContext, medium: MediumFacts): boolean {
  const source = sourceName(medium.source);
  const first = inputs.media.find((other) => sourceName(other.source) === source);
  return source !== null && first !== undefined && first !== medium;
}

/** Another file that an image refers to: by its own bytes or, where those could not be read, as the host's storage says. */
function elsewhere({ content, backing }: MediumFacts): string | null {
  return content === null ? backing : (content.backingFile ?? content.dataFile);
}

function missingMedium(medium: MediumFacts, name: string): Finding {
  const problem = medium.problem ?? 'it was not found';
  switch (medium.spec.kind) {
    case 'original':
      return refusal('original-missing', name, { problem, looked: medium.lookedAt.join(', ') || 'no disk' });
    case 'kernel':
      return refusal('kernel-missing', name, { file: name, problem });
    case 'url':
      return refusal('medium-url', name, { medium: name, problem });
    default:
      return refusal('medium-missing', name, { medium: name, problem });
  }
}

/** The target of the guest's own disk that a medium is, or is a base of when it would be written to. */
function ownDisk({ domain, inputs }: PlanContext, medium: MediumFacts): string | null {
  const name = sourceName(medium.source);
  if (name === null) return null;
  const writes = inputs.request.writes === 'direct';
  if (medium.kin !== null && (medium.kin.as === 'same-file' || writes)) return medium.kin.target;
  const disk = domain.disks.find(
    (own) => (own.source === name && !(own.readonly && !writes)) || (writes && own.backingChain.includes(name)),
  );
  if (disk !== undefined) return disk.target;
  return writes && medium.spec.kind === 'original' ? (rootDisk(domain)?.target ?? null) : null;
}

/** Writes cannot be kept away from a medium that is no file, on a bus without read-only disks. */
export function writesRefusals(
  medium: MediumFacts,
  device: string,
  bus: string,
  writes: ResolvedRequest['writes'],
): Finding[] {
  const name = mediumName(medium.spec);
  // libvirt makes a volume over what it can open as a file.
  if (writes.value === 'overlay-volume' && medium.source?.type === 'volume')
    return [refusal('overlay-volume-medium', name, { medium: name })];
  if (writesFit(device, bus, writes.value)) return [];
  return [refusal('overlay-impossible', name, { medium: name, bus })];
}

/** The pool for overlays: can it have them, where a disk needs one? Asked for together with writing to the medium it is never quietly left out. */
export function overlayPoolRefusals({ inputs }: PlanContext, { disks, overlays }: Attachment): Finding[] {
  const { request, overlayPool } = inputs;
  const pool = request.overlayPool;
  if (pool === null) return [];
  if (request.writes === 'direct') return [refusal('overlay-or-direct', pool, { pool })];
  if (!disks.some(({ writes }) => writes === 'overlay-volume')) return [];
  if (overlayPool === undefined) {
    const why = 'there is no host to ask for it, in a plan from files';
    return [refusal('overlay-pool', pool, { pool, why })];
  }
  if (overlayPool.kind === 'unfit') return [refusal('overlay-pool', pool, { pool, why: overlayPool.why })];
  return overlays
    .filter(({ name }) => overlayPool.overlays.includes(name))
    .map(({ name }) => refusal('overlay-volume-exists', name, { pool, name }));
}

/** The kind of session: what it needs of the guest, of the administrator, and of the other choices. */
export function sessionRefusals({ domain, inputs }: PlanContext, resolved: ResolvedRequest): Finding[] {
  const found: Finding[] = [];
  if (!inputs.domain.persistent && !inputs.request.transientConsent)
    found.push(refusal('transient-domain', null, { domain: domain.name }));
  if (resolved.session.value === 'one-shot') return found;
  if (resolved.endAtFirstReboot) found.push(refusal('first-reboot-kind', null));
  // The definition, and itself once more as its record; what the medium adds is little beside it.
  const { definitionXml } = inputs.domain;
  if (lengthWithRecord(definitionXml) > MAX_XML_LENGTH - ROOM_FOR_MEDIA)
    found.push(refusal('record-too-large', null, { size: definitionXml.length }));
  return found;
}

/** UEFI firmware deletes boot entries of devices without a place in the order (FACTS B4). */
export function scratchRefusals(scratch: ScratchNvram): Finding[] {
  return scratch.kind === 'impossible' ? [refusal('uefi-no-fall-through', null, { why: scratch.why })] : [];
}

/** What the host must be able to do for this rescue (RESCUE.md "Host traits"). */
export function traitRefusals({ domain, inputs }: PlanContext): Finding[] {
  const traits = hostTraits(inputs.host);
  const { driver } = inputs.host;
  const lacks = (trait: HostTrait) => !traits.includes(trait);
  if (lacks('stable-rescue')) return [refusal('host-trait', 'stable-rescue', { driver, trait: 'stable-rescue' })];
  const root = rootDisk(domain);
  return root !== null && isVolume(root) && lacks('volume-root-rescue')
    ? [refusal('host-trait', 'volume-root-rescue', { driver, trait: 'volume-root-rescue' })]
    : [];
}

const isVolume = ({ sourceType }: DiskView): boolean => ['block', 'network', 'volume'].includes(sourceType);

/** Nova rescues a volume-rooted guest only when the medium has both properties (NOVA.md 7); an explicit choice wins. */
export function novaRefusals({ domain, inputs, medium }: PlanContext): Finding[] {
  const root = rootDisk(domain);
  if (inputs.request.profile !== 'nova' || root === null || !isVolume(root)) return [];
  const has = (choice: string | null, property: string) =>
    choice !== null || medium?.properties[property] !== undefined;
  const both = has(inputs.request.device, 'hw_rescue_device') && has(inputs.request.bus, 'hw_rescue_bus');
  return both ? [] : [refusal('nova-volume-root', root.target)];
}
