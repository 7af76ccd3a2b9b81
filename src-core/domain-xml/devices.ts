/** Devices of a running domain as far as somebody may attach, detach or change them while it runs. */
import { diskSourceName } from './disk-view.ts';
import { parseXml } from './document.ts';
import type { XmlElement } from './document.ts';
import { attribute, child, children } from './elements.ts';

/** What libvirt makes itself, or what changes by itself while a guest runs. */
const NOT_ATTACHED: readonly string[] = ['emulator', 'controller', 'audio', 'video', 'graphics', 'memballoon', 'rng'];

/** A line for each device, in words, for comparison and for people: `disk vda (/images/root.img)`, `interface 52:54:00:…`. */
export function deviceLines(liveXml: string): string[] {
  const devices = child(parseXml(liveXml).documentElement, 'devices');
  return children(devices)
    .filter(({ localName }) => !NOT_ATTACHED.includes(localName ?? ''))
    .map(lineOf);
}

function lineOf(device: XmlElement): string {
  const name = device.localName ?? '';
  if (name === 'disk') {
    const source = diskSourceName(attribute(device, 'type') ?? '', child(device, 'source'));
    return `disk ${attribute(child(device, 'target'), 'dev') ?? ''} (${source ?? 'empty'})`;
  }
  if (name === 'interface') return `interface ${attribute(child(device, 'mac'), 'address') ?? ''}`;
  return `${name} ${attribute(child(device, 'alias'), 'name') ?? ''}`.trim();
}

/** Is the channel of the guest's own agent (QEMU's) connected on the guest's side? */
export function hasAgent(liveXml: string): boolean {
  const devices = child(parseXml(liveXml).documentElement, 'devices');
  return children(devices, 'channel').some((channel) => {
    const target = child(channel, 'target');
    return attribute(target, 'name') === 'org.qemu.guest_agent.0' && attribute(target, 'state') === 'connected';
  });
}

/** Does this XML tell of a domain that runs? libvirt gives the definition for one that has just gone off. */
export function isLive(xml: string): boolean {
  return attribute(parseXml(xml).documentElement, 'id') !== null;
}
