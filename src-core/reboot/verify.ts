/** Does the domain run as defined? Compared by targets, addresses and MACs: what libvirt writes into a running definition of its own is no difference. */
import { parseXml } from '../domain-xml/document.ts';
import { readDomain } from '../domain-xml/domain.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import { formatAddress } from '../domain-xml/disk-view.ts';
import { optionalDisks } from './dependencies.ts';

/** Differences in words; empty: it runs as `startXml` says. Throws XmlProblem. */
export function verifyReboot(startXml: string, liveXml: string): string[] {
  const document = parseXml(startXml);
  const optional = optionalDisks(document);
  const wanted = readDomain(document);
  const live = readDomain(parseXml(liveXml));
  const present = new Set(places(live));
  const missing = places(wanted, optional).filter((place) => !present.has(place));
  const added = live.disks.filter(({ target }) => !wanted.disks.some((disk) => disk.target === target));
  return [
    ...missing.map((place) => `it runs without ${place}`),
    ...added.map(({ target }) => `${target} was not in what it was started from`),
    ...wanted.disks.flatMap((disk) => sourceDifference(disk, live)),
  ];
}

function places({ disks, bootDevices }: DomainView, without: ReadonlySet<string> = new Set()): string[] {
  return [
    ...disks
      .filter(({ target }) => !without.has(target))
      .map(
        ({ target, bus, address }) => `${target} on ${bus}${address === null ? '' : ` at ${formatAddress(address)}`}`,
      ),
    ...bootDevices.flatMap(({ kind, mac }) => (kind === 'interface' && mac !== null ? [`the interface ${mac}`] : [])),
  ];
}

/** A throw-away overlay has another name than its image; a drive may have been emptied (an optional medium). */
function sourceDifference(
  { target, source, transient, sourceType }: DomainView['disks'][number],
  live: DomainView,
): string[] {
  const now = live.disks.find((disk) => disk.target === target);
  if (transient || source === null || now === undefined || now.source === null || now.sourceType !== sourceType)
    return [];
  return now.source === source ? [] : [`${target} has ${now.source} in it, not ${source}`];
}
