/** Generated controllers: none, some, or several of different models, with holes in their indexes. */
import fc from 'fast-check';
import type { Machine } from './machine-arbitrary.test-support.ts';
import { el } from './xml-text.test-support.ts';
import type { Xml } from './xml-text.test-support.ts';

export interface ControllerRecipe {
  /** Models of scsi controllers, by remainder. */
  readonly scsi: readonly number[];
  /** One scsi controller in so many is left out, so that its index is a hole. */
  readonly hole: boolean;
  /** 0: none named, 1: `none`, else models by remainder. */
  readonly usb: readonly number[];
  readonly sata: number;
  readonly others: number;
  readonly ports: number;
}

export const controllerArbitrary: fc.Arbitrary<ControllerRecipe> = fc.record({
  scsi: fc.oneof(
    { weight: 3, arbitrary: fc.constant<readonly number[]>([]) },
    { weight: 3, arbitrary: fc.array(fc.nat(99), { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(fc.nat(99), { minLength: 2, maxLength: 4 }) },
  ),
  hole: fc.boolean(),
  usb: fc.oneof(
    { weight: 4, arbitrary: fc.constant<readonly number[]>([]) },
    { weight: 4, arbitrary: fc.array(fc.nat(99), { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(fc.nat(99), { minLength: 2, maxLength: 3 }) },
  ),
  sata: fc.nat(9),
  others: fc.nat(99),
  ports: fc.nat(30),
});

export interface GeneratedControllers {
  readonly elements: readonly Xml[];
  readonly scsi: readonly { readonly index: number; readonly wide: boolean }[];
  /** USB is switched off. */
  readonly usbNone: boolean;
}

export function controllersOf(machine: Machine, recipe: ControllerRecipe, usesUsb: boolean): GeneratedControllers {
  if (machine.bare === true)
    return { elements: [el('controller', { type: 'usb', index: 0, model: 'none' })], scsi: [], usbNone: true };
  const scsi = recipe.scsi.map((choice, place) => ({
    index: place + (recipe.hole && place > 0 ? 1 : 0),
    model: machine.scsiModels[choice % machine.scsiModels.length] ?? 'virtio-scsi',
    queues: choice % 5 === 1,
  }));
  const usbNone = !usesUsb && recipe.usb.length === 1 && (recipe.usb[0] ?? 0) % 4 === 1;
  return {
    elements: [
      ...scsi.map(({ index, model, queues }) =>
        queues && model === 'virtio-scsi'
          ? el('controller', { type: 'scsi', index, model }, el('driver', { queues: 4 }))
          : el('controller', { type: 'scsi', index, model }),
      ),
      ...(machine.buses.includes('usb') ? usbControllers(machine, recipe, usbNone) : []),
      ...(recipe.sata === 1 && machine.buses.includes('sata') ? [el('controller', { type: 'sata', index: 0 })] : []),
      ...otherControllers(machine, recipe),
    ],
    scsi: scsi.map(({ index, model }) => ({ index, wide: model === 'virtio-scsi' })),
    usbNone,
  };
}

function usbControllers(machine: Machine, { usb }: ControllerRecipe, none: boolean): Xml[] {
  if (none) return [el('controller', { type: 'usb', index: 0, model: 'none' })];
  const wanted = usb.length === 0 && !machine.usbByDefault ? [0] : usb;
  return wanted.flatMap((choice, index) => {
    const model = machine.usbModels[choice % machine.usbModels.length] ?? 'qemu-xhci';
    if (model === 'ich9') return index === 0 ? companions(index) : [];
    return [el('controller', { type: 'usb', index, model, ports: model === 'qemu-xhci' ? 8 : null })];
  });
}

/** EHCI with its three UHCI companions, on one index, as virt-manager of old made them. */
function companions(index: number): Xml[] {
  const address = (place: number, multifunction: string | null) =>
    el('address', {
      type: 'pci',
      domain: '0x0000',
      bus: '0x00',
      slot: '0x06',
      function: `0x${String(place)}`,
      multifunction,
    });
  return [
    el('controller', { type: 'usb', index, model: 'ich9-ehci1' }, address(7, null)),
    ...[0, 1, 2].map((place) =>
      el(
        'controller',
        { type: 'usb', index, model: `ich9-uhci${String(place + 1)}` },
        el('master', { startport: place * 2 }),
        address(place, place === 0 ? 'on' : null),
      ),
    ),
  ];
}

function otherControllers(machine: Machine, { others, ports }: ControllerRecipe): Xml[] {
  const found: Xml[] = [];
  if (others % 4 === 1) found.push(el('controller', { type: 'virtio-serial', index: 0, ports: 31, vectors: null }));
  if (others % 7 === 2 && machine.buses.includes('ide')) found.push(el('controller', { type: 'ide', index: 0 }));
  if (!machine.pci) return found;
  if (machine.pcie && ports > 20) {
    found.push(el('controller', { type: 'pci', index: 0, model: 'pcie-root' }));
    for (let index = 1; index <= ports - 20; index += 1)
      found.push(el('controller', { type: 'pci', index, model: 'pcie-root-port' }));
    if (ports % 3 === 0) found.push(el('controller', { type: 'pci', index: ports - 19, model: 'pcie-to-pci-bridge' }));
  }
  if (!machine.pcie && machine.arch === 'x86_64' && ports > 25) {
    found.push(el('controller', { type: 'pci', index: 0, model: 'pci-root' }));
    for (let index = 1; index <= ports - 25; index += 1)
      found.push(el('controller', { type: 'pci', index, model: 'pci-bridge' }));
  }
  return found;
}
