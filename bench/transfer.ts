/**
 * Whole images to and from a real host beside virsh, which does nothing else: 4 GiB of noise both ways, and a sparse file of 20 GiB with
 * 1 GiB in it. Without reading back, as virsh does; what comparing costs is told beside. Needs root, and 14 GiB of room in TMPDIR.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { outputOf } from '../e2e/testbed/command.ts';
import { startHypervisor } from '../e2e/testbed/hypervisor.ts';
import type { Hypervisor } from '../e2e/testbed/hypervisor.ts';
import { createTransfers } from '../src-main/app/transfers/transfers.ts';
import type { Transfers } from '../src-main/app/transfers/transfers.ts';
import { openHypervisor } from '../src-main/libvirt/load.ts';
import type { Transfer } from '../src-core/contract/transfer.ts';
import { ratioLine } from './measure.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const SIZE = 4 * GIB;
const SPARSE_SIZE = 20 * GIB;
/** Pieces of 16 MiB, all over the sparse file. */
const PIECES = 64;
const ROOM = 14 * GIB;

const AIM = 1.05;
const MEMORY_AIM = 80 * MIB;
/** In turn, the quickest of each counts: what else the machine does makes runs longer, never shorter. */
const ROUNDS = 4;

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** Milliseconds that something took, and by how much the memory of this process grew meanwhile, in bytes. */
async function measured(work: () => Promise<void>): Promise<{ took: number; grown: number }> {
  // What the run before has written must not slow this one, nor the memory that it freed speed it up: in a virtual machine the first use
  // of a page costs more than all else here, until the host has taken those that are free.
  await outputOf('sync', [], { timeoutSeconds: 600 });
  await setTimeout(5000);
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
  const start = performance.now();
  await work();
  clearInterval(watch);
  return { took: performance.now() - start, grown: most - before };
}

async function noise(path: string, size: number, places: readonly number[], length: number): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(size);
  for (const at of places)
    for (let done = 0; done < length; done += MIB) await file.write(randomBytes(MIB), 0, MIB, at + done);
  await file.close();
}

interface Bench {
  readonly dir: string;
  readonly host: Hypervisor;
  readonly transfers: Transfers;
}

async function finished(transfers: Transfers, starting: Promise<Transfer>): Promise<void> {
  const { state, error } = await transfers.ended((await starting).id);
  if (state !== 'done') throw new Error(error?.message ?? state);
}

const upload = ({ transfers, host }: Bench, file: string, verify: boolean): Promise<void> =>
  finished(
    transfers,
    transfers.upload({ file, to: { hostId: host.uri, pool: 'images', name: 'salvor' }, options: { verify } }),
  );

const download = ({ transfers, host, dir }: Bench): Promise<void> => {
  const from = { hostId: host.uri, pool: 'images', name: 'salvor' };
  const order = { from, file: join(dir, 'back-salvor'), replace: true, options: { verify: false } };
  return finished(transfers, transfers.download(order));
};

const virsh = async (host: Hypervisor, ...args: string[]): Promise<void> => {
  await outputOf('virsh', ['-q', '-c', host.uri, ...args], { timeoutSeconds: 1800 });
};

async function virshUpload({ host }: Bench, file: string, size: number, sparse: boolean): Promise<void> {
  await virsh(host, 'vol-create-as', 'images', 'virsh', String(size), '--allocation', '0');
  await virsh(host, 'vol-upload', '--pool', 'images', 'virsh', file, ...(sparse ? ['--sparse'] : []));
}

/** Both in turn, and the ratio of the quickest of each. Prints lines; false where an aim was missed. */
async function compare(
  name: string,
  ours: () => Promise<void>,
  theirs: () => Promise<void>,
  after: () => Promise<void>,
): Promise<boolean> {
  const best = { ours: Infinity, theirs: Infinity };
  let grown = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const turns = [
      async () => {
        best.theirs = Math.min(best.theirs, (await measured(theirs)).took);
      },
      async () => {
        const run = await measured(ours);
        best.ours = Math.min(best.ours, run.took);
        grown = Math.max(grown, run.grown);
      },
    ];
    // What is written second has it harder on a disk that has been busy.
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    await after();
  }
  const details = `Salvor ${seconds(best.ours)}, virsh ${seconds(best.theirs)}; memory + ${(grown / MIB).toFixed(0)} MiB`;
  const result = ratioLine(`transfer, ${name}, to virsh`, best.ours / best.theirs, AIM, details);
  console.log(result.line);
  if (grown > MEMORY_AIM) console.log(`  aim missed: memory grew by more than ${String(MEMORY_AIM / MIB)} MiB`);
  return result.kept && grown <= MEMORY_AIM;
}

async function run(bench: Bench): Promise<boolean> {
  const { dir, host } = bench;
  const large = join(dir, 'large.img');
  const sparse = join(dir, 'sparse.img');
  const remove = async (...names: string[]): Promise<void> => {
    for (const name of names) await virsh(host, 'vol-delete', '--pool', 'images', name);
  };
  await noise(large, SIZE, [0], SIZE);
  const kept: boolean[] = [];
  const both = () => remove('salvor', 'virsh');
  kept.push(
    await compare(
      '4 GiB up',
      () => upload(bench, large, false),
      () => virshUpload(bench, large, SIZE, false),
      both,
    ),
  );
  const compared = await measured(() => upload(bench, large, true));
  console.log(
    `transfer, 4 GiB up, read back and compared: ${seconds(compared.took)}; memory + ${(compared.grown / MIB).toFixed(0)} MiB`,
  );
  const back = join(dir, 'back-virsh');
  kept.push(
    await compare(
      '4 GiB down',
      () => download(bench),
      () => virsh(host, 'vol-download', '--pool', 'images', 'salvor', back),
      async () => {
        await outputOf('cmp', [join(dir, 'back-salvor'), back], { timeoutSeconds: 600 });
        await Promise.all([rm(back), rm(join(dir, 'back-salvor'))]);
      },
    ),
  );
  await remove('salvor');
  await rm(large);
  const places = Array.from({ length: PIECES }, (_, index) => (index * SPARSE_SIZE) / PIECES + 12_345 * 4096);
  await noise(sparse, SPARSE_SIZE, places, GIB / PIECES);
  kept.push(
    await compare(
      '20 GiB with 1 GiB in it up, sparse',
      () => upload(bench, sparse, false),
      () => virshUpload(bench, sparse, SPARSE_SIZE, true),
      both,
    ),
  );
  return kept.every(Boolean);
}

/** Prints a line for each; false where an aim was missed. */
export async function benchTransfer(): Promise<boolean> {
  const dir = await mkdtemp(join(tmpdir(), 'salvor-bench-'));
  const { bavail, bsize } = await statfs(dir);
  if (bavail * bsize < ROOM) {
    console.log(`transfer: not measured, ${tmpdir()} has less than ${String(ROOM / GIB)} GiB free`);
    await rm(dir, { recursive: true });
    return false;
  }
  const host = await startHypervisor();
  const port = await openHypervisor(host.uri, { readOnly: false, onLost: () => undefined });
  try {
    await mkdir(join(host.dir, 'pool'));
    await host.virsh('pool-create-as', 'images', 'dir', '--target', join(host.dir, 'pool'));
    const transfers = createTransfers({
      host: () => port,
      emit: () => undefined,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      newId: randomUUID,
      now: () => new Date(),
    });
    return await run({ dir, host, transfers });
  } finally {
    await port.close();
    await host.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
