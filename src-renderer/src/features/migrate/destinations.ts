/** Where a machine can be migrated to, and why not elsewhere. */
import type { Host } from '../../../../src-core/contract/schemas.ts';

/** Why a host cannot be the destination: a key of the words of the window. */
export const DESTINATION_REASONS = ['connecting', 'disconnected', 'read-only', 'not-qemu'] as const;
export type DestinationReason = (typeof DESTINATION_REASONS)[number];

export interface Destination {
  readonly host: Host;
  /** null: it can be. */
  readonly reason: DestinationReason | null;
}

function reasonAgainst(host: Host): DestinationReason | null {
  if (host.state === 'connecting') return 'connecting';
  if (host.state !== 'connected') return 'disconnected';
  if (host.driver !== 'QEMU') return 'not-qemu';
  return host.readOnly ? 'read-only' : null;
}

/** Every other host; those that can be come first. */
export function destinationsOf(hosts: readonly Host[], from: string): readonly Destination[] {
  const others = hosts.filter(({ id }) => id !== from).map((host) => ({ host, reason: reasonAgainst(host) }));
  return [...others.filter(({ reason }) => reason === null), ...others.filter(({ reason }) => reason !== null)];
}

/** The one that was chosen, while it is in the list; else the only one that can be. null: somebody has to choose. */
export function chosenDestination(destinations: readonly Destination[], chosen: string | null): Destination | null {
  const own = destinations.find(({ host }) => host.id === chosen);
  if (own !== undefined) return own;
  const able = destinations.filter(({ reason }) => reason === null);
  return able.length === 1 ? (able[0] ?? null) : null;
}
