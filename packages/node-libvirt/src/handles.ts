declare const kind: unique symbol;
/** A reference to one of libvirt's objects. Freed by release() or by the garbage collector. */
export interface Handle<Kind extends string> {
  readonly [kind]: Kind;
}

export type ConnectionHandle = Handle<'connection'>;
export type StreamHandle = Handle<'stream'>;

/** Milliseconds; undefined: the connection's own, 0: none. */
export type Deadline = number | undefined;
