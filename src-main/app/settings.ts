/** Settings of this person on this computer, read through a schema: a file that was edited by hand cannot break the application. */
import { z } from 'zod';
import { settingsSchema } from '../../src-core/contract/schemas.ts';
import type { Settings } from '../../src-core/contract/schemas.ts';

/** Where settings are kept: one JSON value. */
export interface SettingsStore {
  readonly read: () => unknown;
  readonly write: (value: unknown) => void;
}

const addedHostSchema = z.object({
  id: z.string().min(1),
  name: z.string(),
  uri: z.string().min(1),
  readOnly: z.boolean(),
});

const boundsSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  maximized: z.boolean(),
});
export type WindowBounds = z.infer<typeof boundsSchema>;

const DEFAULTS: Settings = { theme: 'system', language: 'en' };

/** `version` grows when an older file must be rewritten to be understood. Each part that cannot be read becomes its default. */
const storedSchema = z.object({
  version: z.literal(1).catch(1),
  settings: settingsSchema.catch(DEFAULTS),
  hosts: z.array(addedHostSchema).catch([]),
  bounds: boundsSchema.nullable().catch(null),
  /** How media were attached, the newest last. `key` is attachments.ts's own. */
  attachments: z.array(z.object({ key: z.string(), device: z.string(), bus: z.string() })).catch([]),
});
export type Stored = z.infer<typeof storedSchema>;

export interface SettingsService {
  readonly get: () => Stored;
  readonly set: (part: Partial<Omit<Stored, 'version'>>) => Stored;
}

export function createSettings(store: SettingsStore): SettingsService {
  const get = (): Stored => {
    const stored = store.read();
    return storedSchema.parse(typeof stored === 'object' && stored !== null ? stored : {});
  };
  return {
    get,
    set: (part) => {
      const next = { ...get(), ...part };
      store.write(next);
      return next;
    },
  };
}
