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
import type { BootEntry } from '../boot/effective-order.ts';
import type { DiffLine } from '../domain-xml/line-diff.ts';
import type { DiskAddress, GuestNames } from '../disks/types.ts';
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

/**
 * Who decided, in the order of authority: what was asked for, a property of the medium, how this medium was attached last time, a rule of
 * the profile. `capability`: what host or guest can do left nothing else of a rule; `medium`: what the medium is.
 */
export const AUTHORITIES = ['request', 'property', 'remembered', 'profile', 'capability', 'medium'] as const;
export type Authority = (typeof AUTHORITIES)[number];

/** A resolved choice, and why it is what it is. */
export interface Choice<T> {
  readonly value: T;
  readonly from: Authority;
  readonly why: Sentence;
}

export interface ResolvedRequest {
  readonly media: readonly MediumSpec[];
  readonly profile: Profile;
  readonly device: Choice<string>;
  readonly bus: Choice<string>;
  readonly session: Choice<SessionKind>;
  readonly endAtFirstReboot: boolean;
  readonly fallThrough: Choice<FallThrough>;
  readonly writes: Choice<'read-only' | 'shared-overlay' | 'overlay' | 'overlay-volume' | 'direct'>;
  readonly guestDisks: GuestDisks;
  readonly stop: StopRequest;
}

/** One row of the device table: a disk before and after. */
export interface PlannedDisk {
  readonly target: string;
  readonly bus: string;
  readonly device: string;
  readonly address: DiskAddress | null;
  readonly serial: string | null;
  readonly source: string | null;
  /** In rescue. */
  readonly guestNames: GuestNames;
  /** The kernel name out of rescue; null where it cannot be told, and for what is added. */
  readonly kernelBefore: string | null;
  /** true: the guest's own; false: added by the rescue. */
  readonly original: boolean;
  /** true for originals that stay identical in everything but <boot order>. */
  readonly unchanged: boolean;
  /** How one of the guest's own is kept from the rescue system's writes, where that was asked for; null: it is not. */
  readonly protection: Exclude<GuestDisks, 'writable'> | null;
}

/** How a medium is attached, and why so. */
export interface Placement {
  readonly device: Choice<string>;
  readonly bus: Choice<string>;
  /** Its place in the boot order; null: it is not booted. */
  readonly order: Choice<number | null>;
  readonly target: Choice<string>;
  /** null: libvirt's to give. */
  readonly address: Choice<DiskAddress | null>;
  /** The controller that is added for it, as the plan's changes name it; null: it sits on one of the guest's own. */
  readonly controller: Choice<string> | null;
  /** The image format that QEMU is told. */
  readonly format: Choice<string>;
  readonly writes: ResolvedRequest['writes'];
}

/** A file on the host that is there for the session alone. */
export interface PlannedFile {
  readonly path: string;
  /** What it is, who makes it and who takes it away. */
  readonly what: Sentence;
  /** Bytes that it can grow to; null: not known. */
  readonly atMost: number | null;
  /** Bytes that are free in its folder now; null: not told. */
  readonly free: number | null;
}

/** A qcow2 volume that a medium is put behind: it is made before the guest is stopped, and goes with the session. */
export interface PlannedOverlay {
  /** The disk that it is for. */
  readonly target: string;
  readonly pool: string;
  /** In a preview with `…` for what only the session tells. */
  readonly name: string;
  /** Where it will lie on the host. */
  readonly path: string;
  /** What it stands on: a file or a device of the host, and its format, which libvirt is told and never probes. */
  readonly backing: Extract<ImageSource, { type: 'file' | 'block' }>;
  readonly backingFormat: string;
  /** Bytes as the guest sees them: the medium's; null: not known here, QEMU takes the medium's. */
  readonly capacity: number | null;
}

/** A snapshot of the guest's own disks that is taken before the rescue, and stays. */
export interface PlannedSnapshot {
  /** In a preview with `…` for what only the session tells. */
  readonly name: string;
  readonly description: string;
  readonly targets: readonly string[];
}

/** A medium as the plan names it: what an administrator compares with what they meant. */
export interface PlannedMedium {
  /** As it was asked for: `POOL/NAME`, a path, an address, `the original image`. */
  readonly name: string;
  /** Where QEMU finds it; null: not found, or a kernel. */
  readonly source: string | null;
  readonly size: number | null;
  readonly format: string | null;
  readonly content: MediumContent | null;
  readonly hash: HeadHash | null;
  readonly bootFiles: readonly BootFile[];
  /** null: a kernel, which needs no device, or there is no place for it: the refusals say why. */
  readonly placement: Placement | null;
}

export const STEP_IDS = [
  'check',
  'overlay',
  'stop',
  'backup',
  'snapshot',
  'define',
  'start',
  'verify',
  'nvram',
] as const;
export type StepId = (typeof STEP_IDS)[number];

export interface PlanStep {
  readonly id: StepId;
  readonly what: Sentence;
  /** What undoes it, or null where nothing needs undoing. */
  readonly inverse: Sentence | null;
}

/** An element that the rescue definition has and the definition has not, or the other way round. */
export interface PlanChange {
  /** `disk`, `controller`, `metadata`, `boot`, `kernel`, `initrd`, `cmdline`, `dtb`, `on_reboot` */
  readonly element: string;
  readonly what: Sentence;
}

/** Everything that will happen. `planVersion` changes when a reader of an old plan would misread a new one. */
export interface RescuePlan {
  readonly planVersion: 1;
  readonly domain: { readonly uuid: string | null; readonly name: string };
  readonly request: ResolvedRequest;
  /** Hashes (sha256, hex) of the definition alone and of all inputs that a change of would make another plan. */
  readonly fingerprint: { readonly definition: string; readonly inputs: string };
  readonly refusals: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** One for each medium of the request, in that order. */
  readonly media: readonly PlannedMedium[];
  readonly rescueDevice: RescueDevice | null;
  readonly bootBefore: readonly BootEntry[];
  readonly bootAfter: readonly BootEntry[];
  /** What happens when the medium does not boot, by firmware and device. */
  readonly ifNotBootable: Sentence | null;
  readonly devices: readonly PlannedDisk[];
  readonly added: readonly PlanChange[];
  readonly removed: readonly PlanChange[];
  readonly steps: readonly PlanStep[];
  /** What ending the session will do, from a guest that runs, if it is asked to stop as in the request. */
  readonly endSteps: readonly PlanStep[];
  /** A UEFI variable store made for this session on the host, and removed when it ends; null: none. */
  readonly scratchNvram: string | null;
  /** Files that come and go with the session, the rescue device's first. */
  readonly files: readonly PlannedFile[];
  /** Volumes of the pool that the request names, the rescue device's last; empty: none. */
  readonly overlays: readonly PlannedOverlay[];
  /** Taken before the start; null: none. */
  readonly snapshot: PlannedSnapshot | null;
  /** The definition the domain will be started from; null where refused. May hold graphics passwords: `redactPlan` before it is shown. */
  readonly rescueXml: string | null;
  readonly diff: readonly DiffLine[];
  /** What an administrator would type to get the same session and to end it; `rescue.xml` is the rescue definition. */
  readonly virsh: readonly string[];
}

export interface RescueDevice {
  readonly target: string;
  readonly bus: string;
  readonly device: string;
  readonly order: number | null;
  readonly source: string | null;
  readonly address: DiskAddress | null;
}

/** For each device and bus that could be asked for: may it, and if not, why (the refusals it would bring). */
export interface AttachChoice {
  readonly device: RescueDeviceKind;
  readonly bus: RescueBus;
  readonly possible: boolean;
  readonly refusals: readonly Finding[];
}
