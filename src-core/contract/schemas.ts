/** zod schemas of everything that crosses IPC. Inputs are strict: an unknown key is refused. */
import { z } from 'zod';
import { DOMAIN_STATES } from '../rescue/types.ts';
import type { AttachChoice, RescuePlan } from '../rescue/plan-types.ts';
import type { DiskUser, HeadHash, MediumFacts } from '../rescue/types.ts';
import type { MediumContent } from '../media/recognise.ts';
import type { BootEntry } from '../boot/effective-order.ts';
import type { MigrationProgress } from '../migration/types.ts';
import type { DiskRole, DiskStats, DiskView, GuestNames, ImageLayer, SecretState } from '../disks/types.ts';
import type { Firmware } from '../domain-xml/domain.ts';
import { HOST_TRAITS } from '../host/traits.ts';
import type { SessionRecord } from '../rescue/session.ts';
import type { StorageLayout } from '../disks/storage-layout.ts';
import { ERROR_CODES } from './errors.ts';
import { fromCore, idSchema as id } from './request-schemas.ts';
import type { Transfer } from './transfer.ts';

const uuid = z.string().regex(/^[0-9a-fA-F-]{32,36}$/);
const params = z.record(z.string(), z.union([z.string(), z.number()]));

export const errorDataSchema = z.strictObject({
  code: z.enum(ERROR_CODES),
  params,
  message: z.string(),
  unchanged: z.string(),
  next: z.string(),
  detail: z.string().nullable(),
});

export const machineKeySchema = z.strictObject({ hostId: id, uuid });
export type MachineKey = z.infer<typeof machineKeySchema>;

export const hostSchema = z.strictObject({
  id,
  name: z.string(),
  uri: z.string(),
  /** `builtin` hosts (demo, system, session) cannot be removed. */
  builtin: z.boolean(),
  readOnly: z.boolean(),
  state: z.enum(['disconnected', 'connecting', 'connected']),
  /** Why it is not connected, when that was not the administrator's wish. */
  error: errorDataSchema.nullable(),
  hostname: z.string().nullable(),
  driver: z.string().nullable(),
  libvirtVersion: z.string().nullable(),
  hypervisorVersion: z.string().nullable(),
  traits: z.array(z.enum(HOST_TRAITS)),
  machineCount: z.number().int(),
});
export type Host = z.infer<typeof hostSchema>;

export const machineRowSchema = z.strictObject({
  hostId: id,
  hostName: z.string(),
  uuid: z.string(),
  name: z.string(),
  title: z.string().nullable(),
  state: z.enum(DOMAIN_STATES),
  persistent: z.boolean(),
  autostart: z.boolean(),
  /** Set while the domain is in rescue: it runs in it, or its definition is the rescue definition. */
  session: fromCore<SessionRecord>().nullable(),
  /** Disk targets and sources, for the search; empty until known. */
  disks: z.array(z.strictObject({ target: z.string(), source: z.string().nullable() })),
});
export type MachineRow = z.infer<typeof machineRowSchema>;

/** A disk of the machine page. Sizes in bytes, null where the host did not tell. */
export interface MachineDisk extends DiskView {
  /** Its image and those below, nearest first; empty: an empty drive. */
  readonly layers: readonly ImageLayer[];
  /** Running domains that have it open, on this host or another connected one. */
  readonly users: readonly Omit<DiskUser, 'target'>[];
  readonly secretStates: readonly SecretState[];
  readonly role: DiskRole;
  readonly roleWhy: string;
  readonly guestNames: GuestNames;
  readonly capacity: number | null;
  /** Of its own image alone; chainAllocation() tells what the disk takes. */
  readonly allocation: number | null;
  readonly physical: number | null;
}

export interface MachineDetails {
  readonly row: MachineRow;
  /**
   * All is here that the host tells of the disks. false: of images, users, secrets and roles only what the definitions tell; the rest takes
   * the host longer (machines.fullDetails).
   */
  readonly complete: boolean;
  readonly firmware: Firmware;
  readonly secureBoot: boolean;
  readonly machine: string;
  readonly arch: string;
  readonly vcpus: number | null;
  readonly memoryKiB: number | null;
  readonly disks: readonly MachineDisk[];
  readonly bootOrder: readonly BootEntry[];
  readonly layout: StorageLayout;
  /**
   * Disks, boot order and layout of the running domain where it differs from the definition (in rescue), and of the rescue in the place of
   * the definition, while it is off, too; null when off or alike. The others are then those that the machine comes back to.
   */
  readonly live: Pick<MachineDetails, 'disks' | 'bootOrder' | 'layout'> | null;
  /** The definition with passwords replaced by ***. */
  readonly definitionXml: string;
  readonly liveXml: string | null;
  readonly managedSave: boolean;
  readonly snapshots: number;
}

export const poolSchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  active: z.boolean(),
  persistent: z.boolean(),
  /** Folder or device on the host; null: it has none. */
  path: z.string().nullable(),
  /** Bytes; null where it is not active. */
  capacity: z.number().nullable(),
  allocation: z.number().nullable(),
  available: z.number().nullable(),
  /** Why no more is known of it than its name: it does not answer, or its XML cannot be read. null: all is well. */
  problem: errorDataSchema.nullable(),
});
export type Pool = z.infer<typeof poolSchema>;

/**
 * directory: a folder, no image; in-use: a running machine writes to it; guest-disk: it is a disk of a machine that is off; empty: it has no
 * bytes; too-small: less than the one sector that boot code takes; no-path: a file or device without a path, so that no guest can be given it.
 */
const UNFIT = ['directory', 'in-use', 'guest-disk', 'empty', 'too-small', 'no-path'] as const;

export const volumeSchema = z.strictObject({
  pool: z.string(),
  name: z.string(),
  path: z.string().nullable(),
  format: z.string().nullable(),
  capacity: z.number().nullable(),
  allocation: z.number().nullable(),
  /** Why it cannot be a rescue medium, as a coded reason, or null. */
  unfit: z.enum(UNFIT).nullable(),
  /** Machines of this host that have it as a disk they may write to; of those, the running ones where there are any. */
  machines: z.array(z.string()),
});
export type Volume = z.infer<typeof volumeSchema>;

/** What a volume is by its first bytes. */
export interface VolumeLook {
  readonly content: MediumContent | null;
  readonly hash: HeadHash | null;
}

/** The answer to a request for a preview: the plan (passwords redacted), every choice with its reasons, what is known of the media. */
export interface Preview {
  readonly plan: RescuePlan;
  /** The machine's storage as its definition has it, and as it would be in rescue; null: refused. */
  readonly layouts: { readonly before: StorageLayout; readonly after: StorageLayout | null };
  readonly choices: readonly AttachChoice[];
  readonly media: readonly MediumFacts[];
}

export const diskStatsSchema: z.ZodType<DiskStats> = z.strictObject({
  target: z.string(),
  readBytes: z.number(),
  readRequests: z.number(),
  writeBytes: z.number(),
  writeRequests: z.number(),
});

export const operationSchema = z.strictObject({
  id,
  kind: z.enum(['rescue', 'end', 'resume', 'nvram', 'hard-reboot', 'migrate', 'power']),
  machine: machineKeySchema,
  machineName: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** May it still be cancelled? Up to the stop, and between steps. */
  cancellable: z.boolean(),
  startedAt: z.string(),
  steps: z.array(
    z.strictObject({
      id: z.string(),
      text: z.string(),
      state: z.enum(['pending', 'running', 'done', 'failed', 'undone', 'skipped']),
      /** A line on how it goes, e.g. seconds left of a graceful shutdown. */
      note: z.string().nullable(),
    }),
  ),
  /** Of one that is done: what is worth telling of it, in sentences. */
  remarks: z.array(z.string()),
  error: errorDataSchema.nullable(),
});
export type Operation = z.infer<typeof operationSchema>;

export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['en']),
});
export type Settings = z.infer<typeof settingsSchema>;

/** What the main process tells the window without being asked. */
export const appEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('host-changed'), host: hostSchema }),
  z.strictObject({ type: z.literal('host-removed'), hostId: id }),
  /** All machines of one host anew (after connect or loss). */
  z.strictObject({ type: z.literal('machines-reset'), hostId: id, machines: z.array(machineRowSchema) }),
  z.strictObject({ type: z.literal('machine-changed'), machine: machineRowSchema }),
  z.strictObject({ type: z.literal('machine-removed'), machine: machineKeySchema }),
  z.strictObject({ type: z.literal('operation-changed'), operation: operationSchema }),
  /** The list of unfinished operations, or the history, is not what it was: it is asked for again. */
  z.strictObject({ type: z.literal('unfinished-changed') }),
  z.strictObject({ type: z.literal('migration-progress'), operationId: id, progress: fromCore<MigrationProgress>() }),
  z.strictObject({ type: z.literal('transfer-changed'), transfer: fromCore<Transfer>() }),
  /** It was put away. */
  z.strictObject({ type: z.literal('transfer-removed'), transferId: id }),
  /** The media library is not what it was: it is asked for again. */
  z.strictObject({ type: z.literal('library-changed') }),
]);
export type AppEvent = z.infer<typeof appEventSchema>;

export const detailsSchema = fromCore<MachineDetails>();
export const previewSchema = fromCore<Preview>();
