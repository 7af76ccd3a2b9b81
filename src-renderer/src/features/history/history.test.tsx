import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import { doneSteps, ended, journalEntry } from '../../../harness/fake-journal.test-support.ts';
import { MIGRATION_REQUEST } from '../../../harness/fake-migration.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld, row, session } from '../../../harness/fake-world.test-support.ts';
import type { FakeWorld } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';

const HASH = /5d1f0c9a7be3468f92d07c41aa6b3e8f5d1f0c9a7be3468f92d07c41aa6b3e8f/;

const failed = ended({
  outcome: 'failed',
  code: 'stop-timeout',
  message: 'web-01 did not shut down within 120 seconds.',
  unchanged: 'It keeps running; its definition was not touched.',
  definition: null,
});

/** Two operations on web-01, one that failed and one that was done. */
function worldWithHistory(): FakeWorld {
  return makeWorld({
    journal: [
      journalEntry({ id: 'newer', at: '2026-11-21T09:00:00.000Z', by: 'ben@ops-1' }, [
        ...doneSteps().slice(0, 3),
        failed,
      ]),
      journalEntry({ id: 'older' }),
    ],
  });
}

async function openHistory(user: UserEvent): Promise<HTMLElement> {
  await user.click(await screen.findByRole('option', { name: /^web-01,/ }));
  await user.click(await screen.findByRole('tab', { name: 'History' }));
  return screen.findByRole('listbox', { name: 'Operations, the newest first' });
}

const account = () => screen.findByRole('region', { name: 'What happened' });

test('a machine on which nothing was done says so, and what would be here', async () => {
  const { user } = await renderWindow();
  await user.click(await screen.findByRole('option', { name: /^web-01,/ }));
  await user.click(await screen.findByRole('tab', { name: 'History' }));
  expect(await screen.findByText('Nothing has been done to this machine from this computer')).toBeInTheDocument();
});

test('a migration tells where to and how; that the definition is another one there is no warning', async () => {
  const migration = {
    to: { uri: 'qemu+ssh://root@kvm-2/system', hostname: 'kvm-2' },
    request: MIGRATION_REQUEST,
    call: { flags: [], migrateUri: null, disks: [], disksUri: null, bandwidth: null, parallel: null },
    running: null,
    persistent: null,
    makes: { secrets: [], volumes: [] },
  };
  const entry = journalEntry({ version: 2, kind: 'migrate', order: { kind: 'migrate', migration } }, [
    ...doneSteps().slice(0, 3),
    ended({ definition: 'f'.repeat(64) }),
  ]);
  const { user } = await renderWindow(fakeSalvor(makeWorld({ journal: [entry] })));
  const list = await openHistory(user);
  expect(within(list).getByRole('option')).toHaveAccessibleName(/^Migration, Done/);
  expect(await account()).toHaveTextContent('Tokvm-2 – qemu+ssh://root@kvm-2/system');
  expect(await account()).toHaveTextContent('live, from host to host');
  expect(await account()).toHaveTextContent('another one: that of the destination');
});

test('the newest is shown first, with what was told then; the list is walked with the arrow keys', async () => {
  const { user, fake } = await renderWindow(fakeSalvor(worldWithHistory()));
  const list = await openHistory(user);
  expect(within(list).getAllByRole('option')).toHaveLength(2);
  expect(await account()).toHaveTextContent(/did not shut down within 120 seconds\..*It keeps running; its definition/);
  expect(await account()).toHaveTextContent(
    'Shut web-01 down, wait up to 120 s, then give up – Begun, and not seen to end',
  );
  list.focus();
  await user.keyboard('{ArrowDown}');
  expect(within(list).getByRole('option', { selected: true })).toHaveAccessibleName(/^Rescue, Done, .*, by anna@ops-3/);
  expect(list).toHaveAttribute('aria-activedescendant', within(list).getByRole('option', { selected: true }).id);
  await waitFor(async () => expect(await account()).toHaveTextContent('as before'));
  const steps = within(await account()).getByRole('table', { name: 'Steps' });
  expect(within(steps).getByRole('row', { name: /Shut web-01 down.* 44 s/ })).toBeInTheDocument();
  expect(within(await account()).getAllByText(HASH)).toHaveLength(2);
  expect(fake.calls.filter(({ channel }) => channel === 'history.entry').map(({ input }) => input)).toEqual([
    { id: 'newer' },
    { id: 'older' },
  ]);
});

test('text, kind and outcome filter; what nothing matches leads back to all', async () => {
  const { user } = await renderWindow(fakeSalvor(worldWithHistory()));
  const list = await openHistory(user);
  await user.click(screen.getByRole('radio', { name: 'Failed' }));
  expect(within(list).getAllByRole('option')).toHaveLength(1);
  expect(screen.getByText('1 of 2')).toBeInTheDocument();
  await user.type(screen.getByRole('searchbox', { name: 'Search the history' }), 'anna');
  await user.click(await screen.findByRole('button', { name: 'Show all' }));
  expect(screen.getAllByRole('option', { name: /^Rescue, / })).toHaveLength(2);
});

test('what is shown is exported; where to is said, and so is why not', async () => {
  const world = worldWithHistory();
  let full = false;
  const fake = fakeSalvor(world, {
    'history.export': () =>
      full
        ? { ok: false, error: errorData('file-unwritable', { path: '/full/report.txt' }) }
        : '/home/anna/report.json',
  });
  const { user } = await renderWindow(fake);
  await openHistory(user);
  const shown = screen.getByRole('group', { name: 'Export the 2 operations shown' });
  await user.click(within(shown).getByRole('button', { name: 'JSON' }));
  expect(await within(shown).findByText('Saved to /home/anna/report.json')).toBeInTheDocument();
  expect(fake.calls).toContainEqual({ channel: 'history.export', input: { ids: ['newer', 'older'], format: 'json' } });
  full = true;
  const one = screen.getByRole('group', { name: 'Export this operation' });
  await user.click(within(one).getByRole('button', { name: 'Text report' }));
  expect(await within(one).findByText(/The file \/full\/report\.txt cannot be written/)).toBeInTheDocument();
  expect(fake.calls).toContainEqual({ channel: 'history.export', input: { ids: ['newer'], format: 'text' } });
});

test('a record with something wrong, and files that cannot be read, are shown as such', async () => {
  const world = worldWithHistory();
  world.journal.push(journalEntry({ id: 'torn', at: '2026-11-21T10:00:00.000Z' }, [], ['Its last line is cut off.']));
  world.journal.reverse();
  world.unreadable.push({ file: 'x.jsonl', why: 'newer', problem: 'version 4; this Salvor reads 1' });
  const { user } = await renderWindow(fakeSalvor(world));
  await user.click(await screen.findByRole('button', { name: 'History' }));
  expect(await screen.findByText(/1 file of the journal cannot be read/)).toBeInTheDocument();
  expect(screen.getByText('Journal: /home/anna/.local/state/salvor/journal')).toBeInTheDocument();
  expect(screen.getByText(/written by a newer Salvor/)).toHaveTextContent('x.jsonl');
  expect(await account()).toHaveTextContent('1 thing is wrong with its recordIts last line is cut off.');
  expect(await account()).toHaveTextContent('No end was written');
});

test('the definition before is there to read', async () => {
  const { user } = await renderWindow(fakeSalvor(worldWithHistory()));
  await openHistory(user);
  await user.click(screen.getByRole('radio', { name: 'Definition before' }));
  expect(await screen.findByRole('textbox', { name: 'Definition before' })).toHaveTextContent('<name>web-01</name>');
});

test('an operation that begins or ends is there without a question', async () => {
  const world = worldWithHistory();
  const { user, fake } = await renderWindow(fakeSalvor(world));
  await openHistory(user);
  world.journal.unshift(journalEntry({ id: 'newest', kind: 'end', at: '2026-11-21T11:00:00.000Z' }));
  fake.emit({ type: 'unfinished-changed' });
  expect(await screen.findByRole('option', { name: /^End of rescue, Done/ })).toBeInTheDocument();
});

test('a journal that cannot be read is an error in its place', async () => {
  const error = errorData('internal', {});
  const { user } = await renderWindow(fakeSalvor(makeWorld(), { 'history.list': () => ({ ok: false, error }) }));
  await user.click(await screen.findByRole('button', { name: 'History' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(error.message);
});

const backup = {
  type: 'backup' as const,
  at: '2026-11-21T08:12:44.460Z',
  path: '/var/lib/libvirt/qemu/nvram/web-01_VARS.fd',
  size: 540_672,
  sha256: 'ab'.repeat(32),
};

test('UEFI variables are put back after a question that names machine and file, and not while the machine runs', async () => {
  const world = makeWorld({ journal: [journalEntry({}, [backup, ...doneSteps()])] });
  const { user, fake } = await renderWindow(fakeSalvor(world));
  await openHistory(user);
  const button = await screen.findByRole('button', { name: 'Restore…' });
  expect(button).toBeDisabled();
  expect(button).toHaveAccessibleDescription('web-01 runs: shut it down first.');
  fake.emit({ type: 'machine-changed', machine: row({ session: session(), state: 'shutoff' }) });
  await waitFor(() => expect(button).toHaveAccessibleDescription('web-01 is in rescue: end it first.'));
  fake.emit({ type: 'machine-changed', machine: row({ state: 'shutoff' }) });
  await waitFor(() => expect(button).toBeEnabled());
  await user.click(button);
  const panel = screen.getByRole('group', { name: /^Put the UEFI variables of web-01 back as they were on / });
  expect(panel).toHaveTextContent('/var/lib/libvirt/qemu/nvram/web-01_VARS.fd on Demo is written anew');
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.getByRole('button', { name: 'Restore…' })).toHaveFocus());
  expect(fake.calls.some(({ channel }) => channel === 'nvram.restore')).toBe(false);
  await user.keyboard('{Enter}');
  await user.click(screen.getByRole('button', { name: 'Put them back' }));
  expect(fake.calls.find(({ channel }) => channel === 'nvram.restore')?.input).toEqual({
    operationId: journalEntry().began.id,
    machine: { hostId: 'demo', uuid: row().uuid },
  });
  expect(await screen.findByRole('tab', { name: 'Rescue', selected: true })).toBeInTheDocument();
});

test('names and words from elsewhere stay text, and turn no sentence around', async () => {
  const hostile = '<img src=x onerror=alert(1)>\u202egnp.exe';
  const shown = '<img src=x onerror=alert(1)>\\u202egnp.exe';
  const entry = journalEntry(
    { by: hostile, host: { uri: hostile, hostname: hostile }, domain: { uuid: row().uuid, name: hostile } },
    [ended({ outcome: 'failed', message: hostile, unchanged: hostile }), { type: 'note', at: hostile, text: hostile }],
    [hostile],
  );
  const world = makeWorld({ journal: [entry], unreadable: [{ file: hostile, why: 'damaged', problem: hostile }] });
  const { user, view } = await renderWindow(fakeSalvor(world));
  await user.click(await screen.findByRole('button', { name: 'History' }));
  await waitFor(async () => expect((await account()).textContent).toContain(shown));
  expect(view.container.querySelector('img')).toBeNull();
  expect(view.container.querySelector('.history-page')?.textContent).not.toContain('\u202e');
});
