import { renderHook } from '@testing-library/react';
import { beforeAll, expect, test } from 'vitest';
import { ERROR_CODES, errorData } from '../../../src-core/contract/errors.ts';
import { refusal, sentence, warning } from '../../../src-core/rescue/findings.ts';
import { startI18n } from './i18n.ts';
import { useErrorWords, useFindingWords, useSentenceWords } from './words.ts';

beforeAll(() => startI18n());

test('findings and sentences read as the core wrote them', () => {
  const full = refusal('bus-full', 'sata', { bus: 'sata', used: 6, limit: 6, buses: 'usb, scsi' });
  expect(renderHook(() => useFindingWords()).result.current(full)).toBe(full.message);
  // `count` means plurals to i18next: it must stay a value here.
  const snapshots = warning('snapshots', null, { count: 1 });
  expect(renderHook(() => useFindingWords()).result.current(snapshots)).toBe(snapshots.message);
  const falls = sentence('not-bootable-falls', { medium: 'a.iso', next: 'vda' });
  expect(renderHook(() => useSentenceWords()).result.current(falls)).toBe(falls.text);
});

test('what a host named is shown as it is, whatever it looks like', () => {
  const finding = refusal('medium-empty', null, { medium: '<b>$t(common.copy) {{bus}} & "x"' });
  expect(renderHook(() => useFindingWords()).result.current(finding)).toBe(finding.message);
});

test('what is not seen is written out: a name cannot turn the sentence around it', () => {
  const finding = refusal('medium-empty', null, { medium: '/srv/\u202egpj.osi\n\u0007' });
  const words = renderHook(() => useFindingWords()).result.current(finding);
  expect(words).toContain('/srv/\\u202egpj.osi\\u000a\\u0007 is empty');
});

test('a code that this window does not know reads in the words that came with it', () => {
  const unknown = { ...refusal('medium-empty', null), code: 'not-yet-known' as 'medium-empty', message: 'As it came.' };
  expect(renderHook(() => useFindingWords()).result.current(unknown)).toBe('As it came.');
});

test.each(ERROR_CODES)('error %s', (code) => {
  const params = {
    uri: 'qemu:///system',
    domain: 'web-01',
    what: 'x',
    problem: 'y',
    unchanged: 'Its definition was not touched.',
  };
  const error = errorData(code, {
    ...params,
    call: 'c',
    seconds: 5,
    pool: 'p',
    path: '/p',
    size: 1,
    limit: 2,
    reasons: 'r',
    rollback: 'b',
  });
  const words = renderHook(() => useErrorWords()).result.current(error);
  expect(words).toEqual({ message: error.message, unchanged: error.unchanged, next: error.next });
});
