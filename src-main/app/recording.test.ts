/** The journal runs ahead of the guest: nothing happens to it that is not on disk as begun. */
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { JournalRecord } from '../../src-core/journal/types.ts';
import { hashDefinition } from '../../src-core/rescue/record.ts';
import type { RescueRequest } from '../../src-core/rescue/types.ts';
import { endRescue } from './end-run.ts';
import { DEFINITION, DOMAIN, REQUEST, STAMP, fakeHost } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import { memoryJournal } from './journal.test-support.ts';
import type { Journal } from './journal-port.ts';
import { runRescue } from './rescue-run.ts';

const signal = new AbortController().signal;
const silent = { steps: () => undefined, step: () => undefined, note: () => undefined, cancellable: () => undefined };

async function codeOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof SalvorError) return error.data.code;
    throw error;
  }
}

function rescue(host: FakeHost, journal: Journal, request: RescueRequest = REQUEST, more: object = {}) {
  const order = { domain: DOMAIN, request, properties: {}, confirmed: null, stamp: STAMP, journal };
  return codeOf(runRescue(host.hypervisor, order, { ...silent, planned: () => undefined, ...more }, signal));
}

function end(host: FakeHost, journal: Journal) {
  const stop = { how: 'force', timeoutSeconds: 1, onTimeout: 'give-up' } as const;
  const order = { domain: DOMAIN, stop, power: 'as-before', by: 'tester@here', journal } as const;
  return codeOf(endRescue(host.hypervisor, order, silent, signal));
}

const line = (record: JournalRecord) =>
  record.type === 'step'
    ? `${record.id} ${record.state}`
    : record.type === 'ended'
      ? `ended ${record.outcome}`
      : record.type;

/** Each record with what had been done to the guest when it was written. */
function watched(host: FakeHost) {
  const seen: string[] = [];
  const journal = memoryJournal((record) => void seen.push(`${line(record)}: ${host.changes.join(' ')}`));
  return { seen, journal };
}

describe('a rescue', () => {
  test('each step is in the journal before it begins', async () => {
    const host = fakeHost();
    const { seen, journal } = watched(host);
    expect(await rescue(host, journal, { ...REQUEST, session: 'until-ended' })).toBeNull();
    expect(seen).toEqual([
      'began: ',
      'check done: ',
      'stop running: ',
      'stop done: destroyDomain',
      'define running: destroyDomain',
      'define done: destroyDomain defineDomain',
      'start running: destroyDomain defineDomain',
      'start done: destroyDomain defineDomain startDomain',
      'verify running: destroyDomain defineDomain startDomain',
      'verify done: destroyDomain defineDomain startDomain',
      'ended done: destroyDomain defineDomain startDomain',
    ]);
  });

  test('the first record has what it takes to put things right, and no password', async () => {
    const host = fakeHost();
    const journal = memoryJournal();
    await rescue(host, journal);
    expect(journal.written[0]).toMatchObject({
      type: 'began',
      id: 'ours',
      kind: 'rescue',
      by: 'tester@here',
      domain: DOMAIN,
      session: { id: 'ours', kind: 'one-shot', transient: false },
      before: { state: 'running', persistent: true, definition: hashDefinition(DEFINITION) },
    });
    expect(JSON.stringify(journal.written)).not.toContain('s3cret');
    expect(JSON.stringify(journal.written)).toContain('/images/root.img');
  });

  test('what was taken back is recorded, and what was told', async () => {
    const host = fakeHost();
    const { seen, journal } = watched(host);
    host.before.createDomain = () => Promise.reject(new SalvorError('libvirt', { call: 'create' }, 'no medium'));
    expect(await rescue(host, journal)).toBe('start-failed');
    expect(seen.map((each) => each.split(':')[0])).toEqual([
      'began',
      'check done',
      'stop running',
      'stop done',
      'start running',
      'start failed',
      'stop undone',
      'ended failed',
    ]);
    expect(journal.written.at(-1)).toMatchObject({
      code: 'start-failed',
      unchanged: 'patient was started again as it was; its definition was not touched.',
      definition: hashDefinition(DEFINITION),
    });
  });

  test('refused: nothing is written', async () => {
    const journal = memoryJournal();
    expect(await rescue(fakeHost({ volumes: {} }), journal)).toBe('refused');
    expect(journal.written).toEqual([]);
  });

  test('a journal that cannot be written: nothing is touched', async () => {
    const host = fakeHost();
    const journal = memoryJournal();
    journal.fail('no space left on device');
    expect(await rescue(host, journal)).toBe('journal-unwritable');
    expect(host.changes).toEqual([]);
  });

  test('a journal that cannot be written any more: the rescue goes on, and that is told', async () => {
    const host = fakeHost();
    const journal = memoryJournal((record) => {
      if (line(record) === 'stop done') journal.fail('no space left on device');
    });
    const problems: string[] = [];
    const journalIncomplete = (problem: string) => void problems.push(problem);
    expect(await rescue(host, journal, REQUEST, { journalIncomplete })).toBeNull();
    expect(problems).toEqual(['no space left on device']);
    expect(host.changes).toEqual(['destroyDomain', 'createDomain']);
  });
});

describe('an ending', () => {
  test('is an operation of its own, written ahead, and closes the entry of the rescue', async () => {
    const host = fakeHost();
    const { seen, journal } = watched(host);
    await rescue(host, journal, { ...REQUEST, session: 'until-ended' });
    seen.length = 0;
    host.changes.length = 0;
    expect(await end(host, journal)).toBeNull();
    expect(seen).toEqual([
      'began: ',
      'check done: ',
      'stop running: ',
      'stop done: destroyDomain',
      'define running: destroyDomain',
      'define done: destroyDomain defineDomain',
      'start running: destroyDomain defineDomain',
      'start done: destroyDomain defineDomain startDomain',
      'verify running: destroyDomain defineDomain startDomain',
      'verify done: destroyDomain defineDomain startDomain',
      'closed: destroyDomain defineDomain startDomain',
      'ended done: destroyDomain defineDomain startDomain',
    ]);
    const { entries } = await journal.read();
    expect(entries.map(({ began, closed }) => [began.kind, closed?.how ?? null])).toEqual([
      ['end', null],
      ['rescue', 'finished'],
    ]);
    expect(entries[0]?.began).toMatchObject({
      session: { id: 'ours' },
      order: { power: 'on' },
      before: { definition: hashDefinition(DEFINITION) },
    });
  });

  test('of a rescue that another computer began: there is nothing to close', async () => {
    const host = fakeHost();
    await rescue(host, memoryJournal());
    const journal = memoryJournal();
    expect(await end(host, journal)).toBeNull();
    expect(journal.written.at(-1)).toMatchObject({ type: 'ended', outcome: 'done' });
  });

  test('a journal that cannot be written: the rescue goes on', async () => {
    const host = fakeHost();
    await rescue(host, memoryJournal());
    host.changes.length = 0;
    const journal = memoryJournal();
    journal.fail('read-only file system');
    expect(await end(host, journal)).toBe('journal-unwritable');
    expect(host.changes).toEqual([]);
  });
});
