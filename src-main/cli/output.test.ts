import { expect, test } from 'vitest';
import { errorData } from '../../src-core/contract/errors.ts';
import { errorText, exitOf, plain, plainLines, table } from './output.ts';

test('control characters of a name never reach the terminal', () => {
  expect(plain('a\x1b[31mb\r\nc\u202Ed\x9be\u2028f')).toBe('a\uFFFD[31mb\uFFFD\uFFFDc\uFFFDd\uFFFDe\uFFFDf');
  expect(plainLines('a\tb\r\n\x07c')).toBe('a    b\n\uFFFDc');
});

test('columns are aligned, the last one not padded, nothing is “-”', () => {
  expect(
    table(
      ['name', 'n', 'why'],
      [
        ['long name', 1, 'x'],
        ['b', null, ''],
      ],
      '  ',
    ),
  ).toBe('  name       n  why\n  long name  1  x\n  b          -  -');
});

test('an error says what happened, why, what is unchanged and what to do next', () => {
  expect(errorText(errorData('permission-denied', { uri: 'qemu:///system' }, 'Permission\x1b denied\n\n'))).toMatch(
    /^salvor: .*\n {2}reason: {4}Permission\uFFFD denied\n {2}unchanged: Nothing was touched\.\n {2}next: {6}\S/,
  );
});

test('exit codes', () => {
  expect([
    exitOf(errorData('usage')),
    exitOf(errorData('refused')),
    exitOf(errorData('reboot-refused')),
    exitOf(errorData('migration-refused')),
    exitOf(errorData('drift')),
    exitOf(errorData('internal')),
  ]).toEqual([64, 2, 2, 2, 1, 1]);
});
