/** The media library: rescue media that this administrator knows, whatever host they lie on. Plain data. */
import type { MediumContent } from '../media/recognise.ts';
import type { HeadHash, MediumSpec } from '../rescue/types.ts';

/** Where a medium of the library is found on a host. The original image is no medium of its own: it is another one on each guest. */
export type LibrarySource = Exclude<MediumSpec, { readonly kind: 'original' }>;

/** What it was seen to be when it was last looked at. */
export interface SeenMedium {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** URI of the host that was asked. */
  readonly uri: string;
  /** Bytes; null: not told. */
  readonly size: number | null;
  readonly format: string | null;
  /** null: its bytes could not be read. */
  readonly content: MediumContent | null;
  readonly hash: HeadHash | null;
}

/** What somebody else's catalogue (Glance) says of it: believed until the medium itself is looked at. */
export interface ToldMedium {
  /** Bytes. */
  readonly size: number | null;
  /** Glance's word: iso, qcow2, raw, … */
  readonly format: string | null;
  /** MD5 (hex) of all bytes. */
  readonly checksum: string | null;
  /** Hash of all bytes: sha256, sha512, … and its value in hex. */
  readonly hash: { readonly algorithm: string; readonly value: string } | null;
}

/** sha256 (hex) of all bytes, known where Salvor itself has read all of them. */
export interface WholeHash {
  readonly sha256: string;
  readonly bytes: number;
}

export interface LibraryMedium {
  /** UUID. */
  readonly id: string;
  /** No two of one library are the same; 1 to 200 characters. */
  readonly name: string;
  readonly note: string;
  /** URI of the one host it is for; null: shared, looked for in the same place on every host. */
  readonly host: string | null;
  readonly source: LibrarySource;
  /** Hosts that have it in another place than `source` says; no two of one host. */
  readonly places: readonly { readonly uri: string; readonly source: LibrarySource }[];
  /** Glance image properties, as readImageProperties() gives them. */
  readonly properties: Readonly<Record<string, string>>;
  readonly told: ToldMedium | null;
  readonly seen: SeenMedium | null;
  readonly whole: WholeHash | null;
  /** ISO 8601, UTC. */
  readonly addedAt: string;
  /** The last rescue that it booted. */
  readonly lastUsed: { readonly at: string; readonly uri: string; readonly domain: string } | null;
}

/** The medium that a rescue begins with, by what the guest is. */
export interface LibraryDefault {
  /** libvirt's name: x86_64, aarch64, … */
  readonly arch: string;
  readonly firmware: 'bios' | 'uefi';
  /** LibraryMedium.id */
  readonly medium: string;
}

export interface Library {
  readonly media: readonly LibraryMedium[];
  readonly defaults: readonly LibraryDefault[];
}

/** The library as it lies on this computer. */
export interface LibraryListing extends Library {
  /** Path of its file. */
  readonly file: string;
  /** What of the file cannot be read, in sentences; it stays in the file as it is. Empty: all is well. */
  readonly unread: readonly string[];
  /** Why nothing can be changed now, in words that stand behind a colon; null: it can. */
  readonly locked: string | null;
}

/** Is a medium of the library on a host? */
export interface Whereabouts {
  /** LibraryMedium.id */
  readonly medium: string;
  readonly hostId: string;
  readonly hostName: string;
  /**
   * here: name, size and hash are those of the library, as far as both sides know them; other: something of that name that differs;
   * missing: not there; not-asked: the host could not be asked, or the medium is not for it.
   */
  readonly state: 'here' | 'other' | 'missing' | 'not-asked';
  /** A sentence: what was compared, or what the matter is. */
  readonly why: string;
  /** How it is named on that host, for a rescue there; null: it cannot be used there. An address can, without having been asked for. */
  readonly source: LibrarySource | null;
}
