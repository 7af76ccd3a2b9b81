/** What the window asks of the media library. */
import { z } from 'zod';
import type { LibraryListing, LibraryMedium, Whereabouts } from '../library/types.ts';
import { fromCore, idSchema, imagePropertiesSchema, mediumSpecSchema, textSchema } from './request-schemas.ts';

/** The original image is another one on each guest: it is in nobody's library. */
export const librarySourceSchema = mediumSpecSchema.refine(({ kind }) => kind !== 'original');

const hex = z.string().regex(/^[0-9a-f]{1,200}$/);
export const toldMediumSchema = z.strictObject({
  size: z.number().int().nonnegative().nullable(),
  format: z.string().max(40).nullable(),
  checksum: hex.nullable(),
  hash: z.strictObject({ algorithm: z.string().max(40), value: hex }).nullable(),
});

/** `id`: the medium that is changed; null: a new one. */
export const libraryEditSchema = z.strictObject({
  id: idSchema.nullable(),
  name: z.string().min(1).max(200),
  note: textSchema,
  host: textSchema.nullable(),
  source: librarySourceSchema,
  properties: imagePropertiesSchema,
  told: toldMediumSchema.nullable(),
});
export type LibraryEdit = z.infer<typeof libraryEditSchema>;

export const librarySchema = fromCore<LibraryListing>();
export const libraryMediumSchema = fromCore<LibraryMedium>();
export const whereaboutsSchema = fromCore<Whereabouts>();
