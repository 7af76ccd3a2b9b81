/** Builders for tests: inputs of a migration that has nothing in its way, with any part overridden. */
import { QEMU_HOST, domainFacts, domainXml } from '../rescue/inputs.test-support.ts';
import type { DomainFacts, HostFacts } from '../rescue/types.ts';
import { NO_RULES } from './rules.ts';
import type {
  DestinationFacts,
  DiskOnBoth,
  MigrationInputs,
  MigrationOptions,
  MigrationRequest,
  NeededThere,
} from './types.ts';

export const GUEST_UUID = '3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01';
const GIB = 1024 ** 3;

export const OPTIONS: MigrationOptions = {
  tls: false,
  bandwidth: null,
  postCopy: false,
  autoConverge: false,
  parallel: null,
  maxDowntime: null,
};

export function diskOnBoth(parts: Partial<DiskOnBoth> = {}): DiskOnBoth {
  return {
    target: 'vda',
    source: '/images/root.qcow2',
    destination: '/images/root.qcow2',
    format: 'qcow2',
    capacity: 10 * GIB,
    allocation: 3 * GIB,
    readOnly: false,
    device: 'disk',
    seen: 'same-bytes',
    pool: null,
    free: null,
    there: null,
    users: [],
    ...parts,
  };
}

export function needed(parts: Partial<NeededThere> = {}): NeededThere {
  return { kind: 'network', name: 'lan', users: ['52:54:00:00:00:01'], state: 'ready', carriable: false, ...parts };
}

export interface MigrationParts {
  /** Definition; and what runs, unless the guest is off. */
  readonly xml?: string;
  readonly running?: string | null;
  readonly domain?: Partial<DomainFacts>;
  readonly from?: Partial<HostFacts>;
  readonly to?: Partial<HostFacts>;
  readonly destination?: Partial<Omit<DestinationFacts, 'host'>>;
  readonly disks?: readonly DiskOnBoth[];
  readonly staying?: readonly DiskOnBoth[];
  readonly request?: Partial<Omit<MigrationRequest, 'options'>>;
  readonly options?: Partial<MigrationOptions>;
  readonly rest?: Partial<Pick<MigrationInputs, 'session' | 'ownNvram' | 'dirtyRate'>>;
}

export function migrationInputs(parts: MigrationParts = {}): MigrationInputs {
  const definitionXml = parts.xml ?? domainXml();
  const off = parts.domain?.state === 'shutoff';
  return {
    domain: domainFacts({ definitionXml, ...parts.domain }),
    source: { host: { ...QEMU_HOST, uri: 'qemu+ssh://alpha/system', ...parts.from }, hostname: 'alpha', hostUuid: 'a' },
    destination: {
      host: { ...QEMU_HOST, uri: 'qemu+ssh://beta/system', ...parts.to },
      hostname: 'beta',
      hostUuid: 'b',
      cpu: null,
      machineKnown: true,
      domains: [],
      needed: [],
      networks: [],
      freeMemory: null,
      ...parts.destination,
    },
    disks: parts.disks ?? [diskOnBoth()],
    staying: parts.staying ?? [],
    migratableXml: parts.running === undefined ? (off ? null : definitionXml) : parts.running,
    session: null,
    ownNvram: null,
    request: {
      live: !off,
      rules: NO_RULES,
      disks: {},
      way: 'p2p',
      destinationUri: null,
      migrateUri: null,
      secrets: 'leave',
      undefineSource: true,
      ...parts.request,
      options: { ...OPTIONS, ...parts.options },
    },
    dirtyRate: null,
    ...parts.rest,
  };
}
