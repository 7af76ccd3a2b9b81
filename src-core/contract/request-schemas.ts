/**
 * zod schemas of what an administrator asks for, and what they are made of. Apart from those of what the window is told: the journal reads
 * requests back, and the command line begins sooner without the others.
 */
import { z } from 'zod';
import { FALL_THROUGHS, GUEST_DISKS, ON_TIMEOUTS, PROFILES, SESSION_KINDS } from '../rescue/types.ts';

export const textSchema = z.string().max(4096);
export const idSchema = z.string().min(1).max(200);

/**
 * Plans and what belongs to them are made by our own pure core in the main process and only travel outward, to the window.
 * They are checked to be objects; their shape is the core's own types.
 */
export function fromCore<T>() {
  return z.custom<T>((value) => typeof value === 'object' && value !== null);
}

export const mediumSpecSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('volume'), pool: idSchema, name: textSchema.min(1) }),
  z.strictObject({ kind: z.literal('path'), path: textSchema.min(1) }),
  z.strictObject({ kind: z.literal('url'), url: textSchema.min(1) }),
  z.strictObject({ kind: z.literal('original') }),
  z.strictObject({
    kind: z.literal('kernel'),
    kernel: textSchema.min(1),
    initrd: textSchema.nullable(),
    cmdline: textSchema.nullable(),
  }),
]);

export const stopRequestSchema = z.strictObject({
  how: z.enum(['graceful', 'force']),
  timeoutSeconds: z.number().int().min(1).max(3600),
  onTimeout: z.enum(ON_TIMEOUTS),
});

export const rescueRequestSchema = z.strictObject({
  media: z.array(mediumSpecSchema).min(1).max(8),
  device: z.string().max(20).nullable(),
  bus: z.string().max(20).nullable(),
  profile: z.enum(PROFILES),
  session: z.enum(SESSION_KINDS).nullable(),
  endAtFirstReboot: z.boolean(),
  fallThrough: z.enum(FALL_THROUGHS).nullable(),
  transientConsent: z.boolean(),
  writes: z.enum(['overlay', 'direct']),
  // Journals from before there was such a choice have none.
  overlayPool: idSchema.nullable().default(null),
  guestDisks: z.enum(GUEST_DISKS),
  stop: stopRequestSchema,
  allowUnbootable: z.boolean(),
});

/** Image properties as readImageProperties() gives them. */
export const imagePropertiesSchema = z
  .record(z.string().max(100), z.string().max(255))
  .refine((properties) => Object.keys(properties).length <= 200);
