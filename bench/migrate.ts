/**
 * A live migration by bin/salvor beside `virsh migrate` with the same definitions: how long it takes, and for how long the guest stands
 * still (what libvirt says at the destination of the job that has ended). Two private libvirt hosts with a link between them and a guest
 * of 256 MiB that writes to its memory; needs root.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTraveller, startTraveller } from '../e2e/testbed/travellers.ts';
import type { Guest } from '../e2e/testbed/guests.ts';
import { startTwoHosts } from '../e2e/testbed/two-hosts.ts';
import type { TwoHosts } from '../e2e/testbed/two-hosts.ts';
import { inTurnAsync, milliseconds, ratioLine, salvorDone, spreadOf } from './measure.ts';

const AIM = 1.1;
const ROUNDS = 7;
const GUEST = { name: 'bench', memory: 256, writes: { mib: 128, pagesPerTick: 8 } } as const;

/** Prints two lines; false where an aim was missed. */
export async function benchMigrate(): Promise<boolean> {
  const two = await startTwoHosts();
  try {
    return await between(two);
  } finally {
    await two.stop();
  }
}

/** It runs at a, with its memory filled, and b does not know it. */
async function begin({ a, b }: TwoHosts): Promise<Guest> {
  for (const host of [a, b]) {
    await host.tryVirsh('destroy', GUEST.name);
    await host.tryVirsh('undefine', GUEST.name);
  }
  const guest = await defineTraveller(a, GUEST);
  await startTraveller(guest, GUEST);
  return guest;
}

/** Milliseconds that it stood still, as the destination has it. */
async function downtimeAt({ b }: TwoHosts): Promise<number> {
  const stats = await b.virsh('domjobinfo', GUEST.name, '--completed', '--keep-completed');
  const said = /^Total downtime:\s+(\d+)\s+ms/im.exec(stats)?.[1];
  if (said === undefined) throw new Error(`no downtime in: ${stats}`);
  return Number(said);
}

async function between(two: TwoHosts): Promise<boolean> {
  const { a, b } = two;
  const [live, persistent] = [join(a.dir, 'live.xml'), join(a.dir, 'persistent.xml')];
  const downtimes = { virsh: [] as number[], salvor: [] as number[] };
  const { byVirsh, bySalvor, processStart } = await inTurnAsync(ROUNDS, {
    byVirsh: {
      before: async () => {
        if (await arrived(two)) downtimes.salvor.push(await downtimeAt(two));
        await begin(two);
        await writeFile(live, await a.virsh('dumpxml', '--migratable', '--security-info', GUEST.name));
        await writeFile(persistent, await a.virsh('dumpxml', '--inactive', '--security-info', GUEST.name));
      },
      work: async () => {
        const how = ['--live', '--persistent', '--undefinesource', '--unsafe'];
        const definitions = ['--xml', live, '--persistent-xml', persistent];
        await a.virsh('migrate', ...how, ...definitions, GUEST.name, b.uri);
      },
    },
    bySalvor: {
      before: async () => {
        downtimes.virsh.push(await downtimeAt(two));
        await begin(two);
      },
      work: () =>
        salvorDone('migrate', GUEST.name, '--uri', a.uri, '--to', b.uri, '--live', '--disk', 'vda=shared', '--yes'),
    },
    processStart: { work: () => salvorDone('--help') },
  });
  downtimes.salvor.push(await downtimeAt(two));
  const took = (bySalvor.median - processStart.median) / byVirsh.median;
  const quickest = (bySalvor.quarter - processStart.quarter) / byVirsh.quarter;
  const details = [
    `salvor migrate ${milliseconds(bySalvor.median)}`,
    `salvor --help ${milliseconds(processStart.median)}`,
    `virsh migrate ${milliseconds(byVirsh.median)}`,
    `256 MiB, medians of ${String(ROUNDS)}; by the quickest quarters ${quickest.toFixed(2)} ×`,
  ].join(', ');
  const time = ratioLine('migration without the start of a process, to virsh', took, AIM, details);
  console.log(time.line);
  const still = { virsh: spreadOf(downtimes.virsh).median, salvor: spreadOf(downtimes.salvor).median };
  console.log(
    `  the guest stood still for ${milliseconds(still.salvor)} (Salvor), ${milliseconds(still.virsh)} (virsh); medians of what the destination tells`,
  );
  return time.kept;
}

async function arrived({ b }: TwoHosts): Promise<boolean> {
  return (await b.tryVirsh('domstate', GUEST.name)).stdout.trim() === 'running';
}
