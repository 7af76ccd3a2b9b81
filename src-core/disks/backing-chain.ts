/** The images below a disk, as a definition tells them: <backingStore> inside of <backingStore>. */
import { parseXml } from '../domain-xml/document.ts';
import type { XmlElement } from '../domain-xml/document.ts';
import { diskSourceName } from '../domain-xml/disk-view.ts';
import { attribute, child, children } from '../domain-xml/elements.ts';

export interface BackingImage {
  /** file, block, network, volume, … */
  readonly type: string;
  /** One line that names it, as DiskView.source does. */
  readonly source: string;
  /** Image format as the definition has it; null: not told. */
  readonly format: string | null;
}

export interface BackingChain {
  /** Nearest first. */
  readonly images: readonly BackingImage[];
  /** The definition says that nothing follows (an empty <backingStore/>); false: whether something does, the images tell. */
  readonly ends: boolean;
}

/** A definition cannot name more: each layer is an element inside the one above it. */
const MAX_LAYERS = 1000;

const NO_CHAIN: BackingChain = { images: [], ends: false };

/** The chain of each disk in a domain's XML, by target. Throws XmlProblem. */
export function backingChainsOf(domainXml: string): Map<string, BackingChain> {
  const disks = children(child(parseXml(domainXml).documentElement, 'devices'), 'disk');
  return new Map(disks.map((disk) => [attribute(child(disk, 'target'), 'dev') ?? '', chainOf(disk)]));
}

/** The chain of the disk with this target; empty where there is no such disk. Throws XmlProblem. */
export function backingChainOf(domainXml: string, target: string): BackingChain {
  return backingChainsOf(domainXml).get(target) ?? NO_CHAIN;
}

function chainOf(disk: XmlElement): BackingChain {
  const images: BackingImage[] = [];
  let layer = child(disk, 'backingStore');
  for (; layer !== null && images.length < MAX_LAYERS; layer = child(layer, 'backingStore')) {
    const type = attribute(layer, 'type') ?? 'file';
    const source = diskSourceName(type, child(layer, 'source'));
    if (source === null) break;
    images.push({ type, source, format: attribute(child(layer, 'format'), 'type') });
  }
  return { images, ends: layer !== null };
}
