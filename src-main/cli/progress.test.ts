/** What a run tells on stderr, line by line. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MockInstance } from 'vitest';
import { progress } from './progress.ts';

let stderr: MockInstance<typeof process.stderr.write>;
beforeEach(() => {
  stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  stderr.mockRestore();
});

const told = () => stderr.mock.calls.map(([line]) => String(line).trimEnd());

test('a step ends in the words that it began with, though the plan has others for it', () => {
  const { report } = progress(false, 'Look');
  report.step('check', 'running');
  report.steps([
    { id: 'check', text: 'Check again' },
    { id: 'stop', text: 'Force web01 off' },
  ]);
  report.step('check', 'done');
  report.step('stop', 'running');
  report.step('stop', 'failed');
  expect(told()).toEqual(['running Look', 'done    Look', 'running Force web01 off', 'failed  Force web01 off']);
});

test('one that is said twice to run is told once; a later step of that name has words of its own', () => {
  const { report } = progress(false, 'Look');
  report.step('check', 'running');
  report.step('check', 'running');
  report.step('check', 'done');
  report.steps([{ id: 'check', text: 'Touch nothing' }]);
  report.step('check', 'running');
  expect(told()).toEqual(['running Look', 'done    Look', 'running Touch nothing']);
});

test('quiet: nothing but that the journal is incomplete', () => {
  const { report, journalProblem } = progress(true);
  report.step('check', 'running');
  report.note('check', 'asked to shut down');
  expect(told()).toEqual([]);
  report.journalIncomplete?.('no space left');
  expect(told()).toHaveLength(1);
  expect(journalProblem()).toBe('no space left');
});
