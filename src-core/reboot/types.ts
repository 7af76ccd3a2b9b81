/**
 * Hard reboot (RESCUE.md 8, Nova change Id188d48609f3): set up again all that a definition depends on, stop the domain in between, start it. What goes
 * into its plan, and the plan: pure data.
 */
import type { SessionRecord } from '../rescue/session.ts';
import type { PlanStep } from '../rescue/plan-types.ts';
import type { DomainFacts, Finding, HostFacts, Sentence, StopRequest } from '../rescue/types.ts';

/** A rescue that the domain is in: it goes on with the same disks, or it is ended first. Without one it makes no difference. */
export const REBOOT_SESSIONS = ['keep', 'end'] as const;
export type RebootSession = (typeof REBOOT_SESSIONS)[number];

export interface RebootRequest {
  readonly stop: StopRequest;
  readonly session: RebootSession;
}

export const DEPENDENCY_KINDS = [
  'pool',
  'volume',
  'image',
  'network-storage',
  'secret',
  'network',
  'bridge',
  'host-device',
  'mediated-device',
  'nvram',
  'tpm',
  'share',
  'vhost-user',
  'memory',
] as const;
export type DependencyKind = (typeof DEPENDENCY_KINDS)[number];

/** Something that the domain needs to start. */
export interface Dependency {
  readonly kind: DependencyKind;
  /**
   * Names it on the host: pool; POOL/VOLUME; path of an image, variable store, share or socket; `iscsi://host:port/iqn/lun` and the like of
   * network storage; UUID of a secret; network; bridge; node device or mediated device (pci_0000_01_00_0, UUID); `swtpm`; `1048576 KiB pages`.
   */
  readonly name: string;
  /** Who needs it: disk targets, MACs of interfaces, aliases or elements. */
  readonly users: readonly string[];
  /** Of a volume its pool, of an image the pool that holds it where one does, of a secret its usage as the definition tells it; else null. */
  readonly of: string | null;
}

/**
 * As found on the host. `inactive`: pool, network or device that is defined and not active. `missing`: it is not there. `no-value`: a secret
 * that is defined and has none. `value-unknown`: a private secret, whose value nobody may ask for. `stale`: its pool lists it not, or otherwise
 * than it is, until it is refreshed; or a network whose bridge is gone, or that bridge. `unreachable`: what it stands on does not answer. `not-checked`: libvirt tells nothing of it.
 */
export const DEPENDENCY_STATES = [
  'ready',
  'inactive',
  'missing',
  'no-value',
  'value-unknown',
  'stale',
  'unreachable',
  'not-checked',
] as const;
export type DependencyState = (typeof DEPENDENCY_STATES)[number];

/**
 * Why what is stale must not be stopped or refreshed. `no-definition`: a transient network is gone once it is stopped, a transient pool once
 * its refresh fails. `users-unknown`: not every running domain of the host has told what it uses.
 */
export type Held = 'no-definition' | 'users-unknown';

export interface FoundDependency extends Dependency {
  readonly state: DependencyState;
  /** More of it in libvirt's or the host's words; null: nothing. */
  readonly detail: string | null;
  /** Other running domains of the host that use it: what must not be taken down under them. */
  readonly sharedWith: readonly string[];
  /** Absent: nothing forbids it but those it is shared with. */
  readonly held?: Held;
}

export interface RebootInputs {
  readonly domain: DomainFacts;
  readonly host: HostFacts;
  readonly found: readonly FoundDependency[];
  readonly request: RebootRequest;
  /** The rescue that it is in; null: none. */
  readonly session: SessionRecord | null;
  /** libvirt's word for the monitor (virDomainGetControlInfo): `ok`, `job`, `occupied`, `error`; null: off, or not told. */
  readonly control: string | null;
  /** Why it is paused, in `virsh domstate --reason`'s words; null: it is not, or libvirt does not know. */
  readonly pausedReason: string | null;
  /** Of those secrets a value was given: their UUIDs, and never a value. */
  readonly secretsGiven: readonly string[];
}

/** `none`: it is as it should be. `check`: looked at again once the steps before it are done. `blocked`: Salvor cannot set it up, and the start would fail. */
export const REBOOT_ACTIONS = [
  'none',
  'check',
  'start-pool',
  'refresh-pool',
  'define-secret',
  'set-secret',
  'start-network',
  'restart-network',
  'create-device',
  'blocked',
] as const;
export type RebootAction = (typeof REBOOT_ACTIONS)[number];

export interface PlannedDependency extends FoundDependency {
  readonly action: RebootAction;
  /** How it is, in words. */
  readonly now: Sentence;
  /** What will be done about it, in words. */
  readonly does: Sentence;
}

/** A secret whose value has to be given by a person, because libvirt has none (or may have none). */
export interface NeededSecret {
  readonly uuid: string;
  /** `volume PATH`, `iscsi TARGET`, `ceph NAME`, … as the definition tells it; null: it does not. */
  readonly usage: string | null;
  readonly users: readonly string[];
  /** It has to be defined, too. */
  readonly define: boolean;
  /** false: it may have a value, which cannot be asked for; giving one is possible. */
  readonly required: boolean;
  /** A value was given. */
  readonly given: boolean;
}

export interface RebootPlan {
  readonly planVersion: 1;
  readonly domain: { readonly uuid: string | null; readonly name: string };
  readonly request: RebootRequest;
  /** Hashes (sha256, hex) of the definition alone and of all inputs that a change of would make another plan; values of secrets play no part. */
  readonly fingerprint: { readonly definition: string; readonly inputs: string };
  readonly refusals: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly dependencies: readonly PlannedDependency[];
  /** Definition, disks, UEFI variables, TPM state, secrets: what stays as it is, in sentences. */
  readonly untouched: readonly Sentence[];
  readonly secrets: readonly NeededSecret[];
  /** What becomes of the rescue that it is in; null: it is in none. */
  readonly session: Sentence | null;
  readonly steps: readonly PlanStep[];
  /** What an administrator would type. */
  readonly virsh: readonly string[];
}
