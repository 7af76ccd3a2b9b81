/** A plan for people, dense and plain. */
import { formatAddress } from '../../src-core/domain-xml/disk-view.ts';
import type { BootEntry } from '../../src-core/boot/effective-order.ts';
import { inCommon } from '../../src-core/disks/names-text.ts';
import { sizeText } from '../../src-core/rescue/size-text.ts';
import type { PlanStep, PlannedDisk, PlannedFile, RescuePlan } from '../../src-core/rescue/plan-types.ts';
import type { Finding } from '../../src-core/rescue/types.ts';
import { plain, table } from './output.ts';
import { mediaText } from './show-media.ts';

export function planText(plan: RescuePlan): string {
  const { request, rescueDevice } = plan;
  const parts = [
    `Rescue of ${plain(plan.domain.name)}${plan.domain.uuid === null ? '' : ` (${plain(plan.domain.uuid)})`}`,
  ];
  if (plan.media.length > 0) parts.push(`Media\n${mediaText(plan.media)}`);
  if (plan.refusals.length > 0) parts.push(findingsText('Refused', plan.refusals));
  else {
    const own = plan.devices.filter(({ original }) => original).length;
    parts.push(
      [
        rescueDevice === null
          ? `  boots     the rescue kernel`
          : `  boots     ${plain(rescueDevice.source ?? '?')} as ${rescueDevice.device} on ${rescueDevice.bus}, ${rescueDevice.target}`,
        `  unchanged ${own} disk${own === 1 ? '' : 's'} of the guest, with their addresses; ${definitionStands(plan)}`,
        ...(request.guestDisks === 'writable'
          ? []
          : [`  disks     ${request.guestDisks}, as asked for: see the warnings`]),
        `  device    ${plain(request.device.value)}: ${plain(request.device.why.text)}`,
        `  bus       ${plain(request.bus.value)}: ${plain(request.bus.why.text)}`,
        `  session   ${request.session.value}: ${plain(request.session.why.text)}`,
        `  behind it ${request.fallThrough.value}: ${plain(request.fallThrough.why.text)}`,
        `  writes    ${request.writes.value}: ${plain(request.writes.why.text)}`,
        ...(plan.ifNotBootable === null ? [] : [`  else      ${plain(plan.ifNotBootable.text)}`]),
      ].join('\n'),
    );
  }
  if (plan.warnings.length > 0) parts.push(findingsText('Warnings', plan.warnings));
  if (plan.refusals.length > 0) return parts.join('\n\n');
  parts.push(
    `Boot order before\n${bootTable(plan.bootBefore)}`,
    `Boot order in rescue\n${bootTable(plan.bootAfter)}`,
    `Disks in rescue\n${diskTable(plan)}`,
  );
  const changes = [
    ...plan.added.map(({ what }) => `  + ${plain(what.text)}`),
    ...plan.removed.map(({ what }) => `  - ${plain(what.text)}`),
  ];
  if (changes.length > 0) parts.push(`What the rescue definition has and has not\n${changes.join('\n')}`);
  if (plan.files.length > 0) parts.push(`Files on the host\n${filesText(plan.files)}`);
  parts.push(`Steps\n${stepsText(plan.steps)}`, `To end it\n${stepsText(plan.endSteps)}`);
  return parts.join('\n\n');
}

function filesText(files: readonly PlannedFile[]): string {
  const size = (bytes: number | null) => (bytes === null ? null : sizeText(bytes));
  return table(
    ['path', 'at most', 'free there', 'what'],
    files.map(({ path, atMost, free, what }) => [path, size(atMost), size(free), what.text]),
    '  ',
  );
}

export function stepsText(list: readonly PlanStep[]): string {
  return list.map(({ what }, index) => `  ${index + 1} ${plain(what.text)}`).join('\n');
}

/** What becomes of the guest's definition. */
function definitionStands({ request, warnings }: RescuePlan): string {
  if (request.session.value === 'one-shot') return 'the definition is not touched';
  return warnings.some(({ code }) => code === 'transient')
    ? 'its own XML is kept, and started again in the end'
    : 'the definition is put back when the rescue is ended';
}

export function findingsText(title: string, list: readonly Finding[]): string {
  return `${title}\n${list.map(({ code, message }) => `  ${code}: ${plain(message)}`).join('\n')}`;
}

export function bootTable(entries: readonly BootEntry[]): string {
  if (entries.length === 0) return '  nothing boots';
  return table(
    ['order', 'kind', 'target', 'source', 'why'],
    entries.map(({ order, kind, target, index, source, why }) => [order, kind, target ?? `#${index}`, source, why]),
    '  ',
  );
}

function diskTable({ devices }: RescuePlan): string {
  const disks = table(
    ['target', 'bus', 'device', 'address', 'serial', 'kernel name', 'holds in the guest', 'source', 'own'],
    devices.map((disk) => [
      disk.target,
      disk.bus,
      disk.device,
      disk.address === null ? null : formatAddress(disk.address),
      disk.serial,
      kernelText(disk),
      disk.guestNames.byPath ?? disk.guestNames.byId,
      disk.source,
      disk.original ? (disk.protection ?? 'unchanged') : 'added',
    ]),
    '  ',
  );
  const notes = devices.map(({ target, guestNames }) => [target, guestNames.note] as const);
  return [disks, ...inCommon('Names in rescue', notes)].join('\n\n');
}

/** In rescue, and otherwise where that is not the same. */
function kernelText({ guestNames: { kernel }, kernelBefore, original }: PlannedDisk): string | null {
  return !original || kernel === kernelBefore ? kernel : `${kernel ?? '?'}, otherwise ${kernelBefore ?? '?'}`;
}

/** `--out diff`: lines as `diff -u` marks them. */
export function diffText(plan: RescuePlan): string {
  const mark = { same: ' ', added: '+', removed: '-' } as const;
  return plan.diff.map(({ kind, text }) => `${mark[kind]}${text}`).join('\n');
}

/** `--out boot`: both boot orders. */
export function bootText(plan: RescuePlan): string {
  return `Boot order before\n${bootTable(plan.bootBefore)}\n\nBoot order in rescue\n${bootTable(plan.bootAfter)}`;
}
