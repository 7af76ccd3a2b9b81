/**
 * THE WIRE: every channel between window and main process, with the schema of what goes in and what comes out.
 * One map types both ends; the transport checks every payload against it, in both directions.
 */
import { z } from 'zod';
import { RECORDS } from '../rescue/put-back.ts';
import {
  fromCore,
  idSchema,
  imagePropertiesSchema,
  rescueRequestSchema,
  stopRequestSchema,
  textSchema,
} from './request-schemas.ts';
import {
  detailsSchema,
  diskStatsSchema,
  hostSchema,
  machineKeySchema,
  machineRowSchema,
  operationSchema,
  poolSchema,
  previewSchema,
  settingsSchema,
  volumeSchema,
} from './schemas.ts';
import {
  historySchema,
  journalEntrySchema,
  leftoversSchema,
  removalSchema,
  REPORT_FORMATS,
  unfinishedSchema,
} from './journal-schemas.ts';
import { POWER_ACTIONS } from '../reboot/power.ts';
import { migrationPlanSchema, migrationRequestSchema, migrationUnderWaySchema } from './migration-schemas.ts';
import { rebootPlanSchema, rebootRequestSchema, secretsAtHandSchema, secretValuesSchema } from './reboot-schemas.ts';
import { libraryEditSchema, libraryMediumSchema, librarySchema, whereaboutsSchema } from './library-schemas.ts';
import { transferOptionsSchema, volumePlaceSchema } from './transfer-schemas.ts';
import type { ErrorData } from './errors.ts';
import type { OfferedFile, RoomForTransfer, Transfer } from './transfer.ts';
import type { AppEvent, VolumeLook } from './schemas.ts';

const none = z.null();

export const CHANNELS = {
  'app.info': {
    input: none,
    output: z.strictObject({ version: z.string(), platform: z.string(), asRoot: z.boolean() }),
  },
  'settings.get': { input: none, output: settingsSchema },
  'settings.set': { input: settingsSchema.partial(), output: settingsSchema },

  'hosts.list': { input: none, output: z.array(hostSchema) },
  'hosts.add': {
    input: z.strictObject({ uri: textSchema, name: textSchema.nullable(), readOnly: z.boolean() }),
    output: hostSchema,
  },
  'hosts.remove': { input: z.strictObject({ hostId: idSchema }), output: none },
  /** Starts connecting and answers at once; the outcome comes as host-changed events. */
  'hosts.connect': { input: z.strictObject({ hostId: idSchema }), output: none },
  'hosts.disconnect': { input: z.strictObject({ hostId: idSchema }), output: none },

  'machines.list': { input: none, output: z.array(machineRowSchema) },
  'machines.details': { input: machineKeySchema, output: detailsSchema },
  /** The same with what a host takes longer to tell: `complete`. Bounded in time, whatever its storage does. */
  'machines.fullDetails': { input: machineKeySchema, output: detailsSchema },

  /** Of a running machine; empty: it is off, or its driver counts nothing. */
  'machines.diskStats': { input: machineKeySchema, output: z.array(diskStatsSchema) },

  'pools.list': { input: z.strictObject({ hostId: idSchema }), output: z.array(poolSchema) },
  /** The names of all volumes of an active pool: one call, however many there are. */
  'pools.names': { input: z.strictObject({ hostId: idSchema, pool: textSchema }), output: z.array(z.string()) },
  /** Some of them, described; one that has gone meanwhile is left out. */
  'pools.describe': {
    input: z.strictObject({ hostId: idSchema, pool: textSchema, names: z.array(textSchema).min(1).max(200) }),
    output: z.array(volumeSchema),
  },
  /** What one volume is by its own bytes, read now; null: it has gone. `content` null: it cannot be read. */
  'pools.look': {
    input: z.strictObject({ hostId: idSchema, pool: textSchema, name: textSchema }),
    output: fromCore<VolumeLook>().nullable(),
  },
  'pools.refresh': { input: z.strictObject({ hostId: idSchema, pool: textSchema }), output: poolSchema },
  'pools.start': { input: z.strictObject({ hostId: idSchema, pool: textSchema }), output: poolSchema },

  'library.list': { input: none, output: librarySchema },
  'library.save': { input: libraryEditSchema, output: libraryMediumSchema },
  'library.remove': { input: z.strictObject({ id: idSchema }), output: none },
  /** `id` null: none any more. */
  'library.setDefault': {
    input: z.strictObject({ arch: textSchema, firmware: z.enum(['bios', 'uefi']), id: idSchema.nullable() }),
    output: none,
  },
  /** On which connected hosts they are. `id` null: all media; `hostId` null: all hosts. */
  'library.where': {
    input: z.strictObject({ id: idSchema.nullable(), hostId: idSchema.nullable() }),
    output: z.array(whereaboutsSchema),
  },
  /** Look at it on that host, and keep what was seen. */
  'library.look': { input: z.strictObject({ id: idSchema, hostId: idSchema }), output: libraryMediumSchema },
  /** As `openstack image show -f json` prints an image; the path that was written, or null where the question was cancelled. */
  'library.export': { input: z.strictObject({ id: idSchema }), output: z.string().nullable() },
  /** Copy it to a host where it is missing, from one where it is; null: a file of this computer was asked for, and none was chosen. */
  'library.put': {
    input: z.strictObject({ id: idSchema, from: idSchema.nullable(), to: idSchema, pool: textSchema }),
    output: fromCore<Transfer>().nullable(),
  },

  /** Asks the person for files of this computer; empty: the question was cancelled. */
  'files.choose': { input: none, output: z.array(fromCore<OfferedFile>()) },
  'transfers.list': { input: none, output: z.array(fromCore<Transfer>()) },
  /** What an upload (`token`) or a copy (`from`) would need in that pool, and whether it can be. */
  'transfers.room': {
    input: z.strictObject({ token: idSchema.nullable(), from: volumePlaceSchema.nullable(), to: volumePlaceSchema }),
    output: fromCore<RoomForTransfer>(),
  },
  'transfers.upload': {
    input: z.strictObject({ token: idSchema, to: volumePlaceSchema, options: transferOptionsSchema }),
    output: fromCore<Transfer>(),
  },
  /** Asks where to; null: the question was cancelled. */
  'transfers.download': {
    input: z.strictObject({ from: volumePlaceSchema, options: transferOptionsSchema }),
    output: fromCore<Transfer>().nullable(),
  },
  'transfers.copy': {
    input: z.strictObject({ from: volumePlaceSchema, to: volumePlaceSchema, options: transferOptionsSchema }),
    output: fromCore<Transfer>(),
  },
  /** What was written of it is removed. */
  'transfers.cancel': { input: z.strictObject({ transferId: idSchema }), output: none },
  'transfers.resume': { input: z.strictObject({ transferId: idSchema }), output: fromCore<Transfer>() },
  /** Puts an ended one away. */
  'transfers.forget': { input: z.strictObject({ transferId: idSchema }), output: none },

  'rescue.preview': {
    input: z.strictObject({
      machine: machineKeySchema,
      request: rescueRequestSchema,
      /** Of the medium that boots. */
      properties: imagePropertiesSchema,
    }),
    output: previewSchema,
  },
  /** `fingerprint` is plan.fingerprint.inputs of the preview that was confirmed: anything else is refused as drift. */
  'rescue.start': {
    input: z.strictObject({
      machine: machineKeySchema,
      request: rescueRequestSchema,
      properties: imagePropertiesSchema,
      fingerprint: z.string().length(64),
    }),
    output: operationSchema,
  },
  'rescue.end': {
    input: z.strictObject({
      machine: machineKeySchema,
      stop: stopRequestSchema,
      power: z.enum(['as-before', 'on', 'off']),
      /** Which record of the definition a person chose, where they differ or one cannot be used; null: nobody had to. */
      record: z.enum(RECORDS).nullable(),
    }),
    output: operationSchema,
  },

  /** A plain action. `way`: how a guest is asked to shut down or reboot. */
  'power.act': {
    input: z.strictObject({ machine: machineKeySchema, action: z.enum(POWER_ACTIONS), way: z.enum(['acpi', 'agent']) }),
    output: operationSchema,
  },
  'reboot.preview': {
    input: z.strictObject({ machine: machineKeySchema, request: rebootRequestSchema, secrets: secretsAtHandSchema }),
    output: rebootPlanSchema,
  },
  /** `fingerprint` is plan.fingerprint.inputs of the preview that was confirmed: anything else is refused as drift. */
  'reboot.start': {
    input: z.strictObject({
      machine: machineKeySchema,
      request: rebootRequestSchema,
      secrets: secretValuesSchema,
      fingerprint: z.string().length(64),
    }),
    output: operationSchema,
  },
  /** `to`: a connected host. The fingerprint of inputs plays the same part as in a rescue. */
  'migration.preview': {
    input: z.strictObject({ machine: machineKeySchema, to: idSchema, request: migrationRequestSchema }),
    output: migrationPlanSchema,
  },
  'migration.start': {
    input: z.strictObject({
      machine: machineKeySchema,
      to: idSchema,
      request: migrationRequestSchema,
      fingerprint: z.string().length(64),
    }),
    output: operationSchema,
  },
  /** Of those under way; how they go further comes as events. */
  'migration.underWay': { input: none, output: z.array(migrationUnderWaySchema) },
  'migration.startPostCopy': { input: z.strictObject({ operationId: idSchema }), output: none },
  'migration.setMaxDowntime': {
    input: z.strictObject({ operationId: idSchema, milliseconds: z.number().int().min(1).max(600_000) }),
    output: none,
  },
  'operations.list': { input: none, output: z.array(operationSchema) },
  'operations.cancel': { input: z.strictObject({ operationId: idSchema }), output: none },

  /** `uuid`: of that domain alone. */
  'history.list': { input: z.strictObject({ uuid: textSchema.nullable() }), output: historySchema },
  'history.entry': { input: z.strictObject({ id: idSchema }), output: journalEntrySchema },
  /** The main process asks where to; the path that was written, or null where the question was cancelled. */
  'history.export': {
    input: z.strictObject({ ids: z.array(idSchema).min(1).max(10_000), format: z.enum(REPORT_FORMATS) }),
    output: z.string().nullable(),
  },

  'unfinished.list': { input: none, output: z.array(unfinishedSchema) },
  'unfinished.resume': {
    input: z.strictObject({
      operationId: idSchema,
      machine: machineKeySchema,
      way: z.enum(['finish', 'roll-back']),
      /** The situation in which the way was chosen: in another one nothing is done. */
      situation: textSchema,
      stop: stopRequestSchema,
    }),
    output: operationSchema,
  },
  'unfinished.forget': { input: z.strictObject({ operationId: idSchema }), output: none },
  /** Put the guest's UEFI variables back as they were before that operation. */
  'nvram.restore': {
    input: z.strictObject({ operationId: idSchema, machine: machineKeySchema }),
    output: operationSchema,
  },

  'leftovers.list': { input: z.strictObject({ hostId: idSchema }), output: leftoversSchema },
  'leftovers.remove': {
    input: z.strictObject({ hostId: idSchema, ids: z.array(textSchema).min(1).max(1000) }),
    output: z.array(removalSchema),
  },

  /** A picture that the window drew: SVG text, or a PNG in base64. The path that was written, or null where the question was cancelled. */
  'picture.save': {
    input: z.strictObject({
      name: textSchema,
      format: z.enum(['svg', 'png']),
      data: z
        .string()
        .min(1)
        .max(48 * 1024 * 1024),
    }),
    output: z.string().nullable(),
  },

  /** The log of this window's own failures goes to the main process: one line, no stack of ours in front of a user. */
  'log.renderer-error': { input: z.strictObject({ message: textSchema }), output: none },
} as const;

export type ChannelName = keyof typeof CHANNELS;
export type ChannelInput<C extends ChannelName> = z.infer<(typeof CHANNELS)[C]['input']>;
export type ChannelOutput<C extends ChannelName> = z.infer<(typeof CHANNELS)[C]['output']>;

/** What a call answers: errors cross as data. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorData };

/** What the preload exposes as window.salvor: one function a channel, and one to listen. */
export type SalvorApi = {
  readonly [C in ChannelName]: (input: ChannelInput<C>) => Promise<Answer<ChannelOutput<C>>>;
} & {
  /** `file`: a File that was dropped on the window. Only what a person dropped has a path; null: it has none, or cannot be read. */
  readonly offerFile: (file: object) => Promise<Answer<OfferedFile | null>>;
  /** Returns the function that stops listening. */
  readonly onEvent: (listener: (event: AppEvent) => void) => () => void;
};
