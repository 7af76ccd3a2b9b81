/** The lines of the picture: from the firmware to its controllers, from each place in the boot order to its disk. */
import type { Box, PictureController, PictureEntry } from './picture.ts';

export interface Connector {
  /** The same as its entry's. */
  readonly key: string;
  readonly target: string;
  /** Always one move and four straight lines, so that one can be turned into another. */
  readonly path: string;
}

/** Where the lines may run between the two columns. */
interface Gutter {
  readonly left: number;
  readonly right: number;
}

/** Above each row of slots: boot connectors run there. */
export const ROW_GAP = 12;

/** The trunk is beside the controllers; the connectors have what is left of the gutter. */
const TRUNK = 9;
const FIRST_TRACK = 16;
const MOST_APART = 6;
/** So many connectors run side by side above one row. */
const SIDE_BY_SIDE = 3;

export function placeConnectors(
  firmware: Box,
  entries: readonly PictureEntry[],
  controllers: readonly PictureController[],
  gutter: Gutter,
): { readonly trunk: string; readonly connectors: readonly Connector[] } {
  return { trunk: trunkPath(firmware, controllers, gutter), connectors: connectorsOf(entries, controllers, gutter) };
}

function trunkPath(firmware: Box, controllers: readonly PictureController[], { right }: Gutter): string {
  const from = firmware.y + 13;
  const x = right - TRUNK;
  const ends = controllers.map(({ box }) => box.y + 13);
  const last = ends.at(-1);
  if (last === undefined) return '';
  const stubs = ends.map((y) => `M${x} ${y}H${right}`);
  return [`M${firmware.x + firmware.width} ${from}H${x}`, `M${x} ${from}V${last}`, ...stubs].join('');
}

function connectorsOf(
  entries: readonly PictureEntry[],
  controllers: readonly PictureController[],
  { left, right }: Gutter,
): Connector[] {
  const slots = new Map(
    controllers.flatMap((controller) =>
      controller.slots.flatMap((slot) => (slot.disk === null ? [] : [[slot.disk.target, slot] as const])),
    ),
  );
  const room = right - left - TRUNK - FIRST_TRACK;
  const apart = Math.min(MOST_APART, room / Math.max(1, entries.length));
  return entries.flatMap(({ key, entry, box }, at) => {
    const slot = entry.target === null ? undefined : slots.get(entry.target);
    if (slot?.order == null) return [];
    const fromY = box.y + box.height / 2;
    // The first one runs on the right: none of those below has to cross it on its way down.
    const track = round(right - FIRST_TRACK - at * apart);
    const above = slot.box.y - ROW_GAP / 2 + ((at % SIDE_BY_SIDE) - 1) * 3;
    const { x, y } = slot.order;
    const path = `M${box.x + box.width} ${fromY}H${track}V${above}H${x}V${y}`;
    return [{ key, target: slot.disk?.target ?? '', path }];
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
