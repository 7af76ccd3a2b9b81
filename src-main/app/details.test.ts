/** What of a machine is its own, and what a rescue brought: also where the rescue stands in the place of the definition. */
import { expect, test } from 'vitest';
import type { MachineDetails, MachineRow } from '../../src-core/contract/schemas.ts';
import { encodeRecord, hashDefinition } from '../../src-core/rescue/record.ts';
import { machineDetails } from './details.ts';
import { DOMAIN, fakeHost } from './fake-hypervisor.test-support.ts';

const disk = (target: string, order = '') =>
  `<disk type='file' device='disk'><source file='/p/${target}'/><target dev='${target}' bus='virtio'/>${order}</disk>`;
const domain = (disks: string, metadata = '') =>
  `<domain type='kvm'><name>${DOMAIN.name}</name><uuid>${DOMAIN.uuid}</uuid>${metadata}<os><type arch='x86_64' machine='q35'>hvm</type></os><devices>${disks}</devices></domain>`;
const boot = (order: number) => `<boot order='${order}'/>`;

const OWN = domain(disk('vda', boot(1)) + disk('vdb'));
const mark = (original: string) =>
  `<metadata><salvor:rescue xmlns:salvor='urn:salvor:rescue:1' version='1' kind='until-ended' id='ours' power='on' target='vdc' definition='${hashDefinition(OWN)}'><salvor:original>${original}</salvor:original></salvor:rescue></metadata>`;
const rescue = (original = encodeRecord(OWN)) =>
  domain(disk('vda', boot(2)) + disk('vdb') + disk('vdc', boot(1)), mark(original));

function detailsOf(definition: string, live: string | null): Promise<MachineDetails> {
  const host = fakeHost({ state: live === null ? 'shutoff' : 'running' });
  host.definition = definition;
  const hypervisor = {
    ...host.hypervisor,
    domainXml: (_uuid: string, which: string) => Promise.resolve(which === 'live' && live !== null ? live : definition),
  };
  const row: MachineRow = {
    ...{ hostId: 'h', hostName: 'h', ...DOMAIN, title: null, session: null, disks: [], persistent: true },
    ...{ autostart: false, state: live === null ? ('shutoff' as const) : ('running' as const) },
  };
  return machineDetails(hypervisor, row);
}

const targets = (part: Pick<MachineDetails, 'disks' | 'bootOrder' | 'layout'> | null) =>
  part && {
    disks: part.disks.map(({ target }) => target),
    boots: part.bootOrder[0]?.target,
    slots: part.layout.controllers.flatMap(({ slots }) => slots.flatMap((slot) => slot.target ?? [])),
  };

const ITS_OWN = { disks: ['vda', 'vdb'], boots: 'vda', slots: ['vda', 'vdb'] };
const IN_RESCUE = { disks: ['vda', 'vdb', 'vdc'], boots: 'vdc', slots: ['vda', 'vdb', 'vdc'] };

test.each([
  ['runs', rescue()],
  ['is off', null],
])(
  'in a rescue that lasts until it is ended and %s, its own definition is what it comes back to',
  async (_how, live) => {
    const details = await detailsOf(rescue(), live);
    expect(targets(details)).toMatchObject(ITS_OWN);
    expect(targets(details.live)).toMatchObject(IN_RESCUE);
    // The XML is shown as libvirt has it.
    expect(details.definitionXml).toContain("dev='vdc'");
  },
);

test('a one-shot rescue runs beside the definition', async () => {
  const details = await detailsOf(OWN, rescue());
  expect(targets(details)).toMatchObject(ITS_OWN);
  expect(targets(details.live)).toMatchObject(IN_RESCUE);
});

test('a record that is damaged is not believed: what stands there is all that is known', async () => {
  const details = await detailsOf(rescue(encodeRecord(OWN).slice(4)), null);
  expect(targets(details)).toMatchObject(IN_RESCUE);
  expect(details.live).toBeNull();
});

test('out of a rescue, what runs as it is defined is not told twice', async () => {
  expect((await detailsOf(OWN, OWN)).live).toBeNull();
});
