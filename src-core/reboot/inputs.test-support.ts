/** Builders for the tests of hard reboots: inputs with sensible values, any part overridden. */
import { parseXml } from '../domain-xml/document.ts';
import { domainXml, inputs as rescueInputs } from '../rescue/inputs.test-support.ts';
import type { SessionRecord } from '../rescue/session.ts';
import type { DomainFacts, HostFacts } from '../rescue/types.ts';
import { dependenciesOf } from './dependencies.ts';
import type { DependencyState, FoundDependency, RebootInputs, RebootRequest } from './types.ts';

export const SECRET = '5a5a5a5a-0000-4000-8000-000000000001';

export const SESSION: SessionRecord = {
  ...{ version: 1, kind: 'one-shot', id: 'ours', startedAt: null, startedBy: 'ada@desk', target: 'sda', medium: null },
  ...{ powerBefore: 'on', definition: null, overlays: null, transient: false },
};

export interface RebootParts {
  readonly devices?: string;
  readonly top?: string;
  readonly os?: string;
  readonly domain?: Partial<DomainFacts>;
  readonly host?: Partial<HostFacts>;
  readonly request?: Partial<RebootRequest>;
  readonly session?: SessionRecord | null;
  readonly control?: string | null;
  readonly pausedReason?: string;
  readonly secretsGiven?: readonly string[];
  /** By `kind name`; all others are ready. */
  readonly states?: Readonly<Record<string, DependencyState>>;
  readonly found?: Partial<FoundDependency>;
}

export function rebootInputs(parts: RebootParts = {}): RebootInputs {
  const { devices, top, os } = parts;
  const xml = domainXml({
    ...(devices === undefined ? {} : { devices }),
    ...(top === undefined ? {} : { top }),
    ...(os === undefined ? {} : { os }),
  });
  const { domain, host } = rescueInputs({
    xml,
    ...(parts.domain === undefined ? {} : { domain: parts.domain }),
    ...(parts.host === undefined ? {} : { host: parts.host }),
  });
  const found = dependenciesOf(parseXml(domain.definitionXml)).map((dependency): FoundDependency => ({
    ...dependency,
    state: parts.states?.[`${dependency.kind} ${dependency.name}`] ?? 'ready',
    detail: null,
    sharedWith: [],
    ...parts.found,
  }));
  return {
    domain,
    host,
    found,
    request: { stop: { how: 'graceful', timeoutSeconds: 60, onTimeout: 'give-up' }, session: 'keep', ...parts.request },
    session: parts.session ?? null,
    control: parts.control === undefined ? 'ok' : parts.control,
    pausedReason: parts.pausedReason ?? null,
    secretsGiven: parts.secretsGiven ?? [],
  };
}

export const VOLUME_DISK = `<disk type='volume' device='disk'><source pool='images' volume='a.raw'/><target dev='vda' bus='virtio'/></disk>`;
export const LUKS_DISK = `<disk type='file' device='disk'><source file='/i/l.qcow2'><encryption format='luks'><secret type='passphrase' uuid='${SECRET}'/></encryption></source><target dev='vda' bus='virtio'/></disk>`;
export const NETWORK = `<interface type='network'><mac address='52:54:00:11:22:33'/><source network='lan'/><model type='virtio'/></interface>`;
export const MDEV = `<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='C60F3D9C-1111-4222-8333-000000000001'/></source></hostdev>`;
export const PCI = `<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>`;
