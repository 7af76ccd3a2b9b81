/**
 * Conversion: turn the definition into the rescue definition by editing the parsed document. Knows no policy: it is told every
 * device, place and order. Nothing of the guest's own devices is changed but their <boot order>.
 */
import type { BootPick } from '../boot/effective-order.ts';
import type { AddedController, Place } from '../disks/places.ts';
import type { XmlDocument, XmlElement } from '../domain-xml/document.ts';
import { DIRECT_KERNEL_ELEMENTS } from '../domain-xml/domain.ts';
import type { DirectKernelElement } from '../domain-xml/domain.ts';
import {
  attribute,
  child,
  children,
  childText,
  insertLine,
  newElement,
  removeLine,
  replaceText,
} from '../domain-xml/elements.ts';
import { sentence } from './findings.ts';
import type { ProtectedDisk } from './guest-disks.ts';
import { setNvram } from './scratch-nvram.ts';
import { findSession, sessionElement } from './session.ts';
import type { SessionMark } from './session.ts';
import type { PlanChange, PlannedOverlay, ResolvedRequest } from './plan-types.ts';
import type { ImageSource, SessionStamp } from './types.ts';

/** One <disk> to be added. */
export interface NewDisk {
  readonly target: string;
  readonly bus: string;
  readonly device: string;
  readonly source: ImageSource;
  readonly format: string;
  readonly writes: ResolvedRequest['writes']['value'];
  readonly address: Place['address'];
  readonly bootOrder: number | null;
  /** The volume between it and its source; null: none. */
  readonly overlay: PlannedOverlay | null;
}

/** An alias of our own (libvirt keeps those that begin with ua-) makes the device recognisable in dumps and events. */
export const RESCUE_ALIAS = 'ua-salvor-rescue';
export const RIDE_ALONG_ALIAS = 'ua-salvor-medium';

export interface Edits {
  readonly disks: readonly NewDisk[];
  /** The guest's own disks that are kept from writes, and how. */
  readonly guestDisks: readonly ProtectedDisk[];
  readonly controllers: readonly AddedController[];
  /** The guest's own devices in the order they get, from `firstOrder`; all others lose theirs. Null: the boot order is left alone. */
  readonly boot: { readonly picks: readonly BootPick[]; readonly firstOrder: number } | null;
  /** Values to set below <os>; null values are removed. Empty: left alone. */
  readonly directKernel: Readonly<Partial<Record<DirectKernelElement, string | null>>>;
  readonly endAtFirstReboot: boolean;
  /** The session's own NVRAM file; null: the guest's own. */
  readonly scratchNvram: string | null;
  readonly mark: SessionMark;
  readonly stamp: SessionStamp | null;
}

export interface Changes {
  readonly added: readonly PlanChange[];
  readonly removed: readonly PlanChange[];
}

/** Edit the document in place; says what was added and removed. The document must have been read as a domain. */
export function applyEdits(document: XmlDocument, edits: Edits): Changes {
  const root = document.documentElement;
  if (root === null) throw new Error('applyEdits needs a document that was read as a domain');
  const added: PlanChange[] = [];
  const removed: PlanChange[] = [];
  const changes = { added, removed };
  const devices = ensureChild(document, root, 'devices');
  editDirectKernel(document, child(root, 'os'), edits, changes);
  if (edits.boot !== null) editBootOrder(document, root, devices, edits.boot, changes);
  protectDisks(document, devices, edits.guestDisks, changes);
  addDisks(document, devices, edits.disks, changes);
  addControllers(document, devices, edits.controllers, changes);
  if (edits.endAtFirstReboot) editOnReboot(document, root, changes);
  if (edits.scratchNvram !== null) {
    setNvram(document, edits.scratchNvram);
    added.push({ element: 'nvram', what: sentence('change-nvram', { path: edits.scratchNvram }) });
  }
  addMark(document, root, edits, changes);
  return changes;
}

interface MutableChanges {
  readonly added: PlanChange[];
  readonly removed: PlanChange[];
}

function ensureChild(document: XmlDocument, parent: XmlElement, name: string, after: string | null = null): XmlElement {
  const existing = child(parent, name);
  if (existing !== null) return existing;
  const element = newElement(document, name);
  const behind = after === null ? null : child(parent, after);
  insertLine(document, parent, element, behind ?? children(parent).at(-1) ?? null);
  return element;
}

function editDirectKernel(
  document: XmlDocument,
  os: XmlElement | null,
  { directKernel }: Edits,
  { added, removed }: MutableChanges,
): void {
  if (os === null) return;
  for (const element of DIRECT_KERNEL_ELEMENTS) {
    const wanted = directKernel[element];
    if (wanted === undefined) continue;
    const existing = child(os, element);
    if (existing !== null) {
      const change = { element, what: sentence('change-kernel', { element, value: childText(os, element) ?? '' }) };
      if (wanted === null) removeLine(existing);
      else replaceText(document, existing, wanted);
      removed.push(change);
    } else if (wanted !== null) {
      insertLine(document, os, newElement(document, element, {}, wanted), children(os).at(-1) ?? null);
    }
    if (wanted !== null) added.push({ element, what: sentence('change-kernel', { element, value: wanted }) });
  }
}

function editBootOrder(
  document: XmlDocument,
  root: XmlElement,
  devices: XmlElement,
  boot: NonNullable<Edits['boot']>,
  { added, removed }: MutableChanges,
): void {
  for (const element of children(child(root, 'os'), 'boot')) {
    removed.push({ element: 'boot', what: sentence('change-os-boot', { dev: attribute(element, 'dev') ?? '' }) });
    removeLine(element);
  }
  const orders = new Map<XmlElement, number>();
  const byKind = new Map<string, XmlElement[]>();
  for (const kind of ['disk', 'interface', 'hostdev', 'redirdev']) byKind.set(kind, children(devices, kind));
  for (const [place, { device }] of boot.picks.entries()) {
    if (device === null) continue;
    const element = byKind.get('kind' in device ? device.kind : 'disk')?.[device.index];
    if (element !== undefined) orders.set(element, boot.firstOrder + place);
  }
  for (const element of [...byKind.values()].flat())
    setOrder(document, element, orders.get(element) ?? null, { added, removed });
}

function setOrder(
  document: XmlDocument,
  device: XmlElement,
  order: number | null,
  { added, removed }: MutableChanges,
): void {
  const boot = child(device, 'boot');
  const what = deviceName(device);
  if (boot === null) {
    if (order === null) return;
    // libvirt itself writes <boot> behind <target>; the schema takes it anywhere.
    insertLine(
      document,
      device,
      newElement(document, 'boot', { order }),
      child(device, 'target') ?? children(device).at(-1) ?? null,
    );
    added.push({ element: 'boot', what: sentence('change-boot-added', { order, what }) });
    return;
  }
  const before = attribute(boot, 'order') ?? '';
  if (order === null) {
    removeLine(boot);
    removed.push({ element: 'boot', what: sentence('change-boot-removed', { before, what }) });
  } else if (before !== String(order)) {
    boot.setAttribute('order', String(order));
    added.push({ element: 'boot', what: sentence('change-boot-moved', { before, order, what }) });
  }
}

function deviceName(device: XmlElement): string {
  const target =
    device.localName === 'disk'
      ? attribute(child(device, 'target'), 'dev')
      : attribute(child(device, 'mac'), 'address');
  return target ?? device.localName ?? 'device';
}

/** <readonly/> or <transient/>, where libvirt itself writes it: behind <target>, and <boot> where there is one. */
function protectDisks(
  document: XmlDocument,
  devices: XmlElement,
  guestDisks: readonly ProtectedDisk[],
  { added }: MutableChanges,
): void {
  const disks = children(devices, 'disk');
  for (const { disk, how } of guestDisks) {
    const element = disks[disk.index];
    if (element === undefined || how === 'snapshot') continue;
    const name = how === 'read-only' ? 'readonly' : 'transient';
    insertLine(
      document,
      element,
      newElement(document, name),
      child(element, 'target') ?? children(element).at(-1) ?? null,
    );
    added.push({ element: name, what: sentence(`change-guest-${how}`, { target: disk.target }) });
  }
}

function addDisks(
  document: XmlDocument,
  devices: XmlElement,
  disks: readonly NewDisk[],
  { added }: MutableChanges,
): void {
  let after = children(devices, 'disk').at(-1) ?? child(devices, 'emulator');
  for (const disk of disks) {
    const element = diskElement(document, disk);
    insertLine(document, devices, element, after);
    after = element;
    const code = disk.bootOrder === null ? 'change-ride-along' : 'change-disk';
    const { target, device, bus, overlay } = disk;
    const named = describeSource(disk.source);
    const source = overlay === null ? named : `${named} behind ${overlay.path}`;
    added.push({ element: 'disk', what: sentence(code, { target, device, bus, source }) });
  }
}

function describeSource(source: ImageSource): string {
  switch (source.type) {
    case 'file':
      return source.file;
    case 'block':
      return source.dev;
    case 'volume':
      return `${source.pool}/${source.volume}`;
    case 'network':
      return `${source.protocol}://${source.host}/${source.name}`;
  }
}

function diskElement(document: XmlDocument, disk: NewDisk): XmlElement {
  const content = [
    ...imageElements(document, disk),
    newElement(document, 'target', { dev: disk.target, bus: disk.bus }),
  ];
  if (disk.writes === 'read-only') content.push(newElement(document, 'readonly'));
  if (disk.writes === 'overlay') content.push(newElement(document, 'transient'));
  if (disk.writes === 'shared-overlay') content.push(newElement(document, 'transient', { shareBacking: 'yes' }));
  if (disk.bootOrder !== null) content.push(newElement(document, 'boot', { order: disk.bootOrder }));
  content.push(
    newElement(document, 'alias', {
      name: disk.bootOrder === null ? `${RIDE_ALONG_ALIAS}-${disk.target}` : RESCUE_ALIAS,
    }),
  );
  if (disk.address !== null) content.push(addressElement(document, disk.address));
  const { type } = disk.overlay === null ? disk.source : { type: 'file' };
  return newElement(document, 'disk', { type, device: disk.device, snapshot: 'no' }, content);
}

/** The image, or the volume before it with the whole chain written out: then libvirt opens what is named there, and probes nothing. */
function imageElements(document: XmlDocument, { format, source, overlay }: NewDisk): XmlElement[] {
  const driver = (type: string) => newElement(document, 'driver', { name: 'qemu', type });
  if (overlay === null) return [driver(format), sourceElement(document, source)];
  const backing = newElement(document, 'backingStore', { type: overlay.backing.type }, [
    newElement(document, 'format', { type: overlay.backingFormat }),
    sourceElement(document, overlay.backing),
    newElement(document, 'backingStore'),
  ]);
  return [driver('qcow2'), newElement(document, 'source', { file: overlay.path }), backing];
}

function addressElement(document: XmlDocument, address: NonNullable<Place['address']>): XmlElement {
  if (address.type === 'other') return newElement(document, 'address', { type: address.text });
  if (address.type === 'pci') {
    const hex = (value: number, width: number) => `0x${value.toString(16).padStart(width, '0')}`;
    return newElement(document, 'address', {
      type: address.type,
      domain: hex(address.domain, 4),
      bus: hex(address.bus, 2),
      slot: hex(address.slot, 2),
      function: hex(address.function, 1),
    });
  }
  const { type, controller, bus, target, unit } = address;
  return newElement(document, 'address', { type, controller, bus, target, unit });
}

function sourceElement(document: XmlDocument, source: ImageSource): XmlElement {
  switch (source.type) {
    case 'file':
      return newElement(document, 'source', { file: source.file });
    case 'block':
      return newElement(document, 'source', { dev: source.dev });
    case 'volume':
      return newElement(document, 'source', { pool: source.pool, volume: source.volume });
    case 'network': {
      const host = newElement(document, 'host', { name: source.host, port: source.port });
      return newElement(document, 'source', { protocol: source.protocol, name: source.name }, [host]);
    }
  }
}

function addControllers(
  document: XmlDocument,
  devices: XmlElement,
  controllers: readonly AddedController[],
  { added }: MutableChanges,
): void {
  let after = children(devices, 'controller').at(-1) ?? children(devices, 'disk').at(-1) ?? null;
  for (const { type, index, model, address } of controllers) {
    const content = address === null ? [] : [addressElement(document, address)];
    const element = newElement(document, 'controller', { type, index, model }, content);
    insertLine(document, devices, element, after);
    after = element;
    added.push({
      element: 'controller',
      what: sentence('change-controller', { type, index, model: model ?? 'default' }),
    });
  }
}

function editOnReboot(document: XmlDocument, root: XmlElement, { added }: MutableChanges): void {
  const before = childText(root, 'on_reboot') ?? 'restart';
  if (before === 'destroy') return;
  replaceText(document, ensureChild(document, root, 'on_reboot', 'on_poweroff'), 'destroy');
  added.push({ element: 'on_reboot', what: sentence('change-on-reboot', { before }) });
}

function addMark(document: XmlDocument, root: XmlElement, { mark, stamp }: Edits, { added }: MutableChanges): void {
  const metadata = child(root, 'metadata') ?? newMetadata(document, root);
  const old = findSession(metadata);
  if (old !== null) removeLine(old);
  insertLine(document, metadata, sessionElement(document, mark, stamp), lastChildElement(metadata));
  const what = sentence(mark.original === null ? 'change-metadata' : 'change-record');
  added.push({ element: 'metadata', what });
}

/** <metadata> stands where libvirt writes it: behind description, title, genid, uuid or name, whichever is last there. */
function newMetadata(document: XmlDocument, root: XmlElement): XmlElement {
  const metadata = newElement(document, 'metadata');
  const before = ['description', 'title', 'genid', 'uuid', 'name']
    .map((name) => child(root, name))
    .find((element) => element !== null);
  insertLine(document, root, metadata, before ?? null);
  return metadata;
}

function lastChildElement(parent: XmlElement): XmlElement | null {
  for (let node = parent.lastChild; node !== null; node = node.previousSibling) {
    if (node.nodeType === 1) return node as XmlElement;
  }
  return null;
}
