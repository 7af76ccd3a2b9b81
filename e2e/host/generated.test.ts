/** Guests of every make and golden ones, planned for and given to a real libvirt (generated-pairs.ts); at length in generated.long.test.ts. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effectiveBootOrder } from '../../src-core/boot/effective-order.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { definitionOf, defineGuest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { nativeOrder } from '../testbed/native-order.ts';
import { checkCase, newCounts, openBench, prepareHost } from './generated-pairs.ts';
import type { Bench } from './generated-pairs.ts';
import { goldenRequests, runGenerated } from './generated-runs.ts';
import { TRAPS } from './trap-definitions.ts';

const DEMO = join(import.meta.dirname, '../../assets/demo/domains');

let host: Hypervisor;
let bench: Bench;
beforeAll(async () => {
  host = await startHypervisor();
  await prepareHost(host);
  bench = await openBench(host.uri, 99);
});
afterAll(async () => {
  await bench.connection.close();
  await host.stop();
});

test('generated guests: libvirt takes every rescue definition, and boots it in the order of the plan', async () => {
  const counts = await runGenerated(host, 75);
  expect(counts.pairs).toBeGreaterThan(100);
  expect(counts.orders).toBeGreaterThan(120);
  expect(counts.unfit).toBeLessThan(counts.guests / 5);
});

describe('golden definitions', () => {
  const check = async (xml: string) => {
    const counts = newCounts();
    await checkCase(bench, { xml, requests: goldenRequests() }, counts);
    expect(counts.unfit, [...counts.reasons.keys()].join()).toBe(0);
    expect(counts.pairs).toBeGreaterThan(5);
  };

  test.each(TRAPS)('$what', async ({ xml }) => check(xml));

  test('the guests of the testbed', async () => {
    for (const machine of ['pc', 'q35'] as const)
      for (const firmware of ['bios', 'uefi'] as const)
        await check(
          await definitionOf(await defineGuest(host, { name: `golden-${machine}-${firmware}`, machine, firmware })),
        );
  });

  test('the guests of the demo host', async () => {
    for (const file of await readdir(DEMO)) await check(asQemu(await readFile(join(DEMO, file), 'utf8')));
  });
});

/** A definition of the demo host for QEMU: without what is the test driver's, and with a TPM that needs no emulator. */
function asQemu(xml: string): string {
  return xml
    .replace(/<domain type='test'/, "<domain type='qemu'")
    .replaceAll(/<test:(\w+)(?:\/>|>[\s\S]*?<\/test:\1>)/g, '')
    .replace(/<backend type='emulator'[^>]*>/, "<backend type='passthrough'><device path='/dev/tpm0'/></backend>");
}

/** domxml-to-native loses the order of interfaces, and shows no shared overlay: so one guest is started, and QEMU's real arguments read. */
test('a guest that is started has its interfaces where the definition says', async () => {
  const guest = await defineGuest(host, {
    name: 'ordered',
    machine: 'q35',
    devices: `<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>
      <interface type='user'><mac address='52:54:00:00:00:02'/><model type='e1000'/></interface>`,
  });
  const asked = (await definitionOf(guest))
    .replace(/<boot dev='hd'\/>/, '')
    .replace(/(<mac address='52:54:00:00:00:02'\/>)/, "$1<boot order='3'/>")
    .replace(/(<target dev='vdc' bus='virtio'\/>)/, "$1<boot order='7'/>")
    .replace(/(<mac address='52:54:00:00:00:01'\/>)/, "$1<boot order='9'/>");
  await bench.connection.defineDomainXML(asked);
  await host.virsh('start', '--paused', 'ordered');
  const log = await readFile(join(host.dir, 'var/log/libvirt/qemu/ordered.log'), 'utf8');
  expect(nativeOrder(log.replaceAll(' \\\n', ' '))).toEqual(['net1', expect.stringMatching(/^pci/), 'net0']);
  expect(effectiveBootOrder(parseDomain(asked)).map(({ target }) => target)).toEqual([
    '52:54:00:00:00:02',
    'vdc',
    '52:54:00:00:00:01',
  ]);
  await host.virsh('destroy', 'ordered');
});
