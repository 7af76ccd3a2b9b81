/** Request → plan (RESCUE.md section 3). Pure: the same inputs give the same plan, byte for byte. */
import { bootEntry, bootPicks, effectiveBootOrder } from '../boot/effective-order.ts';
import type { BootEntry } from '../boot/effective-order.ts';
import { parseXml } from '../domain-xml/document.ts';
import { readDomain } from '../domain-xml/domain.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import { diffLines } from '../domain-xml/line-diff.ts';
import { serialiseXml } from '../domain-xml/serialise.ts';
import { applyEdits } from './apply.ts';
import type { Changes, Edits } from './apply.ts';
import { attachChoices } from './choices.ts';
import {
  kindRefusals,
  mediumRefusals,
  novaRefusals,
  overlayPoolRefusals,
  scratchRefusals,
  secretRefusals,
  sessionRefusals,
  stateRefusals,
  traitRefusals,
  writesRefusals,
} from './checks.ts';
import { contextOf, mediumName } from './context.ts';
import type { PlanContext } from './context.ts';
import { deviceTable } from './device-table.ts';
import { fingerprintOf } from './fingerprint.ts';
import { refusal, sentence } from './findings.ts';
import { copyWarnings, ownerWarnings } from './medium-warnings.ts';
import { asBus, asDevice, besideNvme, fitRefusals, neverBoots } from './fit.ts';
import { plannedSnapshot, protectionOf, protectionWarnings } from './guest-disks.ts';
import type { ProtectedDisk } from './guest-disks.ts';
import { attachMedia } from './attach.ts';
import type { Attachment } from './attach.ts';
import { resolveBus, resolveDevice, resolveFallThrough, resolveSession, resolveWrites } from './resolve.ts';
import { pendingOf, pendingWarnings } from './pending.ts';
import { plannedFiles, roomNeeded, roomRefusals, roomWarnings } from './planned-files.ts';
import { plannedMedia } from './planned-media.ts';
import { S390_BOOTS_ON_FROM } from './policy.ts';
import { encodeRecord, hashDefinition } from './record.ts';
import { scratchNvram } from './scratch-nvram.ts';
import type { ScratchNvram } from './scratch-nvram.ts';
import { powerOf } from './session.ts';
import type { SessionMark } from './session.ts';
import { endSteps, startSteps } from './steps.ts';
import type { SessionFacts } from './steps.ts';
import type { AttachChoice, RescuePlan, ResolvedRequest } from './plan-types.ts';
import type { Finding, HostFacts, RescueInputs, Sentence } from './types.ts';
import { choiceWarnings, controllerWarnings, domainWarnings, mediumWarnings, sessionWarnings } from './warnings.ts';
import { virshCommands } from './virsh.ts';
import type { ByHand } from './virsh.ts';

/** Plan a rescue. Throws XmlProblem where the definition cannot be read at all; everything else is in the plan. */
export function planRescue(inputs: RescueInputs): RescuePlan {
  return planInContext(readContext(inputs));
}

/** The plan, and for every device and bus whether it could be chosen: what a preview shows. */
export function previewRescue(inputs: RescueInputs): { plan: RescuePlan; choices: AttachChoice[] } {
  const context = readContext(inputs);
  // The choices come first: planning edits the document.
  const choices = attachChoices(context);
  return { plan: planInContext(context), choices };
}

function readContext(inputs: RescueInputs): PlanContext {
  const document = parseXml(inputs.domain.definitionXml);
  return contextOf(inputs, document, readDomain(document));
}

function planInContext(context: PlanContext): RescuePlan {
  const { inputs, domain, medium } = context;
  const resolved = resolve(context);
  const device = asDevice(resolved.device.value);
  const bus = asBus(resolved.bus.value);
  const kernel = medium?.spec.kind === 'kernel';
  const attachment = attachMedia(context, resolved);
  const scratch = scratchFor(context, resolved);
  const protection = protectionOf(context);
  const pending = pendingOf(domain, inputs.domain);
  const snapshot = plannedSnapshot(protection.disks, inputs.stamp);
  const room = roomNeeded(context, attachment, protection.disks);
  const refusals = refusalsOf(context, resolved, attachment, scratch, [
    ...protection.refusals,
    ...overlayPoolRefusals(context, attachment),
    ...roomRefusals(room),
  ]);
  const accepted =
    inputs.request.allowUnbootable && device !== null && bus !== null
      ? (neverBoots(context, context.layout, device, bus) ?? besideNvme(context, resolved.fallThrough.value))
      : null;
  const warnings = [
    ...(medium === null ? [] : mediumWarnings(context, medium)),
    ...inputs.media.flatMap((each) => [...copyWarnings(context, each), ...ownerWarnings(each)]),
    ...choiceWarnings(context, resolved, accepted),
    ...domainWarnings(context, scratch),
    ...sessionWarnings(context, resolved, scratch),
    ...protectionWarnings(context, protection.disks, snapshot),
    ...pendingWarnings(pending),
    ...roomWarnings(room),
    ...controllerWarnings(attachment.layout.added),
  ];
  const bootBefore = effectiveBootOrder(domain);
  const fingerprint = fingerprintOf(inputs, pending);
  const session: SessionFacts = {
    domain: domain.name,
    kind: resolved.session.value,
    transient: !inputs.domain.persistent,
    endAtFirstReboot: resolved.endAtFirstReboot,
    scratchNvram: scratch.kind === 'path' ? scratch.path : null,
    overlays: attachment.overlays,
    nvramBackup: inputs.nvram?.kind === 'file' ? inputs.nvram.path : null,
    snapshot,
  };
  const definition =
    refusals.length > 0 ? null : makeDefinition(context, resolved, attachment, protection.disks, session);
  const bootAfter = bootOrderAfter(context, resolved, attachment);
  const running = powerOf(inputs.domain.state) === 'on';
  return {
    planVersion: 1,
    domain: { uuid: domain.uuid, name: domain.name },
    request: resolved,
    fingerprint,
    refusals,
    warnings,
    media: plannedMedia(context, attachment),
    rescueDevice: kernel ? null : (attachment.rescueDevice ?? null),
    bootBefore,
    bootAfter: refusals.length > 0 ? [] : bootAfter,
    ifNotBootable: refusals.length > 0 ? null : consequence(context, resolved, bootAfter),
    // The document has been edited by now, where nothing was refused.
    devices: deviceTable(
      domain,
      definition === null ? null : readDomain(context.document),
      attachment,
      protection.disks,
    ),
    added: definition?.changes.added ?? [],
    removed: definition?.changes.removed ?? [],
    steps: refusals.length > 0 ? [] : startSteps(session, running, resolved.stop),
    endSteps: refusals.length > 0 ? [] : endSteps(session, true, running, resolved.stop),
    scratchNvram: refusals.length > 0 ? null : session.scratchNvram,
    files: refusals.length > 0 ? [] : plannedFiles(room, session.scratchNvram),
    overlays: refusals.length > 0 ? [] : attachment.overlays,
    snapshot: refusals.length > 0 ? null : snapshot,
    rescueXml: definition?.xml ?? null,
    diff: definition === null ? [] : diffLines(definition.before, definition.xml),
    virsh:
      refusals.length > 0
        ? []
        : byHand(context, { request: resolved, session, running, overlays: attachment.overlays }),
  };
}

function resolve(context: PlanContext): ResolvedRequest {
  const { inputs, medium } = context;
  const { request } = inputs;
  const device = resolveDevice(context, medium);
  const bus = device.value === 'none' ? { ...device } : resolveBus(context, medium, device.value);
  return {
    media: request.media,
    profile: request.profile,
    device,
    bus,
    session: resolveSession(context),
    endAtFirstReboot: request.endAtFirstReboot,
    fallThrough: resolveFallThrough(context),
    writes: resolveWrites(context, medium, device.value, bus.value),
    guestDisks: request.guestDisks,
    stop: request.stop,
  };
}

/** All refusals, the guest's own first; an unsupported kind of guest hides the rest, which would only repeat it. */
function refusalsOf(
  context: PlanContext,
  resolved: ResolvedRequest,
  attachment: Attachment,
  scratch: ScratchNvram,
  ofStorage: readonly Finding[],
): Finding[] {
  const kind = kindRefusals(context);
  if (kind.length > 0) return kind;
  const { medium, inputs } = context;
  const device = resolved.device.value;
  const found = [
    ...stateRefusals(context),
    ...secretRefusals(context),
    ...traitRefusals(context),
    ...novaRefusals(context),
    ...sessionRefusals(context, resolved),
    ...scratchRefusals(scratch),
    ...ofStorage,
  ];
  if (medium === null) return [...found, refusal('no-medium', null)];
  found.push(...mediumRefusals(context, medium, device));
  if (medium.spec.kind !== 'kernel') {
    found.push(...fitRefusals(context, attachment.layoutBeforeRescue, device, resolved.bus.value));
    found.push(...writesRefusals(medium, device, resolved.bus.value, resolved.writes));
    const beside = inputs.request.allowUnbootable ? null : besideNvme(context, resolved.fallThrough.value);
    if (beside !== null) found.push(beside);
  }
  if (inputs.request.media.slice(1).some((spec) => spec.kind === 'kernel'))
    found.push(refusal('several-kernels', null));
  return [...found, ...attachment.refusals];
}

/** The order of the rescue. The document has been edited by now, where nothing was refused. */
function bootOrderAfter(context: PlanContext, resolved: ResolvedRequest, attachment: Attachment): BootEntry[] {
  const { domain, medium } = context;
  if (medium?.spec.kind === 'kernel') {
    const kernel = {
      order: 1,
      kind: 'kernel',
      target: null,
      index: 0,
      source: medium.spec.kernel,
      ...reasoned(sentence('boot-kernel-rescue')),
    } as const;
    // Where the guest has nothing that boots, libvirt lets it try a disk that rides along.
    const now = attachment.disks.length === 0 ? domain : readDomain(context.document);
    return [kernel, ...bootPicks(now).map((pick, place) => bootEntry(now, pick, place + 2))];
  }
  const { rescueDevice } = attachment;
  if (rescueDevice === null) return [];
  const kind = rescueDevice.device === 'cdrom' || rescueDevice.device === 'floppy' ? rescueDevice.device : 'disk';
  const index =
    domain.disks.filter((disk) => (disk.device === 'lun' ? 'disk' : disk.device) === kind).length +
    attachment.disks.filter((disk) => disk.bootOrder === null && disk.device === kind).length;
  const { target, source } = rescueDevice;
  const first: BootEntry = { order: 1, kind, target, index, source, ...reasoned(sentence('boot-rescue')) };
  if (resolved.fallThrough.value === 'none') return [first];
  const rest = bootPicks(domain).map((pick, place) => {
    const reason = sentence('boot-after-rescue', { why: pick.reason.text });
    return bootEntry(domain, { device: pick.device, reason }, place + 2);
  });
  return [first, ...rest];
}

function reasoned(reason: Sentence) {
  return { why: reason.text, reason };
}

interface Definition {
  readonly before: string;
  readonly xml: string;
  readonly changes: Changes;
}

function makeDefinition(
  context: PlanContext,
  resolved: ResolvedRequest,
  attachment: Attachment,
  guestDisks: readonly ProtectedDisk[],
  session: SessionFacts,
): Definition {
  const { document, domain, inputs, medium } = context;
  const before = serialiseXml(document);
  const kernel = medium?.spec.kind === 'kernel' ? medium.spec : null;
  const none = resolved.fallThrough.value === 'none';
  const changes = applyEdits(document, {
    disks: attachment.disks,
    guestDisks,
    controllers: attachment.layout.added,
    boot:
      kernel === null ? { picks: none ? [] : bootPicks(domain), firstOrder: 2 } : orderBehindKernel(domain, attachment),
    directKernel:
      kernel === null
        ? { kernel: null, initrd: null, cmdline: null, dtb: null }
        : { kernel: kernel.kernel, initrd: kernel.initrd, cmdline: kernel.cmdline, dtb: null },
    endAtFirstReboot: session.endAtFirstReboot,
    scratchNvram: session.scratchNvram,
    mark: {
      kind: session.kind,
      target: attachment.rescueDevice?.target ?? null,
      medium: mediumName(medium?.spec),
      powerBefore: inputs.powerBefore ?? powerOf(inputs.domain.state),
      definition: hashDefinition(inputs.domain.definitionXml),
      transient: session.transient,
      overlays: overlaysFor(attachment),
      original: session.kind === 'until-ended' ? encodeRecord(inputs.domain.definitionXml) : null,
    },
    stamp: inputs.stamp,
  });
  return { before, xml: serialiseXml(document), changes };
}

/** What the session's mark says of its overlay volumes. */
function overlaysFor({ overlays: [first, ...rest] }: Attachment): SessionMark['overlays'] {
  return first === undefined ? null : { pool: first.pool, targets: [first, ...rest].map(({ target }) => target) };
}

/**
 * A kernel leaves the order alone; but <boot dev> picks the first device of a class, which a medium that rides along can be, so that with one
 * the guest's own devices get their places by name.
 */
function orderBehindKernel(domain: DomainView, attachment: Attachment): Edits['boot'] {
  const isByDevice = [...domain.disks, ...domain.bootDevices].some(({ bootOrder }) => bootOrder !== null);
  const picks = bootPicks(domain);
  // Without any order left libvirt would write <boot dev='hd'/>.
  return attachment.disks.length === 0 || isByDevice || picks.length === 0 ? null : { picks, firstOrder: 1 };
}

/** What happens when the medium does not boot: differs by firmware and device (FACTS B3). */
function consequence(
  { domain, medium, inputs }: PlanContext,
  resolved: ResolvedRequest,
  bootAfter: readonly BootEntry[],
): Sentence {
  const name = mediumName(medium?.spec);
  if (resolved.device.value === 'none') return sentence('not-bootable-kernel');
  // SeaBIOS passes over nvme disks: see besideNvme.
  const isPassedOver = (own: string | null) => domain.disks.some(({ target, bus }) => bus === 'nvme' && target === own);
  const next = bootAfter.slice(1).find(({ target }) => !isPassedOver(target));
  // SeaBIOS maps one hard disk to boot from; QEMU runs with -boot strict=on.
  if (domain.firmware === 'bios' && resolved.device.value === 'disk')
    return sentence('not-bootable-hangs', { medium: name });
  if (domain.firmware === 'other') return sentence('not-bootable-unknown', { medium: name, machine: domain.machine });
  if (domain.firmware === 's390-ccw' && next !== undefined && !triesNextOnS390(inputs.host))
    return sentence('not-bootable-first-only', { medium: name });
  if (next === undefined) return sentence('not-bootable-stops', { medium: name });
  return sentence('not-bootable-falls', { medium: name, next: bootEntryName(next) });
}

function triesNextOnS390({ libvirtVersion, hypervisorVersion }: HostFacts): boolean {
  return libvirtVersion >= S390_BOOTS_ON_FROM.libvirt && hypervisorVersion >= S390_BOOTS_ON_FROM.qemu;
}

/** What a boot entry is called in a sentence. */
function bootEntryName({ kind, target, index }: BootEntry): string {
  if (kind === 'interface') return target === null ? 'the network' : `the network (${target})`;
  return target ?? `${kind} ${index}`;
}

/** The NVRAM of the session, where its boot order leaves out the guest's own devices on UEFI. */
function scratchFor({ document, domain, inputs, medium }: PlanContext, resolved: ResolvedRequest): ScratchNvram {
  const leavesOut = resolved.fallThrough.value === 'none' && medium?.spec.kind !== 'kernel';
  if (!leavesOut || domain.firmware !== 'uefi') return { kind: 'not-needed' };
  return scratchNvram(document, inputs.host, domain.name, domain.uuid);
}

function byHand(context: PlanContext, planned: Pick<ByHand, 'request' | 'session' | 'running' | 'overlays'>): string[] {
  const { host, domain, request: asked } = context.inputs;
  const { definitionXml } = domain;
  return virshCommands({
    uri: host.uri,
    uuid: context.domain.uuid,
    ...planned,
    allowUnbootable: asked.allowUnbootable,
    definitionXml,
  });
}
