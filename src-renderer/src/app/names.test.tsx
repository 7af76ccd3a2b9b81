/** Whatever a host, a definition, a medium or a journal calls itself: on no page does a name turn round what stands beside it, or hide in it. */
import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { SalvorApi } from '../../../src-core/contract/channels.ts';
import type { AppEvent, Operation } from '../../../src-core/contract/schemas.ts';
import { cutShort, doneSteps, ended, journalEntry, leftover } from '../../harness/fake-journal.test-support.ts';
import { someLibrary } from '../../harness/fake-library.test-support.ts';
import { addDestinations, migrationOperation } from '../../harness/fake-migration.test-support.ts';
import { fakeSalvor } from '../../harness/fake-salvor.test-support.ts';
import type { FakeSalvor } from '../../harness/fake-salvor.test-support.ts';
import { fillTransfers } from '../../harness/fake-transfers.test-support.ts';
import { makeWorld, row } from '../../harness/fake-world.test-support.ts';
import type { FakeWorld } from '../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../harness/render.test-support.tsx';

/** Turns what follows it round, and is not seen itself. */
const TRICK = '\u202e';

/** Where in an answer there are words of somebody else's: names, places, sentences with names in them. */
const OTHERS = new Set(
  `name hostName hostname machineName title note text remarks detail message startedBy by user medium source destination pool path file
   folder format machine machines users target label version libvirtVersion hypervisorVersion driver model what problem told why domain
   unread warning fileName backing serial wwn alias volume sharedWith of now does uri`.split(/\s+/),
);

function lie(value: unknown, isName = false): unknown {
  if (typeof value === 'string') return isName && value !== '' && !value.startsWith('<') ? `${value}${TRICK}` : value;
  if (Array.isArray(value)) return value.map((one) => lie(one, isName));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, lie(one, OTHERS.has(key))]));
}

/** As it was called before: what the window sends back. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value ?? null).replaceAll(TRICK, '')) as T;
}

/** A main process in which everything that has a name has a lying one. */
function lying(world: FakeWorld): FakeSalvor {
  const fake = fakeSalvor(world);
  const calls = Object.entries(fake.api).map(([name, call]) => [
    name,
    name === 'onEvent'
      ? call
      : async (input: unknown) => lie(await (call as (input: unknown) => Promise<unknown>)(plain(input))),
  ]);
  return {
    calls: fake.calls,
    api: Object.fromEntries(calls) as SalvorApi,
    emit: (event) => fake.emit(lie(event) as AppEvent),
  };
}

const SEEN_ATTRIBUTES = ['title', 'aria-label', 'placeholder', 'alt'];

/** The places of the page where a name is as it came. What an editor shows is its own: it marks such characters itself. */
function unwritten(): string[] {
  const elements = [...document.body.querySelectorAll('*')].filter((one) => one.closest('.cm-editor') === null);
  return elements.flatMap((one) => {
    const own = [...one.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
    const words = [
      ...own.map(({ textContent }) => textContent),
      ...SEEN_ATTRIBUTES.map((name) => one.getAttribute(name)),
    ];
    const bad = words.filter((word) => word?.includes(TRICK) === true);
    return bad.map((word) => `${one.tagName} ${one.getAttribute('class') ?? ''}: ${word ?? ''}`);
  });
}

/** Once all of it is there: the name is on the page, written out, and nowhere as it came. */
async function look(where: string): Promise<void> {
  await waitFor(() => expect(screen.queryAllByRole('status', { name: 'Loading' })).toEqual([]));
  expect(document.querySelector('.broken-page'), where).toBeNull();
  expect(document.body.textContent).toContain('\\u202e');
  expect(unwritten(), where).toEqual([]);
}

function world(): FakeWorld {
  const outcome = { outcome: 'failed', code: 'stop-timeout', message: 'Not in time.', unchanged: '' } as const;
  const failed = ended({ ...outcome, definition: null });
  const made = addDestinations(
    makeWorld({
      library: someLibrary(),
      unfinished: [cutShort()],
      journal: [journalEntry({ id: 'newer' }, [...doneSteps().slice(0, 3), failed]), journalEntry({ id: 'older' })],
      leftovers: { leftovers: [leftover()], endedUnseen: [] },
    }),
  );
  fillTransfers(made);
  const web = made.machines.get(`demo/${row().uuid}`);
  if (web !== undefined) web.row = row({ title: 'Front end' });
  return made;
}

test.each([['web-01'], ['mail-02'], ['storage-20-disks']])('on every page of %s', async (name) => {
  const { user } = await renderWindow(lying(world()));
  await user.click(await screen.findByRole('option', { name: new RegExp(`^${name}`) }));
  for (const tab of ['Disks', 'Rescue', 'Hard reboot', 'Migrate', 'Definition', 'History']) {
    await user.click(await screen.findByRole('tab', { name: tab }));
    await look(tab);
    for (const pool of tab === 'Rescue' ? screen.queryAllByRole('button', { name: /^(iso|images)/ }) : []) {
      await user.click(pool);
      await look(`${tab}, ${pool.textContent}`);
    }
  }
});

test('on the pages of hosts, of what was done and what is left, and among the commands', async () => {
  const { user } = await renderWindow(lying(world()));
  await screen.findByRole('option', { name: /^web-01/ });
  for (const command of ['web', 'history', 'library', 'unfinished', 'transfers', 'storage']) {
    await user.keyboard(`{Control>}k{/Control}${command}`);
    await look(`commands for ${command}`);
    await user.keyboard('{Enter}');
    await look(command);
    for (const one of screen.queryAllByRole('option').slice(-2)) {
      await user.click(one);
      await look(`${command}, ${one.textContent}`);
    }
  }
  for (const host of screen.getAllByRole('button', { name: /: (Connected|Not connected)/ })) {
    await user.click(host);
    await look(host.textContent);
  }
});

test('in a run, whatever it is of and however it ends', async () => {
  const { user, fake } = await renderWindow(lying(world()));
  await user.click(await screen.findByRole('option', { name: /^web-01/ }));
  const running = { id: 'a', text: 'Stop web-01', state: 'running', note: 'for pool images' } as const;
  const kinds = ['rescue', 'hard-reboot', 'migrate', 'power'] as const;
  for (const [at, kind] of kinds.entries()) {
    const tab = { rescue: 'Rescue', 'hard-reboot': 'Hard reboot', migrate: 'Migrate', power: 'Disks' }[kind];
    await user.click(await screen.findByRole('tab', { name: tab }));
    for (const state of ['running', 'cancelled', 'done'] as const) {
      const parts: Partial<Operation> = {
        ...{ id: kind, kind, state, startedAt: `2026-11-22T03:0${String(at)}:00Z` },
        ...{ steps: [running], remarks: ['Its network default is another one.'] },
      };
      const operation = migrationOperation({ hostId: 'demo', uuid: row().uuid }, parts);
      fake.emit({ type: 'operation-changed', operation });
      const seen =
        state === 'done' ? /^Its network default/ : state === 'running' ? /^Stop web-01/ : /^(?!Stop).*web-01/;
      await waitFor(() => expect(screen.queryAllByText(seen).length).toBeGreaterThan(0));
      await look(`${kind} ${state}`);
    }
  }
});
