/** The two ends of a transfer. A piece is bytes, or the length of a hole. */

export type Piece = Uint8Array | number;

export function lengthOf(piece: Piece): number {
  return typeof piece === 'number' ? piece : piece.length;
}

/** One call at a time; the bytes of a piece hold until the call after the next. */
export interface PieceReader {
  readonly next: () => Promise<Piece | null>;
  /** Never rejects. */
  readonly close: () => Promise<void>;
}

/** One call at a time. */
export interface PieceWriter {
  readonly write: (piece: Piece) => Promise<void>;
  /** Resolves when the other side has all that was written. */
  readonly finish: () => Promise<void>;
  /** Never rejects. */
  readonly abort: () => Promise<void>;
}

export interface Source {
  /** Bytes of the whole, holes included. */
  readonly size: number;
  /** Bytes that are really there. */
  readonly allocated: number;
  readonly read: (at: number) => Promise<PieceReader>;
  /** Rejects where it is not what it was when it was first looked at. */
  readonly check: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface Sink {
  /** Takes holes as holes. */
  readonly sparse: boolean;
  /** On this computer. */
  readonly local: boolean;
  /** Makes it, empty. Rejects where there is one already. */
  readonly create: () => Promise<void>;
  /** Rejects where what was begun is not there any more, or is another. */
  readonly check: (confirmed: number) => Promise<void>;
  readonly write: (at: number) => Promise<PieceWriter>;
  /** What has arrived, from that place on. */
  readonly readBack: (at: number) => Promise<PieceReader>;
  /** All has arrived, and is right. */
  readonly complete: () => Promise<void>;
  /** Removes what was made. Rejects where that cannot be done. */
  readonly discard: () => Promise<void>;
  /** Lets go of what is open here; what was written stays. Never rejects. */
  readonly close: () => Promise<void>;
}
