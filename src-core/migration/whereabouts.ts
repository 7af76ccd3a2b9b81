/**
 * THE TABLE of migrations: from what is found at both hosts to how things stand and the ways on. No error of a migration is believed, and no
 * journal: whoever runs owns the guest. The rows are disjoint and leave nothing out (a test tries all combinations).
 */
import type { DomainState } from '../rescue/types.ts';

/** A domain as it was found at one host. */
export interface SideSeen {
  readonly state: DomainState;
  /** In the words of `virsh domstate --reason`; null: libvirt does not know. */
  readonly reason: string | null;
  /** A job is under way on it. */
  readonly job: boolean;
  /**
   * Its definition: that from before the migration; the one that was to stay at the destination; another; none, it is transient. Where rules
   * change nothing the first two are one: `source` at the source, `planned` at the destination.
   */
  readonly definition: 'source' | 'planned' | 'other' | 'none';
}

export interface WhereaboutsInputs {
  readonly domain: string;
  /** Host names. */
  readonly from: string;
  readonly to: string;
  /** As it was ordered. */
  readonly live: boolean;
  readonly undefineSource: boolean;
  /** It had a definition before. */
  readonly persistent: boolean;
  /** Disks were copied: what was written there after it was handed over is in the copies alone. */
  readonly copied: boolean;
  /** Something that the migration made at the destination for it is there still: secrets, volumes. */
  readonly made: boolean;
  readonly source: SideSeen | 'absent' | 'unreachable';
  readonly destination: SideSeen | 'absent' | 'unreachable';
}

/** What carries a way on, in the order in which a way names them. */
export const MIGRATION_ACTS = [
  /** Nothing is left to be done: close the entry. */
  'close',
  /** Look on until the migration has ended by itself. */
  'wait',
  /** The same call with POSTCOPY_RESUME; “is still running” means wait. */
  'resume-post-copy',
  /** Give the job at the source up. */
  'cancel-job',
  /** Destroy what waits at the destination, if it is still `paused (migrating)`. */
  'destroy-destination-remnant',
  /** Give the guest at the destination the definition that was planned. */
  'define-destination',
  /** Force off what is left of it at the source: it has no part in the guest any more. */
  'destroy-source-remains',
  /** Force off what is left of it at the destination, whose memory is not whole. */
  'destroy-destination-remains',
  'undefine-source',
  'undefine-destination',
  /** From its definition and its disks: its memory is lost. */
  'start-source',
  'start-destination',
  /** Let the guest go on at the source; nothing of it ever ran at the destination. */
  'resume-source',
  /** Remove what the migration made at the destination. */
  'tidy',
  /** Touch nothing, and close the entry. */
  'forget',
] as const;
export type MigrationAct = (typeof MIGRATION_ACTS)[number];

export interface MigrationWayOn {
  readonly way: 'finish' | 'roll-back' | 'forget';
  readonly acts: readonly MigrationAct[];
  /** In words. */
  readonly does: string;
  readonly recommended: boolean;
  /** A guest that runs, or waits, is forced off for it. */
  readonly stops: boolean;
}

export interface Whereabouts {
  readonly situation: string;
  /** How things stand, in sentences. */
  readonly sentence: string;
  /** Who has the guest. */
  readonly owner: 'source' | 'destination' | 'both' | 'nobody' | 'unknown';
  /** The recommended one first. */
  readonly ways: readonly MigrationWayOn[];
}

export function whereabouts(found: WhereaboutsInputs): Whereabouts {
  throw new Error(`no row for ${found.domain}`);
}
