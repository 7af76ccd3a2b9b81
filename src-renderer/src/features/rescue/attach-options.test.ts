import { expect, test } from 'vitest';
import { refusal } from '../../../../src-core/rescue/findings.ts';
import { RESCUE_BUSES, RESCUE_DEVICES } from '../../../../src-core/rescue/types.ts';
import type { AttachChoice } from '../../../../src-core/rescue/plan-types.ts';
import { busFor, busOptions, deviceOptions } from './attach-options.ts';

const noFit = refusal('device-bus-fit', null);
const noFloppy = refusal('never-boots-floppy', null);
const full = refusal('bus-full', 'sata');

/** A UEFI guest whose sata bus is full. */
const choices: AttachChoice[] = RESCUE_DEVICES.flatMap((device) =>
  RESCUE_BUSES.map((bus): AttachChoice => {
    const fits = (bus === 'fdc') === (device === 'floppy');
    const refusals = [
      ...(fits ? [] : [noFit]),
      ...(device === 'floppy' ? [noFloppy] : []),
      ...(bus === 'sata' ? [full] : []),
    ];
    return { device, bus, possible: refusals.length === 0, refusals };
  }),
);

test('a device is impossible only where every bus is, and says the reason that is its own', () => {
  expect(deviceOptions(choices)).toEqual([
    { value: 'disk', reason: null },
    { value: 'cdrom', reason: null },
    { value: 'floppy', reason: noFloppy },
  ]);
});

test('the reason of a device is the one that all of its buses share', () => {
  const format = refusal('medium-format', 'rescue.qcow2');
  const usb = refusal('never-boots-usb-cdrom', 'usb');
  const qcow2 = choices.map((choice): AttachChoice => {
    if (choice.device !== 'cdrom') return choice;
    return {
      ...choice,
      possible: false,
      refusals: [...choice.refusals, ...(choice.bus === 'usb' ? [usb] : []), format],
    };
  });
  expect(deviceOptions(qcow2)[1]).toEqual({ value: 'cdrom', reason: format });
});

test('each bus says why it is impossible for this device', () => {
  const reasons = Object.fromEntries(busOptions(choices, 'disk').map((option) => [option.value, option.reason]));
  expect(reasons).toEqual({ usb: null, virtio: null, scsi: null, sata: full, ide: null, fdc: noFit });
});

test('nothing is impossible before anything is known', () => {
  expect(deviceOptions([]).every((option) => option.reason === null)).toBe(true);
  expect(busOptions([], null).every((option) => option.reason === null)).toBe(true);
});

test('a chosen bus stays with another device only where that can sit on it', () => {
  expect(busFor(choices, 'disk', 'usb')).toBe('usb');
  expect(busFor(choices, 'disk', 'fdc')).toBeNull();
  expect(busFor(choices, null, 'usb')).toBe('usb');
  expect(busFor(choices, 'disk', null)).toBeNull();
});
