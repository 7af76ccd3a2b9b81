/** The plan of a migration for people, and the line that tells how one goes. */
import type { DiffLine } from '../../src-core/domain-xml/line-diff.ts';
import type { DefinitionPair, MigrationPlan, MigrationProgress } from '../../src-core/migration/types.ts';
import { sizeText } from '../../src-core/rescue/size-text.ts';
import { plain, plainLines, table } from './output.ts';
import { findingsText, stepsText } from './show-plan.ts';

/** `plan`: redacted. */
export function migrationText(plan: MigrationPlan): string {
  const { domain, from, to, refusals, warnings, request } = plan;
  const uuid = domain.uuid === null ? '' : ` (${plain(domain.uuid)})`;
  const parts = [
    `Migration of ${plain(domain.name)}${uuid} from ${plain(from.hostname)} to ${plain(to.hostname)}, ${request.live ? 'as it runs' : 'its definition alone'}`,
  ];
  if (refusals.length > 0) parts.push(findingsText('Refused', refusals));
  if (warnings.length > 0) parts.push(findingsText('Warnings', warnings));
  if (plan.disks.length > 0) parts.push(`Disks\n${diskTable(plan)}`);
  if (plan.needs.length > 0) parts.push(`What it needs there\n${needTable(plan)}`);
  if (refusals.length > 0) return parts.join('\n\n');
  if (plan.session !== null) parts.push(`Rescue\n  ${plain(plan.session.text)}`);
  parts.push(
    `What runs there\n${pairText(plan.running, 'nothing: it is off')}`,
    `What stays there\n${pairText(plan.persistent, 'nothing: it has no definition here either')}`,
    `As libvirt is asked\n${callText(plan)}`,
  );
  if (plan.estimate !== null) parts.push(`How long\n  ${plain(estimateText(plan.estimate))}`);
  parts.push(`Steps\n${stepsText(plan.steps)}`);
  if (plan.virsh.length > 0) parts.push(`With virsh alone\n${indented(plainLines(plan.virsh.join('\n')))}`);
  return parts.join('\n\n');
}

function diskTable({ disks }: MigrationPlan): string {
  const size = (bytes: number | null) => (bytes === null ? null : sizeText(bytes));
  return table(
    ['target', 'here', 'there', 'size', 'how', 'is sent', 'why'],
    disks.map(({ target, source, destination, capacity, way, bytes, why }) => [
      target,
      source,
      destination,
      size(capacity),
      way,
      size(bytes),
      why.text,
    ]),
    '  ',
  );
}

function needTable({ needs }: MigrationPlan): string {
  return table(
    ['what', 'name', 'needed by', 'there', 'will be done'],
    needs.map(({ kind, name, users, state, does }) => [kind, name, users.join(', '), STATES[state], does.text]),
    '  ',
  );
}

const STATES: Readonly<Record<MigrationPlan['needs'][number]['state'], string>> = {
  ready: 'ready',
  inactive: 'inactive',
  missing: 'missing',
  'no-value': 'has no value',
  'value-unknown': 'value unknown',
  'not-checked': 'not checked',
};

function callText({ flags, parameters }: MigrationPlan): string {
  const given = Object.entries(parameters).map(
    ([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : String(value)}`,
  );
  return [flags.join(' | '), ...given].map((line) => `  ${plain(line)}`).join('\n');
}

function estimateText({ low, high, why }: NonNullable<MigrationPlan['estimate']>): string {
  const span = high === null ? `${duration(low)} or more` : `${duration(low)} to ${duration(high)}`;
  return `${low === high ? `about ${duration(low)}` : span}: ${why.text}`;
}

/** What the rules change, with the line before and after it. */
function pairText(pair: DefinitionPair | null, otherwise: string): string {
  if (pair === null) return `  ${otherwise}`;
  const lines = changedLines(pair.diff);
  return lines.length === 0 ? '  as it is here, line for line' : indented(plainLines(lines.join('\n')));
}

const MARKS = { same: ' ', added: '+', removed: '-' } as const;

function changedLines(diff: readonly DiffLine[]): string[] {
  const near = (index: number) => [index - 1, index, index + 1].some((each) => (diff[each]?.kind ?? 'same') !== 'same');
  const lines: string[] = [];
  let last = -1;
  for (const [index, { kind, text }] of diff.entries()) {
    if (!near(index)) continue;
    if (last !== -1 && index > last + 1) lines.push('…');
    lines.push(`${MARKS[kind]}${text}`);
    last = index;
  }
  return lines;
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');

/** Seconds as a person says them. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${String(whole)} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 120 ? `${String(minutes)} min` : `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

const PHASES: Readonly<Record<MigrationProgress['phase'], string>> = {
  setup: 'setting up',
  disks: 'disks',
  memory: 'memory',
  'post-copy': 'post-copy',
  finishing: 'finishing',
};

/** From how many seconds without a byte on it is said that there are none. */
const STALLED = 3;

/** “memory 37 % of 4 GiB, 2.5 GiB to go, 210 MiB/s, 14 s left, pass 2, …”: what counts comes first, for a narrow terminal cuts the rest off. */
export function migrationProgressText(progress: MigrationProgress): string {
  const { phase, total, remaining, rate, dirtyRate, iteration, downtime, throttle, left, stalled } = progress;
  const done = total === null || remaining === null || total === 0 ? null : Math.max(0, total - remaining);
  const share = done === null || total === null ? '' : ` ${String(Math.floor((done / total) * 100))} %`;
  const parts = [
    `${PHASES[phase]}${share}${total === null ? '' : ` of ${sizeText(total)}`}`,
    ...(remaining === null ? [] : [`${sizeText(remaining)} to go`]),
    ...(rate === null ? [] : [`${sizeText(rate)}/s`]),
    ...(left === null ? [] : [`${duration(left)} left`]),
    ...(stalled < STALLED ? [] : [`nothing goes over since ${duration(stalled)}: is the link down?`]),
    ...(iteration === null || iteration < 1 ? [] : [`pass ${String(iteration)}`]),
    ...(dirtyRate === null || dirtyRate === 0 ? [] : [`it writes ${sizeText(dirtyRate)}/s`]),
    ...(throttle === null ? [] : [`slowed down by ${String(throttle)} %`]),
    ...(downtime === null ? [] : [`would stand still ${String(downtime)} ms`]),
  ];
  return parts.join(', ');
}
