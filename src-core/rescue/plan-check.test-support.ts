/**
 * What must hold for every plan, whatever the guest and the request. Looks at the two definitions with the XML library alone and with
 * libvirt's rules written down a second time, so that it does not repeat a mistake of the planner's.
 */
import type { Element, Node } from '@xmldom/xmldom';
import type { RescuePlan } from './plan-types.ts';
import type { RescueInputs } from './types.ts';
import {
  SESSION,
  BOOTABLE,
  isElement,
  isOwn,
  nodes,
  own,
  mayDiffer,
  attribute,
  canonical,
  definition,
  targetOf,
  busOf,
  orderOf,
  sorted,
  driveOf,
  later,
} from './definition-reading.test-support.ts';
import type { Definition } from './definition-reading.test-support.ts';

/** What is wrong with a plan; nothing: it holds. */
export function planProblems(inputs: RescueInputs, plan: RescuePlan): string[] {
  const problems: string[] = [];
  if ((plan.rescueXml === null) !== plan.refusals.length > 0)
    problems.push('a plan has a rescue definition or refusals, and never both or neither');
  problems.push(...serialisable(plan, 'plan'));
  if (plan.rescueXml === null) return problems;
  const before = definition(inputs.domain.definitionXml);
  const after = definition(plan.rescueXml);
  const added = addedDisks(before, after);
  return [
    ...problems,
    ...untouched(before, after, plan, added),
    ...guestDisksAsAsked(before, after, inputs, plan),
    ...ordersKept(before, after, plan, added),
    ...placed(after, plan, added),
    ...mediaKept(inputs, plan, added),
  ];
}

/** libvirt throws away, or keeps in a volume of the pool that was asked for, what the guest writes to a medium; nothing is written to the medium. */
function mediaKept({ request }: RescueInputs, plan: RescuePlan, added: ReadonlySet<Element>): string[] {
  const problems: string[] = [];
  const volumes = new Set<string>();
  for (const disk of added) {
    const target = targetOf(disk);
    const overlay = plan.overlays.find((one) => one.target === target);
    const source = own(disk, 'source')[0];
    const isDisk = attribute(disk, 'device') === 'disk';
    if (overlay === undefined) {
      const kept = own(disk, 'readonly').length + own(disk, 'transient').length === 1;
      if (kept === (isDisk && request.writes === 'direct')) problems.push(`${target} is written to, or is not`);
      if (isDisk && request.overlayPool !== null) problems.push(`${target} is not behind a volume of the pool`);
      continue;
    }
    const below = own(disk, 'backingStore')[0];
    const medium = own(below, 'source')[0];
    const image = attribute(medium, 'file') ?? attribute(medium, 'dev');
    const { backing } = overlay;
    volumes.add(overlay.path);
    if (!isDisk || request.overlayPool !== overlay.pool) problems.push(`nobody asked for a volume for ${target}`);
    if (attribute(source, 'file') !== overlay.path || attribute(own(disk, 'driver')[0], 'type') !== 'qcow2')
      problems.push(`${target} is not its volume`);
    if (own(disk, 'readonly').length + own(disk, 'transient').length > 0)
      problems.push(`${target} forgets what is in it`);
    if (attribute(disk, 'type') !== 'file' || attribute(below, 'type') !== backing.type)
      problems.push(`${target}: types`);
    if (image !== (backing.type === 'file' ? backing.file : backing.dev))
      problems.push(`${target} stands on ${image ?? '?'}`);
    if (attribute(own(below, 'format')[0], 'type') !== overlay.backingFormat) problems.push(`${target}: format below`);
    if (own(below, 'backingStore')[0]?.attributes.length !== 0) problems.push(`the chain of ${target} has no end`);
  }
  if (volumes.size !== plan.overlays.length) problems.push('volumes twice, or for no disk');
  const ids = plan.steps.map(({ id }) => id);
  if ((ids[1] === 'overlay') !== plan.overlays.length > 0) problems.push(`overlays have no place in ${ids.join(', ')}`);
  const ends = plan.endSteps.map(({ id }) => id);
  if (plan.overlays.length > 0 && (ends.indexOf('overlay') === -1 || ends.indexOf('overlay') > ends.indexOf('start')))
    problems.push(`overlays stay at the end: ${ends.join(', ')}`);
  return problems;
}

/** Plain data: what JSON keeps. */
function serialisable(value: unknown, path: string): string[] {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return [];
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} is ${String(value)}`];
  if (Array.isArray(value)) return value.flatMap((item, place) => serialisable(item, `${path}[${String(place)}]`));
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return Object.entries(value).flatMap(([key, item]) => serialisable(item, `${path}.${key}`));
  return [`${path} is no plain data`];
}

/** Disks of the rescue definition that carry an alias of ours and were not there before. */
function addedDisks(before: Definition, after: Definition): Set<Element> {
  const had = new Set(before.disks.map(targetOf));
  return new Set(after.disks.filter((disk) => !had.has(targetOf(disk))));
}

/** Every element of the original is there as it was, but for those that a rescue may change; and nothing else came. */
function untouched(before: Definition, after: Definition, plan: RescuePlan, added: ReadonlySet<Element>): string[] {
  const kernel = ['kernel', 'initrd', 'cmdline', 'dtb'];
  const rebooting = plan.request.endAtFirstReboot ? ['on_reboot'] : [];
  const session = (node: Node) => isElement(node) && node.namespaceURI === SESSION && node.localName === 'rescue';
  const scratch = plan.scratchNvram;
  const inOs = (node: Node) =>
    isOwn(node, 'boot') || kernel.some((name) => isOwn(node, name)) || (scratch !== null && isOwn(node, 'nvram'));
  const bootless = (device: Node) =>
    BOOTABLE.some((name) => isOwn(device, name)) ? canonical(device, mayDiffer) : canonical(device);
  const rows = ({ root, os, devices }: Definition, isAfter: boolean): string[] => {
    const list: string[] = [canonical(root, () => true)];
    for (const node of nodes(root)) {
      if (node === os) list.push(canonical(node, inOs));
      else if (node === devices) list.push('devices');
      else if (isOwn(node, 'metadata')) {
        const text = canonical(node, session);
        // <metadata> may come for the session alone.
        if (!isAfter || nodes(node).some((child) => !session(child) && canonical(child) !== '')) list.push(text);
      } else if (!rebooting.some((name) => isOwn(node, name))) list.push(canonical(node));
    }
    return list.filter((row) => row !== '');
  };
  const problems = compareRows(rows(before, false).filter(notEmptyMetadata), rows(after, true));
  if (scratch !== null) problems.push(...nvramProblems(own(before.os, 'nvram')[0], own(after.os, 'nvram')[0], scratch));
  const wanted = new Map<string, number>();
  for (const { type, index, model } of controllersAdded(plan)) {
    const key = `${type} ${index} ${model ?? ''}`;
    wanted.set(key, (wanted.get(key) ?? 0) + 1);
  }
  const mine = nodes(before.devices)
    .map(bootless)
    .filter((row) => row !== '');
  const rest: string[] = [];
  const left = [...mine];
  for (const node of nodes(after.devices)) {
    const row = bootless(node);
    if (row === '' || (isElement(node) && added.has(node))) continue;
    if (row === left[0]) left.shift();
    else if (isOwn(node, 'controller') && isWanted(node, wanted)) continue;
    else rest.push(row);
  }
  if (left.length > 0) problems.push(`missing or changed: ${left[0] ?? ''}`);
  if (rest.length > 0) problems.push(`not foreseen: ${rest[0] ?? ''}`);
  return problems;
}

/** Where writes of the guest would go: the rest needs no protection. */
function isWrittenTo(disk: Element): boolean {
  const device = attribute(disk, 'device') ?? 'disk';
  return (
    device !== 'cdrom' &&
    own(disk, 'readonly').length === 0 &&
    (own(disk, 'source')[0]?.attributes.length ?? 0) > 0 &&
    !isEmptySource(disk)
  );
}

/** A <source> that names nothing: an empty drive with a startup policy. */
function isEmptySource(disk: Element): boolean {
  const source = own(disk, 'source')[0];
  const names = ['file', 'dev', 'dir', 'pool', 'protocol', 'path', 'namespace', 'type'];
  return !names.some((name) => attribute(source, name) !== null);
}

/** <readonly/> or <transient/> came to each disk that is written to where that was asked for, and to no other; and none went. */
function guestDisksAsAsked(
  before: Definition,
  after: Definition,
  { request: { guestDisks } }: RescueInputs,
  plan: RescuePlan,
): string[] {
  const later = new Map(after.disks.map((disk) => [targetOf(disk), disk]));
  const marks = (disk: Element) => ['readonly', 'transient'].map((name) => own(disk, name).length).join();
  const problems = before.disks.flatMap((disk) => {
    const rescue = later.get(targetOf(disk));
    if (rescue === undefined) return [];
    const floppy = attribute(disk, 'device') === 'floppy';
    const keeps = guestDisks === 'writable' || guestDisks === 'snapshot' || !isWrittenTo(disk);
    const needs = !keeps && own(disk, 'transient').length === 0;
    const wanted = !needs ? marks(disk) : guestDisks === 'read-only' || floppy ? '1,0' : '0,1';
    if (marks(rescue) !== wanted) return [`${targetOf(disk)} has readonly,transient ${marks(rescue)}, not ${wanted}`];
    return needs ? protectable(disk, guestDisks) : [];
  });
  return [...problems, ...snapshotAsAsked(before, guestDisks, plan)];
}

/** qemuValidateDomainDeviceDefDiskFrontend and …TransientDisk. */
function protectable(disk: Element, how: string): string[] {
  const device = attribute(disk, 'device') ?? 'disk';
  if (device === 'floppy') return [];
  const type = attribute(disk, 'type') ?? 'file';
  const bad =
    device !== 'disk' || (how === 'read-only' ? ['ide', 'sata', 'nvme'].includes(busOf(disk)) : type !== 'file');
  return bad ? [`libvirt has no ${how} ${device} of type ${type} on ${busOf(disk)}`] : [];
}

/** libvirt snapshots all disks that are written to, or none: each must be qcow2. The step comes behind the stop, before anything is changed. */
function snapshotAsAsked({ disks, os }: Definition, how: string, { snapshot, steps }: RescuePlan): string[] {
  if (how !== 'snapshot') return snapshot === null ? [] : ['a snapshot that nobody asked for'];
  const wanted = disks.filter(isWrittenTo);
  const problems = wanted
    .filter((disk) => attribute(own(disk, 'driver')[0], 'type') !== 'qcow2')
    .map((disk) => `a snapshot of ${targetOf(disk)}, which is not qcow2`);
  if (attribute(own(os, 'loader')[0], 'type') === 'pflash') problems.push('a snapshot of a guest with a flash image');
  if (snapshot?.targets.join() !== wanted.map(targetOf).join()) problems.push('a snapshot of other disks');
  const ids = steps.map(({ id }) => id);
  const place = ids.indexOf('snapshot');
  if (
    place === -1 ||
    place < ids.indexOf('stop') ||
    ids.slice(0, place).some((id) => id === 'define' || id === 'start')
  )
    problems.push(`the snapshot has no place in ${ids.join(', ')}`);
  return problems;
}

/** The session's own variables: another file, from the same template. */
function nvramProblems(before: Element | undefined, after: Element | undefined, path: string): string[] {
  const file = attribute(after === undefined ? undefined : own(after, 'source')[0], 'file') ?? after?.textContent;
  if (file !== path) return [`the variables are at ${file ?? 'nowhere'}`];
  return attribute(before, 'template') === attribute(after, 'template') ? [] : ['the variables have another template'];
}

const notEmptyMetadata = (row: string) => !/^< metadata [^>]*><\/>$/.test(row);

function compareRows(before: readonly string[], after: readonly string[]): string[] {
  const place = before.findIndex((row, index) => row !== after[index]);
  if (place !== -1) return [`changed: ${before[place] ?? ''} is ${after[place] ?? 'gone'}`];
  return after.length > before.length ? [`added: ${after[before.length] ?? ''}`] : [];
}

function controllersAdded(plan: RescuePlan): { type: string; index: string; model: string | null }[] {
  return plan.added
    .filter(({ element }) => element === 'controller')
    .map(({ what: { params } }) => ({
      type: String(params['type']),
      index: String(params['index']),
      model: params['model'] === 'default' ? null : String(params['model']),
    }));
}

function isWanted(controller: Element, wanted: Map<string, number>): boolean {
  const key = ['type', 'index', 'model'].map((name) => attribute(controller, name) ?? '').join(' ');
  const count = wanted.get(key) ?? 0;
  wanted.set(key, count - 1);
  const inside = nodes(controller).filter(isElement);
  const isPlain = inside.every(
    (address) => address.attributes.length === 1 && attribute(address, 'type') === 'virtio-mmio',
  );
  return count > 0 && controller.attributes.length <= 3 && isPlain;
}

/** Devices in the order they boot in, as canonical text without <boot>; per-device orders alone. */
function ordered({ devices }: Definition): Element[] {
  const found = BOOTABLE.flatMap((name) => own(devices, name)).filter((device) => orderOf(device) !== null);
  return found.sort((a, b) => (orderOf(a) ?? 0) - (orderOf(b) ?? 0));
}

/** The rescue device first, then the guest's own in their order and without gaps, or none of them. */
function ordersKept(before: Definition, after: Definition, plan: RescuePlan, added: ReadonlySet<Element>): string[] {
  const problems: string[] = [];
  const now = ordered(after);
  if (plan.rescueDevice === null) {
    // Kernel rescue: the order is left alone, or written down by device so that no medium that rides along comes into it.
    const bare = (list: readonly Element[]) => list.map((device) => canonical(device, mayDiffer)).join();
    const isWrittenDown = ordered(before).length === 0 && added.size > 0 && ownOrder(before).length > 0;
    if (bare(isWrittenDown ? ownOrder(before) : ordered(before)) !== bare(now))
      problems.push('a kernel rescue changed the boot order');
    if (!isWrittenDown && own(before.os, 'boot').length !== own(after.os, 'boot').length)
      problems.push('a kernel rescue changed <boot dev>');
    if (isWrittenDown && own(after.os, 'boot').length > 0) problems.push('<boot dev> picks a medium that rides along');
    return problems;
  }
  const { target } = plan.rescueDevice;
  if (own(after.os, 'boot').length > 0) problems.push('<boot dev> beside orders');
  if (now[0] === undefined || targetOf(now[0]) !== target || !added.has(now[0]))
    problems.push('the rescue device is not first');
  if (now.some((device, place) => orderOf(device) !== place + 1)) problems.push('orders are not 1, 2, 3 …');
  const bare = (device: Element) => canonical(device, mayDiffer);
  const rest = now.slice(1).map(bare);
  if (plan.request.fallThrough.value === 'none')
    return rest.length > 0 ? [...problems, 'none was to follow'] : problems;
  const expected = ownOrder(before).map(bare);
  if (rest.join() !== expected.join()) problems.push('the guest’s own order is not what follows');
  return problems;
}

/** What QEMU gets as the guest's own order (qemuProcessPrepareDeviceBootorder): of a class that is named twice, the last place counts. */
function ownOrder(before: Definition): Element[] {
  const list = ordered(before);
  if (list.length > 0) return list;
  const classes = own(before.os, 'boot').map((boot) => attribute(boot, 'dev') ?? '');
  const disks = sorted(before.disks);
  const isDisk = (disk: Element) => !['cdrom', 'floppy'].includes(attribute(disk, 'device') ?? 'disk');
  const first: Readonly<Record<string, Element | undefined>> = {
    hd: disks.find(isDisk),
    cdrom: disks.find((disk) => attribute(disk, 'device') === 'cdrom'),
    fd: disks.find((disk) => attribute(disk, 'device') === 'floppy'),
    network: own(before.devices, 'interface')[0],
  };
  const named = classes.length === 0 ? ['hd'] : classes;
  return named.flatMap((dev, place) => (named.lastIndexOf(dev) === place ? (first[dev] ?? []) : []));
}

/** No address or name twice, and the rescue device the last of its bus. */
function placed(after: Definition, plan: RescuePlan, added: ReadonlySet<Element>): string[] {
  const problems: string[] = [];
  const targets = after.disks.map(targetOf);
  if (new Set(targets).size < targets.length) problems.push('a target twice');
  const hosts = own(after.devices, 'hostdev').filter(
    (device) => attribute(own(device, 'address')[0], 'type') === 'drive',
  );
  const keys = [...after.disks, ...hosts].flatMap((device) => {
    const drive = device.localName === 'hostdev' ? null : driveOf(device);
    const address = own(device, 'address')[0];
    if (device.localName === 'hostdev')
      return [`scsi ${['controller', 'bus', 'target', 'unit'].map((name) => attribute(address, name) ?? '0').join()}`];
    return drive === null ? [] : [`${busOf(device)} ${drive.join()}`];
  });
  if (new Set(keys).size < keys.length) problems.push(`an address twice: ${keys.join(' | ')}`);
  const controllers = own(after.devices, 'controller').map(
    (controller) =>
      `${attribute(controller, 'type') ?? ''} ${attribute(controller, 'index') ?? ''} ${attribute(controller, 'model')?.startsWith('ich9') === true ? (attribute(controller, 'model') ?? '') : ''}`,
  );
  if (new Set(controllers).size < controllers.length) problems.push(`a controller twice: ${controllers.join(' | ')}`);
  const rescue = after.disks.find((disk) => added.has(disk) && targetOf(disk) === plan.rescueDevice?.target);
  if (rescue === undefined)
    return plan.rescueDevice === null ? problems : [...problems, 'the rescue device is missing'];
  if (plan.request.profile === 'nova') return problems;
  const bus = sorted(after.disks).filter((disk) => busOf(disk) === busOf(rescue));
  if (bus.at(-1) !== rescue) problems.push('the rescue device is not the last of its bus by name');
  const drive = driveOf(rescue);
  if (drive !== null && own(rescue, 'address').length === 0)
    problems.push('the rescue device has no address of its own');
  const rivals = bus.filter((disk) => disk !== rescue).map(driveOf);
  const isLast = rivals.every((other) => other === null || drive === null || later(drive, other));
  // Where the last place is taken, a free one before it is all there is.
  if (!isLast && !lastPlaceTaken(busOf(rescue), rivals))
    problems.push('the rescue device is not the last of its bus by address');
  return problems;
}

function lastPlaceTaken(bus: string, drives: readonly (readonly number[] | null)[]): boolean {
  const unit = { ide: 1, fdc: 1, sata: 5 }[bus];
  return unit !== undefined && drives.some((drive) => drive?.[3] === unit && (bus !== 'ide' || drive[1] === 1));
}
