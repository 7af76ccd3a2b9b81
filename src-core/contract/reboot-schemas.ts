/** What crosses IPC for hard reboots and the plain actions on a machine. */
import { z } from 'zod';
import { REBOOT_SESSIONS } from '../reboot/types.ts';
import type { RebootPlan } from '../reboot/types.ts';
import { fromCore, stopRequestSchema } from './request-schemas.ts';

export const rebootRequestSchema = z.strictObject({ stop: stopRequestSchema, session: z.enum(REBOOT_SESSIONS) });

const secretUuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

/** UUIDs of secrets that a value is at hand for. */
export const secretsAtHandSchema = z.array(secretUuid).max(100);

/** Values of secrets, in base64: they are handed to libvirt, and neither kept nor logged. libvirt takes 65,536 bytes. */
export const secretValuesSchema = z
  .array(
    z.strictObject({
      uuid: secretUuid,
      value: z
        .string()
        .max(90_000)
        .regex(/^[A-Za-z0-9+/]*={0,2}$/),
    }),
  )
  .max(100);
export type SecretValues = z.infer<typeof secretValuesSchema>;

export const rebootPlanSchema = fromCore<RebootPlan>();
