/** What has to be looked at on both hosts before a migration is planned: names by the rules, read from the definition. */
import { parseDomain } from '../domain-xml/domain.ts';
import { parseXml } from '../domain-xml/document.ts';
import type { XmlElement } from '../domain-xml/document.ts';
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
}

/** The disks of what migrates (the running definition, or the one that is there), by both hosts' names. Throws XmlProblem. */
export function diskNames(xml: string, rules: MigrationRules): DiskNames[] {
  const there = parseDomain(applyRules(xml, rules)).disks;
  return parseDomain(xml).disks.map(({ target, sourceType, source, format, readonly, device, index }) => ({
    target,
    type: sourceType,
    source,
    destination: there[index]?.source ?? null,
    format,
    readOnly: readonly,
    device,
  }));
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
