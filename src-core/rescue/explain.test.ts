/** Each choice says who decided and why, in the order of authority: request, property, remembered, the profile's rule. */
import { describe, expect, it } from 'vitest';
import { ISO, ROOT_DISK, diskXml, domainXml, inputs, medium } from './inputs.test-support.ts';
import type { InputParts } from './inputs.test-support.ts';
import { explainPlan } from './explain.ts';
import type { Explained } from './explain.ts';
import { planRescue } from './plan.ts';

const q35 = 'pc-q35-7.2';
const usbOff = "<controller type='usb' model='none'/>";
const lsi = "<controller type='scsi' index='0' model='lsilogic'/>";
const last = { device: 'disk', bus: 'sata' };

function explained(parts: InputParts, choice: Explained, at = 1) {
  const found = explainPlan(planRescue(inputs(parts)))[at]?.choices.find((one) => one.choice === choice);
  return found === undefined ? null : [found.value, found.from, found.why.code];
}

const AUTHORITY: readonly (readonly [string, InputParts, Explained, readonly unknown[]])[] = [
  [
    'the request before a property',
    { media: [medium({ properties: { hw_rescue_bus: 'scsi' }, remembered: last })], request: { bus: 'virtio' } },
    'bus',
    ['virtio', 'request', 'why-request'],
  ],
  [
    'a property before what is remembered',
    { media: [medium({ properties: { hw_rescue_bus: 'scsi' }, remembered: last })] },
    'bus',
    ['scsi', 'property', 'why-property'],
  ],
  [
    'what is remembered before the default of the bus',
    { media: [medium({ remembered: last })] },
    'bus',
    ['sata', 'remembered', 'why-remembered'],
  ],
  [
    'what is remembered before the default of the device',
    { media: [medium({ content: ISO, remembered: last })] },
    'device',
    ['disk', 'remembered', 'why-remembered'],
  ],
  [
    'a bus is not remembered for another device',
    { media: [medium({ remembered: last })], request: { device: 'cdrom' } },
    'bus',
    ['ide', 'profile', 'why-bus-cdrom'],
  ],
  [
    'a bus that this guest has not is not remembered',
    {
      xml: domainXml({ devices: ROOT_DISK + usbOff }),
      media: [medium({ remembered: { device: 'disk', bus: 'usb' } })],
    },
    'bus',
    ['virtio', 'capability', 'why-bus-root'],
  ],
  ['the default of the profile', { media: [medium({ remembered: null })] }, 'bus', ['usb', 'profile', 'why-bus-usb']],
  [
    'what the guest leaves of the default',
    { xml: domainXml({ devices: ROOT_DISK + usbOff }) },
    'bus',
    ['virtio', 'capability', 'why-bus-root'],
  ],
  [
    'nothing known of the medium',
    { media: [medium({ content: null, format: null })] },
    'device',
    ['disk', 'profile', 'why-device-unknown'],
  ],
  ['the medium itself', { media: [medium({ content: ISO })] }, 'device', ['cdrom', 'medium', 'why-device-iso']],
];

describe('order of authority', () => {
  it.each(AUTHORITY)('%s', (_title, parts, choice, expected) => {
    expect(explained(parts, choice)).toEqual(expected);
  });
});

const PLACES: readonly (readonly [string, InputParts, Explained, readonly unknown[] | null])[] = [
  ['the target', {}, 'target', ['sda', 'profile', 'why-target-next']],
  ['the target, by Nova', { request: { profile: 'nova' } }, 'target', ['vdb', 'profile', 'why-target-free']],
  ['a place of libvirt’s', {}, 'address', [null, 'profile', 'why-address-libvirt']],
  [
    'a place of ours',
    { xml: domainXml({ machine: q35 }), media: [medium({ content: ISO })] },
    'address',
    ['drive 0:0:0:0', 'profile', 'why-address-free'],
  ],
  [
    'no controller where the guest has one',
    { xml: domainXml({ devices: ROOT_DISK + "<controller type='usb' index='0' model='qemu-xhci'/>" }) },
    'controller',
    null,
  ],
  [
    'the model of a scsi controller',
    { xml: domainXml({ devices: ROOT_DISK + lsi }), request: { bus: 'scsi' } },
    'controller',
    ['scsi controller 1 (virtio-scsi)', 'capability', 'why-controller-scsi'],
  ],
  [
    'a controller where there is none',
    { request: { bus: 'scsi' } },
    'controller',
    ['scsi controller 0 (virtio-scsi)', 'capability', 'why-controller-none'],
  ],
  ['the format of an ISO', { media: [medium({ content: ISO })] }, 'format', ['raw', 'medium', 'why-format-iso']],
  [
    'a format that storage tells',
    { media: [medium({ content: null, format: 'qcow2' })] },
    'format',
    ['qcow2', 'capability', 'why-format-told'],
  ],
  [
    'a format that nobody tells',
    { media: [medium({ content: null, format: null })] },
    'format',
    ['raw', 'profile', 'why-format-unknown'],
  ],
  ['the place in the boot order', {}, 'order', ['1', 'request', 'why-order-first']],
];

describe('where a medium goes', () => {
  it.each(PLACES)('%s', (_title, parts, choice, expected) => {
    expect(explained(parts, choice)).toEqual(expected);
  });

  it('a further medium has reasons of its own', () => {
    const iso = medium({
      spec: { kind: 'path', path: '/media/drivers.iso' },
      source: { type: 'file', file: '/media/drivers.iso' },
      content: ISO,
    });
    const parts: InputParts = {
      xml: domainXml({ machine: q35, devices: diskXml('sda', 'sata') }),
      media: [medium(), iso],
      request: { media: [medium().spec, iso.spec] },
    };
    expect(explained(parts, 'order', 2)).toEqual([null, 'request', 'why-order-none']);
    expect(explained(parts, 'device', 2)).toEqual(['cdrom', 'medium', 'why-device-iso']);
    expect(explained(parts, 'target', 2)).toEqual(['sdb', 'profile', 'why-target-next']);
  });

  it('a refused bus still says who asked for it', () => {
    expect(explained({ request: { bus: 'fdc' } }, 'bus')).toEqual(['fdc', 'request', 'why-request']);
  });
});

describe('the kind of session', () => {
  const kind = (parts: InputParts) => explained(parts, 'session', 0);
  it('asked for', () => {
    expect(kind({ request: { session: 'until-ended' } })).toEqual(['until-ended', 'request', 'why-request']);
  });
  it('left to the plan', () => {
    expect(kind({ request: { session: null } })).toEqual(['one-shot', 'profile', 'why-session-one-shot']);
  });
  it('of a transient guest', () => {
    const parts: InputParts = {
      domain: { persistent: false },
      request: { session: 'one-shot', transientConsent: true },
    };
    expect(kind(parts)).toEqual(['until-ended', 'capability', 'why-session-transient']);
  });
});

describe('files of a session', () => {
  it('an overlay is named as libvirt will name it', () => {
    const plan = planRescue(inputs({ request: { bus: 'virtio' } }));
    const [overlay, ...more] = plan.files;
    expect(more).toEqual([]);
    expect(overlay?.path).toMatch(/\.TRANSIENT-/);
    expect(overlay?.what.code).toBe('file-overlay');
  });
  it('none for a cdrom, none for direct writes, none where refused', () => {
    expect(planRescue(inputs({ media: [medium({ content: ISO })] })).files).toEqual([]);
    expect(planRescue(inputs({ request: { writes: 'direct' } })).files).toEqual([]);
    expect(planRescue(inputs({ request: { bus: 'fdc' } })).files).toEqual([]);
  });
});
