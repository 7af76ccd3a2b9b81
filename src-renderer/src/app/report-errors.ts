import { ask } from './salvor.ts';

const LIMIT = 1000;

function report(message: string): void {
  void ask('log.renderer-error', { message: message.slice(0, LIMIT) });
}

export function reportProblem(problem: unknown): void {
  report(problem instanceof Error ? `${problem.name}: ${problem.message}` : String(problem));
}

/** What breaks in the window is logged by the main process: one line, no stack in front of anybody. */
export function reportErrors(): void {
  window.addEventListener('error', (event) => report(event.message));
  window.addEventListener('unhandledrejection', (event) => reportProblem(event.reason));
}
