/**
 * Guests of every make, generated: what libvirt takes, and for the pure tests also what it would pass over. A recipe holds numbers
 * alone, so that it is made fast and shrinks well; the tree of the definition is made from it.
 */
import fc from 'fast-check';
import { controllerArbitrary, controllersOf } from './controller-arbitrary.test-support.ts';
import type { ControllerRecipe } from './controller-arbitrary.test-support.ts';
import {
  deviceArbitrary,
  hostdevElement,
  interfaceElement,
  otherElements,
  redirdevElement,
} from './device-arbitrary.test-support.ts';
import type { DeviceRecipe } from './device-arbitrary.test-support.ts';
import { diskArbitrary, diskElement } from './disk-arbitrary.test-support.ts';
import type { DiskRecipe } from './disk-arbitrary.test-support.ts';
import { firmwareOf, machineArbitrary, osArbitrary, osElement } from './machine-arbitrary.test-support.ts';
import type { Bus, Machine, OsRecipe } from './machine-arbitrary.test-support.ts';
import { newTaken } from './taken.test-support.ts';
import { el, writeXml } from './xml-text.test-support.ts';
import type { Noise, Xml } from './xml-text.test-support.ts';

export interface DomainRecipe {
  readonly machine: Machine;
  readonly os: OsRecipe;
  readonly controllers: ControllerRecipe;
  readonly disks: readonly DiskRecipe[];
  readonly interfaces: readonly DeviceRecipe[];
  readonly hostdevs: readonly DeviceRecipe[];
  readonly redirdevs: readonly DeviceRecipe[];
  readonly others: readonly DeviceRecipe[];
  /** Devices carry orders, with gaps, instead of <boot dev>. */
  readonly perDevice: boolean;
  /** A bus to be filled up, and by how many disks. */
  readonly fill: { readonly bus: number; readonly count: number } | null;
  readonly top: number;
}

export interface DomainOptions {
  readonly machines?: readonly Machine[];
  /** Comments, foreign elements, CDATA, entities …; never for a real libvirt, which refuses or drops some of it. */
  readonly noise: boolean;
}

export interface GeneratedDomain {
  readonly xml: string;
  readonly machine: Machine;
}

const FEW = { maxLength: 2 } as const;

export function recipeArbitrary(machines?: readonly Machine[]): fc.Arbitrary<DomainRecipe> {
  const some = (most: number): fc.Arbitrary<DeviceRecipe[]> =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constant<DeviceRecipe[]>([]) },
      { weight: 2, arbitrary: fc.array(deviceArbitrary, { minLength: 1, maxLength: most }) },
    );
  return fc.record({
    machine: machineArbitrary(machines),
    os: osArbitrary,
    controllers: controllerArbitrary,
    disks: fc.oneof(
      { weight: 8, arbitrary: fc.array(diskArbitrary, { maxLength: 5 }) },
      { weight: 1, arbitrary: fc.array(diskArbitrary, { minLength: 6, maxLength: 14 }) },
    ),
    interfaces: fc.array(deviceArbitrary, FEW),
    hostdevs: some(2),
    redirdevs: some(2),
    others: fc.array(deviceArbitrary, { maxLength: 4 }),
    perDevice: fc.boolean(),
    fill: fc.oneof(
      { weight: 12, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.record({ bus: fc.nat(99), count: fc.constantFrom(2, 4, 6, 7, 12, 28, 32) }) },
    ),
    top: fc.nat(9_999),
  });
}

/** A guest: its definition as text. */
export function domainArbitrary({ machines, noise }: DomainOptions): fc.Arbitrary<GeneratedDomain> {
  const noises: fc.Arbitrary<Noise> = noise
    ? fc.oneof(
        { weight: 1, arbitrary: fc.constant<Noise>([]) },
        { weight: 1, arbitrary: fc.array(fc.nat(9_999), { minLength: 3, maxLength: 13 }) },
      )
    : fc.constant<Noise>([]);
  return fc.tuple(recipeArbitrary(machines), noises).map(([recipe, choices]) => ({
    xml: writeXml(domainElement(recipe), choices),
    machine: recipe.machine,
  }));
}

/** Recipes that fill a bus: plain disks of it, one letter after the other. */
function filling({ fill }: DomainRecipe): DiskRecipe[] {
  if (fill === null) return [];
  return Array.from({ length: fill.count }, (_, place) => ({
    bus: fill.bus,
    kind: 1,
    source: 0,
    variant: place,
    name: place,
    extras: 1,
    address: 2,
    order: 1 + place,
  }));
}

/** Orders of the devices that have one: distinct, from 1, with gaps. */
function newOrders(perDevice: boolean): (choice: number) => number | null {
  const used = new Set<number>();
  return (choice) => {
    if (!perDevice || choice % 3 === 0) return null;
    let order = 1 + (choice % 40);
    while (used.has(order)) order += 1;
    used.add(order);
    return order;
  };
}

export function domainElement(recipe: DomainRecipe): Xml {
  const { machine } = recipe;
  const usesUsb =
    recipe.redirdevs.length > 0 ||
    recipe.others.length > 0 ||
    recipe.hostdevs.length > 0 ||
    recipe.disks.some(({ bus }) => busOf(machine, bus) === 'usb') ||
    (recipe.fill !== null && busOf(machine, recipe.fill.bus) === 'usb');
  const controllers = controllersOf(machine, recipe.controllers, usesUsb);
  const taken = newTaken(machine, controllers.scsi);
  const order = newOrders(recipe.perDevice);
  const hasUsb = machine.buses.includes('usb') && !controllers.usbNone;
  const devices = [
    ...[...recipe.disks, ...filling(recipe)].map((disk) => diskElement(machine, disk, taken, order(disk.order))),
    ...controllers.elements,
    ...(machine.bare === true ? [] : recipe.interfaces).map((device) =>
      interfaceElement(machine, device, taken, order(device.order)),
    ),
    ...(machine.bare === true ? [] : recipe.hostdevs).map((device) =>
      hostdevElement(machine, device, taken, order(device.order)),
    ),
    ...(hasUsb ? recipe.redirdevs.map((device) => redirdevElement(device, order(device.order))) : []),
    ...otherElements(machine, recipe.others, taken),
  ].filter((device) => device !== null);
  const ordered = devices.some(({ content }) =>
    content.some((item) => typeof item === 'object' && item?.name === 'boot'),
  );
  return el(
    'domain',
    { type: 'qemu' },
    el(
      'name',
      {},
      recipe.top % 17 === 3 ? `it's "odd" & <strange> ${String(recipe.top)}` : `guest-${String(recipe.top)}`,
    ),
    el('uuid', {}, '3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01'),
    ...topElements(recipe, devices),
    osElement(machine, recipe.os, ordered),
    ...lowerElements(recipe),
    el('devices', {}, recipe.top % 5 === 0 ? null : el('emulator', {}, machine.emulator), ...devices),
  );
}

function busOf(machine: Machine, choice: number): Bus | undefined {
  return machine.buses[choice % machine.buses.length];
}

function topElements({ top }: DomainRecipe, devices: readonly Xml[]): Xml[] {
  const found: Xml[] = [];
  if (top % 4 === 1) found.push(el('title', {}, 'A title, <b>bold</b>'));
  if (top % 6 === 1) found.push(el('description', {}, 'two\nlines'));
  if (top % 5 === 1) {
    const nova = el(
      'nova:instance',
      { 'xmlns:nova': 'http://openstack.org/xmlns/libvirt/nova/1.1' },
      el('nova:name', {}, 'vm'),
    );
    found.push(
      top % 2 === 0 ? el('metadata', {}, nova) : el('metadata', {}, el('a:b', { 'xmlns:a': 'urn:a' }, 'text')),
    );
  }
  found.push(el('memory', { unit: 'MiB' }, '64'), el('vcpu', { placement: 'static' }, '1'));
  // vhost-user needs memory that can be shared.
  if (devices.some(({ attributes }) => attributes['type'] === 'vhostuser'))
    found.push(el('memoryBacking', {}, el('source', { type: 'memfd' }), el('access', { mode: 'shared' })));
  return found;
}

function lowerElements({ machine, os, top }: DomainRecipe): Xml[] {
  const uefi = firmwareOf(machine, os) !== 'bios';
  const found: Xml[] = [];
  if (uefi || (machine.acpi === 'yes' && top % 3 === 0)) found.push(el('features', {}, el('acpi')));
  if (top % 7 === 1) found.push(el('clock', { offset: 'utc' }));
  if (top % 8 === 1)
    found.push(el('on_poweroff', {}, 'destroy'), el('on_reboot', {}, 'restart'), el('on_crash', {}, 'destroy'));
  if (top % 16 === 2) found.push(el('on_reboot', {}, 'destroy'));
  return found;
}
