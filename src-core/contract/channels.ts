/**
 * THE WIRE: every channel between window and main process, with the schema of what goes in and what comes out.
 * One map types both ends; the transport checks every payload against it, in both directions.
 */
import { z } from 'zod';
import { RECORDS } from '../rescue/put-back.ts';
import {
  detailsSchema,
  hostSchema,
  idSchema,
  imagePropertiesSchema,
  machineKeySchema,
  machineRowSchema,
  operationSchema,
  poolSchema,
  previewSchema,
  rescueRequestSchema,
  settingsSchema,
  stopRequestSchema,
  textSchema,
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
import type { ErrorData } from './errors.ts';
import type { AppEvent } from './schemas.ts';

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

  'pools.list': { input: z.strictObject({ hostId: idSchema }), output: z.array(poolSchema) },
  'pools.volumes': { input: z.strictObject({ hostId: idSchema, pool: textSchema }), output: z.array(volumeSchema) },

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
  /** Returns the function that stops listening. */
  readonly onEvent: (listener: (event: AppEvent) => void) => () => void;
};
