/** Messages between window and services: who sends is checked, what is sent is checked, both ways; errors cross as data. */
import { ipcMain } from 'electron';
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron';
import { CHANNEL_NAMES, EVENT_CHANNEL, OFFER_CHANNEL } from '../../src-core/contract/channel-names.ts';
import { CHANNELS } from '../../src-core/contract/channels.ts';
import type { Answer, ChannelInput, ChannelName, ChannelOutput } from '../../src-core/contract/channels.ts';
import { errorData } from '../../src-core/contract/errors.ts';
import { appEventSchema } from '../../src-core/contract/schemas.ts';
import type { AppEvent } from '../../src-core/contract/schemas.ts';
import { errorOf } from '../app/errors.ts';
import type { OfferedFile } from '../../src-core/contract/transfer.ts';
import type { Log } from '../app/log.ts';
import type { Handlers } from '../app/services.ts';
import type { OfferedFiles } from '../app/transfer-services.ts';
import { APP_ORIGIN } from './app-protocol.ts';

/** Answer all channels. `window` is the one window whose main frame may ask; null: none is open. */
export function answerChannels(handlers: Handlers, window: () => BrowserWindow | null, log: Log): void {
  for (const name of CHANNEL_NAMES) {
    ipcMain.handle(name, (event, input: unknown) => {
      if (!isOurs(event, window())) {
        log.warn(`message on ${name} from a stranger refused`);
        return { ok: false, error: errorData('invalid-message') };
      }
      return answer(name, handlers, input, log);
    });
  }
}

/** Did the one window's own page send it? */
function isOurs({ senderFrame, sender }: IpcMainInvokeEvent, window: BrowserWindow | null): boolean {
  if (window === null || window.isDestroyed() || senderFrame === null) return false;
  return (
    sender === window.webContents && senderFrame === window.webContents.mainFrame && senderFrame.origin === APP_ORIGIN
  );
}

/** Parse, call, check; never throws. */
async function answer<C extends ChannelName>(
  name: C,
  handlers: Handlers,
  input: unknown,
  log: Log,
): Promise<Answer<ChannelOutput<C>>> {
  const parsed = CHANNELS[name].input.safeParse(input);
  if (!parsed.success) {
    log.warn(
      `message on ${name} not understood: ${parsed.error.issues.map(({ path, code }) => `${path.join('.')} ${code}`).join(', ')}`,
    );
    return { ok: false, error: errorData('invalid-message') };
  }
  try {
    const value = await handlers[name](parsed.data as ChannelInput<C>);
    return { ok: true, value: CHANNELS[name].output.parse(value) as ChannelOutput<C> };
  } catch (error) {
    const data = errorOf(error);
    if (data.code === 'internal') log.error(`${name} failed`, error);
    return { ok: false, error: data };
  }
}

/** Longer than any path that a system takes. */
const LONGEST_PATH = 32_768;

/** Files that were dropped on the window: its preload names their paths, which nothing in the page can make up. */
export function answerOffers(offered: OfferedFiles, window: () => BrowserWindow | null, log: Log): void {
  ipcMain.handle(OFFER_CHANNEL, async (event, path: unknown): Promise<Answer<OfferedFile | null>> => {
    if (!isOurs(event, window()) || typeof path !== 'string' || path.length > LONGEST_PATH) {
      log.warn(`message on ${OFFER_CHANNEL} refused`);
      return { ok: false, error: errorData('invalid-message') };
    }
    // What comes from another page or out of an archive is dropped without a file behind it.
    if (path === '') return { ok: true, value: null };
    try {
      return { ok: true, value: await offered.offer(path) };
    } catch (error) {
      return { ok: false, error: errorOf(error) };
    }
  });
}

/** Tell the window something. */
export function sendEvent(window: BrowserWindow | null, event: AppEvent): void {
  if (window === null || window.isDestroyed()) return;
  window.webContents.send(EVENT_CHANNEL, appEventSchema.parse(event));
}
