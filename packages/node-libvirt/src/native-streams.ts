import type { ConnectionHandle, Deadline, Handle, StreamHandle } from './handles.ts';
import type { FileSection, Int64 } from './types.ts';

type EndStream = (stream: StreamHandle, deadline: Deadline) => Promise<void>;

type TransferVolume = (
  volume: Handle<'volume'>,
  stream: StreamHandle,
  offset: Int64,
  length: Int64,
  flags: number,
  deadline: Deadline,
) => Promise<void>;

/** The functions of the addon that move bytes; see native.ts. */
export interface StreamFunctions {
  /** virStreamNew; every stream is non-blocking. */
  virStreamNew(connection: ConnectionHandle, deadline: Deadline): Promise<StreamHandle>;
  /**
   * How many bytes there are, at most `size`, as soon as there are any; null at the end. takeReceived gives them, until the next call. With
   * VIR_STREAM_RECV_STOP_AT_HOLE a hole is its length (virStreamRecvHole), negative. `fill`: waits until there are
   * `size` bytes, or what comes next are none.
   */
  virStreamRecvFlags(
    stream: StreamHandle,
    size: number,
    flags: number,
    fill: boolean,
    deadline: Deadline,
  ): Promise<number | null>;
  /** Copies what was received last to the beginning of `target`; at once. */
  takeReceived(stream: StreamHandle, target: Uint8Array): void;
  /** Sends the bytes, or as many as the stream takes without making us wait, at least one; how many. */
  virStreamSend(stream: StreamHandle, data: Uint8Array, deadline: Deadline): Promise<number>;
  virStreamSendHole(stream: StreamHandle, length: Int64, flags: number, deadline: Deadline): Promise<void>;
  virStreamFinish: EndStream;
  virStreamAbort: EndStream;
  virStorageVolDownload: TransferVolume;
  virStorageVolUpload: TransferVolume;
  /** What a file of this computer has at `offset`; on a worker thread of the connection. */
  fileSection(connection: ConnectionHandle, fd: number, offset: Int64, deadline: Deadline): Promise<FileSection>;
}
