/**
 * Spoilt definitions through everything that reads one: `node definitions-run.test-support.ts CASES SEED`. Each answers a plan or a coded
 * refusal; a plan is what any plan must be. The same seed gives the same cases.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { effectiveBootOrder } from '../boot/effective-order.ts';
import { guestNames } from '../disks/guest-names.ts';
import { rootDisk } from '../disks/root-disk.ts';
import { diskRoles } from '../disks/roles.ts';
import { XmlProblem, parseXml } from '../domain-xml/document.ts';
import { parseDomain } from '../domain-xml/domain.ts';
import { serialiseXml } from '../domain-xml/serialise.ts';
import { ROOT_DISK, UEFI, diskXml, domainXml, inputs, medium } from '../rescue/inputs.test-support.ts';
import { planRescue, previewRescue } from '../rescue/plan.ts';
import { recoverDefinition } from '../rescue/record.ts';
import { redactPlan, redactXml } from '../rescue/redact.ts';
import { readSession, sessionOfDomainXml } from '../rescue/session.ts';
import { RESCUE_BUSES, RESCUE_DEVICES, SESSION_KINDS } from '../rescue/types.ts';
import type { RescueInputs } from '../rescue/types.ts';
import { verifyRescue } from '../rescue/verify.ts';
import { mutateDefinition } from './definition-mutations.test-support.ts';
import { reporter } from './measured.test-support.ts';
import { randomOf } from './random.test-support.ts';
import type { Random } from './random.test-support.ts';

const ROOT = join(import.meta.dirname, '../..');

function corpus(): string[] {
  const files = ['assets/demo/domains', 'src-core/disks/golden'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.xml'))
      .sort()
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
  );
  const mixed = [
    diskXml('vda', 'virtio', 'disk', "<serial>A</serial><boot order='1'/>"),
    diskXml('sda', 'scsi', 'lun'),
    diskXml('sdb', 'sata', 'cdrom', '<readonly/>'),
    diskXml('hda', 'ide', 'disk', "<address type='drive' controller='0' bus='1' target='0' unit='0'/>"),
    diskXml('fda', 'fdc', 'floppy'),
    "<disk type='network' device='disk'><source protocol='rbd' name='pool/x'><host name='a' port='6789'/></source><target dev='vdb'/></disk>",
    "<controller type='scsi' index='0' model='virtio-scsi'/><controller type='usb' model='none'/>",
    "<hostdev mode='subsystem' type='scsi'><boot order='2'/><address type='drive' controller='0' bus='0' target='0' unit='1'/></hostdev>",
    "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/><boot order='3'/></interface>",
    "<graphics type='vnc' passwd='secret'/><tpm model='tpm-crb'><backend type='emulator'/></tpm>",
  ].join('\n');
  const plans = [
    planRescue(inputs()),
    planRescue(inputs({ request: { session: 'until-ended' } })),
    planRescue(inputs({ xml: domainXml({ os: UEFI }), request: { fallThrough: 'none' } })),
  ];
  return [
    ...files,
    ...plans.map(({ rescueXml }) => rescueXml ?? ''),
    domainXml(),
    domainXml({ machine: 'q35', os: '', devices: mixed }),
    domainXml({ os: UEFI, metadata: "<x:a xmlns:x='urn:x'><![CDATA[<&]]></x:a>" }),
    domainXml({ arch: 's390x', machine: 's390-ccw-virtio-7.2' }),
    domainXml({ os: '<kernel>/boot/vmlinuz</kernel><cmdline>ro</cmdline>', devices: ROOT_DISK + mixed }),
  ];
}

/** A request by chance: most leave the choice to the planner. */
function inputsFor(xml: string, random: Random): RescueInputs {
  const maybe = <Item>(list: readonly Item[]): Item | null => (random.chance(0.6) ? null : random.pick(list));
  const spec = random.pick([
    { kind: 'path', path: '/media/rescue.img' },
    { kind: 'volume', pool: 'media', name: 'rescue.img' },
    { kind: 'original' },
    { kind: 'kernel', kernel: '/boot/vmlinuz', initrd: null, cmdline: 'quiet' },
  ] as const);
  const rider = medium({ spec: { kind: 'path', path: '/media/drivers.iso' }, format: 'iso', content: null });
  return inputs({
    xml,
    media: random.chance(0.2) ? [medium({ spec }), rider] : [medium({ spec })],
    domain: { persistent: !random.chance(0.1), state: random.pick(['running', 'shutoff', 'paused']) },
    request: {
      device: maybe([...RESCUE_DEVICES, 'lun', 'fs']),
      bus: maybe([...RESCUE_BUSES, 'xen']),
      profile: random.pick(['recommended', 'recommended', 'nova']),
      session: maybe(SESSION_KINDS),
      fallThrough: maybe(['original', 'none'] as const),
      endAtFirstReboot: random.chance(0.1),
      allowUnbootable: random.chance(0.2),
      transientConsent: random.chance(0.5),
    },
  });
}

const PROBLEM_CODES: readonly string[] = ['xml-malformed', 'xml-dtd', 'xml-too-large', 'not-a-domain'];

/** Run one reader: its answer, or the code of its problem. Anything else that is thrown is passed on. */
function answerOf(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof XmlProblem && PROBLEM_CODES.includes(error.code)) return error.code;
    throw error;
  }
}

function planAnswer(given: RescueInputs, check: boolean): string {
  const { plan, choices } = previewRescue(given);
  const shown = redactPlan(plan);
  if (!check) return '';
  if (choices.length !== RESCUE_DEVICES.length * RESCUE_BUSES.length) throw new Error('a choice is missing');
  if (JSON.stringify(JSON.parse(JSON.stringify(shown))) !== JSON.stringify(shown)) throw new Error('no plain data');
  if (plan.rescueXml === null) return plan.refusals[0]?.code ?? 'neither plan nor refusal';
  if (serialiseXml(parseXml(plan.rescueXml)) !== plan.rescueXml)
    throw new Error('the rescue definition is read back as another one');
  return 'plan';
}

/** Everything else that reads a definition: of the host, of a file, of the running domain. */
function readers(xml: string): Readonly<Record<string, () => unknown>> {
  return {
    view: () => {
      const domain = parseDomain(xml);
      return [effectiveBootOrder(domain), guestNames(domain), diskRoles(domain), rootDisk(domain)];
    },
    session: () => [readSession(xml), sessionOfDomainXml(xml)],
    record: () => recoverDefinition(xml),
    verify: () => verifyRescue(SOME_PLAN, xml),
    redact: () => redactXml(xml),
  };
}
const SOME_PLAN = planRescue(inputs());

function runDefinitions(cases: number, seed: number): void {
  const report = reporter(cases, seed);
  const seeds = corpus();
  for (let index = 0; index < cases; index += 1) {
    const random = randomOf(seed + index);
    const { xml, how } = mutateDefinition(random.pick(seeds), random);
    const given = inputsFor(xml, random);
    const what = `SALVOR_SEED=${seed + index} of 1 case: ${how}; ${xml.length} characters`;
    let reading = 'plan';
    try {
      report.measure(`plan, ${what}`, () => void answerOf(() => planAnswer(given, false)));
      for (const [name, read] of Object.entries(readers(xml))) {
        reading = name;
        const answer = () => {
          read();
          return '';
        };
        report.measure(`${name}, ${what}`, () => void answerOf(answer));
      }
      reading = 'check';
      report.answer(answerOf(() => planAnswer(given, true)));
    } catch (error) {
      report.fail(
        `${reading}, ${what}: ${error instanceof Error ? (error.stack ?? '').slice(0, 1500) : String(error)}`,
      );
    }
  }
  report.print();
}

if (process.argv[1] === import.meta.filename) runDefinitions(Number(process.argv[2]), Number(process.argv[3]));
