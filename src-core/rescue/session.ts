import type { SessionKind } from './types.ts';

/** What the session metadata of a running domain says (namespace urn:salvor:rescue:1). Untrusted: anybody can write metadata. */
export interface SessionRecord {
  readonly version: number;
  readonly kind: SessionKind;
  readonly id: string | null;
  readonly startedAt: string | null;
  readonly startedBy: string | null;
  /** Target of the rescue device; null: kernel rescue without a disk. */
  readonly target: string | null;
  readonly medium: string | null;
  /** Was the domain running before? Ending restores that. */
  readonly powerBefore: 'on' | 'off';
  /** sha256 of the definition before. */
  readonly definition: string | null;
}
