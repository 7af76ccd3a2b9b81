import log from 'electron-log/main';
import { redactText } from '../../src-core/rescue/redact.ts';
import type { Log } from '../app/log.ts';

/** Size at which the log is put aside once and begun anew. */
const MAX_BYTES = 2 * 1024 * 1024;

/** A log file in the user data folder. Passwords in XML and user names with passwords in addresses are replaced before anything is written. */
export function openLog(folder: string): Log {
  log.transports.file.resolvePathFn = () => `${folder}/logs/main.log`;
  log.transports.file.maxSize = MAX_BYTES;
  // Windows have no way to the log but the checked channel.
  log.transports.ipc.level = false;
  log.transports.console.level = 'warn';
  // Stacks are for the file: who started Salvor in a terminal gets sentences.
  log.hooks.push((message, transport) => {
    const stacks = transport !== log.transports.console;
    return { ...message, data: message.data.map((part: unknown) => redact(part, stacks)) };
  });
  const rest = (error: unknown) => (error === undefined ? [] : [error]);
  return {
    info: (message) => log.info(message),
    warn: (message, error) => log.warn(message, ...rest(error)),
    error: (message, error) => log.error(message, ...rest(error)),
  };
}

function redact(part: unknown, stacks: boolean): string {
  const text = part instanceof Error ? ((stacks ? part.stack : null) ?? part.message) : String(part);
  return redactText(text);
}
