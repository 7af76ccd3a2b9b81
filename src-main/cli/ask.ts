import { createInterface } from 'node:readline/promises';
import { SalvorError } from '../../src-core/contract/errors.ts';

/** Where a question is asked and answered. */
interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Ask at the terminal; whatever is no yes throws cancelled: Ctrl-C and Ctrl-D, too. */
export async function confirm(
  question: string,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  const terminal = createInterface({ input, output });
  try {
    const answer = await terminal.question(question);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    // The cursor stands behind the question still.
    output.write('\n');
  } finally {
    terminal.close();
  }
  throw new SalvorError('cancelled');
}

/** Is there somebody to be asked? */
export function canAsk(json: boolean): boolean {
  return !json && process.stdin.isTTY && process.stderr.isTTY;
}
