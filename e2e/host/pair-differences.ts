/** What a rescue definition, as libvirt has it, changes of the guest's, as libvirt had it: nothing but what the plan says. */
import type { Element } from '@xmldom/xmldom';
import type { RescuePlan } from '../../src-core/rescue/plan-types.ts';
import { attributeOf, devicesOf, lineOf, own, rootOf } from '../testbed/definition-tree.ts';

/** Everything that libvirt made of the guest is there as it was; what came is the plan's, or a bridge that libvirt needed for it. */
export function differences(definition: string, rescue: string, plan: RescuePlan): string[] {
  const isBoot = (node: Parameters<typeof lineOf>[0]) => node.nodeName === 'boot';
  // Where libvirt puts a bridge beside another in one slot, it says on the first that the slot has several functions.
  const protections = new Map(plan.devices.map(({ target, protection }) => [target, protection]));
  const markOf = (device: Element) => {
    const protection = protections.get(attributeOf(own(device, 'target')[0], 'dev') ?? '') ?? null;
    return { 'read-only': 'readonly', overlay: 'transient', snapshot: null }[protection ?? 'snapshot'];
  };
  const lines = (xml: string) =>
    own(devicesOf(xml)).map((device) => {
      const mark = device.nodeName === 'disk' ? markOf(device) : null;
      const line = lineOf(device, (node) => isBoot(node) || node.nodeName === mark);
      if (device.nodeName === 'controller') return { device, line: line.replace(' multifunction="on"', '') };
      // A read-only disk is left out of snapshots anyway: libvirt does not write it down.
      return { device, line: mark === 'readonly' ? line.replace(' snapshot="no"', '') : line };
    });
  const left = lines(rescue);
  const problems: string[] = [];
  for (const { line } of lines(definition)) {
    const place = left.findIndex((candidate) => candidate.line === line);
    if (place === -1) problems.push(`changed or gone: ${line}`);
    else left.splice(place, 1);
  }
  const controllers = plan.added
    .filter(({ element }) => element === 'controller')
    .map(({ what: { params } }) => `${String(params['type'])} ${String(params['index'])}`);
  for (const { device, line } of left) {
    const kind = `${attributeOf(device, 'type') ?? ''} ${attributeOf(device, 'index') ?? ''}`;
    const alias = attributeOf(own(device, 'alias')[0], 'name') ?? '';
    const isOurs = device.nodeName === 'disk' && alias.startsWith('ua-salvor-');
    const isPlanned = device.nodeName === 'controller' && controllers.includes(kind);
    // What libvirt adds by itself: bridges, hubs where USB ports run out, and a name for what the board has anyway.
    const isItsOwn =
      device.nodeName === 'hub' || (device.nodeName === 'controller' && /^(pci \d+|ide 0|fdc 0)$/.test(kind));
    if (!isOurs && !isPlanned && !isItsOwn) problems.push(`not foreseen: ${line}`);
  }
  return [...problems, ...elsewhere(definition, rescue, plan), ...virtioPlace(definition, rescue, plan)];
}

/** On PCI a guest counts virtio disks by place: the rescue device has the last one, where the guest has any left behind its own. */
function virtioPlace(definition: string, rescue: string, plan: RescuePlan): string[] {
  if (plan.rescueDevice?.bus !== 'virtio' || plan.request.profile === 'nova') return [];
  const place = pciPlaces(rescue);
  const disks = own(devicesOf(rescue), 'disk').filter(
    (disk) => attributeOf(own(disk, 'target')[0], 'bus') === 'virtio',
  );
  const its = disks.find((disk) => attributeOf(own(disk, 'target')[0], 'dev') === plan.rescueDevice?.target);
  const others = disks.filter((disk) => disk !== its).map((disk) => place(own(disk, 'address')[0]));
  const rescuePlace = place(own(its, 'address')[0]);
  const last = Math.max(...others.map((other) => other ?? Number.NaN));
  if (rescuePlace === null || !(rescuePlace < last)) return [];
  // Slots of bus 0 on pc, on others root ports with nothing behind them.
  const before = own(devicesOf(definition));
  const used = new Set(before.map((device) => addressKey(own(device, 'address')[0])));
  const isFree = rescue.includes('i440fx')
    ? last < 32 * 8 &&
      Array.from({ length: 32 }, (_, slot) => slot).some((slot) => slot * 8 > last && !used.has(`0 ${String(slot)}`))
    : before.some(
        (device) =>
          attributeOf(device, 'model') === 'pcie-root-port' &&
          !used.has(`${attributeOf(device, 'index') ?? ''} 0`) &&
          (place(own(device, 'address')[0]) ?? -1) * 256 > last,
      );
  return isFree ? ['the rescue device is not the last virtio disk by its PCI place, and could be'] : [];
}

const part = (address: Element | undefined, name: string) => Number(attributeOf(address, name) ?? 0);
const addressKey = (address: Element | undefined) => `${String(part(address, 'bus'))} ${String(part(address, 'slot'))}`;

/** A number that grows with the place of a PCI address on bus 0 or right behind a port of it; null for any other. */
function pciPlaces(xml: string): (address: Element | undefined) => number | null {
  const ports = new Map(
    own(devicesOf(xml), 'controller')
      .filter((controller) => attributeOf(controller, 'model') === 'pcie-root-port')
      .map((controller) => [Number(attributeOf(controller, 'index')), own(controller, 'address')[0]]),
  );
  const onBoard = (address: Element | undefined) => part(address, 'slot') * 8 + part(address, 'function');
  return (address) => {
    if (attributeOf(address, 'type') !== 'pci') return null;
    const bus = part(address, 'bus');
    if (bus === 0) return onBoard(address);
    const port = ports.get(bus);
    return port === undefined || part(port, 'bus') !== 0 ? null : onBoard(port) * 256;
  };
}

/** What is not a device: the same but for the session's mark, the boot classes, the kernel, the reboot and the variables. */
function elsewhere(definition: string, rescue: string, plan: RescuePlan): string[] {
  const rows = (xml: string) =>
    own(rootOf(xml))
      .filter(
        ({ nodeName }) =>
          !['devices', 'metadata', ...(plan.request.endAtFirstReboot ? ['on_reboot'] : [])].includes(nodeName),
      )
      .map((element) =>
        lineOf(
          element,
          ({ nodeName }) =>
            element.nodeName === 'os' &&
            ['boot', 'kernel', 'initrd', 'cmdline', 'dtb', ...(plan.scratchNvram === null ? [] : ['nvram'])].includes(
              nodeName,
            ),
        ),
      );
  const before = rows(definition);
  const after = rows(rescue);
  return before.join('\n') === after.join('\n') ? [] : [`${before.join('\n')} became ${after.join('\n')}`];
}
