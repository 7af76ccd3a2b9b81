import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { errorData } from '../../../src-core/contract/errors.ts';
import { fakeSalvor } from '../../harness/fake-salvor.test-support.ts';
import { addCrowd, host, makeWorld, row } from '../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../harness/render.test-support.tsx';
import { useNavigation } from './stores/navigation.ts';

const list = () => screen.getByRole('listbox', { name: 'Virtual machines of all connected hosts' });
const chosen = () => within(list()).queryByRole('option', { selected: true })?.textContent;

test('the list is found with /, searched, walked and left by keyboard alone', async () => {
  const { user } = await renderWindow();
  await screen.findByRole('option', { name: /^web-01, Running, on Demo/ });
  await user.keyboard('/');
  expect(screen.getByRole('searchbox', { name: 'Search virtual machines' })).toHaveFocus();
  await user.keyboard('sda');
  expect(
    within(list())
      .getAllByRole('option')
      .map((option) => option.textContent),
  ).toEqual(['mail-02Demo', 'web-01Demo']);
  await user.keyboard('{ArrowDown}');
  expect(list()).toHaveFocus();
  expect(chosen()).toBe('mail-02Demo');
  await user.keyboard('{ArrowDown}');
  expect(chosen()).toBe('web-01Demo');
  expect(list()).toHaveAttribute('aria-activedescendant', within(list()).getByRole('option', { selected: true }).id);
  await user.keyboard('{Enter}');
  await waitFor(() => expect(screen.getByRole('tab', { name: 'Disks', selected: true })).toHaveFocus());
});

test('ten thousand machines are listed with a few rows in the page, and the last is one key away', async () => {
  const world = makeWorld();
  addCrowd(world, 10_000);
  const { user } = await renderWindow(fakeSalvor(world));
  await screen.findByText('10,004 machines');
  expect(within(list()).getAllByRole('option').length).toBeLessThan(100);
  list().focus();
  await user.keyboard('{End}');
  expect(useNavigation.getState().place).toEqual({
    kind: 'machine',
    machine: { hostId: 'demo', uuid: expect.any(String) as string },
  });
});

test('a machine that changes on its host changes in the list, without a question', async () => {
  const { fake } = await renderWindow();
  await screen.findByRole('option', { name: /^web-01, Running/ });
  fake.emit({ type: 'machine-changed', machine: row({ state: 'paused' }) });
  await screen.findByRole('option', { name: /^web-01, Paused/ });
  expect(fake.calls.filter((call) => call.channel === 'machines.list')).toHaveLength(1);
});

test('a host that cannot be reached says what happened, what is unchanged and what to do', async () => {
  const { user } = await renderWindow();
  const error = errorData('permission-denied', { uri: 'qemu:///system' });
  await user.click(await screen.findByRole('button', { name: 'This computer: Not connected: there was an error' }));
  const alert = await screen.findByRole('alert');
  for (const words of [error.message, error.unchanged, error.next]) expect(alert).toHaveTextContent(words);
  expect(alert).toHaveTextContent('Permission denied');
});

test('a URI with a fault in its form is not sent; one that is in the list already is answered in place', async () => {
  const { user, fake } = await renderWindow();
  await user.click(await screen.findByRole('button', { name: 'Add…' }));
  const field = screen.getByRole('textbox', { name: 'libvirt URI' });
  expect(field).toHaveFocus();
  await user.keyboard('qemu+ssh:///system{Enter}');
  expect(field).toHaveAccessibleDescription(/needs a host/);
  expect(field).toHaveFocus();
  expect(fake.calls.some((call) => call.channel === 'hosts.add')).toBe(false);
  await user.clear(field);
  await user.keyboard('qemu:///session{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('qemu:///session is in the list already.');
});

test('a failure of the details is shown in their place, and the page stays', async () => {
  const error = errorData('timeout', { call: 'virDomainGetXMLDesc', seconds: 30 });
  const { user } = await renderWindow(fakeSalvor(makeWorld(), { 'machines.details': () => ({ ok: false, error }) }));
  await user.click(await screen.findByRole('option', { name: /^web-01/ }));
  expect(await screen.findByRole('alert')).toHaveTextContent(error.message);
  expect(screen.getByRole('heading', { name: 'web-01' })).toBeInTheDocument();
});

test('the palette opens a machine by its name', async () => {
  const { user } = await renderWindow();
  await screen.findByRole('option', { name: /^web-01/ });
  await user.keyboard('{Control>}k{/Control}');
  await user.keyboard('mail{Enter}');
  expect(await screen.findByRole('heading', { name: 'mail-02' })).toBeInTheDocument();
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
});

test('colours are chosen in the window, kept by the main process, and applied at once', async () => {
  const { user, fake } = await renderWindow();
  await user.click(await screen.findByRole('radio', { name: 'Dark' }));
  expect(document.documentElement.dataset['theme']).toBe('dark');
  expect(fake.calls).toContainEqual({ channel: 'settings.set', input: { theme: 'dark' } });
});

test('a machine whose host is lost says so and leads to the host; it is back when the host is', async () => {
  const { user, fake } = await renderWindow();
  await user.click(await screen.findByRole('option', { name: /^web-01/ }));
  await screen.findByRole('heading', { name: 'web-01' });
  const lost = host({ state: 'disconnected', error: errorData('connection-lost', { uri: 'qemu:///system' }) });
  fake.emit({ type: 'host-changed', host: lost });
  fake.emit({ type: 'machines-reset', hostId: 'demo', machines: [] });
  expect(await screen.findByText('This machine is out of sight')).toBeInTheDocument();
  fake.emit({ type: 'host-changed', host: host() });
  fake.emit({ type: 'machines-reset', hostId: 'demo', machines: [row()] });
  expect(await screen.findByRole('heading', { name: 'web-01' })).toBeInTheDocument();
  fake.emit({ type: 'host-changed', host: lost });
  fake.emit({ type: 'machines-reset', hostId: 'demo', machines: [] });
  await user.click(await screen.findByRole('button', { name: 'Show Demo' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('The connection to qemu:///system was lost.');
});
