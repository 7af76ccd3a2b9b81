/** The plan: pure data that says everything that will happen, made of what types.ts says goes in. */
import type { BootEntry } from '../boot/effective-order.ts';
import type { DiskAddress, GuestNames } from '../disks/types.ts';
import type { DiffLine } from '../domain-xml/line-diff.ts';
import type { MediumContent } from '../media/recognise.ts';
import type {
  Finding,
  Sentence,
  Profile,
  SessionKind,
  FallThrough,
  GuestDisks,
  RescueDeviceKind,
  RescueBus,
  MediumSpec,
  StopRequest,
  ImageSource,
  HeadHash,
  BootFile,
} from './types.ts';

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
  // of a hard reboot
  'pools',
  'secrets',
  'networks',
  'devices',
  // of a migration
  'prepare',
  'migrate',
  'tidy',
  // of the plain actions
  'power',
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
