import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeAsar } from './asar.mjs';
import { isFittingNode } from './node-runtime.mjs';
import { root } from './paths.mjs';
import { readPlaywright, readVitest } from './stages.mjs';
import { fingerprint } from './stamps.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'salvor-scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['18.20.4', false],
  ['20.20.2', false],
  ['22.12.0', false],
  ['22.22.1', false],
  ['22.22.2', true],
  ['22.23.0', true],
  ['23.11.0', false],
  ['24.14.9', false],
  ['24.15.0', true],
  ['25.1.0', false],
  ['26.0.0', true],
])('Node %s fits: %s', (version, fits) => {
  expect(isFittingNode(version)).toBe(fits);
});

test('an archive for Electron says where each file is', () => {
  const source = path.join(folder, 'source');
  mkdirSync(source);
  writeFileSync(path.join(source, 'b.js'), 'second');
  writeFileSync(path.join(source, 'a.json'), '{}');
  const archive = path.join(folder, 'x.asar');
  writeAsar(source, archive);
  const bytes = readFileSync(archive);
  const headerSize = bytes.readUInt32LE(4);
  const header = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12)));
  expect(header).toEqual({ files: { 'a.json': { size: 2, offset: '0' }, 'b.js': { size: 6, offset: '2' } } });
  expect(bytes.toString('utf8', 8 + headerSize)).toBe('{}second');
});

describe('a fingerprint of sources', () => {
  const source = path.join(folder, 'room');
  const touch = (file, text, time) => {
    writeFileSync(path.join(source, file), text);
    utimesSync(path.join(source, file), time, time);
  };
  mkdirSync(path.join(source, 'dist'), { recursive: true });
  touch('one.ts', 'one', 1000);
  const before = fingerprint([source]);

  test('stays when nothing changed, and when only tests or built files did', () => {
    touch('one.test.ts', 'test', 2000);
    touch('dist/one.js', 'built', 2000);
    expect(fingerprint([source])).toBe(before);
  });

  test('changes with a source, with a new one, and with a fact', () => {
    expect(fingerprint([source], ['24'])).not.toBe(before);
    touch('two.ts', 'two', 1000);
    const withTwo = fingerprint([source]);
    expect(withTwo).not.toBe(before);
    touch('one.ts', 'two', 1001);
    expect(fingerprint([source])).not.toBe(withTwo);
  });
});

describe('counts of a report', () => {
  test('a file that could not be prepared is a failure, though no test in it failed', () => {
    const json = {
      numPassedTests: 3,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 0,
      testResults: [
        { name: path.join(root, 'a.test.ts'), status: 'passed', assertionResults: [{ status: 'passed' }] },
        {
          name: path.join(root, 'b.test.ts'),
          status: 'failed',
          assertionResults: [{ status: 'failed', fullName: 'adds up' }],
        },
        {
          name: path.join(root, 'c.test.ts'),
          status: 'failed',
          assertionResults: [{ status: 'skipped' }, { status: 'skipped' }],
        },
        { name: path.join(root, 'd.test.ts'), status: 'failed', assertionResults: [] },
      ],
    };
    const failures = ['b.test.ts: adds up', 'c.test.ts', 'd.test.ts'];
    expect(readVitest(json)).toEqual({ passed: 3, failed: 3, skipped: 2, failures });
  });

  test('a spec that passes only at the second try has failed', () => {
    const json = {
      stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 },
      errors: [{ message: 'a broken file' }],
      suites: [
        {
          specs: [{ ok: true, file: 'a.spec.ts', title: 'opens' }],
          suites: [{ specs: [{ ok: false, file: 'a.spec.ts', title: 'closes' }] }],
        },
      ],
    };
    expect(readPlaywright(json)).toEqual({ passed: 5, failed: 3, skipped: 2, failures: ['a.spec.ts: closes'] });
  });
});
