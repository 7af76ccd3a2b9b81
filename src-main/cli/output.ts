/** What the command line prints. Names and paths come from strangers: control characters never reach the terminal. */
import type { ErrorData } from '../../src-core/contract/errors.ts';
import { plain, plainLines } from '../../src-core/plain-text.ts';
import { table } from '../../src-core/text-table.ts';

export { plain, plainLines, table };

export const EXIT = { done: 0, failed: 1, refused: 2, usage: 64 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** An error for people: what happened, what is unchanged, what to do next. */
export function errorText(error: ErrorData): string {
  const lines = [`salvor: ${error.message}`];
  if (error.detail !== null) lines.push(`  reason:    ${error.detail.trimEnd()}`);
  return plainLines([...lines, `  unchanged: ${error.unchanged}`, `  next:      ${error.next}`].join('\n'));
}

const REFUSED: readonly ErrorData['code'][] = ['refused', 'reboot-refused', 'migration-refused'];

export function exitOf({ code }: ErrorData): Exit {
  if (code === 'usage') return EXIT.usage;
  return REFUSED.includes(code) ? EXIT.refused : EXIT.failed;
}
