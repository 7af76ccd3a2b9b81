/** What has to be looked at on both hosts before a migration is planned: names by the rules, read from the definition. */
import { readDomain } from '../domain-xml/domain.ts';
import { parseXml } from '../domain-xml/document.ts';
import type { XmlDocument, XmlElement } from '../domain-xml/document.ts';
import { attribute, child, children } from '../domain-xml/elements.ts';
import { readDisk } from '../domain-xml/disk-view.ts';
import { applyRules } from './rules.ts';
import type { MigrationRules, NeededThere } from './types.ts';

/** A disk as both hosts call it. */
export interface DiskNames {
  readonly target: string;
  /** file, block, network, volume, … */
  readonly type: string;
  /** As diskSourceName() names it: a path, POOL/VOLUME, an address; null: an empty drive. */
  readonly source: string | null;
  readonly destination: string | null;
  readonly format: string | null;
  readonly readOnly: boolean;
  /** disk, cdrom, floppy, lun */
  readonly device: string;
  /** Network storage: both hosts reach the same server by that address, its ports included. */
  readonly sameServer: boolean;
}

/** The disks of what migrates (the running definition, or the one that is there), by both hosts' names. Throws XmlProblem. */
export function diskNames(xml: string, rules: MigrationRules): DiskNames[] {
  const here = disksOf(xml);
  const ruled = applyRules(xml, rules);
  const there = ruled === xml ? here : disksOf(ruled);
  return here.disks.map(({ target, sourceType, source, format, readonly, device, index }) => ({
    target,
    type: sourceType,
    source,
    destination: there.disks[index]?.source ?? null,
    format,
    readOnly: readonly,
    device,
    sameServer: here.servers[index] != null && here.servers[index] === there.servers[index],
  }));
}

function disksOf(xml: string) {
  const document = parseXml(xml);
  return { disks: readDomain(document).disks, servers: serversOf(document) };
}

/**
 * Disks of what stays (the definition, and the guest's own one in its record) that what migrates has not: its own while it is in rescue, and
 * what was changed for the next start. Throws XmlProblem.
 */
export function disksStaying(xml: string, stays: readonly string[], rules: MigrationRules): DiskNames[] {
  const known = new Set(diskNames(xml, rules).map(({ source }) => source));
  return stays
    .flatMap((each) => diskNames(each, rules))
    .filter(({ source }) => {
      const isNew = source !== null && !known.has(source);
      known.add(source);
      return isNew;
    });
}

/** By disk: the servers of its network storage as any host reaches them; null: it is none, or each host has a server of its own there. */
function serversOf(document: XmlDocument): (string | null)[] {
  return children(child(document.documentElement, 'devices'), 'disk').map((disk) => {
    const source = child(disk, 'source');
    if (attribute(disk, 'type') !== 'network' || source === null) return null;
    const hosts = children(source, 'host');
    // Ceph alone finds its servers in a file of the host.
    if (hosts.length === 0 && attribute(source, 'protocol') !== 'rbd') return null;
    const isOwn = (host: XmlElement) =>
      attribute(host, 'transport') === 'unix' ||
      attribute(host, 'socket') !== null ||
      isLoopback(attribute(host, 'name'));
    if (hosts.some(isOwn)) return null;
    const parts = hosts.map((host) =>
      ['transport', 'name', 'port'].map((name) => attribute(host, name) ?? '').join(' '),
    );
    return [attribute(source, 'protocol'), attribute(source, 'name'), ...parts].join('\n');
  });
}

function isLoopback(name: string | null): boolean {
  if (name === null || name === '') return true;
  const bare = name.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  return /^(?:(?:.+\.)?localhost|localhost\..*|ip6-.*|(?:::ffff:)?127\..*|0\.0\.0\.0|[0:]+|[0:]*:0*1)$/.test(bare);
}

type Needed = Pick<NeededThere, 'kind' | 'name' | 'users'>;

/** Names that the definitions need at the destination, by the rules, each once. `xmls`: what runs, and what stays. Throws XmlProblem. */
export function namesNeeded(xmls: readonly string[], rules: MigrationRules): Needed[] {
  const found = new Map<string, Needed>();
  for (const xml of xmls) {
    const devices = child(parseXml(applyRules(xml, rules)).documentElement, 'devices');
    for (const { kind, name, users } of children(devices).flatMap(needsOf)) {
      const known = found.get(`${kind} ${name}`)?.users ?? [];
      found.set(`${kind} ${name}`, { kind, name, users: [...new Set([...known, ...users])] });
    }
  }
  return [...found.values()];
}

function needsOf(device: XmlElement, index: number): Needed[] {
  const need = (kind: Needed['kind'], name: string | null, user: string): Needed[] =>
    name === null || name === '' ? [] : [{ kind, name, users: [user] }];
  switch (device.localName) {
    case 'disk': {
      const { target, secrets } = readDisk(device, index);
      return [
        ...need('pool', poolOf(device), target),
        ...secrets.flatMap(({ uuid, usage }) => need('secret', uuid ?? usage, target)),
      ];
    }
    case 'filesystem':
      return need('pool', poolOf(device), attribute(child(device, 'target'), 'dir') ?? 'filesystem');
    case 'interface':
      return interfaceNeeds(device, need);
    case 'graphics':
      return children(device, 'listen').flatMap((listen) =>
        attribute(listen, 'type') === 'network' ? need('network', attribute(listen, 'network'), 'graphics') : [],
      );
    case 'tpm':
      return need('secret', attribute(child(child(device, 'backend'), 'encryption'), 'secret'), 'tpm');
    default:
      return [];
  }
}

function poolOf(device: XmlElement): string | null {
  return attribute(device, 'type') === 'volume' ? attribute(child(device, 'source'), 'pool') : null;
}

function interfaceNeeds(
  device: XmlElement,
  need: (kind: Needed['kind'], name: string | null, user: string) => Needed[],
): Needed[] {
  const source = child(device, 'source');
  const user = attribute(child(device, 'mac'), 'address') ?? 'interface';
  switch (attribute(device, 'type')) {
    case 'network':
      return need('network', attribute(source, 'network'), user);
    case 'bridge':
      return need('bridge', attribute(source, 'bridge'), user);
    case 'direct':
      return need('bridge', attribute(source, 'dev'), user);
    default:
      return [];
  }
}
