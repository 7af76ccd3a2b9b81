/** Is the running domain what was planned? Read from its live XML, compared by target, never by place in a list. */
import { effectiveBootOrder } from '../boot/effective-order.ts';
import { formatAddress } from '../domain-xml/disk-view.ts';
import { parseXml } from '../domain-xml/document.ts';
import { readDomain } from '../domain-xml/domain.ts';
import { child } from '../domain-xml/elements.ts';
import { overlayOf } from '../disks/overlay.ts';
import type { DiskAddress, DiskView } from '../disks/types.ts';
import { nvramFile } from './scratch-nvram.ts';
import type { PlannedDisk, RescuePlan } from './plan-types.ts';

/** Differences in words; empty: as planned. Throws XmlProblem where the live XML cannot be read. */
export function verifyRescue(plan: RescuePlan, liveXml: string): string[] {
  const document = parseXml(liveXml);
  const live = readDomain(document);
  const nvram = nvramFile(child(document.documentElement, 'os'));
  const differences: string[] = [];
  const byTarget = new Map(live.disks.map((disk) => [disk.target, disk]));
  for (const planned of plan.devices) {
    const disk = byTarget.get(planned.target);
    if (disk === undefined) {
      differences.push(`${planned.target} is missing`);
      continue;
    }
    if (disk.bus !== planned.bus) differences.push(`${planned.target} is on ${disk.bus}, not on ${planned.bus}`);
    if (disk.device !== planned.device)
      differences.push(`${planned.target} is a ${disk.device}, not a ${planned.device}`);
    if (!sameAddress(planned.address, disk.address))
      differences.push(`${planned.target} is at ${text(disk.address)}, not at ${text(planned.address)}`);
    if (sourceMoved(planned, disk, plan.domain.name))
      differences.push(`${planned.target} has ${disk.source ?? 'nothing'} in it, not ${planned.source ?? 'nothing'}`);
    if (planned.protection === 'read-only' && !disk.readonly) differences.push(`${planned.target} is not read-only`);
    if (planned.protection === 'overlay' && !disk.transient)
      differences.push(`${planned.target} is not behind a throw-away overlay`);
  }
  for (const { target, path } of plan.overlays) {
    const source = byTarget.get(target)?.source ?? null;
    if (source !== null && source !== path) differences.push(`${target} has ${source} in it, not its overlay ${path}`);
  }
  const known = new Set(plan.devices.map((device) => device.target));
  for (const disk of live.disks) if (!known.has(disk.target)) differences.push(`${disk.target} was not planned`);
  const order = (entries: RescuePlan['bootAfter']) =>
    entries.map((entry) => entry.target ?? `${entry.kind} ${entry.index}`).join(', ');
  const boot = order(effectiveBootOrder(live));
  const wanted = order(plan.bootAfter);
  if (plan.request.endAtFirstReboot && live.onReboot !== 'destroy')
    differences.push('it would survive its first reboot');
  if (plan.scratchNvram !== null && nvram !== plan.scratchNvram)
    differences.push(`its UEFI variables are in ${nvram ?? 'no file'}, not in ${plan.scratchNvram}`);
  if (boot !== wanted) differences.push(`the boot order is ${boot || 'empty'}, not ${wanted || 'empty'}`);
  return differences;
}

/** An address that the definition left to libvirt may be anything. */
function sameAddress(planned: DiskAddress | null, live: DiskAddress | null): boolean {
  return planned === null || (live !== null && formatAddress(planned) === formatAddress(live));
}

function text(address: DiskAddress | null): string {
  return address === null ? 'no address' : formatAddress(address);
}

/** A transient disk's source is its overlay while it runs; originals must be the same, but an optional source may have been dropped. */
function sourceMoved({ original, source }: PlannedDisk, live: DiskView, domain: string): boolean {
  if (!original || live.source === null || live.source === source) return false;
  return !live.transient || source === null || live.source !== overlayOf(source, domain);
}
