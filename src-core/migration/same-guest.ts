/** Is a definition the remnant of a guest that was migrated away: the same machine, whatever its images and networks are called there? */
import { parseXml } from '../domain-xml/document.ts';
import { readDomain } from '../domain-xml/domain.ts';
import { attribute, child, childText, children } from '../domain-xml/elements.ts';

/** Same name, UUID, machine, size, disks by their places, and network cards by their addresses. false: one of them cannot be read. */
export function sameGuest(one: string, other: string): boolean {
  try {
    return outline(one) === outline(other);
  } catch {
    return false;
  }
}

function outline(xml: string): string {
  const document = parseXml(xml);
  const { name, uuid, type, arch, machine, vcpus, memoryKiB, disks } = readDomain(document);
  const devices = child(document.documentElement, 'devices');
  const cards = children(devices, 'interface').map((card) => attribute(child(card, 'mac'), 'address'));
  const places = disks.map(({ target, bus, device }) => `${device} ${target} on ${bus}`);
  const memory = childText(document.documentElement, 'memory');
  return JSON.stringify([name, uuid, type, arch, machine, vcpus, memoryKiB ?? memory, places.sort(), cards.sort()]);
}
