/** Two pictures of one machine, out of rescue and in it, of which everything that does not change stands in the same place. */
import type { BootEntry } from '../boot/effective-order.ts';
import type { PictureDisk } from './picture-disks.ts';
import type { PictureInput } from './picture.ts';
import type { LayoutController, LayoutSlot, StorageLayout } from './storage-layout.ts';

export interface LayoutPair {
  readonly before: StorageLayout;
  readonly after: StorageLayout;
  /** Controllers that only one of the two has, by key: the other shows room for them. */
  readonly alone: ReadonlySet<string>;
  readonly keep: NonNullable<PictureInput['keep']>;
}

/** What stands on a layout. */
interface Content {
  readonly boot: readonly BootEntry[];
  readonly disks: readonly PictureDisk[];
}

/** Both with every controller and every slot of either: what is not there in one is free there. */
export function pairLayouts(
  before: StorageLayout,
  after: StorageLayout,
  content: { readonly before: Content; readonly after: Content },
): LayoutPair {
  const keys = merged(
    before.controllers.map(({ key }) => key),
    after.controllers.map(({ key }) => key),
  );
  const of = (layout: StorageLayout, key: string) => layout.controllers.find((one) => one.key === key);
  const pairs = keys.flatMap((key) => {
    const [one, other] = [of(before, key), of(after, key)];
    const any = one ?? other;
    return any === undefined ? [] : [pairControllers(one ?? emptied(any), other ?? emptied(any))];
  });
  const filled = [...before.controllers, ...after.controllers].flatMap(({ slots }) =>
    slots.filter(({ target }) => target !== null).map(({ key }) => key),
  );
  const slots = new Set(filled);
  const then = content.after.disks;
  const gone = content.before.disks.filter(({ target }) => !then.some((disk) => disk.target === target));
  return {
    before: { controllers: pairs.map(([one]) => one) },
    after: { controllers: pairs.map(([, other]) => other) },
    alone: new Set(keys.filter((key) => of(before, key) === undefined || of(after, key) === undefined)),
    keep: {
      slots,
      entries: Math.max(content.before.boot.length, content.after.boot.length),
      disks: [...then, ...gone],
    },
  };
}

function emptied(controller: LayoutController): LayoutController {
  return { ...controller, slots: [] };
}

function pairControllers(one: LayoutController, other: LayoutController): [LayoutController, LayoutController] {
  const keys = merged(
    one.slots.map(({ key }) => key),
    other.slots.map(({ key }) => key),
  );
  return [withSlots(one, other, keys), withSlots(other, one, keys)];
}

/** A controller with the slots of both; those it had counted among its further free ones are counted there no longer. */
function withSlots(own: LayoutController, beside: LayoutController, keys: readonly string[]): LayoutController {
  const free = (slot: LayoutSlot): LayoutSlot => ({ ...slot, target: null, taken: null, fits: own.moreFits });
  const slots = keys.flatMap((key) => {
    const mine = own.slots.find((slot) => slot.key === key);
    const theirs = beside.slots.find((slot) => slot.key === key);
    return mine !== undefined ? [mine] : theirs === undefined ? [] : [free(theirs)];
  });
  const shown = slots.length - own.slots.length;
  return { ...own, slots, moreFree: own.moreFree === null ? null : Math.max(0, own.moreFree - shown) };
}

/** The second list, and what only the first one has behind what it stands behind there. */
function merged(first: readonly string[], second: readonly string[]): string[] {
  const all = [...second];
  for (const [at, key] of first.entries()) {
    if (all.includes(key)) continue;
    const previous = at === 0 ? -1 : all.indexOf(first[at - 1] ?? '');
    all.splice(previous + 1, 0, key);
  }
  return all;
}
