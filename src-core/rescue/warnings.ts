/** Facts an administrator should know before starting, and may accept (RESCUE.md "Warnings"). */
import type { AddedController } from '../disks/places.ts';
import { isIso, mediumName } from './context.ts';
import type { PlanContext } from './context.ts';
import { userWarnings } from './disk-users.ts';
import { warning } from './findings.ts';
import { kernelWarnings, loaderWarnings, propertyWarnings } from './medium-warnings.ts';
import { FIRMWARE_NAMES } from './policy.ts';
import type { ScratchNvram } from './scratch-nvram.ts';
import type { ResolvedRequest } from './plan-types.ts';
import type { Finding, MediumFacts } from './types.ts';

/** About the guest and its surroundings. */
export function domainWarnings(context: PlanContext, scratch: ScratchNvram): Finding[] {
  const { domain, inputs } = context;
  const facts = inputs.domain;
  const found: Finding[] = [];
  if (domain.firmware === 'uefi' && scratch.kind === 'not-needed') found.push(warning('nvram-writable', null));
  if (inputs.nvram?.kind === 'out-of-reach') found.push(warning('nvram-not-kept', null, { why: inputs.nvram.why }));
  if (domain.tpm) found.push(warning('tpm', null));
  for (const disk of domain.disks) {
    if (disk.shareable) found.push(warning('shareable-disk', disk.target, { target: disk.target }));
    if (disk.secrets.length > 0 && unknownSecrets(inputs.host.secrets))
      found.push(warning('secrets-unknown', disk.target, { target: disk.target }));
  }
  found.push(...userWarnings(context));
  for (const manager of domain.managers) found.push(warning('managed-by', manager, { manager }));
  const count = facts.snapshots + facts.checkpoints;
  if (count > 0) found.push(warning('snapshots', null, { count }));
  if (facts.state === 'paused' || facts.state === 'pmsuspended')
    found.push(warning('guest-not-running-clean', null, { state: facts.state }));
  return found;
}

/** About the kind of session: how long it lasts, and what it leaves while it does. */
export function sessionWarnings(
  { inputs }: PlanContext,
  { session, endAtFirstReboot }: ResolvedRequest,
  scratch: ScratchNvram,
): Finding[] {
  const { autostart, persistent } = inputs.domain;
  const found: Finding[] = [];
  if (!persistent) found.push(warning('transient', null));
  else if (session.value === 'until-ended') found.push(warning('until-ended', null));
  if (autostart) found.push(warning(session.value === 'until-ended' ? 'autostart-in-rescue' : 'autostart', null));
  if (endAtFirstReboot) found.push(warning('first-reboot', null));
  if (scratch.kind === 'path') found.push(warning('scratch-nvram', scratch.path, { path: scratch.path }));
  return found;
}

function unknownSecrets(secrets: PlanContext['inputs']['host']['secrets']): boolean {
  return secrets === null || secrets.some((secret) => secret.hasValue === null);
}

/** About the medium that boots: firmware, boot signs, copies. */
export function mediumWarnings(context: PlanContext, medium: MediumFacts): Finding[] {
  if (medium.spec.kind === 'kernel' || !medium.found)
    return [...(context.domain.secureBoot ? [warning('secure-boot', null)] : []), ...kernelWarnings(context, medium)];
  const { domain } = context;
  const name = mediumName(medium.spec);
  const found: Finding[] = [];
  const content = medium.content;
  if (content === null) found.push(warning('medium-not-examined', name, { medium: name }));
  if (domain.secureBoot) {
    found.push(
      content?.uefi === false
        ? warning('secure-boot-bios-medium', name, { medium: name })
        : warning('secure-boot', name),
    );
  }
  if (domain.firmware === 'other')
    found.push(warning('firmware-unknown', domain.machine, { machine: domain.machine || domain.arch }));
  if (domain.firmware === 'slof' || domain.firmware === 's390-ccw') {
    const firmware = FIRMWARE_NAMES[domain.firmware];
    found.push(warning('boot-signs-unknown', name, { medium: name, firmware, arch: domain.arch }));
  } else if (content !== null && (domain.firmware === 'bios' || domain.firmware === 'uefi')) {
    const { bios, uefi } = content;
    if (bios === false && uefi === false) found.push(warning('no-boot-signature', name, { medium: name }));
    else if (domain.firmware === 'uefi' && uefi === false)
      found.push(warning('firmware-medium-uefi', name, { medium: name }));
    else if (domain.firmware === 'bios' && bios === false)
      found.push(warning('firmware-medium-bios', name, { medium: name }));
  }
  return [...found, ...loaderWarnings(context, medium), ...propertyWarnings(context, medium)];
}

/** About what was chosen. */
export function choiceWarnings(context: PlanContext, resolved: ResolvedRequest, neverBoots: Finding | null): Finding[] {
  const { domain, medium, inputs } = context;
  const name = mediumName(medium?.spec);
  const found: Finding[] = [];
  if (resolved.device.value === 'cdrom' && medium !== null && medium.content !== null && !isIso(medium)) {
    found.push(warning('medium-not-iso', name, { medium: name }));
  }
  if (resolved.writes.value === 'direct') found.push(warning('direct-writes', name, { medium: name }));
  if (resolved.fallThrough.value === 'none') found.push(warning('fall-through-none', null, { medium: name }));
  if (neverBoots !== null)
    found.push(warning('unbootable-accepted', neverBoots.subject, { reason: neverBoots.message }));
  const kernel = domain.directKernel.kernel;
  if (kernel !== undefined && medium?.spec.kind !== 'kernel') found.push(warning('direct-kernel', kernel, { kernel }));
  const stable = ['hw_rescue_device', 'hw_rescue_bus'].some((property) => medium?.properties[property] !== undefined);
  const asked = inputs.request.device !== null || inputs.request.bus !== null;
  if (resolved.profile === 'nova' && !stable && !asked) found.push(warning('nova-legacy', name));
  return found;
}

export function controllerWarnings(added: readonly AddedController[]): Finding[] {
  return added.map((controller) => {
    const text = controllerName(controller);
    return warning('controller-added', text, { controller: text });
  });
}

export function controllerName({ type, index, model }: AddedController): string {
  return model === null ? `${type} controller ${index}` : `${type} controller ${index} (${model})`;
}
