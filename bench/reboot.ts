/**
 * A hard reboot by bin/salvor beside the same done by hand with virsh: force off, refresh the pool, define the secret that was lost and give
 * it its value, start. What else Salvor does (look at all that the guest needs, keep a journal, see that it runs what it was to run) is in
 * its time; the start of a process of it is told apart. On a private libvirt host with a real QEMU guest; needs root.
 */
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineGuest, forceOff } from '../e2e/testbed/guests.ts';
import type { Guest } from '../e2e/testbed/guests.ts';
import { startHypervisor } from '../e2e/testbed/hypervisor.ts';
import type { Hypervisor } from '../e2e/testbed/hypervisor.ts';
import { luksDiskXml, makeLuksImage } from '../e2e/testbed/luks.ts';
import { inTurnAsync, milliseconds, ratioLine, salvorDone } from './measure.ts';

const AIM = 1.1;
const ROUNDS = 10;

const SECRET = '5a5a5a5a-0000-4000-8000-0000000000be';

/** Prints a line; false where the aim was missed. */
export async function benchReboot(): Promise<boolean> {
  const host = await startHypervisor();
  try {
    return await onHost(host);
  } finally {
    await host.stop();
  }
}

interface Scene {
  readonly guest: Guest;
  readonly key: string;
  readonly secretXml: string;
}

/** A guest with a disk that is a volume of a pool and one that is encrypted. */
async function prepare(host: Hypervisor): Promise<Scene> {
  const folder = join(host.dir, 'pool');
  await mkdir(folder);
  await writeFile(join(folder, 'data.raw'), '');
  await truncate(join(folder, 'data.raw'), 8 * 2 ** 20);
  await host.virsh('pool-create-as', 'bench', 'dir', '--target', folder);
  const image = join(host.dir, 'luks.qcow2');
  await makeLuksImage(image, 'sesame');
  const [key, secretXml] = [join(host.dir, 'key'), join(host.dir, 'secret.xml')];
  await writeFile(key, 'sesame', { mode: 0o600 });
  await writeFile(
    secretXml,
    `<secret ephemeral='yes' private='yes'><uuid>${SECRET}</uuid><usage type='volume'><volume>${image}</volume></usage></secret>`,
  );
  const devices = [
    `<disk type='volume' device='disk'><driver name='qemu' type='raw'/><source pool='bench' volume='data.raw'/><target dev='vdd' bus='virtio'/></disk>`,
    luksDiskXml(image, 'vde', SECRET),
  ];
  const guest = await defineGuest(host, { name: 'bench', machine: 'q35', devices: devices.join('') });
  return { guest, key, secretXml };
}

async function giveSecret(host: Hypervisor, { key, secretXml }: Scene): Promise<void> {
  await host.virsh('secret-define', secretXml);
  await host.virsh('secret-set-value', SECRET, '--file', key, '--plain');
}

/** It runs, and libvirt has forgotten the secret that it was started with. */
async function begin(host: Hypervisor, scene: Scene): Promise<void> {
  await forceOff(scene.guest);
  await giveSecret(host, scene);
  await host.virsh('start', scene.guest.name);
  await host.virsh('secret-undefine', SECRET);
}

async function onHost(host: Hypervisor): Promise<boolean> {
  const scene = await prepare(host);
  const { guest, key } = scene;
  const how = ['--hard', '--stop', 'force', '--secret', `${SECRET}=@${key}`, '--yes'];
  const { byVirsh, bySalvor, processStart } = await inTurnAsync(ROUNDS, {
    byVirsh: {
      before: () => begin(host, scene),
      work: async () => {
        await host.virsh('destroy', guest.name);
        await host.virsh('pool-refresh', 'bench');
        await giveSecret(host, scene);
        await host.virsh('start', guest.name);
      },
    },
    bySalvor: {
      before: () => begin(host, scene),
      work: () => salvorDone('reboot', guest.name, '--uri', host.uri, ...how),
    },
    processStart: { work: () => salvorDone('--help') },
  });
  if ((await readFile(guest.serialLog, 'latin1')) === '') throw new Error('the guest was never up');
  const ratio = (bySalvor.median - processStart.median) / byVirsh.median;
  const quickest = (bySalvor.quarter - processStart.quarter) / byVirsh.quarter;
  const details = [
    `salvor reboot --hard ${milliseconds(bySalvor.median)}`,
    `salvor --help ${milliseconds(processStart.median)}`,
    `virsh destroy, pool-refresh, secret-define, secret-set-value, start ${milliseconds(byVirsh.median)}`,
    `medians of ${String(ROUNDS)}; by the quickest quarters ${quickest.toFixed(2)} ×`,
  ].join(', ');
  const result = ratioLine('hard reboot without the start of a process, to virsh', ratio, AIM, details);
  console.log(result.line);
  return result.kept;
}
