/** Closing with operations or transfers under way: they end first, one way or the other. Neither a guest nor an image is left half way. */
import { app, dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import type { Operation } from '../../src-core/contract/schemas.ts';
import type { Transfer } from '../../src-core/contract/transfer.ts';
import { plain } from '../../src-core/plain-text.ts';
import type { Services } from '../app/services.ts';

const WAIT = 0;
const CANCEL = 1;
const STAY = 2;

const UNDER_WAY: Readonly<Record<Operation['kind'], (machine: string) => string>> = {
  rescue: (machine) => `The rescue of ${machine} is being started.`,
  end: (machine) => `The rescue of ${machine} is being ended.`,
  resume: (machine) => `What was not finished on ${machine} is being put right.`,
  nvram: (machine) => `The UEFI variables of ${machine} are being put back.`,
  'hard-reboot': (machine) => `A hard reboot of ${machine} is under way.`,
  migrate: (machine) => `${machine} is being migrated.`,
  power: (machine) => `The power of ${machine} is being changed.`,
};

const CARRIED: Readonly<Record<Transfer['kind'], (name: string) => string>> = {
  upload: (name) => `${name} is being uploaded.`,
  download: (name) => `${name} is being downloaded.`,
  copy: (name) => `${name} is being copied.`,
};

/** Of an operation, what a person must know before it is cancelled; of a transfer. */
const OPERATIONS_END =
  'Salvor closes only when this has come to an end, so that no machine is left half way. Cancelling before the machine is stopped changes nothing; after that, the step under way is finished or taken back first. The definition is not touched in any case.';
const TRANSFERS_END = 'A transfer that is cancelled leaves nothing behind: what was written of it is removed.';

/** From now on the window closes only when nothing is under way; connections are closed before the process ends. */
export function closeSafely(window: BrowserWindow, services: Services): void {
  const { operations, transfers, hosts } = services;
  let state: 'open' | 'asking' | 'closing' = 'open';
  const close = async (): Promise<void> => {
    state = 'closing';
    await Promise.all([operations.settled(), transfers.settled()]);
    await removeInterrupted(services);
    await hosts.closeAll();
    window.destroy();
  };
  const cancelAll = (): void => {
    for (const { id } of operations.running()) operations.cancel(id);
    for (const { id } of transfers.running()) void transfers.cancel(id);
  };
  const ask = async (): Promise<void> => {
    state = 'asking';
    const answer = await askWhatToDo(window, operations.running(), transfers.running());
    state = 'open';
    if (answer === STAY) return;
    if (answer === CANCEL) cancelAll();
    await close();
  };
  window.on('close', (event) => {
    event.preventDefault();
    if (state !== 'open') return;
    void (operations.running().length + transfers.running().length === 0 ? close() : ask());
  });
  window.on('closed', () => app.quit());
  // A signal comes when nobody is there to ask: what may still be cancelled is, the rest ends first.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      cancelAll();
      if (state !== 'closing') void close();
    });
  }
}

/** What was interrupted can be gone on with only while Salvor runs: where its host is connected, nothing of it stays. */
async function removeInterrupted({ transfers }: Services): Promise<void> {
  const interrupted = transfers.list().filter(({ state }) => state === 'interrupted');
  await Promise.all(interrupted.map(({ id }) => transfers.cancel(id).catch(() => undefined)));
}

async function askWhatToDo(
  window: BrowserWindow,
  running: readonly Operation[],
  carried: readonly Transfer[],
): Promise<number> {
  const what = [
    ...running.map(({ kind, machineName }) => UNDER_WAY[kind](machineName)),
    ...carried.map(({ kind, name }) => CARRIED[kind](plain(name))),
  ];
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: what.join('\n'),
    detail: [running.length > 0 ? OPERATIONS_END : '', carried.length > 0 ? TRANSFERS_END : ''].join('\n\n').trim(),
    buttons: ['Wait until it has ended, then close', 'Cancel it, then close', 'Keep Salvor open'],
    defaultId: WAIT,
    cancelId: STAY,
    noLink: true,
  });
  return response;
}
