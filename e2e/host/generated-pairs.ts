/**
 * Generated guests on a real libvirt: each is defined, planned for, and its rescue definition given to libvirt; what libvirt makes of it is
 * compared with what it made of the guest, and the boot order that QEMU would get with what the plan says.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { Connection } from 'node-libvirt';
import { effectiveBootOrder } from '../../src-core/boot/effective-order.ts';
import type { BootEntry } from '../../src-core/boot/effective-order.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { parseDomainCapabilities } from '../../src-core/host/domain-capabilities.ts';
import type { DomainCapabilities } from '../../src-core/host/domain-capabilities.ts';
import { domainArbitrary } from '../../src-core/rescue/domain-arbitrary.test-support.ts';
import { planProblems } from '../../src-core/rescue/plan-check.test-support.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import { recoverDefinition } from '../../src-core/rescue/record.ts';
import { generatedInputs, requestArbitrary } from '../../src-core/rescue/request-arbitrary.test-support.ts';
import type { GeneratedRequest } from '../../src-core/rescue/request-arbitrary.test-support.ts';
import { KNOWN } from '../../src-core/rescue/source-arbitrary.test-support.ts';
import type { RescuePlan } from '../../src-core/rescue/plan-types.ts';
import { attributeOf, own, rootOf } from '../testbed/definition-tree.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { deviceKeys, nativeOrder } from '../testbed/native-order.ts';
import { differences } from './pair-differences.ts';

/** VIR_DOMAIN_DEFINE_VALIDATE */
const VALIDATE = 1;
/** VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_INACTIVE */
const DEFINITION = 3;

export interface Counts {
  guests: number;
  /** Guests that libvirt refused: they prove nothing, and must be few. */
  unfit: number;
  /** Plans whose rescue definition libvirt took. */
  pairs: number;
  refused: number;
  /** Boot orders compared with the bootindex list. */
  orders: number;
  /** Recovery records that gave the definition back, from what libvirt made of them. */
  records: number;
  /** Refusals of room and fit that libvirt was asked about. */
  confirmed: number;
  readonly reasons: Map<string, number>;
}

export function newCounts(): Counts {
  return { guests: 0, unfit: 0, pairs: 0, refused: 0, orders: 0, records: 0, confirmed: 0, reasons: new Map() };
}

/** What generated guests name: a pool with volumes, and secrets with values. */
export async function prepareHost(host: Hypervisor): Promise<void> {
  const folder = join(host.dir, KNOWN.pool);
  await mkdir(folder);
  for (const volume of KNOWN.volumes) await writeFile(join(folder, volume), Buffer.alloc(65_536));
  const connection = await Connection.open(host.uri);
  const pool = await connection.defineStoragePoolXML(
    `<pool type='dir'><name>${KNOWN.pool}</name><target><path>${folder}</path></target></pool>`,
  );
  await pool.create();
  const usages = {
    luks: "<usage type='volume'><volume>/images/luks.img</volume></usage>",
    ceph: "<usage type='ceph'><name>admin</name></usage>",
    iscsi: "<usage type='iscsi'><target>san</target></usage>",
  };
  for (const name of ['luks', 'ceph', 'iscsi'] as const) {
    const uuid = KNOWN.secrets[name];
    const secret = await connection.defineSecretXML(`<secret><uuid>${uuid}</uuid>${usages[name]}</secret>`);
    await secret.setValue(Buffer.from('a secret'));
  }
  await connection.close();
}

export interface Bench {
  readonly connection: Connection;
  readonly libvirtVersion: number;
  readonly hypervisorVersion: number;
  readonly capabilities: Map<string, Promise<DomainCapabilities | null>>;
  /**
   * libvirt loses the <boot order> of interfaces on the way to the command line that it shows (9.0 to 12.8; 7.0 did not). It keeps it on
   * the one that it starts: generated.test.ts looks at that one.
   */
  readonly losesInterfaces: boolean;
  /** Of this bench's domain: benches that share a host work on domains of their own. */
  readonly name: string;
  readonly uuid: string;
}

const WITH_INTERFACE = `<domain type='qemu'><name>generated-probe</name><memory>65536</memory><os><type arch='x86_64'>hvm</type></os>
  <devices><interface type='user'><boot order='1'/></interface></devices></domain>`;

export async function openBench(uri: string, place: number): Promise<Bench> {
  const connection = await Connection.open(uri);
  return {
    connection,
    libvirtVersion: await connection.libVersion(),
    hypervisorVersion: await connection.version(),
    capabilities: new Map(),
    losesInterfaces: nativeOrder(await connection.domainXMLToNative('qemu-argv', WITH_INTERFACE)).length === 0,
    name: `generated-${String(place)}`,
    uuid: `3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a${String(place).padStart(2, '0')}`,
  };
}

/** A guest and what is asked for it. */
export interface Case {
  readonly xml: string;
  readonly requests: readonly GeneratedRequest[];
}

/** The same seed gives the same cases. */
export function generatedCases(seed: number, guests: number): Case[] {
  const one = fc.record({
    xml: domainArbitrary({ noise: false }).map(({ xml }) => xml),
    requests: fc.array(requestArbitrary, { minLength: 3, maxLength: 4 }),
  });
  return fc.sample(one, { seed, numRuns: guests });
}

const note = (counts: Counts, reason: string) => counts.reasons.set(reason, (counts.reasons.get(reason) ?? 0) + 1);

/** Check one guest with all its requests; throws, with all that is needed to look at it, where something does not hold. */
export async function checkCase(bench: Bench, { xml, requests }: Case, counts: Counts): Promise<void> {
  counts.guests += 1;
  const base = await baseOf(bench, xml);
  if (base.definition === null) {
    counts.unfit += 1;
    note(counts, `guest not taken: ${base.problem}`);
    return;
  }
  const { definition } = base;
  const before = await orderOf(bench, definition, counts);
  if (before !== null) {
    compare(
      'the effective boot order',
      keysOf(bench, effectiveBootOrder(parseDomain(definition)), definition),
      before,
      definition,
    );
    counts.orders += 1;
  }
  for (const request of requests) {
    const capabilities = await capabilitiesOf(bench, definition);
    const { libvirtVersion, hypervisorVersion } = bench;
    const host = { libvirtVersion, hypervisorVersion, domainCapabilities: capabilities, secrets: null };
    const inputs = generatedInputs(definition, request, { host, domain: { state: 'shutoff' } });
    const plan = planRescue(inputs);
    const problems = planProblems(inputs, plan);
    if (problems.length > 0) throw failure(problems.join('; '), definition, plan);
    if (plan.rescueXml === null) {
      counts.refused += 1;
      await confirmRefusal(bench, definition, plan, counts);
    } else {
      await checkPlan(bench, definition, plan, before, counts);
      counts.pairs += 1;
    }
  }
  const restored = await define(bench, definition);
  if (restored !== definition)
    throw failure('the original definition did not come back byte for byte', definition, null);
}

/**
 * What libvirt makes of a guest, as it stays: defined twice, because libvirt sorts the controllers that it adds by itself only
 * when it reads them again, as it does at its next start.
 */
async function baseOf(bench: Bench, xml: string) {
  const named = xml
    .replace(/<name>[^<]*<\/name>/, (name) =>
      name.includes('strange')
        ? `<name>it's "odd" &amp; &lt;strange&gt; ${bench.name}</name>`
        : `<name>${bench.name}</name>`,
    )
    .replace(/<uuid>[^<]*<\/uuid>/, `<uuid>${bench.uuid}</uuid>`);
  try {
    await forget(bench);
    return { definition: await define(bench, await define(bench, named)) };
  } catch (error) {
    return { definition: null, problem: messageOf(error).replace(/\d+/g, 'N') };
  }
}

async function forget({ connection, uuid }: Bench): Promise<void> {
  const domain = await connection.lookupDomainByUUID(uuid).catch(() => null);
  // VIR_DOMAIN_UNDEFINE_KEEP_NVRAM
  await domain?.undefine(8);
}

async function define({ connection }: Bench, xml: string): Promise<string> {
  return (await connection.defineDomainXML(xml, VALIDATE)).xmlDesc(DEFINITION);
}

function capabilitiesOf(bench: Bench, definition: string): Promise<DomainCapabilities | null> {
  const { arch, machine, emulator, type } = parseDomain(definition);
  const key = `${arch} ${machine}`;
  const asked =
    bench.capabilities.get(key) ??
    bench.connection
      .domainCapabilities({ emulatorbin: emulator, arch, machine, virttype: type })
      .then(parseDomainCapabilities);
  bench.capabilities.set(key, asked);
  return asked;
}

/**
 * The bootindex list of a definition; null where libvirt cannot say. It dies of an interface on a host device (9.0), and wants to
 * see some host devices plugged in.
 */
async function orderOf({ connection }: Bench, definition: string, counts: Counts): Promise<string[] | null> {
  const root = rootOf(definition);
  if (own(own(root, 'devices')[0], 'interface').some((device) => attributeOf(device, 'type') === 'hostdev'))
    return null;
  try {
    // A shared overlay is plugged in before the guest's first instruction, and so on no command line.
    const asked = definition.replaceAll(/<transient shareBacking='yes'\/>|<alias name='ua-net-\d+'\/>/g, '');
    return nativeOrder(await connection.domainXMLToNative('qemu-argv', asked));
  } catch (error) {
    note(counts, `no command line: ${messageOf(error).replace(/\d+/g, 'N')}`);
    return null;
  }
}

/** The keys of an order that Salvor tells, as far as libvirt shows it; its kernel is no device. */
function keysOf({ losesInterfaces }: Bench, order: readonly BootEntry[], definition: string): string[] {
  const { byTarget, byPlace } = deviceKeys(definition);
  const isLost = losesInterfaces && own(own(rootOf(definition), 'os')[0], 'boot').length === 0;
  return order
    .filter(({ kind }) => kind !== 'kernel' && !(isLost && kind === 'interface'))
    .map(({ kind, target, index }) => {
      const isDisk = kind === 'disk' || kind === 'cdrom' || kind === 'floppy';
      return (isDisk ? byTarget.get(target ?? '') : byPlace.get(`${kind} ${String(index)}`)) ?? `unknown ${kind}`;
    });
}

async function checkPlan(
  bench: Bench,
  definition: string,
  plan: RescuePlan,
  before: readonly string[] | null,
  counts: Counts,
) {
  const rescueXml = plan.rescueXml ?? '';
  let rescue: string;
  try {
    rescue = await define(bench, rescueXml);
  } catch (error) {
    throw failure(`libvirt refuses the rescue definition: ${messageOf(error)}`, definition, plan);
  }
  const problems = differences(definition, rescue, plan);
  if (problems.length > 0) throw failure(problems.join('; '), definition, plan, rescue);
  if (plan.request.session.value === 'until-ended') {
    const { definitionXml, problem } = recoverDefinition(rescue);
    if (definitionXml !== definition)
      throw failure(`the record gives another definition back: ${problem ?? 'it differs'}`, definition, plan, rescue);
    counts.records += 1;
  }
  if (before === null) return;
  const after = await orderOf(bench, rescue, counts);
  if (after === null) return;
  compare('the boot order of the rescue', keysOf(bench, plan.bootAfter, rescue), after, rescue);
  // Behind a kernel, libvirt boots a disk that rides along where the guest had nothing that boots.
  const rest = plan.rescueDevice === null ? after.filter((key) => !key.startsWith('ua-salvor-')) : after.slice(1);
  const isNone = plan.rescueDevice !== null && plan.request.fallThrough.value === 'none';
  const isLost = bench.losesInterfaces && own(own(rootOf(rescue), 'os')[0], 'boot').length === 0;
  const kept = before.filter((key) => !isLost || !key.startsWith('net'));
  compare('what follows', rest, isNone ? [] : kept, rescue);
  counts.orders += 1;
}

function compare(what: string, ours: readonly string[], libvirts: readonly string[], xml: string): void {
  if (ours.join() !== libvirts.join())
    throw new Error(`${what}: Salvor says [${ours.join(', ')}], libvirt [${libvirts.join(', ')}]\n${xml}`);
}

/** Refusals that say "libvirt would not take it": libvirt is asked with a plain device of that kind. */
const LIBVIRTS_OWN = ['device-bus-fit', 'machine-bus-fit', 'usb-disabled', 'bus-full', 'pci-full'];
/** sata: another controller could be added, which a rescue does not do by itself. */
const DELIBERATE = ['sata'];

async function confirmRefusal(bench: Bench, definition: string, plan: RescuePlan, counts: Counts): Promise<void> {
  for (const code of new Set(plan.refusals.map((refusal) => refusal.code))) note(counts, `refused: ${code}`);
  const [only] = plan.refusals;
  const device = plan.request.device.value;
  const bus = plan.request.bus.value;
  if (only === undefined || plan.refusals.length > 1 || !LIBVIRTS_OWN.includes(only.code) || DELIBERATE.includes(bus))
    return;
  const prefix = { ide: 'hd', fdc: 'fd', virtio: 'vd' }[bus] ?? 'sd';
  const disk = `<disk type='file' device='${device}'><driver name='qemu' type='raw'/><source file='/probe.img'/><target dev='${prefix}zz' bus='${bus}'/></disk>`;
  const taken = await define(bench, definition.replace('</devices>', `${disk}</devices>`)).catch(() => null);
  if (taken !== null)
    throw failure(`refused with ${only.code}, but libvirt takes a ${device} on ${bus}`, definition, plan);
  counts.confirmed += 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failure(what: string, definition: string, plan: RescuePlan | null, rescue?: string): Error {
  const request = plan === null ? '' : JSON.stringify({ ...plan.request, refusals: plan.refusals });
  return new Error([what, request, definition, plan?.rescueXml ?? '', rescue ?? ''].join('\n'));
}
