/** The words of `salvor migrate` as a request. */
import { DISK_WAYS } from '../../src-core/migration/types.ts';
import type { DiskWay, MigrationOptions, MigrationRequest, NameMap } from '../../src-core/migration/types.ts';
import { oneOf, usage } from './arguments.ts';

export interface MigrateOptions {
  readonly uri: string;
  readonly to: string;
  readonly plan: boolean;
  readonly live?: true;
  readonly offline?: true;
  readonly mapPath?: readonly string[];
  readonly mapPool?: readonly string[];
  readonly mapNetwork?: readonly string[];
  readonly mapBridge?: readonly string[];
  readonly dropPinning: boolean;
  readonly listen?: string;
  readonly disk?: readonly string[];
  readonly p2p: boolean;
  readonly destinationUri?: string;
  readonly migrateUri?: string;
  readonly carrySecrets: boolean;
  readonly tls: boolean;
  readonly bandwidth?: string;
  readonly postCopy: boolean;
  readonly autoConverge: boolean;
  readonly parallel?: string;
  readonly maxDowntime?: string;
  readonly keepSource: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/** `on`: the machine is not off; what it is moved as where neither --live nor --offline is said. Throws `usage`. */
export function migrationRequest(options: MigrateOptions, on: boolean): MigrationRequest {
  const { live, offline, destinationUri } = options;
  if (live === true && offline === true) throw usage('say --live or --offline, not both');
  if (destinationUri !== undefined && !options.p2p)
    throw usage('--destination-uri is how the source’s daemon reaches the other one: it goes with --p2p');
  return {
    live: live ?? (offline === true ? false : on),
    rules: {
      paths: mapsOf('--map-path', options.mapPath),
      pools: mapsOf('--map-pool', options.mapPool),
      networks: mapsOf('--map-network', options.mapNetwork),
      bridges: mapsOf('--map-bridge', options.mapBridge),
      pinning: options.dropPinning ? 'drop' : 'keep',
      listen: options.listen ?? null,
    },
    disks: disksOf(options.disk),
    way: options.p2p ? 'p2p' : 'direct',
    destinationUri: destinationUri ?? null,
    migrateUri: options.migrateUri ?? null,
    secrets: options.carrySecrets ? 'carry' : 'leave',
    options: optionsOf(options),
    undefineSource: !options.keepSource,
  };
}

function optionsOf(options: MigrateOptions): MigrationOptions {
  return {
    tls: options.tls,
    bandwidth: whole('--bandwidth', 'MiB a second', options.bandwidth, 1, 1_000_000),
    postCopy: options.postCopy,
    autoConverge: options.autoConverge,
    parallel: whole('--parallel', 'connections', options.parallel, 2, 64),
    maxDowntime: whole('--max-downtime', 'milliseconds', options.maxDowntime, 1, 600_000),
  };
}

/** FROM=TO. A path may hold an equals sign: there the one before the second path counts. */
function mapsOf(option: string, words: readonly string[] = []): NameMap[] {
  return words.map((word) => {
    const between = option === '--map-path' ? word.indexOf('=/') : word.indexOf('=');
    const map = { from: word.slice(0, Math.max(between, 0)), to: word.slice(between + 1) };
    const fits = map.from !== '' && map.to !== '' && (option !== '--map-path' || map.from.startsWith('/'));
    if (!fits)
      throw usage(
        option === '--map-path'
          ? `--map-path is written /FROM=/TO, a whole path or a folder, not “${word}”`
          : `${option} is written FROM=TO, not “${word}”`,
      );
    return map;
  });
}

function disksOf(words: readonly string[] = []): Record<string, DiskWay> {
  return Object.fromEntries(
    words.map((word) => {
      const [target = '', way = ''] = word.split('=', 2);
      if (target === '') throw usage(`--disk is written TARGET=WAY, not “${word}”`);
      return [target, oneOf(`--disk ${target}`, DISK_WAYS, way)];
    }),
  );
}

function whole(option: string, what: string, text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null;
  const number = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (number < least || number > most)
    throw usage(`${option} is a number of ${what} from ${String(least)} to ${String(most)}, not “${text}”`);
  return number;
}
