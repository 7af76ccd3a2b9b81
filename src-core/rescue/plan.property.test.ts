/** What holds for every plan, whatever the guest: nothing of its own is changed but <boot order>, and the rescue device is the last of its bus. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootPicks, libvirtDiskOrder } from '../boot/effective-order.ts';
import { diskNameIndex } from '../disks/target-names.ts';
import { parseXml, serialiseXml } from '../domain-xml/document.ts';
import type { XmlElement } from '../domain-xml/document.ts';
import { parseDomain } from '../domain-xml/domain.ts';
import { child, children, removeLine } from '../domain-xml/elements.ts';
import { ISO, UEFI, content, domainXml, inputs, medium } from './inputs.test-support.ts';
import { planRescue } from './plan.ts';
import { RESCUE_BUSES, RESCUE_DEVICES } from './types.ts';

const PREFIX: Readonly<Record<string, string>> = {
  virtio: 'vd',
  sata: 'sd',
  scsi: 'sd',
  usb: 'sd',
  ide: 'hd',
  fdc: 'fd',
};

const disk = fc.record({
  bus: fc.constantFrom('virtio', 'sata', 'scsi', 'usb', 'ide'),
  letter: fc.integer({ min: 0, max: 25 }),
  cdrom: fc.boolean(),
  empty: fc.boolean(),
  extra: fc.constantFrom(
    '',
    '<serial>S1</serial>',
    '<iotune><total_bytes_sec>1</total_bytes_sec></iotune>',
    '<!-- note -->',
    '<x:y xmlns:x="urn:x"/>',
    '<shareable/>',
  ),
});

function diskText(
  { bus, letter, cdrom, empty, extra }: { bus: string; letter: number; cdrom: boolean; empty: boolean; extra: string },
  order: number | null,
): string {
  const optical = cdrom && bus !== 'virtio';
  const target = `${PREFIX[bus] ?? 'sd'}${String.fromCharCode(97 + letter)}`;
  const source =
    empty && optical ? '' : `<source file='/images/${target}.img'><seclabel model='dac' relabel='no'/></source>`;
  const boot = order === null ? '' : `<boot order='${order}'/>`;
  return `<disk type='file' device='${optical ? 'cdrom' : 'disk'}'>${source}<target dev='${target}' bus='${bus}'/>${boot}${extra}</disk>`;
}

const guest = fc
  .record({
    machine: fc.constantFrom('pc-i440fx-7.2', 'pc-q35-7.2'),
    uefi: fc.boolean(),
    disks: fc.uniqueArray(disk, { maxLength: 8, selector: ({ bus, letter }) => `${PREFIX[bus] ?? ''}${letter}` }),
    perDevice: fc.boolean(),
    bootDev: fc.constantFrom('', "<boot dev='hd'/>", "<boot dev='cdrom'/><boot dev='hd'/>", "<boot dev='network'/>"),
    nic: fc.boolean(),
    scsiModel: fc.constantFrom('lsilogic', 'virtio-scsi', null),
    metadata: fc.constantFrom(undefined, '<a:b xmlns:a="urn:a">text</a:b>'),
  })
  .map(({ machine, uefi, disks, perDevice, bootDev, nic, scsiModel, metadata }) => {
    const used = machine.includes('q35') ? disks.filter(({ bus }) => bus !== 'ide') : disks;
    const texts = used.map((one, index) => diskText(one, perDevice ? (index + 1) * 3 : null));
    const net = nic
      ? "<interface type='network'><mac address='52:54:00:00:00:09'/><source network='default'/></interface>"
      : '';
    const scsi = scsiModel === null ? '' : `<controller type='scsi' index='0' model='${scsiModel}'/>`;
    const firmware = uefi ? UEFI.replace("<boot dev='hd'/>", '') : '';
    const os = firmware + (perDevice && used.length > 0 ? '' : bootDev);
    return domainXml({
      machine,
      os,
      devices: texts.join('\n    ') + net + scsi,
      ...(metadata === undefined ? {} : { metadata }),
    });
  });

const request = fc.record({
  device: fc.option(fc.constantFrom(...RESCUE_DEVICES)),
  bus: fc.option(fc.constantFrom(...RESCUE_BUSES)),
  profile: fc.constantFrom('recommended', 'nova'),
  fallThrough: fc.option(fc.constantFrom('original', 'none')),
});
const someMedium = fc.constantFrom(
  medium(),
  medium({ content: ISO }),
  medium({ content: content({ kind: 'iso9660', hybrid: true }) }),
);

/** A definition without what a rescue may add or change, so that the rest can be compared. */
function rest(xml: string, added: ReadonlySet<string>): string {
  const document = parseXml(xml);
  const root = document.documentElement as XmlElement;
  const devices = child(root, 'devices');
  for (const element of children(child(root, 'os'), 'boot')) removeLine(element);
  for (const name of ['disk', 'interface'])
    for (const device of children(devices, name)) for (const boot of children(device, 'boot')) removeLine(boot);
  for (const element of children(devices, 'disk'))
    if (added.has(child(element, 'target')?.getAttribute('dev') ?? '')) removeLine(element);
  return serialiseXml(root)
    .replace(/\s*<salvor:rescue [^>]*\/>/, '')
    .replace(/<controller type="(scsi|sata|usb)" index="\d+"( model="(virtio-scsi|qemu-xhci|piix3-uhci)")?\/>/g, '')
    .replace(/\s*<metadata>\s*<\/metadata>|\s*<metadata\/>/, '')
    .replace(/>\s+</g, '><');
}

describe('every plan', () => {
  it('changes nothing of the guest’s own, and puts the rescue device first in boot order and last on its bus', () => {
    let planned = 0;
    fc.assert(
      fc.property(guest, someMedium, request, (xml, boots, { device, bus, profile, fallThrough }) => {
        const plan = planRescue(inputs({ xml, media: [boots], request: { device, bus, profile, fallThrough } }));
        expect(plan.rescueXml === null).toBe(plan.refusals.length > 0);
        if (plan.rescueXml === null || plan.rescueDevice === null) return;
        planned += 1;
        const before = parseDomain(xml);
        const after = parseDomain(plan.rescueXml);
        const { target } = plan.rescueDevice;
        // the guest's own
        expect(after.disks.map((one) => one.target).filter((name) => name !== target)).toEqual(
          before.disks.map((one) => one.target),
        );
        for (const own of before.disks) {
          const same = after.disks.find((one) => one.target === own.target);
          expect({ ...same, bootOrder: null }).toEqual({ ...own, bootOrder: null });
        }
        expect(rest(plan.rescueXml, new Set([target]))).toBe(rest(xml, new Set()));
        // boot order: the medium, then the guest's own order, unless it asked for none
        const own = bootPicks(before).map((pick) =>
          pick.device === null || 'kind' in pick.device ? (pick.device?.mac ?? null) : pick.device.target,
        );
        const now = bootPicks(after).map((pick) =>
          pick.device === null || 'kind' in pick.device ? (pick.device?.mac ?? null) : pick.device.target,
        );
        expect(now).toEqual([target, ...(plan.request.fallThrough.value === 'none' ? [] : own)]);
        expect(plan.bootAfter.map((entry) => entry.order)).toEqual(plan.bootAfter.map((_, place) => place + 1));
        // last of its bus, by libvirt's order, with an address nobody else has
        if (profile === 'recommended')
          expect(
            libvirtDiskOrder(after.disks)
              .filter((one) => one.bus === plan.rescueDevice?.bus)
              .at(-1)?.target,
          ).toBe(target);
        const places = after.disks
          .filter((one) => one.address !== null)
          .map((one) => `${one.bus} ${JSON.stringify(one.address)}`);
        expect(new Set(places).size).toBe(places.length);
      }),
      { numRuns: 3000 },
    );
    expect(planned).toBeGreaterThan(1000);
  });
});

describe('target names', () => {
  it('counts as libvirt does', () => {
    expect(['vda', 'vdz', 'vdaa', 'vdab', 'sdzz', 'vdc1', 'disk', 'vd'].map(diskNameIndex)).toEqual([
      0,
      25,
      26,
      27,
      701,
      2,
      null,
      null,
    ]);
  });
});
