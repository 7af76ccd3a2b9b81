/** A transfer as a command: how far it is on stderr, Ctrl-C takes it back, a lost connection is opened again. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Transfer } from '../../src-core/contract/transfer.ts';
import { sizeText } from '../../src-core/rescue/size-text.ts';
import { createTransfers } from '../app/transfers/transfers.ts';
import type { Transfers } from '../app/transfers/transfers.ts';
import { openHypervisor } from '../libvirt/load.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { plain, tell } from './output.ts';

/** How often a line is written where stderr is no terminal, in milliseconds. */
const LINE_MS = 10_000;

/** How often, and how many times, a connection that was lost is opened again. */
const AGAIN_MS = 5000;
const AGAIN = 24;

export interface CarryOptions {
  /** URIs of the hosts; they are their names to the transfers, too. */
  readonly uris: readonly string[];
  readonly quiet: boolean;
  /** `host`: those that are connected, by URI. */
  readonly start: (transfers: Transfers, host: (uri: string) => Hypervisor) => Promise<Transfer>;
}

/** The transfer at its end: done. Rejects with why it is not; then nothing of it is left, or the error says what is. */
export async function carry({ uris, quiet, start }: CarryOptions): Promise<Transfer> {
  const hosts = new Map<string, Hypervisor>();
  const show = quiet ? null : progressLine();
  const connected = (uri: string): Hypervisor => {
    const host = hosts.get(uri);
    if (host === undefined) throw new SalvorError('not-connected', { uri });
    return host;
  };
  const transfers = createTransfers({
    host: connected,
    emit: (event) => {
      if (event.type === 'transfer-changed') show?.(event.transfer);
    },
    // What goes wrong is told once, at the end.
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    newId: randomUUID,
    now: () => new Date(),
  });
  try {
    await connect(hosts, uris);
    const { id } = await start(transfers, connected);
    const ended = await withCancel(transfers, id, (given) => follow(transfers, id, hosts, uris, given));
    if (ended.state === 'done') return ended;
    const { error } = ended;
    if (error === null) throw new SalvorError('cancelled', { unchanged: 'Nothing is left of it.' });
    throw new SalvorError(error.code, error.params, error.detail);
  } finally {
    await closeAll(hosts);
  }
}

async function connect(hosts: Map<string, Hypervisor>, uris: readonly string[]): Promise<void> {
  for (const uri of new Set(uris))
    hosts.set(uri, await openHypervisor(uri, { readOnly: false, onLost: () => undefined }));
}

async function closeAll(hosts: Map<string, Hypervisor>): Promise<void> {
  const open = [...hosts.values()];
  hosts.clear();
  await Promise.all(open.map((host) => host.close().catch(() => undefined)));
}

/** To its end, over as many connections as it takes. */
async function follow(
  transfers: Transfers,
  id: string,
  hosts: Map<string, Hypervisor>,
  uris: readonly string[],
  cancelled: AbortSignal,
): Promise<Transfer> {
  const wanted = () => !cancelled.aborted;
  let ended = await transfers.ended(id);
  for (let attempt = 1; ended.state === 'interrupted' && attempt <= AGAIN && wanted(); attempt += 1) {
    if (attempt === 1) tell(`salvor: ${plain(ended.error?.message ?? '')} Trying again for two minutes.`);
    await sleep(AGAIN_MS, null, { signal: cancelled }).catch(() => undefined);
    await closeAll(hosts);
    try {
      await connect(hosts, uris);
    } catch {
      continue;
    }
    // While it was being connected to, too.
    if (!wanted()) break;
    await transfers.resume(id);
    ended = await transfers.ended(id);
  }
  if (ended.state !== 'interrupted') return ended;
  // Nobody can go on with it once this process has ended.
  await transfers.cancel(id);
  return transfers.ended(id);
}

/** Ctrl-C takes back what was written; a second one leaves at once. */
async function withCancel<T>(transfers: Transfers, id: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) {
      tell('salvor: left in mid-run; a part of the image may be left where it was going to.');
      process.exit(1);
    }
    controller.abort();
    tell('\nsalvor: cancelling; what was written is removed. Ctrl-C again leaves at once.');
    transfers.cancel(id).catch(() => undefined);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function progressLine(): (transfer: Transfer) => void {
  const live = process.stderr.isTTY;
  let told = '';
  let at = 0;
  return (transfer) => {
    const text = progressText(transfer);
    const changed = transfer.state !== told;
    if (!live && !changed && performance.now() - at < LINE_MS) return;
    at = performance.now();
    told = transfer.state;
    if (!live) tell(text);
    else process.stderr.write(`\r\u001b[K${text}${transfer.endedAt === null ? '' : '\n'}`);
  };
}

/** “running  37 % of 4 GiB, 210 MiB/s, 14 s left”. */
export function progressText({ state, size, done, rate, secondsLeft }: Transfer): string {
  const share = size === null || size === 0 ? '' : ` ${String(Math.floor((done / size) * 100))} % of ${sizeText(size)}`;
  const pace = rate === null ? '' : `, ${sizeText(rate)}/s`;
  const left = secondsLeft === null ? '' : `, ${String(secondsLeft)} s left`;
  return `${state.padEnd(9)}${share}${pace}${left}`;
}
