/** Questions at a terminal: the keys that people press there, as a terminal sends them. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { errorOf } from '../app/errors.ts';
import { confirm } from './ask.ts';

async function answered(keys: string): Promise<string> {
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  output.resume();
  const asked = confirm('Now? [y/N] ', { input, output }).then(
    () => 'yes',
    (error: unknown) => errorOf(error).code,
  );
  input.write(keys);
  return asked;
}

test.each([
  ['y\r', 'yes'],
  ['YES\r', 'yes'],
  [' y \r', 'yes'],
  ['n\r', 'cancelled'],
  ['\r', 'cancelled'],
  ['yes please\r', 'cancelled'],
])('%j: %s', async (keys, expected) => {
  expect(await answered(keys)).toBe(expected);
});

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s is a no, and no failure of Salvor', async (_name, key) => {
  expect(await answered(key)).toBe('cancelled');
});
