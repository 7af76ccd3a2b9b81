/**
 * A forced rescue by bin/salvor, as a ratio to what it cannot do without: `virsh destroy` and `virsh create` of the same definition.
 * The start of a Node process is taken off before: it is what a command line in JavaScript costs. On a private libvirt host with a real
 * QEMU guest; needs root.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { detectAcceleration } from '../e2e/testbed/acceleration.ts';
import { outputOf } from '../e2e/testbed/command.ts';
import { defineGuest, forceOff, medium } from '../e2e/testbed/guests.ts';
import type { Guest } from '../e2e/testbed/guests.ts';
import { startHypervisor } from '../e2e/testbed/hypervisor.ts';
import type { Hypervisor } from '../e2e/testbed/hypervisor.ts';
import { SALVOR } from '../e2e/testbed/salvor.ts';
import { inTurnAsync, milliseconds, ratioLine, salvorDone } from './measure.ts';

const AIM = 1.2;
const ROUNDS = 12;

/** Prints a line; false where the aim was missed. */
export async function benchRescue(): Promise<boolean> {
  const host = await startHypervisor();
  try {
    return await onHost(host);
  } finally {
    await host.stop();
  }
}

async function onHost(host: Hypervisor): Promise<boolean> {
  const guest = await defineGuest(host, { name: 'bench', machine: 'q35', type: await detectAcceleration() });
  const choice = ['--uri', host.uri, guest.name, '--medium', `path:${await medium(host, 'medium')}`];
  const definition = join(guest.dir, 'rescue.xml');
  // This also builds the command line where that was not done.
  await writeFile(definition, (await salvorDone('plan', ...choice, '--out', 'xml')).stdout);
  const node = (await readFile(join(SALVOR, '../../out/cli/node'), 'utf8')).trim();

  const { salvorRescue, virsh, nodeStart } = await inTurnAsync(ROUNDS, {
    salvorRescue: {
      before: () => running(guest),
      work: () => salvorDone('rescue', ...choice, '--stop', 'force', '--yes'),
    },
    virsh: {
      before: () => running(guest),
      work: async () => {
        await host.virsh('destroy', guest.name);
        await host.virsh('create', definition);
      },
    },
    nodeStart: {
      work: async () => {
        await outputOf(node, ['-e', '0']);
      },
    },
  });
  const ratio = (salvorRescue.quarter - nodeStart.quarter) / virsh.quarter;
  const details = [
    `rescue ${milliseconds(salvorRescue.quarter)} (median ${milliseconds(salvorRescue.median)})`,
    `start of Node ${milliseconds(nodeStart.quarter)}`,
    `virsh destroy + create ${milliseconds(virsh.quarter)} (median ${milliseconds(virsh.median)})`,
    `quickest quarter of ${ROUNDS}`,
  ].join(', ');
  const result = ratioLine('rescue without the start of Node, to virsh', ratio, AIM, details);
  console.log(result.line);
  return result.kept;
}

/** Switched on by its own definition, whatever it was before. */
async function running(guest: Guest): Promise<void> {
  await forceOff(guest);
  await guest.host.virsh('start', guest.name);
}
