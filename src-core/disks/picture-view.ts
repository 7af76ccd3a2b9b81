/** How the picture is looked at: how far away, and from which disk to which the arrow keys go. */
import { machinePicture } from './picture.ts';
import type { Box, Picture, PictureInput, PictureSlot } from './picture.ts';

export const ZOOMS = [0.1, 0.15, 0.2, 0.25, 0.33, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 2, 3] as const;

/** From afar there is room for more side by side; nearer than 1, what is there is enlarged. */
export function pictureAt(input: Omit<PictureInput, 'width'>, room: number, zoom: number): Picture {
  return machinePicture({ ...input, width: room / Math.min(1, zoom) });
}

/** The next zoom in or out. */
export function nextZoom(zoom: number, direction: 1 | -1): number {
  const further =
    direction === 1 ? ZOOMS.find((one) => one > zoom + 0.001) : ZOOMS.findLast((one) => one < zoom - 0.001);
  return further ?? zoom;
}

/** The nearest at which the whole picture is in sight, 1 at most. */
export function fitZoom(
  input: Omit<PictureInput, 'width'>,
  room: { readonly width: number; readonly height: number },
): number {
  const nearest = ZOOMS.findLast((zoom) => {
    if (zoom > 1) return false;
    const { width, height } = pictureAt(input, room.width, zoom);
    return height * zoom <= room.height && width * zoom <= room.width + 1;
  });
  return nearest ?? ZOOMS[0];
}

export type Direction = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/** The disk one gets to from another; itself where there is none further. */
export function neighbour({ controllers }: Picture, target: string | null, direction: Direction): string | null {
  const slots = controllers.flatMap((controller) => controller.slots).filter(({ disk }) => disk !== null);
  const from = slots.find(({ disk }) => disk?.target === target);
  const found = from === undefined || direction === 'first' ? slots[0] : nearest(slots, from, direction);
  return found?.disk?.target ?? target;
}

function nearest(slots: readonly PictureSlot[], from: PictureSlot, direction: Direction): PictureSlot {
  const at = slots.indexOf(from);
  switch (direction) {
    case 'first':
    case 'last':
      return slots.at(-1) ?? from;
    // Through the rows, as one reads.
    case 'left':
      return slots[at - 1] ?? from;
    case 'right':
      return slots[at + 1] ?? from;
    case 'up':
    case 'down': {
      const sign = direction === 'down' ? 1 : -1;
      const { x, y } = middle(from.box);
      const beyond = slots.filter(({ box }) => (middle(box).y - y) * sign > box.height / 2);
      const far = ({ box }: PictureSlot) => Math.abs(middle(box).y - y) * 4 + Math.abs(middle(box).x - x);
      return beyond.reduce((best, one) => (best === from || far(one) < far(best) ? one : best), from);
    }
  }
}

function middle({ x, y, width, height }: Box): { readonly x: number; readonly y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}
