/** What the window asks of transfers. */
import { z } from 'zod';
import { idSchema, textSchema } from './request-schemas.ts';

export const volumePlaceSchema = z.strictObject({ hostId: idSchema, pool: textSchema, name: textSchema });

/** `verify`: what arrived is read back, and its checksum compared. */
export const transferOptionsSchema = z.strictObject({ verify: z.boolean() });
