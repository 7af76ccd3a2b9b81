import type { NativeParameter } from './native.ts';
import type { MigrateParameters } from './types.ts';

/** The types libvirt expects, from the documentation of each VIR_MIGRATE_PARAM_*: it refuses any other. */
const parameterTypes = {
  migrate_uri: 'string',
  destination_name: 'string',
  destination_xml: 'string',
  persistent_xml: 'string',
  bandwidth: 'ullong',
  'bandwidth.postcopy': 'ullong',
  graphics_uri: 'string',
  listen_address: 'string',
  migrate_disks: 'string',
  disks_port: 'int',
  disks_uri: 'string',
  compression: 'string',
  'compression.mt.level': 'int',
  'compression.mt.threads': 'int',
  'compression.mt.dthreads': 'int',
  'compression.xbzrle.cache': 'ullong',
  'auto_converge.initial': 'int',
  'auto_converge.increment': 'int',
  'parallel.connections': 'int',
  'tls.destination': 'string',
} as const satisfies Record<keyof MigrateParameters, string>;

/** As the addon takes them: a list of values becomes the same name several times. Throws TypeError for unknown names. */
export function migrateParameters(params: MigrateParameters): NativeParameter[] {
  return Object.entries(params).flatMap(([name, value]: [string, MigrateParameters[keyof MigrateParameters]]) => {
    if (!Object.hasOwn(parameterTypes, name)) throw new TypeError(`"${name}" is not a parameter of migration`);
    const type = parameterTypes[name as keyof MigrateParameters];
    if (value === undefined) return [];
    const values = typeof value === 'object' ? value : [value];
    return values.map((item): NativeParameter => [name, type, item]);
  });
}
