/** How a migration goes, in a line beside its step. */
import { sizeText } from '../rescue/size-text.ts';
import type { MigrationProgress } from './types.ts';

const PHASES: Readonly<Record<MigrationProgress['phase'], string>> = {
  setup: 'being set up',
  disks: 'disks',
  memory: 'memory',
  'post-copy': 'post-copy',
  finishing: 'handing over',
};

/** For how many seconds nothing may move before that is said. */
const STALL_SECONDS = 5;

export function progressNote(progress: MigrationProgress): string {
  const { phase, total, processed, rate, iteration, downtime, left, stalled } = progress;
  const share = total === null || processed === null || total === 0 ? null : Math.min(100, (processed / total) * 100);
  const parts = [
    PHASES[phase],
    iteration === null || iteration < 2 ? null : `pass ${iteration}`,
    share === null || phase === 'finishing' ? null : `${share.toFixed(0)} %`,
    rate === null ? null : `${sizeText(rate)}/s`,
    downtime === null || phase !== 'memory' ? null : `it would stand still for ${downtime} ms`,
    left === null || phase === 'finishing' ? null : `${left} s to go`,
    stalled < STALL_SECONDS ? null : `not a byte for ${stalled} s: the link may be down`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}
