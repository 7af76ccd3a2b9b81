import type { Domain } from './domain.ts';
import { native, type RawCheckpoint, type RawSnapshot } from './native.ts';
import type { CallOptions } from './types.ts';

/** A snapshot of a domain (virDomainSnapshotPtr). */
export class DomainSnapshot {
  readonly domain: Domain;
  readonly name: string;
  /** @internal */
  readonly handle: RawSnapshot['handle'];

  /** @internal */
  constructor(domain: Domain, raw: RawSnapshot) {
    this.domain = domain;
    this.name = raw.name;
    this.handle = raw.handle;
  }

  /** Frees libvirt's object now. */
  dispose(): void {
    native.release(this.handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @param flags VIR_DOMAIN_SNAPSHOT_XML_* */
  xmlDesc(flags = 0, options?: CallOptions): Promise<string> {
    return native.virDomainSnapshotGetXMLDesc(this.handle, flags, options?.timeout);
  }

  isCurrent(options?: CallOptions): Promise<boolean> {
    return native.virDomainSnapshotIsCurrent(this.handle, 0, options?.timeout);
  }

  /** Sets the domain back to the snapshot. @param flags VIR_DOMAIN_SNAPSHOT_REVERT_* */
  revert(flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainRevertToSnapshot(this.handle, flags, options?.timeout);
  }

  /** @param flags VIR_DOMAIN_SNAPSHOT_DELETE_* */
  delete(flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainSnapshotDelete(this.handle, flags, options?.timeout);
  }
}

/** A checkpoint of a domain (virDomainCheckpointPtr). */
export class DomainCheckpoint {
  readonly domain: Domain;
  readonly name: string;
  /** @internal */
  readonly handle: RawCheckpoint['handle'];

  /** @internal */
  constructor(domain: Domain, raw: RawCheckpoint) {
    this.domain = domain;
    this.name = raw.name;
    this.handle = raw.handle;
  }

  /** Frees libvirt's object now. */
  dispose(): void {
    native.release(this.handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @param flags VIR_DOMAIN_CHECKPOINT_XML_* */
  xmlDesc(flags = 0, options?: CallOptions): Promise<string> {
    return native.virDomainCheckpointGetXMLDesc(this.handle, flags, options?.timeout);
  }

  /** @param flags VIR_DOMAIN_CHECKPOINT_DELETE_* */
  delete(flags = 0, options?: CallOptions): Promise<void> {
    return native.virDomainCheckpointDelete(this.handle, flags, options?.timeout);
  }
}
