/** How what a machine depends on is sorted for a reader: what stands in the way, what is set up, what is as it should be. */
import type { PlannedDependency, RebootAction, RebootPlan } from '../../../../src-core/reboot/types.ts';

const GROUPS = ['blocked', 'does', 'check', 'left', 'ready'] as const;
export type Group = (typeof GROUPS)[number];

const GROUP_OF: Readonly<Record<RebootAction, Group>> = {
  blocked: 'blocked',
  'start-pool': 'does',
  'refresh-pool': 'does',
  'define-secret': 'does',
  'set-secret': 'does',
  'start-network': 'does',
  'restart-network': 'does',
  'create-device': 'does',
  check: 'check',
  none: 'ready',
};

/** From so many on, those that need nothing are folded together. */
export const FOLD_FROM = 5;

function groupOf({ action, state }: PlannedDependency): Group {
  const nobodyKnows = action === 'none' && (state === 'value-unknown' || state === 'not-checked');
  return nobodyKnows ? 'left' : GROUP_OF[action];
}

/** Groups that have something, in the order in which they are read; within each the plan's own order. */
export function grouped(
  dependencies: readonly PlannedDependency[],
): readonly { readonly group: Group; readonly members: readonly PlannedDependency[] }[] {
  return GROUPS.map((group) => ({
    group,
    members: dependencies.filter((dependency) => groupOf(dependency) === group),
  })).filter(({ members }) => members.length > 0);
}

/** Of its dependencies, how many are in that group? */
export function countOf({ dependencies }: RebootPlan, group: Group): number {
  return dependencies.filter((dependency) => groupOf(dependency) === group).length;
}
