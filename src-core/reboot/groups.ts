/** Which steps of a hard reboot set up what, and when. */
import type { DependencyKind, PlannedDependency } from './types.ts';

/** In the order of the steps: a pool may need a secret. */
export const GROUPS = {
  secrets: ['secret'],
  pools: ['pool', 'volume', 'image', 'network-storage', 'share'],
  networks: ['network', 'bridge'],
  devices: ['host-device', 'mediated-device', 'vhost-user', 'tpm', 'nvram', 'memory'],
} as const satisfies Record<string, readonly DependencyKind[]>;
export type Group = keyof typeof GROUPS;

/** Set up while the guest still runs, which feels nothing of it: where that does not succeed, the guest is not stopped. */
export const BEFORE_STOP: readonly Group[] = ['secrets', 'pools'];

export function ofGroup(dependencies: readonly PlannedDependency[], group: Group): PlannedDependency[] {
  const kinds: readonly DependencyKind[] = GROUPS[group];
  return dependencies.filter(({ kind }) => kinds.includes(kind));
}
