/**
 * The picture of a machine's storage, as numbers: firmware and boot order in a column on the left, controllers on the right, each with its slots in the
 * order of their addresses, a line from each place in the boot order to its disk. Pure: whoever draws it draws what is here.
 */
import type { BootEntry } from '../boot/effective-order.ts';
import { ROW_GAP, placeConnectors } from './picture-lines.ts';
import type { Connector } from './picture-lines.ts';
import type { PictureDisk } from './picture-disks.ts';
import { sizeScale } from './picture-scale.ts';
import type { SizeScale } from './picture-scale.ts';
import type { LayoutController, LayoutSlot, StorageLayout } from './storage-layout.ts';

/** In the units of the drawing: pixels at zoom 1. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PictureSlot {
  readonly slot: LayoutSlot;
  readonly box: Box;
  /** The disk in it, and where its card is drawn; null: there is none. */
  readonly disk: PictureDisk | null;
  readonly card: Box | null;
  /** Images below the disk's own, as cards behind its card: the farthest one first. Of many, a few. */
  readonly layers: readonly Box[];
  /** Its place in the boot order, and the middle of the badge that says so. */
  readonly order: { readonly place: number; readonly x: number; readonly y: number } | null;
}

export interface PictureController {
  readonly controller: LayoutController;
  readonly box: Box;
  readonly slots: readonly PictureSlot[];
  /** In its head, where it says how many more places are free; null: none is. */
  readonly more: Box | null;
}

export interface PictureEntry {
  /** The same for the same device, wherever it is in the order. */
  readonly key: string;
  readonly entry: BootEntry;
  readonly box: Box;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Cards say less, so that many disks are in sight. */
  readonly dense: boolean;
  readonly firmware: Box;
  /** The column of the boot order below the firmware, its head included. */
  readonly lane: Box;
  readonly entries: readonly PictureEntry[];
  readonly controllers: readonly PictureController[];
  /** From the firmware to each controller. */
  readonly trunk: string;
  /** In the order of the boot order. */
  readonly connectors: readonly Connector[];
  /** null: no disk has a size. */
  readonly scale: SizeScale | null;
  /** Scale and signs, below everything. */
  readonly legend: Box;
}

export interface PictureInput {
  readonly layout: StorageLayout;
  readonly disks: readonly PictureDisk[];
  readonly boot: readonly BootEntry[];
  /** Room there is, in pixels; less than MIN_WIDTH is taken as that. */
  readonly width: number;
  /** Room for what is in the other of two pictures of one machine, so that nothing moves but what changes. */
  readonly keep?: {
    readonly slots: ReadonlySet<string>;
    readonly entries: number;
    /** Those of both: one scale for all of them. */
    readonly disks: readonly PictureDisk[];
  };
}

export const MIN_WIDTH = 420;
/** From so many disks on their cards say less, in a narrow column sooner. */
const DENSE_FROM = 13;
const DENSE_FROM_NARROW = 4;
const NARROW_COLUMN = 640;

const PAD = 14;
const FIRMWARE_HEIGHT = 40;
const LANE_HEAD = 26;
const ENTRY = { height: 38, gap: 10 } as const;
const HEADER = 26;
const INNER = 10;
const COLUMN_GAP = 8;
const CONTROLLER_GAP = 10;
/** Above each card: the name of the slot. */
const SLOT_NAME = 17;
const NARROW = { width: 100, height: 42 } as const;
/** Between two narrow slots that stand one above the other. */
const STACK_GAP = 5;
/** In a controller's head: how many more places are free. */
const MORE_WIDTH = 178;
const CARD = { width: 196, most: 290, height: 70 } as const;
/** Always as wide, so that what is on it stays as it is while the picture is zoomed; in a narrow column two of them are side by side. */
const DENSE_CARD = { width: 138, narrow: 124, height: 40 } as const;
/** How far each layer stands out behind the one before it, and how many do. */
const LAYER = { step: 4, most: 3 } as const;
const LEGEND_HEIGHT = 80;

export function machinePicture(input: PictureInput): Picture {
  const { layout, disks, boot, keep } = input;
  const width = Math.max(MIN_WIDTH, Math.floor(input.width));
  const isNarrow = width < NARROW_COLUMN;
  const all = keep?.disks ?? disks;
  const dense = all.length >= (isNarrow ? DENSE_FROM_NARROW : DENSE_FROM);
  const laneWidth = isNarrow ? 118 : 184;
  const places = Math.max(boot.length, keep?.entries ?? 0);
  const gutter = Math.min(60, 30 + places * 4);
  const firmware = { x: PAD, y: PAD, width: laneWidth, height: FIRMWARE_HEIGHT };
  const laneTop = firmware.y + firmware.height;
  const entries = placeEntries(boot, laneWidth, laneTop + LANE_HEAD);
  const laneHeight = LANE_HEAD + Math.max(1, places) * (ENTRY.height + ENTRY.gap);
  const column = { x: PAD + laneWidth + gutter, width: width - 2 * PAD - laneWidth - gutter };
  const controllers = placeControllers(layout, column, {
    dense,
    isNarrow,
    byTarget: firstOf(disks),
    orders: new Map(boot.flatMap(({ target, order }) => (target === null ? [] : [[target, order] as const]))),
    kept: keep?.slots ?? NO_SLOTS,
  });
  const last = controllers.at(-1)?.box;
  const bottom = Math.max(laneTop + laneHeight, last === undefined ? 0 : last.y + last.height);
  const legend = { x: PAD, y: bottom + PAD, width: width - 2 * PAD, height: LEGEND_HEIGHT };
  return {
    width,
    height: legend.y + legend.height + PAD,
    dense,
    firmware,
    lane: { x: PAD, y: laneTop, width: laneWidth, height: laneHeight },
    entries,
    controllers,
    ...placeConnectors(firmware, entries, controllers, { left: PAD + laneWidth, right: column.x }),
    scale: sizeScale(all),
    legend,
  };
}

const NO_SLOTS: ReadonlySet<string> = new Set();

/** By target; of a definition that gives one twice, the first. */
function firstOf(disks: readonly PictureDisk[]): Map<string, PictureDisk> {
  const found = new Map<string, PictureDisk>();
  for (const disk of disks) if (!found.has(disk.target)) found.set(disk.target, disk);
  return found;
}

function placeEntries(boot: readonly BootEntry[], width: number, top: number): PictureEntry[] {
  const seen = new Map<string, number>();
  return boot.map((entry, at) => {
    const name = `${entry.kind} ${entry.target ?? entry.index}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    const y = top + at * (ENTRY.height + ENTRY.gap);
    return { key: times === 1 ? name : `${name} (${times})`, entry, box: { x: PAD, y, width, height: ENTRY.height } };
  });
}

interface Contents {
  readonly dense: boolean;
  readonly isNarrow: boolean;
  readonly byTarget: ReadonlyMap<string, PictureDisk>;
  readonly orders: ReadonlyMap<string, number>;
  readonly kept: ReadonlySet<string>;
}

interface Room {
  readonly x: number;
  readonly width: number;
}

function placeControllers({ controllers }: StorageLayout, column: Room, contents: Contents): PictureController[] {
  let y = PAD;
  return controllers.map((controller) => {
    const placed = placeController(controller, { ...column, y }, contents);
    y += placed.box.height + CONTROLLER_GAP;
    return placed;
  });
}

/** What stands side by side in a row: one card's slot, or narrow ones, two of which stand one above the other beside a card. */
interface Column {
  readonly slots: LayoutSlot[];
  readonly wide: boolean;
}

function placeController(
  controller: LayoutController,
  at: Room & { readonly y: number },
  contents: Contents,
): PictureController {
  const card = contents.dense ? DENSE_CARD : CARD;
  const least = contents.dense && contents.isNarrow ? DENSE_CARD.narrow : card.width;
  const inner = { x: at.x + INNER, width: at.width - 2 * INNER };
  const columns = Math.max(1, Math.floor((inner.width + COLUMN_GAP) / (least + COLUMN_GAP)));
  const stretched = Math.floor((inner.width - COLUMN_GAP * (columns - 1)) / columns);
  const wide = contents.dense ? least : Math.min(CARD.most, stretched);
  const slots: PictureSlot[] = [];
  let y = at.y + HEADER;
  for (const row of rowsOf(controller.slots, { width: inner.width, wide }, contents)) {
    y += ROW_GAP;
    const behind = row.reduce((most, { slots: [slot] }) => Math.max(most, layersBehind(slot, contents)), 0);
    const height = row.some((column) => column.wide) ? SLOT_NAME + behind + card.height : NARROW.height;
    let x = inner.x;
    for (const column of row) {
      const width = column.wide ? wide : NARROW.width;
      const each = (height - STACK_GAP * (column.slots.length - 1)) / column.slots.length;
      for (const [place, slot] of column.slots.entries())
        slots.push(placeSlot(slot, { x, y: y + place * (each + STACK_GAP), width, height: each }, contents));
      x += width + COLUMN_GAP;
    }
    y += height;
  }
  const height = y - at.y + (slots.length === 0 ? 4 : INNER);
  const moreWidth = Math.min(MORE_WIDTH, Math.floor(at.width * 0.62));
  const more = { x: at.x + at.width - 6 - moreWidth, y: at.y + 5, width: moreWidth, height: 19 };
  return {
    controller,
    box: { x: at.x, y: at.y, width: at.width, height },
    slots,
    more: controller.moreFree === 0 ? null : more,
  };
}

function rowsOf(
  slots: readonly LayoutSlot[],
  room: { readonly width: number; readonly wide: number },
  { dense, kept }: Contents,
): Column[][] {
  const rows: Column[][] = [];
  let used = Infinity;
  for (const slot of slots) {
    const wide = slot.target !== null || kept.has(slot.key);
    const row = rows.at(-1);
    const last = row?.at(-1);
    const stacks = !wide && !dense && last?.wide === false && last.slots.length === 1;
    if (stacks && row?.some((column) => column.wide) === true) {
      last.slots.push(slot);
      continue;
    }
    const own = wide ? room.wide : NARROW.width;
    if (row === undefined || used + COLUMN_GAP + own > room.width) {
      rows.push([{ slots: [slot], wide }]);
      used = own;
    } else {
      row.push({ slots: [slot], wide });
      used += COLUMN_GAP + own;
    }
  }
  return rows;
}

function layersBehind(slot: LayoutSlot | undefined, { byTarget }: Contents): number {
  const disk = slot?.target == null ? undefined : byTarget.get(slot.target);
  return Math.min(LAYER.most, disk?.layers.length ?? 0) * LAYER.step;
}

function placeSlot(slot: LayoutSlot, box: Box, contents: Contents): PictureSlot {
  const disk = slot.target === null ? null : (contents.byTarget.get(slot.target) ?? null);
  if (disk === null) return { slot, box, disk, card: null, layers: [], order: null };
  const behind = layersBehind(slot, contents);
  const { height } = contents.dense ? DENSE_CARD : CARD;
  const card = { x: box.x, y: box.y + box.height - height, width: box.width - behind, height };
  const layers: Box[] = [];
  for (let out = behind; out > 0; out -= LAYER.step) layers.push({ ...card, x: card.x + out, y: card.y - out });
  const place = contents.orders.get(disk.target);
  const order = place === undefined ? null : { place, x: box.x + 8, y: box.y + 7 };
  return { slot, box, disk, card, layers, order };
}
