/** Closing with an operation under way: it ends first, one way or the other. A guest is never left half way. */
import { app, dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import type { Operation } from '../../src-core/contract/schemas.ts';
import type { Services } from '../app/services.ts';

const WAIT = 0;
const CANCEL = 1;
const STAY = 2;

const UNDER_WAY: Readonly<Record<Operation['kind'], (machine: string) => string>> = {
  rescue: (machine) => `The rescue of ${machine} is being started.`,
  end: (machine) => `The rescue of ${machine} is being ended.`,
  resume: (machine) => `What was not finished on ${machine} is being put right.`,
  nvram: (machine) => `The UEFI variables of ${machine} are being put back.`,
};

/** From now on the window closes only when nothing is under way; connections are closed before the process ends. */
export function closeSafely(window: BrowserWindow, services: Services): void {
  const { operations, hosts } = services;
  let state: 'open' | 'asking' | 'closing' = 'open';
  const close = async (): Promise<void> => {
    state = 'closing';
    await operations.settled();
    await hosts.closeAll();
    window.destroy();
  };
  const ask = async (): Promise<void> => {
    state = 'asking';
    const answer = await askWhatToDo(window, operations.running());
    state = 'open';
    if (answer === STAY) return;
    if (answer === CANCEL) for (const { id } of operations.running()) operations.cancel(id);
    await close();
  };
  window.on('close', (event) => {
    event.preventDefault();
    if (state !== 'open') return;
    void (operations.running().length === 0 ? close() : ask());
  });
  window.on('closed', () => app.quit());
  // A signal comes when nobody is there to ask: what may still be cancelled is, the rest ends first.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      for (const { id } of operations.running()) operations.cancel(id);
      if (state !== 'closing') void close();
    });
  }
}

async function askWhatToDo(window: BrowserWindow, running: readonly Operation[]): Promise<number> {
  const what = running.map(({ kind, machineName }) => UNDER_WAY[kind](machineName));
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: what.join('\n'),
    detail:
      'Salvor closes only when this has come to an end, so that no machine is left half way. Cancelling before the machine is stopped changes nothing; after that, the step under way is finished or taken back first. The definition is not touched in any case.',
    buttons: ['Wait until it has ended, then close', 'Cancel it, then close', 'Keep Salvor open'],
    defaultId: WAIT,
    cancelId: STAY,
    noLink: true,
  });
  return response;
}
