/** How a machine's storage hangs together: controllers, their slots, and what sits in them. What the picture of the disks is drawn from. */
import { parseDomain } from '../domain-xml/domain.ts';
import type { ControllerView, DomainView } from '../domain-xml/domain.ts';
import { devicesThatFit } from '../rescue/fit.ts';
import { PLACES } from '../rescue/policy.ts';
import { RESCUE_BUSES } from '../rescue/types.ts';
import type { RescueBus, RescueDeviceKind } from '../rescue/types.ts';
import { freePciSlots } from './pci-places.ts';
import { HUB_PORTS, hasFreeSlot, layoutOf, mmioTransports, usbPorts } from './places.ts';
import { driveSlot, occupants, usbSlot } from './slots.ts';
import type { Occupant, SlotPlace } from './slots.ts';
import type { DiskAddress } from './types.ts';

/** What could be plugged in somewhere. */
export interface Fit {
  readonly device: RescueDeviceKind;
  readonly bus: RescueBus;
}

/** A place that a disk can have. */
export interface LayoutSlot {
  /** Unique within the layout, and the same in rescue and out of it. */
  readonly key: string;
  /** As people say it: `unit 3`, `port 2`, `0000:04:00.0`. */
  readonly label: string;
  /** The disk that sits there, by target; null: none. */
  readonly target: string | null;
  /** What else takes it (a tablet, a host device), in words; null: nothing. */
  readonly taken: string | null;
  /** What could be plugged in there; empty where it is taken, or nothing could. */
  readonly fits: readonly Fit[];
}

export interface LayoutController {
  /** Unique within the layout, and the same in rescue and out of it: `sata 0`, `scsi 1`, `virtio`, `fdc 0`. */
  readonly key: string;
  /** libvirt's type; `virtio` gathers the disks that are devices of their own on PCI, ccw or virtio-mmio. */
  readonly type: string;
  readonly index: number;
  readonly model: string | null;
  readonly address: DiskAddress | null;
  /** Brought by the machine type itself. */
  readonly builtIn: boolean;
  /** Those with something in them, and the free ones worth showing, in the order of their addresses. */
  readonly slots: readonly LayoutSlot[];
  /** Free slots beyond those shown; null: as many as one likes. */
  readonly moreFree: number | null;
  /** What could be plugged into a free place of it, shown or not. */
  readonly moreFits: readonly Fit[];
}

/**
 * Controllers in one order, the same for every machine: the buses that guests have their own disks on first. Every disk of the definition is
 * in exactly one slot.
 */
export interface StorageLayout {
  readonly controllers: readonly LayoutController[];
}

/** Most disks of most guests first; those without a place here come behind, by name. */
const ORDER = ['virtio', 'nvme', 'scsi', 'sata', 'ide', 'usb', 'fdc', 'sd', 'xen'];

/** Up to so many places a controller shows all of its free ones: an IDE controller's, a SATA controller's. Of more, the next one to be taken. */
const SHOWN_WHOLE = PLACES.sataController;

/** Narrow SCSI: libvirt's virDomainDeviceFindSCSIController gives such a controller seven units. */
const NARROW_UNITS = 7;

/** The layout of a definition. */
export function storageLayout(domain: DomainView): StorageLayout {
  const all = occupants(domain);
  const fits = fitsOf(domain);
  const controllers = namesOfControllers(domain, all).map((name) => controllerOf(domain, name, all, fits));
  const rank = ({ type }: LayoutController) => (ORDER.includes(type) ? ORDER.indexOf(type) : ORDER.length);
  return {
    controllers: controllers.sort(
      (a, b) => rank(a) - rank(b) || (a.type < b.type ? -1 : a.type > b.type ? 1 : 0) || a.index - b.index,
    ),
  };
}

/** Of a plan: as the definition has it, and as the rescue definition would; null: refused. */
export function layoutsOf(
  definitionXml: string,
  rescueXml: string | null,
): { readonly before: StorageLayout; readonly after: StorageLayout | null } {
  return {
    before: storageLayout(parseDomain(definitionXml)),
    after: rescueXml === null ? null : storageLayout(parseDomain(rescueXml)),
  };
}

type Fits = Readonly<Record<RescueBus, readonly Fit[]>>;

function fitsOf(domain: DomainView): Fits {
  const layout = layoutOf(domain);
  const of = (bus: RescueBus): Fit[] => devicesThatFit(domain, layout, bus).map((device) => ({ device, bus }));
  return { usb: of('usb'), virtio: of('virtio'), scsi: of('scsi'), sata: of('sata'), ide: of('ide'), fdc: of('fdc') };
}

interface ControllerName {
  readonly key: string;
  readonly type: string;
  readonly index: number;
  readonly own: ControllerView | null;
}

/** What the machine type brings by itself, for storage: tried with QEMU 7.2 `-machine pc` and `q35`; isapc has no IDE that libvirt knows a way to. */
function isBuiltIn({ machineFamily }: DomainView, type: string, index: number): boolean {
  if (index !== 0) return false;
  switch (machineFamily) {
    case 'i440fx':
      return type === 'ide' || type === 'fdc';
    case 'q35':
      return type === 'sata';
    case 'isapc':
      return type === 'fdc';
    default:
      return false;
  }
}

const STORAGE_TYPES = ['ide', 'fdc', 'sata', 'scsi', 'usb', 'nvme'];

/** Those of the definition, those that the machine brings, and those that something sits on. A usb controller with model `none` is none. */
function namesOfControllers(domain: DomainView, all: readonly Occupant[]): ControllerName[] {
  const names = new Map<string, ControllerName>();
  const add = (type: string, index: number, own: ControllerView | null, key = `${type} ${index}`) => {
    if (!names.has(key)) names.set(key, { key, type, index, own });
  };
  for (const own of domain.controllers)
    if (STORAGE_TYPES.includes(own.type) && own.model !== 'none' && usbPorts(own) !== 0) add(own.type, own.index, own);
  for (const type of ['ide', 'fdc', 'sata']) if (isBuiltIn(domain, type, 0)) add(type, 0, null);
  if (takesVirtio(domain)) add('virtio', 0, null, 'virtio');
  for (const { place } of all) add(place.type, place.index, null, place.controller);
  return [...names.values()];
}

/** Every machine with PCI, ccw or virtio-mmio has places for virtio disks; of others only what is there tells. */
function takesVirtio({ machineFamily }: DomainView): boolean {
  return machineFamily !== 'isapc' && machineFamily !== 'other';
}

function controllerOf(
  domain: DomainView,
  { key, type, index, own }: ControllerName,
  all: readonly Occupant[],
  fits: Fits,
): LayoutController {
  const mine = all.filter(({ place }) => place.controller === key);
  const bus = RESCUE_BUSES.find((one) => one === type);
  // Salvor puts nothing on SCSI controllers of another model: their drivers are missing too often (places.ts, scsiPlace).
  const foreign = type === 'scsi' && own?.model?.startsWith('virtio') !== true;
  const here = bus === undefined || foreign ? [] : fits[bus];
  const free = freeOf(domain, { key, type, index, own }, mine);
  const slots = [
    ...mine.map(({ place, disk, taken }) => ({ place, slot: slotFor(place, disk?.target ?? null, taken, []) })),
    ...free.shown.map((place) => ({ place, slot: slotFor(place, null, null, here) })),
  ];
  return {
    ...{ key, type, index },
    model: own?.model ?? null,
    address: own?.address ?? null,
    builtIn: isBuiltIn(domain, type, index),
    slots: slots.sort((a, b) => compare(a.place.rank, b.place.rank)).map(({ slot }) => slot),
    moreFree: free.more,
    moreFits: here,
  };
}

function slotFor(place: SlotPlace, target: string | null, taken: string | null, fits: readonly Fit[]): LayoutSlot {
  return { key: place.key, label: place.label, target, taken, fits };
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [one, other] = [a[at] ?? -1, b[at] ?? -1];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

interface FreePlaces {
  readonly shown: readonly SlotPlace[];
  /** Beyond those; null: no limit. */
  readonly more: number | null;
}

const NO_LIMIT: FreePlaces = { shown: [], more: null };

function freeOf(domain: DomainView, name: ControllerName, mine: readonly Occupant[]): FreePlaces {
  const { type, index, own } = name;
  const drive = (bus: number, unit: number) =>
    driveSlot(type, { type: 'drive', controller: index, bus, target: 0, unit });
  switch (type) {
    case 'ide':
      return free([drive(0, 0), drive(0, 1), drive(1, 0), drive(1, 1)], mine);
    case 'fdc':
      return free([drive(0, 0), drive(0, 1)], mine);
    case 'sata':
      return free(
        Array.from({ length: PLACES.sataController }, (_, port) => drive(0, port)),
        mine,
      );
    case 'scsi':
      return own?.model?.startsWith('virtio') === true
        ? NO_LIMIT
        : { shown: [], more: Math.max(0, NARROW_UNITS - mine.length) };
    case 'usb':
      return freePorts(index, own === null ? null : usbPorts(own), mine);
    case 'virtio':
      return freeVirtio(domain, mine);
    default:
      return { shown: [], more: 0 };
  }
}

function free(places: readonly SlotPlace[], mine: readonly Occupant[]): FreePlaces {
  const taken = new Set(mine.map(({ place }) => place.key));
  return { shown: places.filter(({ key }) => !taken.has(key)), more: 0 };
}

/** Of an xHCI controller's fifteen the next one; the ports of hubs count where a hub is. */
function freePorts(index: number, ports: number | null, mine: readonly Occupant[]): FreePlaces {
  if (ports === null) return NO_LIMIT;
  const place = (port: number) => usbSlot(index, String(port));
  if (ports <= SHOWN_WHOLE)
    return withHubs(
      free(
        Array.from({ length: ports }, (_, at) => place(at + 1)),
        mine,
      ),
      mine,
    );
  const taken = new Set(mine.map((one) => one.place.key));
  let first = 1;
  while (taken.has(place(first).key)) first += 1;
  const direct = mine.filter((one) => one.place.rank.length === 1 && (one.place.rank[0] ?? 0) <= ports).length;
  if (first > ports) return withHubs({ shown: [], more: 0 }, mine);
  return withHubs({ shown: [place(first)], more: Math.max(0, ports - direct - 1) }, mine);
}

function withHubs({ shown, more }: FreePlaces, mine: readonly Occupant[]): FreePlaces {
  const hubs = mine.filter(({ taken }) => taken === 'hub').length;
  const behind = mine.filter(({ place }) => place.rank.length > 1).length;
  return { shown, more: (more ?? 0) + Math.max(0, hubs * HUB_PORTS - behind) };
}

/** PCI Express, pseries and s390x add what a further device needs; i440fx has the slots of its buses, virtio-mmio its transports. */
function freeVirtio(domain: DomainView, mine: readonly Occupant[]): FreePlaces {
  if (!hasFreeSlot(domain, 'virtio')) return { shown: [], more: 0 };
  // Those that libvirt has yet to give a place need one of the free ones.
  const open = mine.filter(({ disk }) => disk !== null && disk.address === null).length;
  const transports = mmioTransports(domain);
  if (transports !== null) return { shown: [], more: Math.max(0, transports - domain.mmioUse - open) };
  if (domain.machineFamily !== 'i440fx') return NO_LIMIT;
  const buses = new Set([0, ...domain.controllers.filter(({ type }) => type === 'pci').map(({ index }) => index)]);
  const slots = [...buses].reduce((sum, bus) => sum + freePciSlots(domain, bus).length, 0);
  return { shown: [], more: Math.max(0, slots - open) };
}
