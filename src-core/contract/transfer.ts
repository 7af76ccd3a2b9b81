/** Uploads, downloads and copies between this computer and the pools of hosts. Plain data. */
import type { MediumContent } from '../media/recognise.ts';
import type { ErrorData } from './errors.ts';

export const TRANSFER_KINDS = ['upload', 'download', 'copy'] as const;
export type TransferKind = (typeof TRANSFER_KINDS)[number];

/** A volume of a connected host. */
export interface VolumePlace {
  readonly hostId: string;
  readonly pool: string;
  readonly name: string;
}

/**
 * waiting: as many as may are under way already; running: bytes flow; verifying: what arrived is read back and its checksum compared; interrupted: the connection went, and it can be gone
 * on with; the others are ends.
 */
export const TRANSFER_STATES = [
  'waiting',
  'running',
  'verifying',
  'interrupted',
  'done',
  'failed',
  'cancelled',
] as const;
export type TransferState = (typeof TRANSFER_STATES)[number];

export interface Transfer {
  readonly id: string;
  readonly kind: TransferKind;
  /** Name of the volume or the file. */
  readonly name: string;
  /** One end each; null: a file of this computer, whose path is `file`. */
  readonly from: VolumePlace | null;
  readonly to: VolumePlace | null;
  /** Path on this computer; null: a copy between hosts. */
  readonly file: string | null;
  readonly state: TransferState;
  /** Bytes of the whole image, holes included; null: not known. */
  readonly size: number | null;
  /** How far it is, holes included. While verifying: how far that is. */
  readonly done: number;
  /** Bytes that went over the connection: without holes. */
  readonly sent: number;
  /** Holes are kept: the server takes sparse streams. */
  readonly sparse: boolean;
  /** Bytes a second over the last seconds; null: too early to say, or not under way. */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** sha256 (hex) of all bytes, once it has been compared on both ends. */
  readonly sha256: string | null;
  /** Can one that was interrupted or failed be gone on with, from where it stopped? */
  readonly resumable: boolean;
  readonly error: ErrorData | null;
}

/** A file of this computer that the person chose or dropped: the window knows it by `token`, not by its path. */
export interface OfferedFile {
  readonly token: string;
  readonly name: string;
  readonly size: number;
  /** Bytes that are really there: what a sparse transfer needs. */
  readonly allocated: number;
  /** What its first bytes are. */
  readonly content: MediumContent | null;
}

/** What a transfer needs and what is there, before it starts. */
export interface RoomForTransfer {
  readonly size: number;
  /** Bytes it will take up there: without holes where they are kept. */
  readonly needed: number;
  /** Bytes free in the pool; null: not told. */
  readonly available: number | null;
  /** Why it cannot be (the pool is full, the name is taken, the name cannot be), as an error; null: it can. */
  readonly problem: ErrorData | null;
}
