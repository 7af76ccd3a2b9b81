/** Files of the journal come back from a disk: whatever is in one, it is an operation that fits its name, or said not to be. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryReport, historyDocument, historyReport } from '../journal/report.ts';
import type { BeganRecord, JournalRecord } from '../journal/types.ts';
import { HOSTILE_TEXTS } from '../fuzz/hostile-text.test-support.ts';
import { seedOfRun } from '../rescue/plan-runs.test-support.ts';
import { operationFile, readOperation } from './journal.ts';

const ID = '0f0e0d0c-0b0a-4908-8706-050403020100';
const HASH = 'a'.repeat(64);
const NOW = '2026-02-03T05:00:00.000Z';
const time = (seconds: number) => new Date(Date.parse('2026-02-03T04:05:06.000Z') + seconds * 1000).toISOString();

const BEGAN: BeganRecord = {
  type: 'began',
  version: 1,
  at: time(0),
  id: ID,
  kind: 'rescue',
  by: 'tester@here',
  host: { uri: 'qemu:///system', hostname: 'node-1' },
  domain: { uuid: 'c0ffee00-1111-4222-8333-444455556666', name: 'web' },
  session: { id: ID, kind: 'one-shot', transient: false },
  order: {
    kind: 'rescue',
    request: {
      media: [{ kind: 'path', path: '/media/rescue.iso' }],
      device: null,
      bus: null,
      profile: 'recommended',
      session: null,
      endAtFirstReboot: false,
      fallThrough: null,
      transientConsent: false,
      writes: 'overlay',
      overlayPool: null,
      guestDisks: 'writable',
      stop: { how: 'force', timeoutSeconds: 60, onTimeout: 'give-up' },
      allowUnbootable: false,
    },
    properties: { hw_rescue_bus: 'usb' },
  },
  before: { state: 'running', persistent: true, autostart: false, definition: HASH, definitionXml: '<domain/>' },
  rescueDefinition: HASH,
  steps: [{ id: 'stop', text: 'Force web off' }],
  files: [{ kind: 'overlay', name: '/var/lib/overlay.qcow2' }],
};
const FURTHER: readonly JournalRecord[] = [
  { type: 'step', at: time(1), id: 'stop', state: 'running' },
  { type: 'backup', at: time(2), path: '/nvram/web_VARS.fd', size: 9, sha256: HASH },
  { type: 'note', at: time(3), text: '5 s left' },
  { type: 'step', at: time(4), id: 'stop', state: 'done' },
  { type: 'ended', at: time(5), outcome: 'done', code: null, message: null, unchanged: null, definition: HASH },
  { type: 'closed', at: time(6), by: 'tester@here', how: 'finished' },
];
const FILE = operationFile(BEGAN);
const textOf = (records: readonly JournalRecord[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
const WHOLE = textOf([BEGAN, ...FURTHER]);

it('what was written is what is read', () => {
  const read = readOperation(FILE, WHOLE, NOW);
  expect(read).toEqual({
    entry: { began: BEGAN, records: FURTHER, ended: FURTHER[4], closed: FURTHER[5], problems: [] },
  });
});

describe('any file', () => {
  /** A few characters overwritten, left out, put in, a line twice, cut off: what disks and editors do. */
  const damageArbitrary = fc.array(
    fc.record({
      at: fc.nat(WHOLE.length),
      length: fc.nat(60),
      put: fc.oneof(
        fc.string({ maxLength: 20, unit: 'binary' }),
        fc.constantFrom('\n', '\u0000\u0000', '{}', '"', ',', '"__proto__":{"a":1},', 'null', '1e999', '[[[['),
        fc.constant(`${JSON.stringify(FURTHER[0])}\n`),
      ),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const damaged = (damages: readonly { at: number; length: number; put: string }[]) =>
    damages.reduce((text, { at, length, put }) => text.slice(0, at) + put + text.slice(at + length), WHOLE);

  it('is an operation that fits its name, and can be told, or is said not to be', () => {
    let entries = 0;
    let unreadable = 0;
    fc.assert(
      fc.property(damageArbitrary, (damages) => {
        const read = readOperation(FILE, damaged(damages), NOW);
        if ('unreadable' in read) {
          unreadable += 1;
          expect(read.unreadable.problem).not.toBe('');
          return;
        }
        entries += 1;
        const { entry } = read;
        expect([entry.began.id, entry.began.domain.uuid]).toEqual([ID, BEGAN.domain.uuid]);
        expect(entryReport(entry).split('\n').length).toBeLessThan(40);
        JSON.stringify(historyDocument([entry], []));
      }),
      { numRuns: 3_000, seed: seedOfRun() },
    );
    expect(entries).toBeGreaterThan(100);
    expect(unreadable).toBeGreaterThan(100);
  });

  it('of nothing but noise is said not to be one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(readOperation(FILE, text, NOW)).toMatchObject({ unreadable: { file: FILE, why: 'damaged' } });
      }),
      { numRuns: 1_000, seed: seedOfRun() },
    );
  });

  it('deep and long is no more than not one', () => {
    expect(readOperation(FILE, '['.repeat(1_000_000), NOW)).toHaveProperty('unreadable');
    expect(readOperation(FILE, WHOLE + '\n'.repeat(1_000_000), NOW)).toHaveProperty('entry');
  });
});

describe('the report', () => {
  it('keeps every text on its line, and moves nobody’s cursor', () => {
    for (const hostile of [...HOSTILE_TEXTS, '\u001b[31m\r\nRescue: forged\u2028\u202e\u009b2J']) {
      const entry = {
        began: {
          ...BEGAN,
          by: hostile,
          host: { uri: hostile, hostname: hostile },
          domain: { ...BEGAN.domain, name: hostile },
          session: { id: hostile, kind: 'one-shot' as const, transient: false },
          steps: [{ id: 'stop', text: hostile }],
          files: [{ kind: 'overlay' as const, name: hostile }],
        },
        records: [
          { type: 'step' as const, at: time(1), id: 'stop', state: 'running' as const },
          { type: 'note' as const, at: time(2), text: hostile },
          { type: 'step' as const, at: time(3), id: hostile, state: 'done' as const },
        ],
        ended: null,
        closed: { type: 'closed' as const, at: time(4), by: hostile, how: 'forgotten' as const },
        problems: [hostile],
      };
      const report = historyReport([entry], [{ file: hostile, why: 'damaged', problem: hostile }]);
      expect(report.split('\n')).toHaveLength(26);
      expect(report.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
  });
});
