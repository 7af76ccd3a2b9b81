import { expect, test } from 'vitest';
import { addressText } from './address.ts';
import {
  formatBytes,
  formatRate,
  formatRequests,
  formatSpan,
  formatTime,
  formatTimeExact,
  rateText,
  splitPath,
  withLocalTimes,
} from './format.ts';
import { diffTexts } from './xml/diff-texts.ts';

test.each([
  [null, '—'],
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [1024 ** 4 - 4096, '1 TiB'],
  [20 * 1024 ** 3, '20 GiB'],
  [153.4 * 1024 ** 3, '153 GiB'],
  [1.1e9, '1 GiB'],
])('%s bytes', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, '0 B/s'],
  [0.4, '0 B/s'],
  [1536, '1.5 KiB/s'],
  [1_300_000, '1.2 MiB/s'],
])('%s bytes a second', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

test.each([
  [0, '0'],
  [0.5, '0.5'],
  [3, '3'],
  [9.96, '10'],
  [120.4, '120'],
])('%s requests a second', (rate, text) => {
  expect(formatRequests(rate)).toBe(text);
});

test('what is read and written, on one line', () => {
  expect(rateText({ readBytes: 2048, writeBytes: 10 })).toBe('↓ 2 KiB/s ↑ 10 B/s');
});

test.each([
  ['/srv/iso/rescue.iso', { folder: '/srv/iso/', file: 'rescue.iso' }],
  ['rescue.iso', { folder: '', file: 'rescue.iso' }],
  ['/srv/iso/', { folder: '/srv/', file: 'iso/' }],
])('parts of %s', (path, parts) => {
  expect(splitPath(path)).toEqual(parts);
});

test('a time that is none is shown as it came: metadata can be written by anybody', () => {
  expect(formatTime('yesterday')).toBe('yesterday');
  expect(formatTime(null)).toBe('—');
  expect(formatTime('2026-11-21T08:12:00Z')).toMatch(/2026/);
});

test.each([
  [null, '—'],
  [{ type: 'drive', controller: 0, bus: 0, target: 1, unit: 2 } as const, 'drive 0:0:1:2'],
  [{ type: 'pci', domain: 0, bus: 4, slot: 31, function: 1 } as const, 'pci 0000:04:1f.1'],
  [{ type: 'usb', bus: 0, port: '1.2' } as const, 'usb 0.1.2'],
  [{ type: 'other', text: 'ccw fe.0.0001' } as const, 'ccw fe.0.0001'],
])('address %o', (address, text) => {
  expect(addressText(address)).toBe(text);
});

test('the two texts of a diff come back from its lines', () => {
  const lines = [
    { kind: 'same', text: 'a' },
    { kind: 'removed', text: 'b' },
    { kind: 'added', text: 'c' },
    { kind: 'added', text: 'd' },
  ] as const;
  expect(diffTexts(lines)).toEqual({ before: 'a\nb', after: 'a\nc\nd', added: 2, removed: 1 });
});

test.each([
  [0, '0 ms'],
  [340.4, '340 ms'],
  [1000, '1 s'],
  [44_050, '44 s'],
  [2500, '2.5 s'],
  [59_999, '1 min 0 s'],
  [200_000, '3 min 20 s'],
])('%s milliseconds', (milliseconds, text) => {
  expect(formatSpan(milliseconds)).toBe(text);
});

test('times within a sentence are the reader’s; what is no time stays as it is, written out', () => {
  const at = '2026-11-21T17:00:02.809Z';
  expect(withLocalTimes(`begun at ${at}, which has ended`)).toBe(`begun at ${formatTime(at)}, which has ended`);
  expect(withLocalTimes('at 2026-99-99T99:99:99Z')).toBe('at 2026-99-99T99:99:99Z');
  expect(formatTimeExact('yesterday\u202e')).toBe('yesterday\\u202e');
});
