/** What the window may do: one function a channel, and one to listen. Everything is checked on the other side. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { CHANNEL_NAMES, EVENT_CHANNEL, OFFER_CHANNEL } from '../../src-core/contract/channel-names.ts';
import type { SalvorApi } from '../../src-core/contract/channels.ts';

const calls = Object.fromEntries(
  CHANNEL_NAMES.map((name) => [name, (input: unknown) => ipcRenderer.invoke(name, input)]),
);

const onEvent: SalvorApi['onEvent'] = (listener) => {
  // The event object of Electron's stays here: it would hand the window the sender.
  const pass = (_event: unknown, data: Parameters<typeof listener>[0]) => listener(data);
  ipcRenderer.on(EVENT_CHANNEL, pass);
  return () => void ipcRenderer.off(EVENT_CHANNEL, pass);
};

const offerFile: SalvorApi['offerFile'] = (file) =>
  ipcRenderer.invoke(OFFER_CHANNEL, webUtils.getPathForFile(file as File)) as ReturnType<SalvorApi['offerFile']>;

contextBridge.exposeInMainWorld('salvor', { ...calls, offerFile, onEvent });
