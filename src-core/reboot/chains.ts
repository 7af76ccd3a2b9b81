/** Images below those that a definition names: it seldom tells more than the topmost. */
import { parseXml } from '../domain-xml/document.ts';
import type { XmlDocument } from '../domain-xml/document.ts';
import { child, children } from '../domain-xml/elements.ts';
import { diskDependencies, openEnd } from './disk-dependencies.ts';
import { gather } from './found.ts';
import type { Dependency } from './types.ts';

const disksOf = (document: XmlDocument) => children(child(document.documentElement, 'devices'), 'disk');

/** Names of images and volumes whose own headers may name more below them. */
export function openEnds(document: XmlDocument): Set<string> {
  return new Set(disksOf(document).flatMap((disk) => openEnd(disk) ?? []));
}

/** Images that QEMU has open below those, as what runs now tells them; the disks of another definition tell nothing. Throws XmlProblem. */
export function liveLayers(liveXml: string | null, ends: ReadonlySet<string>): Dependency[] {
  if (liveXml === null) return [];
  const chains = disksOf(parseXml(liveXml)).map((disk) => diskDependencies(disk));
  const named = chains.map((chain) => chain.filter(({ kind }) => kind === 'image' || kind === 'volume'));
  return gather(
    named.filter(([top]) => top !== undefined && ends.has(top.name)).flatMap(([, ...below]) => below),
  ).filter(({ kind }) => kind === 'image');
}
