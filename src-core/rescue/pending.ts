/** Where a running guest is not what its definition says: hot-plugged devices, changed media, images that were moved. A rescue starts from the definition. */
import { overlayOf } from '../disks/overlay.ts';
import type { DiskView } from '../disks/types.ts';
import { formatAddress } from '../domain-xml/disk-view.ts';
import { parseDomain } from '../domain-xml/domain.ts';
import type { BootDeviceView, DomainView } from '../domain-xml/domain.ts';
import { warning } from './findings.ts';
import type { DomainFacts, Finding } from './types.ts';

/** `changes` as pendingOf() gives them. */
export function pendingWarnings(changes: readonly string[]): Finding[] {
  return changes.length === 0 ? [] : [warning('pending-changes', null, { changes: changes.join('; ') })];
}

/** The differences in words, each of which a stop would lose or bring; empty: none, or the guest does not run, or its live XML cannot be read. */
export function pendingOf(
  definition: DomainView,
  { liveXml, persistent, sessionXml }: Pick<DomainFacts, 'liveXml' | 'persistent' | 'sessionXml'>,
): string[] {
  // What a transient guest runs from is all that there is of it; and in rescue it runs from something else on purpose.
  if (liveXml === null || !persistent || sessionXml !== null) return [];
  try {
    const live = parseDomain(liveXml);
    return [...pendingDisks(definition, live), ...pendingDevices(definition, live)];
  } catch {
    return [];
  }
}

function pendingDisks(definition: DomainView, live: DomainView): string[] {
  const now = new Map(live.disks.map((disk) => [disk.target, disk]));
  const own = new Set(definition.disks.map(({ target }) => target));
  const changed = definition.disks.flatMap((disk) => {
    const other = now.get(disk.target);
    if (other === undefined)
      return [`${disk.target} (${contentOf(disk)}) is in the definition, and not in the running guest`];
    if (sameContent(disk, other, definition.name)) return [];
    return [`${disk.target} is ${contentOf(other)} now, and ${contentOf(disk)} in the definition`];
  });
  const added = live.disks.filter(({ target }) => !own.has(target));
  return [...changed, ...added.map((disk) => `${disk.target} (${contentOf(disk)}) is in the running guest alone`)];
}

/** A transient disk runs from its overlay; an optional medium may have been left out at the start. */
function sameContent(disk: DiskView, live: DiskView, domain: string): boolean {
  if (live.bus !== disk.bus || live.device !== disk.device) return false;
  if (live.source === disk.source || live.source === null) return live.source === disk.source || disk.device !== 'disk';
  return disk.transient && disk.source !== null && live.source === overlayOf(disk.source, domain);
}

const contentOf = ({ source }: DiskView): string => source ?? 'an empty drive';

/** Interfaces by their MAC, host devices by their place in the guest: both are there in either XML. */
function pendingDevices(definition: DomainView, live: DomainView): string[] {
  const own = devicesOf(definition);
  const now = devicesOf(live);
  return [
    ...[...own]
      .filter(([key]) => !now.has(key))
      .map(([, name]) => `${name} is in the definition, and not in the running guest`),
    ...[...now].filter(([key]) => !own.has(key)).map(([, name]) => `${name} is in the running guest alone`),
  ];
}

function devicesOf({ bootDevices }: DomainView): Map<string, string> {
  return new Map(
    bootDevices.flatMap((device) => {
      const key = keyOf(device);
      return key === null ? [] : [[key, `${NAMES[device.kind]} ${device.mac ?? device.source ?? ''}`.trim()] as const];
    }),
  );
}

const NAMES: Readonly<Record<BootDeviceView['kind'], string>> = {
  interface: 'the network interface',
  hostdev: 'the host device',
  redirdev: 'the redirected device',
};

function keyOf({ kind, mac, address }: BootDeviceView): string | null {
  if (kind === 'interface') return mac;
  return kind === 'redirdev' || address === null ? null : formatAddress(address);
}
