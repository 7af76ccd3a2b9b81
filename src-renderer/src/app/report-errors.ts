import { ask } from './salvor.ts';

const LIMIT = 1000;

function report(message: string): void {
  void ask('log.renderer-error', { message: message.slice(0, LIMIT) });
}

/** What breaks in the window is logged by the main process: one line, no stack in front of anybody. */
export function reportErrors(): void {
  window.addEventListener('error', (event) => report(event.message));
  window.addEventListener('unhandledrejection', (event) => report(`unhandled rejection: ${String(event.reason)}`));
}
