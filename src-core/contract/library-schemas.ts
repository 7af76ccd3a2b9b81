/** What the window asks of the media library. */
import { z } from 'zod';
import type { Library, LibraryMedium, Whereabouts } from '../library/types.ts';
import { fromCore, idSchema, imagePropertiesSchema, mediumSpecSchema, textSchema } from './schemas.ts';

/** The original image is another one on each guest: it is in nobody's library. */
export const librarySourceSchema = mediumSpecSchema.refine(({ kind }) => kind !== 'original');

/** `id`: the medium that is changed; null: a new one. */
export const libraryEditSchema = z.strictObject({
  id: idSchema.nullable(),
  name: z.string().min(1).max(200),
  note: textSchema,
  host: textSchema.nullable(),
  source: librarySourceSchema,
  properties: imagePropertiesSchema,
});
export type LibraryEdit = z.infer<typeof libraryEditSchema>;

export const librarySchema = fromCore<Library>();
export const libraryMediumSchema = fromCore<LibraryMedium>();
export const whereaboutsSchema = fromCore<Whereabouts>();
