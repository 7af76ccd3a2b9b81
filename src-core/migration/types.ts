/**
 * Live (and offline) migration (RESCUE.md 9, Nova change Ia3f1d8e83cbc): the definition that runs at the destination and the one that stays
 * there are two things, and both are planned, shown and given. What goes into the plan, and the plan: pure data.
 */
import type { DiffLine } from '../domain-xml/line-diff.ts';
import type { PlanStep } from '../rescue/plan-types.ts';
import type { SessionRecord } from '../rescue/session.ts';
import type { DomainFacts, Finding, HostFacts, Sentence } from '../rescue/types.ts';
import type { MigrationCall, MigrationFlag } from './parameters.ts';

/** What is called otherwise at the destination. `from` of a path is a whole path or a folder above it; the longest that fits counts. */
export interface NameMap {
  readonly from: string;
  readonly to: string;
}

export const PINNINGS = ['keep', 'drop'] as const;

/** How both definitions are made to fit the destination: rules, no hand-written XML. */
export interface MigrationRules {
  /** Disks, cdroms, NVRAM, kernels, shares, logs of serial ports. */
  readonly paths: readonly NameMap[];
  readonly pools: readonly NameMap[];
  readonly networks: readonly NameMap[];
  readonly bridges: readonly NameMap[];
  /** vcpupin, emulatorpin, iothreadpin, vcpusched, numatune: they name CPUs and nodes of one host. */
  readonly pinning: (typeof PINNINGS)[number];
  /** Listen address of VNC and SPICE; null: as it is. */
  readonly listen: string | null;
}

/**
 * Of one disk. `shared`: both hosts see the same bytes, by the person's word or by proof. `copy`: all of it is copied. `copy-top`: its top
 * image alone, over a base that is at the destination already.
 */
export const DISK_WAYS = ['shared', 'copy', 'copy-top'] as const;
export type DiskWay = (typeof DISK_WAYS)[number];

/** `direct`: this computer carries the negotiation, and has to stay; `p2p`: the source's daemon does, with a connection of its own to `destinationUri`. */
export const MIGRATION_WAYS = ['direct', 'p2p'] as const;

export interface MigrationOptions {
  readonly tls: boolean;
  /** MiB/s; null: libvirt's own, which is unlimited. */
  readonly bandwidth: number | null;
  /** The switch to post-copy may be made (by the person, or after the first pass that does not converge). */
  readonly postCopy: boolean;
  readonly autoConverge: boolean;
  /** Connections; null: one, as ever. */
  readonly parallel: number | null;
  /** Milliseconds that the guest may stand still; null: libvirt's own (300). */
  readonly maxDowntime: number | null;
}

export interface MigrationRequest {
  /** Running, or its definition alone while it is off. */
  readonly live: boolean;
  readonly rules: MigrationRules;
  /** By target; of those not named the plan chooses, and says why. */
  readonly disks: Readonly<Record<string, DiskWay>>;
  readonly way: (typeof MIGRATION_WAYS)[number];
  /** How the source's daemon reaches the destination's (p2p); null: as this computer does. */
  readonly destinationUri: string | null;
  /** Where QEMU sends memory to: tcp://ADDRESS[:PORT]; null: libvirt takes the destination's own host name. */
  readonly migrateUri: string | null;
  /** `carry`: those that the destination lacks, with their values, where both may be read and written. */
  readonly secrets: 'carry' | 'leave';
  readonly options: MigrationOptions;
  /** Take the definition away at the source in the end. */
  readonly undefineSource: boolean;
}

/**
 * As the journal keeps it: what was asked for, where to, and all that is needed to tell later how it went and to bring it to its end. No
 * passwords: definitions are as withoutSecrets() leaves them.
 */
export interface MigrationOrder {
  readonly to: { readonly uri: string; readonly hostname: string };
  readonly request: MigrationRequest;
  /** The call, but for its definitions: what is taken up again after a broken post-copy has to be the same. */
  readonly call: Omit<MigrationCall, 'destinationXml' | 'persistentXml'>;
  /** What was to run there; null: it was off. */
  readonly running: string | null;
  /** What was to stay there; null: a transient guest keeps none. */
  readonly persistent: string | null;
  /** What it was to make at the destination, and was not there before: UUIDs of secrets, paths of volumes. */
  readonly makes: { readonly secrets: readonly string[]; readonly volumes: readonly string[] };
}

/** What one disk's image is on both hosts. */
export interface DiskOnBoth {
  readonly target: string;
  /** Its source at the destination, by the rules: path, POOL/VOLUME, or address; null: an empty drive. */
  readonly source: string | null;
  readonly destination: string | null;
  readonly format: string | null;
  /** Bytes as the guest sees them; bytes that are taken up. null: not told. */
  readonly capacity: number | null;
  readonly allocation: number | null;
  readonly readOnly: boolean;
  readonly device: string;
  /** `network`: both reach the same server. `same-bytes`: same size and same first 512 KiB were read on both, and both tell the same moment of a file's last change, or the same World Wide Name of a device. `differs`: they are not the same. `absent`: there is none at the destination. `unknown`: it could not be looked at, or what was read proves nothing. */
  readonly seen: 'network' | 'same-bytes' | 'differs' | 'absent' | 'unknown';
  /** The active pool of the destination that has the folder: libvirt makes the copy's file there; null: none does. */
  readonly pool: string | null;
  /** Bytes that are free in it; null: not told. */
  readonly free: number | null;
  /** Capacity of what is there already; null: nothing, or not told. */
  readonly there: number | null;
  /** Names of other domains of the destination that have it as a disk. */
  readonly users: readonly string[];
}

/** UEFI variables that a rescue leaves alone, and a migration therefore too: a file, as both hosts call it. */
export interface OwnNvram {
  readonly path: string;
  readonly destination: string;
  /** At the destination. `unknown`: it could not be looked at. */
  readonly seen: 'there' | 'absent' | 'unknown';
}

/** A name that both definitions need at the destination. */
export interface NeededThere {
  readonly kind: 'network' | 'bridge' | 'pool' | 'secret';
  readonly name: string;
  /** Devices that need it. */
  readonly users: readonly string[];
  readonly state: 'ready' | 'inactive' | 'missing' | 'no-value' | 'value-unknown' | 'not-checked';
  /** Of a secret: both are needed to carry it, its value at the source is readable; else false. */
  readonly carriable: boolean;
}

/** The destination, as far as the plan depends on it. */
export interface DestinationFacts {
  readonly host: HostFacts;
  readonly hostname: string;
  /** UUID in its capabilities: another daemon of the same host has the same one. */
  readonly hostUuid: string | null;
  /** Answer to the guest's CPU as it runs (or is defined); null: not asked (TCG, or the driver cannot). */
  readonly cpu: { readonly result: 'incompatible' | 'identical' | 'superset'; readonly why: string | null } | null;
  /** The guest's machine type is one that its QEMU has; null: not told. */
  readonly machineKnown: boolean | null;
  /** A domain with that name or UUID that is there already. */
  readonly domains: readonly {
    readonly uuid: string;
    readonly name: string;
    readonly state: string;
    /** It is the remnant of an earlier migration of this domain away from there: off, and the same definition but for host-specific parts. */
    readonly ours: boolean;
  }[];
  readonly needed: readonly NeededThere[];
  /** All its networks, with the bridge of each that has one; none: it has none, or does not tell. */
  readonly networks: readonly { readonly name: string; readonly bridge: string | null }[];
  /** KiB of memory that are free; null: not told. */
  readonly freeMemory: number | null;
}

export interface MigrationInputs {
  readonly domain: DomainFacts;
  readonly source: { readonly host: HostFacts; readonly hostname: string; readonly hostUuid: string | null };
  readonly destination: DestinationFacts;
  readonly disks: readonly DiskOnBoth[];
  /** Disks that only what stays has: the definition, and the guest's own one in the record of a rescue. */
  readonly staying: readonly DiskOnBoth[];
  /** MIGRATABLE | SECURE of a running guest; null: off. */
  readonly migratableXml: string | null;
  readonly session: SessionRecord | null;
  /** Of a guest in rescue that has other variables than its own for the time; null: its own go along, or it has none. */
  readonly ownNvram: OwnNvram | null;
  readonly request: MigrationRequest;
  /** Bytes of memory that a second dirties, and for how many seconds that was measured; null: not measured. */
  readonly dirtyRate: { readonly bytesPerSecond: number; readonly seconds: number } | null;
}

/** A definition before and after the rules. */
export interface DefinitionPair {
  readonly before: string;
  /** As it is given to libvirt. May hold graphics passwords: redact before it is shown. */
  readonly after: string;
  readonly diff: readonly DiffLine[];
}

export interface PlannedMigrationDisk extends DiskOnBoth {
  readonly way: DiskWay;
  readonly why: Sentence;
  /** Bytes that will be sent; 0: shared. null: not known. */
  readonly bytes: number | null;
}

export interface PlannedNeed extends NeededThere {
  readonly does: Sentence;
}

/** Seconds; `high` null: it may never end by itself. */
export interface MigrationEstimate {
  readonly low: number;
  readonly high: number | null;
  /** What it is reckoned from. */
  readonly why: Sentence;
}

/** Typed parameters of the call by libvirt's names; those that are not given are libvirt's own. */
export interface MigrationParameters {
  readonly migrate_uri?: string;
  readonly migrate_disks?: readonly string[];
  readonly disks_uri?: string;
  /** MiB/s */
  readonly bandwidth?: number;
  readonly 'parallel.connections'?: number;
}

export interface MigrationPlan {
  readonly planVersion: 1;
  readonly domain: { readonly uuid: string | null; readonly name: string };
  readonly from: { readonly uri: string; readonly hostname: string };
  readonly to: { readonly uri: string; readonly hostname: string };
  readonly request: MigrationRequest;
  readonly fingerprint: { readonly definition: string; readonly inputs: string };
  readonly refusals: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly disks: readonly PlannedMigrationDisk[];
  readonly needs: readonly PlannedNeed[];
  /** Networks and bridges that the destination is known to have: what a rule can name. */
  readonly names: { readonly networks: readonly string[]; readonly bridges: readonly string[] };
  /** What runs there (DEST_XML); null: it is off, or refused. */
  readonly running: DefinitionPair | null;
  /** What stays there (PERSIST_XML); null: a transient guest keeps none. */
  readonly persistent: DefinitionPair | null;
  /** What becomes of the rescue; null: it is in none. */
  readonly session: Sentence | null;
  /** virDomainMigrateFlags by name, `VIR_MIGRATE_` left out, and typed parameters but for the definitions. */
  readonly flags: readonly MigrationFlag[];
  readonly parameters: MigrationParameters;
  readonly estimate: MigrationEstimate | null;
  readonly steps: readonly PlanStep[];
  readonly virsh: readonly string[];
}

/** How a migration goes, from the source's job. Bytes; null: not told yet. */
export interface MigrationProgress {
  readonly phase: 'setup' | 'disks' | 'memory' | 'post-copy' | 'finishing';
  readonly total: number | null;
  readonly processed: number | null;
  readonly remaining: number | null;
  /** Bytes a second. */
  readonly rate: number | null;
  /** Bytes a second that the guest dirties; null: not told, or in the first pass. */
  readonly dirtyRate: number | null;
  readonly iteration: number | null;
  /** Milliseconds that the guest would stand still now. */
  readonly downtime: number | null;
  readonly throttle: number | null;
  readonly elapsed: number;
  /** Seconds to go; null: no end can be told. */
  readonly left: number | null;
  /** For how many seconds not a byte has gone over: the link may be down. */
  readonly stalled: number;
  /** May be switched to post-copy now. */
  readonly mayPostCopy: boolean;
}
