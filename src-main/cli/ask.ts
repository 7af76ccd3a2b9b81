import { createInterface } from 'node:readline/promises';
import { SalvorError } from '../../src-core/contract/errors.ts';

/** Ask at the terminal; whatever is no yes throws cancelled. */
export async function confirm(question: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(question).finally(() => terminal.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new SalvorError('cancelled');
}

/** Is there somebody to be asked? */
export function canAsk(json: boolean): boolean {
  return !json && process.stdin.isTTY && process.stderr.isTTY;
}
