import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveBootOrder } from '../boot/effective-order.ts';
import { parseDomain } from '../domain-xml/domain.ts';
import { domainArbitrary } from '../rescue/domain-arbitrary.test-support.ts';
import { diskXml, domainXml, inputs, medium } from '../rescue/inputs.test-support.ts';
import { planRescue } from '../rescue/plan.ts';
import { controllerName, describePicture } from './describe-picture.ts';
import { machinePicture } from './picture.ts';
import type { Box, Picture } from './picture.ts';
import { plannedPictureDisks } from './picture-disks.ts';
import type { PictureDisk } from './picture-disks.ts';
import { pairLayouts } from './picture-pair.ts';
import { allocatedShare, onScale, sizeScale } from './picture-scale.ts';
import { fitText, textWidth } from './picture-text.ts';
import { drawn, drawnMachine } from './picture.test-support.ts';
import { fitZoom, neighbour, nextZoom, pictureAt } from './picture-view.ts';
import { layoutsOf } from './storage-layout.ts';

const right = ({ x, width }: Box) => x + width;
const bottom = ({ y, height }: Box) => y + height;
const overlap = (a: Box, b: Box) => a.x < right(b) && b.x < right(a) && a.y < bottom(b) && b.y < bottom(a);
const inside = (a: Box, b: Box) => a.x >= b.x && a.y >= b.y && right(a) <= right(b) && bottom(a) <= bottom(b);

/** Every point that a path of M, H and V goes through. */
function pointsOf(path: string): { x: number; y: number }[] {
  let at = { x: 0, y: 0 };
  return [...path.matchAll(/([MHV])([\d. ]+)/g)].map(([, command, numbers]) => {
    const [one = NaN, two = NaN] = (numbers ?? '').trim().split(' ').map(Number);
    at = command === 'M' ? { x: one, y: two } : command === 'H' ? { x: one, y: at.y } : { x: at.x, y: one };
    return at;
  });
}

/** What is wrong with a picture, in words; empty: nothing. */
function problems(picture: Picture): string[] {
  const found: string[] = [];
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  const blocks = [picture.firmware, picture.lane, picture.legend, ...picture.controllers.map(({ box }) => box)];
  const apart = (boxes: readonly Box[], what: string) => {
    for (const [at, box] of boxes.entries())
      for (const other of boxes.slice(at + 1)) if (overlap(box, other)) found.push(`${what} overlap`);
  };
  apart(blocks, 'blocks');
  for (const box of blocks) if (!inside(box, whole)) found.push('a block is outside the picture');
  apart(
    picture.entries.map(({ box }) => box),
    'entries',
  );
  for (const { box } of picture.entries) if (!inside(box, picture.lane)) found.push('an entry is outside its lane');
  for (const { box, slots, more } of picture.controllers) {
    const boxes = [...slots.map((slot) => slot.box), ...(more === null ? [] : [more])];
    apart(boxes, 'slots');
    for (const one of boxes) if (!inside(one, box)) found.push('a slot is outside its controller');
    for (const slot of slots)
      for (const card of [slot.card, ...slot.layers])
        if (card !== null && !inside(card, slot.box)) found.push(`${slot.slot.key}: a card is outside its slot`);
    // In the order of the rows, as one reads; where two stand one above the other, the upper one first.
    for (const [at, { box: next }] of slots.entries()) {
      const previous = slots[at - 1]?.box;
      if (previous !== undefined && next.x <= previous.x && next.y < bottom(previous))
        found.push('slots are out of order');
    }
  }
  const cards = picture.controllers.flatMap(({ slots }) => slots.flatMap(({ card }) => (card === null ? [] : [card])));
  for (const { path } of picture.connectors) {
    const points = pointsOf(path);
    if (points.some(({ x, y }) => !inside({ x, y, width: 0, height: 0 }, whole)))
      found.push('a line leaves the picture');
    for (const { x, y } of points)
      if (cards.some((card) => x > card.x && x < right(card) && y > card.y && y < bottom(card)))
        found.push('a line ends on a card');
  }
  return found;
}

const WIDTHS = [300, 470, 735, 1200, 2400];

describe('the picture', () => {
  it.each([0, 1, 8, 60, 300])('of %i disks has everything in its place, at any width', (count) => {
    for (const width of WIDTHS) {
      const machine = drawnMachine(count);
      const picture = machinePicture({ ...machine, width });
      expect(problems(picture), `${width} wide`).toEqual([]);
      expect(picture.width).toBe(Math.max(420, width));
      const drawnTargets = picture.controllers.flatMap(({ slots }) => slots.flatMap(({ disk }) => disk?.target ?? []));
      expect(drawnTargets.sort()).toEqual(machine.disks.map(({ target }) => target).sort());
      expect(picture.connectors).toHaveLength(Math.min(3, count));
      expect(picture.dense).toBe(count + 1 >= (width < 640 ? 4 : 13));
    }
  });

  it('of any machine has everything in its place', () => {
    fc.assert(
      fc.property(domainArbitrary({ noise: true }), fc.integer({ min: 200, max: 2000 }), ({ xml }, width) => {
        expect(problems(machinePicture({ ...drawn(xml), width })), xml).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('has the boot order in its real order, each with a line to its disk', () => {
    const picture = machinePicture({ ...drawnMachine(3), width: 800 });
    expect(picture.entries.map(({ key }) => key)).toEqual(['disk vdb', 'disk sda', 'disk vda']);
    expect(picture.entries.map(({ box }) => box.y)).toEqual([80, 128, 176]);
    const badges = picture.controllers.flatMap(({ slots }) =>
      slots.flatMap(({ disk, order }) => [[disk?.target, order?.place]]),
    );
    expect(badges.filter(([, place]) => place !== undefined)).toEqual([
      ['vda', 3],
      ['vdb', 1],
      ['sda', 2],
    ]);
    for (const [at, { path, target }] of picture.connectors.entries()) {
      const [from, , , , to] = pointsOf(path);
      const entry = picture.entries[at];
      const slot = picture.controllers.flatMap(({ slots }) => slots).find(({ disk }) => disk?.target === target);
      expect(from).toEqual({ x: right(entry?.box ?? picture.lane), y: (entry?.box.y ?? 0) + 19 });
      expect(to).toEqual({ x: slot?.order?.x, y: slot?.order?.y });
    }
  });

  it('has a card for each layer below a disk, and of many a few', () => {
    const store = (depth: number): string =>
      depth === 0 ? '' : `<backingStore type='file'><source file='/base-${depth}'/>${store(depth - 1)}</backingStore>`;
    const layersOf = (depth: number) => {
      const machine = drawn(domainXml({ devices: diskXml('vda', 'virtio', 'disk', store(depth)) }));
      return machinePicture({ ...machine, width: 800 }).controllers[0]?.slots[0]?.layers.length;
    };
    expect([0, 1, 2, 3, 9].map(layersOf)).toEqual([0, 1, 2, 3, 3]);
  });
});

describe('before and after', () => {
  const devices = diskXml('vda', 'virtio', 'disk', "<address type='pci' bus='0' slot='5'/>");
  it.each([
    ['sata', 'cdrom', 'pc-q35-7.2'],
    ['scsi', 'cdrom', 'pc-q35-7.2'],
    ['usb', 'disk', 'pc-q35-7.2'],
    ['virtio', 'disk', 'pc-i440fx-7.2'],
    ['ide', 'cdrom', 'pc-i440fx-7.2'],
  ])('stand in the same places but for what %s %s of %s brings', (bus, device, machine) => {
    const xml = domainXml({ machine, devices });
    const own = drawn(xml);
    const plan = planRescue(inputs({ xml, media: [medium({ format: 'raw' })], request: { bus, device } }));
    expect(plan.refusals).toEqual([]);
    const layouts = layoutsOf(xml, plan.rescueXml);
    const after = layouts.after ?? layouts.before;
    const planned = plannedPictureDisks(plan, own.disks);
    const pair = pairLayouts(layouts.before, after, {
      before: { boot: plan.bootBefore, disks: own.disks },
      after: { boot: plan.bootAfter, disks: planned },
    });
    const common = { width: 700, keep: pair.keep };
    const was = machinePicture({ layout: pair.before, disks: own.disks, boot: plan.bootBefore, ...common });
    const is = machinePicture({ layout: pair.after, disks: planned, boot: plan.bootAfter, ...common });
    for (const picture of [was, is]) expect(problems(picture)).toEqual([]);
    const boxes = (picture: Picture) =>
      picture.controllers.flatMap((one) => [one.box, ...one.slots.map(({ slot, box }) => [slot.key, box])]);
    expect(boxes(is)).toEqual(boxes(was));
    expect([is.height, is.lane, is.scale]).toEqual([was.height, was.lane, was.scale]);
    const added = is.controllers.flatMap(({ slots }) => slots).filter(({ disk }) => disk?.role === 'rescue');
    expect(added.map(({ disk }) => disk?.target)).toEqual([plan.rescueDevice?.target]);
    const place = added[0]?.slot.key ?? '';
    const slotBefore = was.controllers.flatMap(({ slots }) => slots).find(({ slot }) => slot.key === place);
    expect(slotBefore?.disk).toBeNull();
    expect(slotBefore?.slot.fits.map((fit) => fit.device)).toContain(device);
  });
});

describe('the scale', () => {
  const disk = (size: number | null, allocation: number | null = null) =>
    ({ size, allocation }) as unknown as PictureDisk;
  it('reaches from a little below the smallest to a little above the largest', () => {
    const GIB = 1024 ** 3;
    expect(sizeScale([disk(20 * GIB), disk(2 * 1024 * GIB)])).toEqual({ from: 30, to: 45, marks: [30, 35, 40, 45] });
    expect(sizeScale([disk(1.4 * 1024 ** 2), disk(100 * 1024 * GIB)])).toEqual({
      from: 20,
      to: 50,
      marks: [20, 30, 40, 50],
    });
    expect(sizeScale([disk(GIB)])).toEqual({ from: 25, to: 35, marks: [25, 30, 35] });
    expect(sizeScale([disk(null), disk(0)])).toBeNull();
  });
  it('is logarithmic for sizes and linear for the share that is allocated', () => {
    const scale = { from: 20, to: 40, marks: [20, 30, 40] };
    expect([2 ** 20, 2 ** 30, 2 ** 40, 2 ** 50, 0].map((size) => onScale(scale, size))).toEqual([0, 0.5, 1, 1, 0]);
    expect([disk(100, 25), disk(100, 120), disk(100), disk(0, 0)].map(allocatedShare)).toEqual([0.25, 1, null, null]);
  });
});

describe('text', () => {
  it('is cut in the middle, to what there is room for', () => {
    expect(fitText('root.qcow2', 200, 11, 'mono')).toBe('root.qcow2');
    expect(fitText('instance-0000002a-root-disk.qcow2', 80, 11, 'mono')).toBe('insta….qcow2'.slice(0, 6) + 'qcow2');
    for (const text of ['x'.repeat(400), '日本語の名前'.repeat(40), '💾'.repeat(90)]) {
      const cut = fitText(text, 90, 12, 'sans');
      expect(textWidth(cut, 12, 'sans')).toBeLessThanOrEqual(90);
      expect(cut).toContain('…');
    }
  });
});

describe('looking at it', () => {
  const machine = drawnMachine(60);
  it('zooms in steps, and fits into what there is', () => {
    expect([nextZoom(1, 1), nextZoom(1, -1), nextZoom(3, 1), nextZoom(0.1, -1), nextZoom(0.95, -1)]).toEqual([
      1.25, 0.9, 3, 0.1, 0.9,
    ]);
    const room = { width: 735, height: 600 };
    const zoom = fitZoom(machine, room);
    const { width, height } = pictureAt(machine, room.width, zoom);
    expect(zoom).toBeLessThan(1);
    expect(height * zoom).toBeLessThanOrEqual(room.height);
    expect(width * zoom).toBeLessThanOrEqual(room.width + 1);
    expect(fitZoom(drawnMachine(0), { width: 900, height: 900 })).toBe(1);
  });
  it('goes from disk to disk by the arrow keys', () => {
    const picture = machinePicture({ ...drawnMachine(8), width: 700 });
    expect(neighbour(picture, null, 'down')).toBe('vda');
    expect(neighbour(picture, 'vda', 'right')).toBe('vdb');
    expect(neighbour(picture, 'vda', 'left')).toBe('vda');
    expect(neighbour(picture, 'vda', 'down')).toBe('vdc');
    expect(neighbour(picture, 'vdd', 'down')).toBe('sdb');
    expect(neighbour(picture, 'sda', 'up')).toBe('vdc');
    expect(neighbour(picture, 'vda', 'last')).toBe('sdzz');
    expect(neighbour(picture, 'sdzz', 'first')).toBe('vda');
  });
});

describe('the picture in words', () => {
  it('says all that is drawn', () => {
    const devices = [
      "<disk type='file' device='disk'><driver type='qcow2'/><source file='/images/root.qcow2'/><target dev='sda' bus='scsi'/><shareable/><encryption format='luks'><secret type='passphrase' uuid='a'/></encryption><backingStore type='file'><source file='/images/base.qcow2'/></backingStore><address type='drive' unit='2'/></disk>",
      "<controller type='scsi' index='0' model='virtio-scsi'><address type='pci' bus='2' slot='0'/></controller>",
      diskXml('sdb', 'sata', 'cdrom', "<address type='drive' unit='5'/>"),
    ].join('');
    const machine = drawn(domainXml({ machine: 'pc-q35-7.2', devices }));
    const told = describePicture({ ...machine, added: new Set(['sdb']) });
    expect(told).toEqual({
      boot: ['1: sda, disk, /images/root.qcow2'],
      controllers: [
        { name: 'virtio', slots: ['as many more as one likes, free for disk'] },
        {
          name: 'scsi 0, virtio-scsi, at 0000:02:00.0',
          slots: [
            'unit 2: sda, root, disk on scsi, address drive 0:0:0:2, /images/root.qcow2, 20 GiB, 5 GiB allocated, qcow2, stands on /images/base.qcow2, may be shared with other machines, encrypted, its secret was not asked for, number 1 in the boot order, in its own place',
            'as many more as one likes, free for disk, cdrom',
          ],
        },
        {
          name: 'sata 0, built in',
          slots: [
            ...[0, 1, 2, 3, 4].map((port) => `port ${port}: free for disk, cdrom`),
            'port 5: sdb, cdrom, cdrom on sata, address drive 0:0:0:5, /images/sdb.img, 40 GiB, 10 GiB allocated, read-only, not in the boot order, added by the rescue',
          ],
        },
      ],
    });
    expect(machine.layout.controllers.map(controllerName)).toEqual(told.controllers.map(({ name }) => name));
    expect(effectiveBootOrder(parseDomain(domainXml({ machine: 'pc-q35-7.2', devices })))).toHaveLength(
      told.boot.length,
    );
  });
});
