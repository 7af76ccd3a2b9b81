import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import { MIB, addDestinations, migrationOperation, progressAt } from '../../../harness/fake-migration.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import type { FakeHandlers } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';
import { begin, openPage, startButton, WEB } from './page.test-support.ts';

async function underWay(parts: Parameters<typeof progressAt>[2] = {}, over: Partial<FakeHandlers> = {}) {
  const { user, fake } = await begin(makeWorld(), over);
  await screen.findByRole('list', { name: '1 refusal' });
  fake.emit({ type: 'operation-changed', operation: migrationOperation(WEB) });
  fake.emit({ type: 'migration-progress', operationId: 'migration-1', progress: progressAt(9, 40) });
  fake.emit({ type: 'migration-progress', operationId: 'migration-1', progress: progressAt(10, 40, parts) });
  await screen.findByRole('heading', { name: 'Migrating web-01' });
  await screen.findByRole('progressbar', { name: 'How far it is' });
  return { user, fake };
}

test('how far it is: phase, share, figures and both lines in words; it is on the line at the bottom, too', async () => {
  const { user } = await underWay({ dirtyRate: 18 * MIB, left: 7 });
  const progress = screen.getByRole('region', { name: 'How far it is' });
  expect(progress).toHaveTextContent('Sending memory');
  expect(within(progress).getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25');
  expect(progress).toHaveTextContent('about 7 s to go');
  expect(progress).toHaveTextContent('Dirtied by the guest18 MiB/s');
  expect(within(progress).getByRole('img', { name: /^To send, over time: from .* to 6 GiB now$/ })).toBeInTheDocument();
  expect(within(progress).getByRole('img', { name: /while the guest dirties 18 MiB\/s$/ })).toBeInTheDocument();
  // It goes on while one looks at something else, and is one click away.
  await user.click(screen.getByRole('option', { name: /^mail-02/ }));
  await user.click(screen.getByRole('button', { name: /^Migrating web-01 ?25 %$/ }));
  expect(await screen.findByRole('heading', { name: 'Migrating web-01' })).toHaveFocus();
});

test('why there is no end in sight: more is dirtied than sent, or nothing goes over', async () => {
  const { fake } = await underWay({ dirtyRate: 2000 * MIB, left: null });
  expect(screen.getByText('no end in sight: memory is dirtied as fast as it is sent')).toBeInTheDocument();
  fake.emit({
    type: 'migration-progress',
    operationId: 'migration-1',
    progress: progressAt(10, 40, { stalled: 12, left: null }),
  });
  expect(await screen.findByText('Not a byte has gone over for 12 s: the link may be down.')).toBeInTheDocument();
  expect(screen.getByText(/cancelled, the guest just stays here/)).toBeInTheDocument();
  expect(screen.getByText('no end in sight: nothing goes over', { selector: '[role=status]' })).toBeInTheDocument();
  expect(screen.getByRole('region', { name: 'How far it is' })).toHaveTextContent('Rate0 B/s');
  // Switched to now, it would stand still on both hosts.
  const postCopy = screen.getByRole('button', { name: 'Switch to post-copy…' });
  expect(postCopy).toBeDisabled();
  expect(postCopy).toHaveAccessibleDescription(/^Not while nothing goes over/);
});

test('a question that is none any more goes, does not come back, and leaves the keyboard where it was', async () => {
  const { user, fake } = await underWay();
  const tell = (stalled: number) =>
    fake.emit({ type: 'migration-progress', operationId: 'migration-1', progress: progressAt(11, 40, { stalled }) });
  await user.click(screen.getByRole('button', { name: 'Switch to post-copy…' }));
  tell(12);
  await waitFor(() => expect(screen.getByRole('button', { name: 'Allow longer downtime…' })).toHaveFocus());
  tell(0);
  await waitFor(() => expect(screen.getByRole('button', { name: 'Switch to post-copy…' })).toBeEnabled());
  expect(screen.queryByRole('group', { name: 'Switch to post-copy?' })).toBeNull();
});

test('post-copy is asked about first, with what a broken link would cost; afterwards nothing can be cancelled', async () => {
  const { user, fake } = await underWay();
  await user.click(screen.getByRole('button', { name: 'Switch to post-copy…' }));
  const ask = screen.getByRole('group', { name: 'Switch to post-copy?' });
  expect(ask).toHaveTextContent('its memory is lost');
  await user.keyboard('{Enter}');
  expect(fake.calls).toContainEqual({ channel: 'migration.startPostCopy', input: { operationId: 'migration-1' } });
  fake.emit({ type: 'operation-changed', operation: migrationOperation(WEB, { cancellable: false }) });
  fake.emit({
    type: 'migration-progress',
    operationId: 'migration-1',
    progress: progressAt(20, 40, { phase: 'post-copy', mayPostCopy: false }),
  });
  await waitFor(() => expect(screen.getByRole('button', { name: 'Cancel' })).toBeDisabled());
  expect(screen.getByRole('button', { name: 'Cancel' })).toHaveAccessibleDescription(/runs at the destination already/);
  expect(screen.getByRole('button', { name: 'Allow longer downtime…' })).toBeDisabled();
});

test('a longer downtime is offered as what would end it now, and what cannot be read is said', async () => {
  const { user, fake } = await underWay({ downtime: 2740 });
  await user.click(screen.getByRole('button', { name: 'Allow longer downtime…' }));
  const field = screen.getByRole('textbox', { name: 'The guest may stand still at the end for' });
  expect(field).toHaveValue('2800');
  await user.clear(field);
  await user.type(field, '-1');
  expect(screen.getByRole('button', { name: 'Allow' })).toBeDisabled();
  await user.clear(field);
  await user.type(field, '3000{Enter}');
  expect(fake.calls).toContainEqual({
    channel: 'migration.setMaxDowntime',
    input: { operationId: 'migration-1', milliseconds: 3000 },
  });
  await waitFor(() => expect(screen.getByRole('button', { name: 'Allow longer downtime…' })).toBeInTheDocument());
});

test('cancel goes to the run; one that failed says what is and leads back to the request', async () => {
  const { user, fake } = await underWay();
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(fake.calls).toContainEqual({ channel: 'operations.cancel', input: { operationId: 'migration-1' } });
  const error = errorData(
    'migration-failed',
    { domain: 'web-01', what: 'the link broke', unchanged: 'It runs on at demo as before.' },
    'operation failed: job',
  );
  fake.emit({ type: 'operation-changed', operation: migrationOperation(WEB, { state: 'failed', error }) });
  expect(await screen.findByRole('alert')).toHaveTextContent('It runs on at demo as before.');
  expect(screen.queryByRole('progressbar')).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Back to the request' }));
  expect(startButton()).toBeInTheDocument();
});

test('all of it is over and nothing is heard of its arrival: it is not said that the guest would stay here', async () => {
  const { fake } = await underWay();
  const stalled = { phase: 'finishing', stalled: 12, mayPostCopy: false } as const;
  fake.emit({ type: 'migration-progress', operationId: 'migration-1', progress: progressAt(40, 40, stalled) });
  expect(await screen.findByText(/^All of it has gone over, and for 12 s nothing is heard/)).toBeInTheDocument();
  expect(screen.getByText(/both hosts are looked at in the end/)).toBeInTheDocument();
  expect(screen.queryByText(/just stays here/)).not.toBeInTheDocument();
});

test('what was answered against a switch stands beside the run, and not above the button of the next one', async () => {
  const error = errorData('not-supported', { what: 'post-copy while no memory goes over' });
  const { user, fake } = await underWay({}, { 'migration.startPostCopy': () => ({ ok: false, error }) });
  await user.click(screen.getByRole('button', { name: 'Switch to post-copy…' }));
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent(error.message);
  await waitFor(() => expect(screen.getByRole('button', { name: 'Switch to post-copy…' })).toHaveFocus());
  fake.emit({ type: 'operation-changed', operation: migrationOperation(WEB, { state: 'cancelled' }) });
  await user.click(await screen.findByRole('button', { name: 'Back to the request' }));
  expect(startButton()).toBeInTheDocument();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

test('one that was begun before this window was there is shown, too', async () => {
  const world = addDestinations(makeWorld());
  world.operations.set('migration-1', migrationOperation(WEB));
  const { user } = await renderWindow(
    fakeSalvor(world, { 'migration.underWay': () => [{ operationId: 'migration-1', progress: progressAt(10, 40) }] }),
  );
  await openPage(user);
  expect(await screen.findByRole('progressbar', { name: 'How far it is' })).toHaveAttribute('aria-valuenow', '25');
});
