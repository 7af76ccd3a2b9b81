import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import { cutShort } from '../../../harness/fake-journal.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { host, makeWorld } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';

const line = () => screen.findByRole('button', { name: '1 unfinished operation' });

test('where nothing is unfinished there is no line; the page says so', async () => {
  const { user } = await renderWindow();
  await screen.findByRole('option', { name: /^web-01/ });
  expect(screen.queryByRole('button', { name: /unfinished operation/ })).not.toBeInTheDocument();
  await user.keyboard('{Control>}k{/Control}unfinished{Enter}');
  expect(await screen.findByText('Nothing is unfinished')).toBeInTheDocument();
});

test('at the start: a line in sight, what happened, how things stand, the recommended way first and chosen', async () => {
  const { user, fake } = await renderWindow(fakeSalvor(makeWorld({ unfinished: [cutShort()] })));
  await user.click(await line());
  const item = await screen.findByRole('region', { name: 'The rescue of web-01 was not finished' });
  expect(item).toHaveTextContent('Salvor stopped after it had shut web-01 down, before the rescue was started.');
  expect(item).toHaveTextContent('web-01 is off. Its definition is as it was.');
  await user.click(within(item).getByRole('button', { name: 'What to do…' }));
  const panel = screen.getByRole('group', { name: 'What is to be done about web-01?' });
  const [first] = within(panel).getAllByRole('radio');
  expect(first).toBeChecked();
  expect(first).toHaveAccessibleName('Roll it back (recommended) Start web-01 again from its own definition.');
  const finish = within(panel).getByRole('radio', { name: /^Finish it/ });
  expect(finish).toBeDisabled();
  expect(finish).toHaveAccessibleName(/the medium is not there any more/);
  const confirm = within(panel).getByRole('button', { name: 'Roll it back on web-01' });
  expect(confirm).toHaveFocus();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(within(item).getByRole('button', { name: 'What to do…' })).toHaveFocus());
  expect(fake.calls.some(({ channel }) => channel === 'unfinished.resume')).toBe(false);
  await user.keyboard('{Enter}');
  await user.click(screen.getByRole('button', { name: 'Roll it back on web-01' }));
  expect(fake.calls.find(({ channel }) => channel === 'unfinished.resume')?.input).toMatchObject({
    operationId: cutShort().operationId,
    way: 'roll-back',
    situation: cutShort().situation,
    machine: cutShort().machine,
  });
  await waitFor(() => expect(screen.queryByRole('button', { name: /unfinished operation/ })).not.toBeInTheDocument());
  expect(screen.getByRole('tab', { name: 'Rescue', selected: true })).toBeInTheDocument();
});

test('on the machine’s own page, whichever tab; a way that stops the guest asks how', async () => {
  const item = cutShort();
  const offers = item.offers.map((offer) => (offer.way === 'finish' ? { ...offer, reason: null } : offer));
  const { user, fake } = await renderWindow(fakeSalvor(makeWorld({ unfinished: [{ ...item, offers }] })));
  await user.click(await screen.findByRole('option', { name: /^web-01/ }));
  const notice = await screen.findByRole('region', { name: 'The rescue of web-01 was not finished' });
  await user.click(within(notice).getByRole('button', { name: 'What to do…' }));
  expect(screen.queryByRole('group', { name: 'To stop the guest' })).not.toBeInTheDocument();
  await user.click(screen.getByRole('radio', { name: /^Finish it/ }));
  await user.click(
    within(screen.getByRole('group', { name: 'To stop the guest' })).getByRole('radio', { name: /^Force it off/ }),
  );
  await user.click(screen.getByRole('button', { name: 'Finish it on web-01' }));
  expect(fake.calls.find(({ channel }) => channel === 'unfinished.resume')?.input).toMatchObject({
    way: 'finish',
    stop: { how: 'force' },
  });
});

test('where only the administrator can know, none is chosen for them', async () => {
  const item = cutShort();
  const offers = item.offers.map((offer) => ({ ...offer, recommended: false }));
  const { user } = await renderWindow(fakeSalvor(makeWorld({ unfinished: [{ ...item, offers }] })));
  await user.click(await line());
  await user.click(await screen.findByRole('button', { name: 'What to do…' }));
  expect(screen.queryByRole('radio', { checked: true, name: /^(Roll|Finish|Put)/ })).not.toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Choose what to do' })).toBeDisabled();
});

test('putting it away touches nothing and takes the line away; a way that is refused says why and stays', async () => {
  const world = makeWorld({ unfinished: [cutShort()] });
  const error = errorData('busy', { domain: 'web-01', what: 'a rescue is being started by ben@ops-1' });
  const { user, fake } = await renderWindow(fakeSalvor(world, { 'unfinished.resume': () => ({ ok: false, error }) }));
  await user.click(await line());
  await user.click(await screen.findByRole('button', { name: 'What to do…' }));
  await user.click(screen.getByRole('button', { name: 'Roll it back on web-01' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(error.message);
  await user.click(screen.getByRole('radio', { name: /^Put it away/ }));
  await user.click(screen.getByRole('button', { name: 'Put it away' }));
  expect(await screen.findByText('Nothing is unfinished')).toBeInTheDocument();
  expect(fake.calls.filter(({ channel }) => channel === 'unfinished.resume')).toHaveLength(1);
});

test('a host that is not connected: told, with the way there; read-only says why nothing can be done', async () => {
  const away = { ...cutShort(), machine: null, offers: [], stands: 'Its host is not connected.' };
  const world = makeWorld({ unfinished: [away] });
  const { user } = await renderWindow(fakeSalvor(world));
  await user.click(await line());
  const button = await screen.findByRole('button', { name: 'What to do…' });
  expect(button).toBeDisabled();
  expect(button).toHaveAccessibleDescription('demo is not connected: how things stand there is known once it is.');
  await user.click(screen.getByRole('button', { name: 'Show Demo' }));
  expect(await screen.findByRole('heading', { name: 'Demo' })).toBeInTheDocument();

  const readOnly = makeWorld({ unfinished: [cutShort()] });
  readOnly.hosts.set('demo', host({ readOnly: true }));
  const again = await renderWindow(fakeSalvor(readOnly));
  await again.user.click(await line());
  expect(await screen.findByRole('button', { name: 'What to do…' })).toHaveAccessibleDescription(/read-only/);
});

test('a list that changes is asked for again; one that cannot be had is no reason for silence', async () => {
  const world = makeWorld();
  let broken = false;
  const error = errorData('internal', {});
  const { user, fake } = await renderWindow(
    fakeSalvor(world, { 'unfinished.list': () => (broken ? { ok: false, error } : world.unfinished) }),
  );
  await screen.findByRole('option', { name: /^web-01/ });
  world.unfinished = [cutShort()];
  fake.emit({ type: 'unfinished-changed' });
  await line();
  broken = true;
  fake.emit({ type: 'unfinished-changed' });
  await user.click(await screen.findByRole('button', { name: 'Unfinished operations are not known' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(error.message);
  expect(screen.getByRole('region', { name: 'The rescue of web-01 was not finished' })).toBeInTheDocument();
});
