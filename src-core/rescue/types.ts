/**
 * The words of rescue, as types. Everything here is plain data: JSON in, JSON out.
 *
 * definition       a domain's persistent XML (dumped INACTIVE | SECURE)
 * live definition  the XML of the running domain
 * medium           the image a domain boots from during rescue
 * rescue device    the <disk> that carries the booting medium
 * rescue session   from the start of rescue until its end
 * request          what the administrator chose
 * plan             pure data that says everything that will happen
 * refusal          a coded reason why a request cannot be carried out
 * warning          a coded fact that the administrator should know and may accept
 */
import type { DomainCapabilities } from '../host/domain-capabilities.ts';
import type { BootFileContent } from '../media/boot-file.ts';
import type { MediumContent } from '../media/recognise.ts';
import type { FindingCode, SentenceCode } from './texts.ts';

/** Values that fill the {{placeholders}} of a text. */
export type Params = Readonly<Record<string, string | number>>;

/** A refusal or a warning. `subject` names the device, medium or element it is about (a target, a path, a word), or null for the whole domain. */
export interface Finding {
  readonly code: FindingCode;
  readonly subject: string | null;
  readonly params: Params;
  /** The English sentence: what is the matter and what to do. */
  readonly message: string;
}

/** A coded sentence that is neither refusal nor warning: a reason, a consequence, the title of a step. */
export interface Sentence {
  readonly code: SentenceCode;
  readonly params: Params;
  readonly text: string;
}

export const PROFILES = ['recommended', 'nova'] as const;
export type Profile = (typeof PROFILES)[number];

export const SESSION_KINDS = ['one-shot', 'until-ended'] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

export const FALL_THROUGHS = ['original', 'none'] as const;
export type FallThrough = (typeof FALL_THROUGHS)[number];

/**
 * What becomes of the guest's own disks: written to as ever; not written to at all; what is written to them is thrown away when the guest
 * stops; a disk snapshot is taken first.
 */
export const GUEST_DISKS = ['writable', 'read-only', 'overlay', 'snapshot'] as const;
export type GuestDisks = (typeof GUEST_DISKS)[number];

export const RESCUE_DEVICES = ['disk', 'cdrom', 'floppy'] as const;
export type RescueDeviceKind = (typeof RESCUE_DEVICES)[number];

export const RESCUE_BUSES = ['usb', 'virtio', 'scsi', 'sata', 'ide', 'fdc'] as const;
export type RescueBus = (typeof RESCUE_BUSES)[number];

/** What the administrator named as a medium. Paths are paths on the host, not on this computer. */
export type MediumSpec =
  | { readonly kind: 'volume'; readonly pool: string; readonly name: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'original' }
  | {
      readonly kind: 'kernel';
      readonly kernel: string;
      readonly initrd: string | null;
      readonly cmdline: string | null;
    };

/**
 * What becomes of a guest that was asked to shut down and has not done so in time. `keep-waiting`: it is asked on, until it is off or the
 * operation is cancelled; `give-up` leaves it running and nothing changed.
 */
export const ON_TIMEOUTS = ['force', 'keep-waiting', 'give-up'] as const;
export type OnTimeout = (typeof ON_TIMEOUTS)[number];

/** How a guest is brought to a stop. `onTimeout` means nothing where it is forced off at once. */
export interface StopRequest {
  readonly how: 'graceful' | 'force';
  readonly timeoutSeconds: number;
  readonly onTimeout: OnTimeout;
}

/** What the administrator chose; null means "the best default", which the plan resolves and explains. */
export interface RescueRequest {
  /** The first one boots; the others ride along as cdroms or disks. At least one. */
  readonly media: readonly MediumSpec[];
  /** `disk`, `cdrom`, `floppy`; other words (lun, fs) are accepted here so that they can be refused by name. */
  readonly device: string | null;
  readonly bus: string | null;
  readonly profile: Profile;
  readonly session: SessionKind | null;
  /** End the session at the guest's first reboot (`<on_reboot>destroy`). */
  readonly endAtFirstReboot: boolean;
  readonly fallThrough: FallThrough | null;
  /**
   * The administrator agrees that a transient guest is given a definition for the time of the rescue, which keeps its own XML; refused
   * without. Means nothing for a guest that has a definition.
   */
  readonly transientConsent: boolean;
  /** `overlay`: writes of the guest never reach the medium. `direct`: they do; an explicit choice. */
  readonly writes: 'overlay' | 'direct';
  /** Pool that gets the overlays of media, as qcow2 volumes that last as long as the session; null: libvirt's own, beside the media. */
  readonly overlayPool: string | null;
  readonly guestDisks: GuestDisks;
  readonly stop: StopRequest;
  /** Accept combinations that are legal but never boot (refused by default). */
  readonly allowUnbootable: boolean;
}

/** Where QEMU finds an image. `volume` is for pools whose volumes have no path on the host. */
export type ImageSource =
  | { readonly type: 'file'; readonly file: string }
  | { readonly type: 'block'; readonly dev: string }
  | { readonly type: 'volume'; readonly pool: string; readonly volume: string }
  | {
      readonly type: 'network';
      readonly protocol: 'http' | 'https';
      readonly host: string;
      readonly port: number;
      readonly name: string;
    };

/** sha256 (hex) of the first `bytes` bytes of a medium: of all of it where it is no longer than that. `head -c BYTES FILE | sha256sum` gives the same. */
export interface HeadHash {
  readonly sha256: string;
  readonly bytes: number;
}

/** A kernel or an initrd, as the host has it. */
export interface BootFile {
  readonly role: 'kernel' | 'initrd';
  readonly file: string;
  /** Bytes, or null when it could not be learned. */
  readonly size: number | null;
  readonly hash: HeadHash | null;
  /** What its first bytes are; null when they could not be read. */
  readonly content: BootFileContent | null;
}

/** What was found out about one medium on the host. */
export interface MediumFacts {
  readonly spec: MediumSpec;
  /** false: not there, or not readable; `problem` then says what was tried, in words. */
  readonly found: boolean;
  readonly problem: string | null;
  readonly source: ImageSource | null;
  /** Bytes, or null when it could not be learned. */
  readonly size: number | null;
  /** Image format as recognised or declared: `raw`, `qcow2`, `iso` (declared only; on disk an ISO is raw), …; null unknown. */
  readonly format: string | null;
  /** What the first bytes say; null when they could not be read (the demo host, url media). */
  readonly content: MediumContent | null;
  readonly hash: HeadHash | null;
  /** When it was last written, as the host tells it (seconds since 1970, with a fraction); null: not told. */
  readonly modified: string | null;
  /** The image that the host's storage says this one stands on, or null: for media whose bytes could not be read. */
  readonly backing: string | null;
  /** For `kernel`: its files, the kernel first. */
  readonly bootFiles: readonly BootFile[];
  /** What it is to one of the guest's own disks, where its name does not tell: the same file under another name, or an image below it. */
  readonly kin: { readonly target: string; readonly as: 'same-file' | 'base' } | null;
  /** Names of running domains (other than the one rescued) that have it open for writing. */
  readonly writers: readonly string[];
  /** Names of domains (other than the one rescued) that are off, and have it as a disk of their own that they may write to. */
  readonly owners: readonly string[];
  /** Glance image properties: hw_rescue_device, hw_rescue_bus, hw_disk_bus, … */
  readonly properties: Readonly<Record<string, string>>;
  /** How this medium was last attached in a rescue that went well; null: never, or nobody remembers. */
  readonly remembered: { readonly device: string; readonly bus: string } | null;
  /** For `original`: the images that were looked at, root disk first. */
  readonly lookedAt: readonly string[];
}

export const DOMAIN_STATES = [
  'nostate',
  'running',
  'blocked',
  'paused',
  'shutdown',
  'shutoff',
  'crashed',
  'pmsuspended',
] as const;
export type DomainState = (typeof DOMAIN_STATES)[number];

/** A running domain that has one of the guest's own disks open. */
export interface DiskUser {
  /** The guest's own disk. */
  readonly target: string;
  readonly domain: string;
  /** The host it runs on; null: the guest's own. */
  readonly host: string | null;
  readonly writes: boolean;
  /** `path`: a file of the same name on another host, which may be another file. */
  readonly as: 'same' | 'path';
}

/** A domain as libvirt tells of it. */
export interface DomainFacts {
  /** INACTIVE | SECURE for a persistent domain; MIGRATABLE | SECURE for a transient one. */
  readonly definitionXml: string;
  readonly state: DomainState;
  readonly persistent: boolean;
  readonly autostart: boolean;
  readonly managedSave: boolean;
  readonly snapshots: number;
  readonly checkpoints: number;
  /** Running job in libvirt's word (`bounded`, `unbounded`), or null. */
  readonly job: string | null;
  /** Targets of disks with a block job under way. */
  readonly blockJobs: readonly string[];
  /** The `<salvor:rescue>` element of the running domain, or null: not in rescue. */
  readonly sessionXml: string | null;
  /** GPT disk GUID or MBR signature of the root disk, as recognise() tells it; null: not read. */
  readonly rootDiskId: string | null;
  /** What it runs from, without passwords; null: it is off, or it could not be asked for. */
  readonly liveXml: string | null;
  readonly diskUsers: readonly DiskUser[];
}

/** A secret known to the host. */
export interface SecretFacts {
  readonly uuid: string;
  readonly usage: string | null;
  /** null: this connection may not read values. */
  readonly hasValue: boolean | null;
}

/** The host as far as planning depends on it. */
export interface HostFacts {
  readonly uri: string;
  /** libvirt's driver name: `QEMU`, `TEST`, … as virConnectGetType answers. */
  readonly driver: string;
  /** major * 1,000,000 + minor * 1,000 + release, as libvirt counts. */
  readonly libvirtVersion: number;
  readonly hypervisorVersion: number;
  /** For this domain's emulator, arch, machine and virt type; null where the driver has none (test driver) or planning runs off line. */
  readonly domainCapabilities: DomainCapabilities | null;
  readonly readOnly: boolean;
  /** Secrets defined on the host; null: could not be listed. */
  readonly secrets: readonly SecretFacts[] | null;
}

/** Marks that make a session recognisable. Given by the runner right before the start, absent in a preview: the core has no clock. */
export interface SessionStamp {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** user@workstation */
  readonly startedBy: string;
}

/** An image on the host that a session writes beside or into: a throw-away overlay over it, or a snapshot inside it. */
export interface ImageRoom {
  readonly image: string;
  /** Bytes as its guest sees them: what an overlay or a snapshot can cost at most, and a little. null: not known. */
  readonly capacity: number | null;
  /** Bytes that are free in its folder; null: not told. */
  readonly free: number | null;
  /** The overlay of an earlier session lies there. */
  readonly leftOverlay: boolean;
}

/** The pool that a request names for overlays, as the host has it. */
export type OverlayPoolFacts =
  /** `why` it can have none, in words that stand behind a colon. */
  | { readonly kind: 'unfit'; readonly why: string }
  | {
      readonly kind: 'folder';
      /** Where its volumes lie on the host. */
      readonly folder: string;
      /** Bytes that are free there; null: not told. */
      readonly free: number | null;
      /** Those of its volumes that are called as the overlays of a session are. */
      readonly overlays: readonly string[];
    };

/** The file of the guest's own UEFI variables, of which a copy is kept before the rescue starts. */
export type NvramFacts =
  /** Nothing to keep: no UEFI, no variables that outlive the guest's power-off, or a file that libvirt has yet to make. */
  | { readonly kind: 'none' }
  /** Path on the host; size in bytes. */
  | { readonly kind: 'file'; readonly path: string; readonly size: number }
  /** There are some, and no copy can be had; `why` in words that stand behind a colon. */
  | { readonly kind: 'out-of-reach'; readonly why: string };

export interface RescueInputs {
  readonly domain: DomainFacts;
  readonly host: HostFacts;
  /** One entry for each of request.media, in that order. */
  readonly media: readonly MediumFacts[];
  readonly request: RescueRequest;
  readonly stamp: SessionStamp | null;
  /** The power state that ending restores, where it is not the one of now: a rescue that is gone on with had stopped the guest itself. */
  readonly powerBefore?: 'on' | 'off';
  /** Absent: not asked for (a plan from files). */
  readonly nvram?: NvramFacts;
  /** One for each image that a session as requested might write beside or into; those missing were not asked about. */
  readonly room: readonly ImageRoom[];
  /** The pool that the request names for overlays; absent: it names none, or there is no host to ask (a plan from files). */
  readonly overlayPool?: OverlayPoolFacts;
}
