/**
 * One device on one bus of a guest, planned and then tried on a real libvirt: what the plan says can be done, libvirt must define and QEMU
 * must start with; what the plan says cannot be done, one of them must refuse.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from 'node-libvirt';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { parseDomainCapabilities } from '../../src-core/host/domain-capabilities.ts';
import { ISO, content, inputs, medium } from '../../src-core/rescue/inputs.test-support.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import type { RescuePlan } from '../../src-core/rescue/plan-types.ts';
import type { HostFacts, RescueInputs } from '../../src-core/rescue/types.ts';
import { attributeOf, devicesOf, lineOf, own } from '../testbed/definition-tree.ts';
import { deviceKeys, nativeOrder } from '../testbed/native-order.ts';
import { guestXml } from './machine-guests.ts';
import type { MachineGuest } from './machine-guests.ts';

/** VIR_DOMAIN_DEFINE_VALIDATE */
const DEFINE_VALIDATE = 1;
/** VIR_DOMAIN_START_PAUSED | VIR_DOMAIN_START_VALIDATE */
const START = 1 | 16;
/** VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_INACTIVE */
const DEFINITION = 3;
/** VIR_DOMAIN_UNDEFINE_NVRAM */
const UNDEFINE = 4;

/** Where trials are made: a connection, and a folder with images that its QEMU can open. */
export interface TrialHost {
  readonly connection: Connection;
  readonly dir: string;
}

export async function openTrials(uri: string, dir: string): Promise<TrialHost> {
  await mkdir(dir, { recursive: true });
  for (const name of ['root.img', 'medium.img', 'probe.img']) await writeFile(join(dir, name), Buffer.alloc(1 << 20));
  for (const name of ['floppy.img', 'medium-floppy.img', 'probe-floppy.img'])
    await writeFile(join(dir, name), Buffer.alloc(1440 * 1024));
  return { connection: await Connection.open(uri), dir };
}

/** A guest as libvirt wrote it down, and what its host says of such machines. */
export interface DefinedGuest {
  readonly name: string;
  readonly definition: string;
  readonly host: Pick<HostFacts, 'libvirtVersion' | 'hypervisorVersion' | 'domainCapabilities'>;
}

export async function defineMachine({ connection, dir }: TrialHost, guest: MachineGuest): Promise<DefinedGuest> {
  const name = `m-${guest.name.replace(/\W+/g, '-')}`;
  // Twice: libvirt sorts the controllers that it adds by itself only when it reads them again.
  const first = await connection.defineDomainXML(guestXml(guest, name, dir), DEFINE_VALIDATE);
  const again = await connection.defineDomainXML(await first.xmlDesc(DEFINITION), DEFINE_VALIDATE);
  const definition = await again.xmlDesc(DEFINITION);
  const { arch, machine, emulator, type } = parseDomain(definition);
  const capabilities = await connection.domainCapabilities({ emulatorbin: emulator, arch, machine, virttype: type });
  return {
    name,
    definition,
    host: {
      libvirtVersion: await connection.libVersion(),
      hypervisorVersion: await connection.version(),
      domainCapabilities: parseDomainCapabilities(capabilities),
    },
  };
}

export async function forgetMachine({ connection }: TrialHost, { name }: DefinedGuest): Promise<void> {
  await (await connection.lookupDomainByName(name)).undefine(UNDEFINE);
}

export function trialInputs(
  { dir }: TrialHost,
  guest: DefinedGuest,
  device: string,
  bus: string,
  image: string,
): RescueInputs {
  const file = join(dir, image);
  const plain = medium();
  const spec = { kind: 'path', path: file } as const;
  return inputs({
    xml: guest.definition,
    domain: { state: 'shutoff' },
    host: guest.host,
    media: [{ ...plain, spec, source: { type: 'file', file }, content: device === 'cdrom' ? ISO : content() }],
    request: { device, bus },
  });
}

/** What became of one device on one bus. `problem`: where plan and libvirt disagree; null: they agree. */
export interface Trial {
  readonly planned: boolean;
  /** The code of the refusal, or null. */
  readonly code: string | null;
  readonly problem: string | null;
}

export async function tryDevice(host: TrialHost, guest: DefinedGuest, device: string, bus: string): Promise<Trial> {
  const image = device === 'floppy' ? 'medium-floppy.img' : 'medium.img';
  const asked = trialInputs(host, guest, device, bus, image);
  // What the firmware of a machine makes of a medium is another question: tried in machine-boots.
  const lacksFirmware = ['none', 'u-boot'].includes(parseDomain(guest.definition).firmware);
  const request = { ...asked.request, allowUnbootable: lacksFirmware };
  const plan = planRescue({ ...asked, request });
  if (plan.rescueXml === null) {
    const code = plan.refusals[0]?.code ?? 'no refusal';
    const probe = join(host.dir, device === 'floppy' ? 'probe-floppy.img' : 'probe.img');
    const refused = await startProblem(host, guest, withPlainDevice(guest.definition, device, bus, probe));
    return { planned: false, code, problem: refused === null ? `refused with ${code}, and QEMU starts with it` : null };
  }
  return { planned: true, code: null, problem: await planProblem(host, guest, plan, plan.rescueXml) };
}

async function planProblem(
  host: TrialHost,
  guest: DefinedGuest,
  plan: RescuePlan,
  rescueXml: string,
): Promise<string | null> {
  try {
    const defined = await host.connection.defineDomainXML(rescueXml, DEFINE_VALIDATE);
    const seen = await defined.xmlDesc(DEFINITION);
    await host.connection.defineDomainXML(guest.definition, DEFINE_VALIDATE);
    const moved = movedDevices(guest.definition, seen);
    if (moved.length > 0) return `moved: ${moved.join()}`;
    // A shared overlay is plugged in before the guest's first instruction, and so is on no command line.
    const shown = seen.replace(/<transient shareBacking='yes'\/>/, '');
    const [first] = nativeOrder(await host.connection.domainXMLToNative('qemu-argv', shown));
    const rescue = deviceKeys(shown).byTarget.get(plan.rescueDevice?.target ?? '');
    if (first === undefined || first !== rescue)
      return `first in QEMU's boot order is ${String(first)}, not ${String(rescue)}`;
  } catch (error) {
    return `libvirt refuses it: ${String(error)}`;
  }
  const problem = await startProblem(host, guest, rescueXml);
  return problem === null ? null : `QEMU does not start with it: ${problem}`;
}

/** Devices of the guest's own that are not there any more as they were, <boot> aside. */
function movedDevices(before: string, after: string): string[] {
  const lines = (xml: string) =>
    own(devicesOf(xml)).map((device) => lineOf(device, (node) => node.nodeName === 'boot'));
  const left = lines(after);
  return lines(before).filter((line) => !left.includes(line));
}

/** Start it paused: libvirt and QEMU both take it, and no guest code runs. What they say, or null. */
async function startProblem({ connection }: TrialHost, guest: DefinedGuest, xml: string): Promise<string | null> {
  try {
    await (await connection.createDomainXML(xml, START)).destroy();
    return null;
  } catch (error) {
    const domain = await connection.lookupDomainByName(guest.name);
    if (await domain.isActive()) await domain.destroy();
    return String(error);
  }
}

/** The guest with a drive as an administrator would write it, with the controller that the bus needs. */
function withPlainDevice(definition: string, device: string, bus: string, image: string): string {
  const prefix = { ide: 'hd', fdc: 'fd', virtio: 'vd' }[bus] ?? 'sd';
  const controllers = own(devicesOf(definition), 'controller');
  const needs = (type: string) => bus === type && !controllers.some((one) => attributeOf(one, 'type') === type);
  const usb = needs('usb') ? "<controller type='usb' index='0' model='qemu-xhci'/>" : '';
  const scsi = needs('scsi') ? "<controller type='scsi' index='0' model='virtio-scsi'/>" : '';
  const drive = `<disk type='file' device='${device}'><driver name='qemu' type='raw'/><source file='${image}'/><target dev='${prefix}b' bus='${bus}'/></disk>`;
  return definition.replace('</devices>', `${usb}${scsi}${drive}</devices>`);
}
