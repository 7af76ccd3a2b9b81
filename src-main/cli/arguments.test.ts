import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { oneOf, parseSpec, parseStop } from './arguments.ts';

describe('a medium', () => {
  test.each([
    ['volume:pool/dir/name.iso', { kind: 'volume', pool: 'pool', name: 'dir/name.iso' }],
    ['path:/a b/c.img', { kind: 'path', path: '/a b/c.img' }],
    ['url:https://example.org/x.iso', { kind: 'url', url: 'https://example.org/x.iso' }],
    ['original', { kind: 'original' }],
    ['kernel:/k', { kind: 'kernel', kernel: '/k', initrd: null, cmdline: null }],
    ['kernel:/k,initrd:/i', { kind: 'kernel', kernel: '/k', initrd: '/i', cmdline: null }],
    ['kernel:/k,initrd:/i,cmdline:a=b,c=d ro', { kind: 'kernel', kernel: '/k', initrd: '/i', cmdline: 'a=b,c=d ro' }],
    ['kernel:/k,cmdline:', { kind: 'kernel', kernel: '/k', initrd: null, cmdline: '' }],
  ])('%s', (text, spec) => {
    expect(parseSpec(text)).toEqual(spec);
  });

  test.each([
    '',
    'volume:pool',
    'volume:/name',
    'volume:pool/',
    'path:relative',
    'path:',
    'url:',
    'kernel:',
    'kernel:k',
    'kernel:/k,initrd:i',
    'kernel:/k,what:/x',
    'iso:/x',
    '/x',
  ])('%j is wrong usage', (text) => {
    expect(() => parseSpec(text)).toThrow(SalvorError);
  });
});

test.each(['0', '-1', '3601', 'soon', '1.5', ''])('a time-out of %j is wrong usage', (timeout) => {
  expect(() => parseStop({ stopTimeout: timeout })).toThrow(/1 to 3600/);
});

test('a stop', () => {
  expect(parseStop({})).toEqual({ how: 'graceful', timeoutSeconds: 60, onTimeout: 'give-up' });
  expect(parseStop({ stop: 'force', stopTimeout: '3600' })).toMatchObject({ how: 'force', timeoutSeconds: 3600 });
  expect(parseStop({ stopThen: 'keep-waiting' })).toMatchObject({ how: 'graceful', onTimeout: 'keep-waiting' });
  expect(() => parseStop({ stop: 'gently' })).toThrow(/graceful, force/);
  expect(() => parseStop({ stopThen: 'pray' })).toThrow(/force, keep-waiting, give-up/);
  expect(() => parseStop({ stop: 'force', stopThen: 'give-up' })).toThrow(/leave it out/);
});

test('a word out of a list', () => {
  expect(oneOf('--x', ['a', 'b'] as const, 'b')).toBe('b');
  expect(() => oneOf('--x', ['a', 'b'] as const, 'c')).toThrow('--x is one of a, b, not “c”');
});
