import { act, screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import type { FakeHandlers, FakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { transfer } from '../../../harness/fake-transfers.test-support.ts';
import { POOLS, host, makeWorld, volume } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';

const HOSTILE = ['two words.iso', '"quotes" & <b>.iso', 'line\nbreak.iso', 'right\u202eosi.left', 'n'.repeat(200)];

async function openStorage(user: UserEvent): Promise<void> {
  await user.click(await screen.findByRole('button', { name: 'Demo: Connected' }));
  await user.click(await screen.findByRole('button', { name: 'Storage' }));
  await screen.findByRole('heading', { name: 'Storage of Demo' });
}

async function openWindow(over: Partial<FakeHandlers> = {}, world = makeWorld()) {
  const opened = await renderWindow(fakeSalvor(world, over));
  await openStorage(opened.user);
  return opened;
}

const poolButton = (name: RegExp) =>
  within(screen.getByRole('navigation', { name: 'Pools' })).getByRole('button', { name });
const described = (fake: FakeSalvor) =>
  fake.calls.flatMap(({ channel, input }) =>
    channel === 'pools.describe' ? (input as { names: readonly string[] }).names : [],
  );

test('pools with their fill, the first active one open, its volumes with who has them as disks', async () => {
  await openWindow();
  expect(screen.getAllByRole('meter', { name: 'How full images is' })[0]).toHaveAttribute('aria-valuenow', '58');
  expect(poolButton(/^vg-archive/)).toHaveTextContent('stopped');
  expect(await screen.findByRole('option', { name: /build-07\.qcow2.*20 GiB.*build-07/ })).toBeInTheDocument();
  expect(screen.getByRole('option', { name: /web-01\.qcow2.*mail-relay/ })).toBeInTheDocument();
});

test('of thousands only those in sight are drawn and described; the filter goes through all', async () => {
  const names = Array.from({ length: 5000 }, (_, at) => `image-${at}.iso`);
  const { user, fake } = await openWindow({
    'pools.names': () => names,
    'pools.describe': ({ pool, names: some }) => some.map((name) => volume({ pool, name })),
  });
  const list = await screen.findByRole('listbox', { name: 'Volumes of pool images' });
  await waitFor(() => expect(within(list).getAllByText('iso').length).toBeGreaterThan(10));
  expect(within(list).getAllByRole('option').length).toBeLessThan(80);
  expect(described(fake).length).toBeLessThan(80);
  await user.type(screen.getByRole('searchbox', { name: 'Filter volumes' }), '4321');
  expect(await screen.findByText('1 of 5000 volumes')).toBeInTheDocument();
  await waitFor(() => expect(described(fake)).toContain('image-4321.iso'));
});

test('by keyboard: the list keeps the focus, the choice moves, its details say what it is by its bytes', async () => {
  const { user } = await openWindow();
  await user.click(poolButton(/^iso/));
  const list = await screen.findByRole('listbox', { name: 'Volumes of pool iso' });
  list.focus();
  await user.keyboard('{ArrowDown}{ArrowDown}');
  expect(list).toHaveFocus();
  const details = screen.getByRole('complementary', { name: 'grml64-full-bios.iso' });
  expect(details).toHaveTextContent('It can be chosen.');
  await waitFor(() => expect(details).toHaveTextContent('ISO image, also a disk “RESCUE1202”boots by BIOS and UEFI'));
});

test('why a volume is no medium, in a sentence that names who is in the way; and that its name lies', async () => {
  const { user } = await openWindow();
  await user.click(await screen.findByRole('option', { name: /^build-07/ }));
  expect(screen.getByRole('complementary')).toHaveTextContent('build-07 is running and writes to it.');
  await user.click(await screen.findByRole('option', { name: /^web-01\.qcow2/ }));
  expect(screen.getByRole('complementary')).toHaveTextContent('It is a disk of mail-relay.');
  const odd = await openWindow({
    'pools.names': () => ['cloud.iso'],
    'pools.describe': () => [volume({ pool: 'images', name: 'cloud.iso' })],
  });
  await odd.user.click(await screen.findByRole('option', { name: /^cloud/ }));
  expect(await screen.findByText(/Its name says iso, its content is qcow2/)).toBeInTheDocument();
});

test('a volume that was deleted while it was chosen is said in place, and the pool looked at anew', async () => {
  let names = ['first.iso', 'second.iso'];
  const { user, fake } = await openWindow({
    'pools.names': () => names,
    'pools.describe': ({ names: some }) => some.filter((name) => names.includes(name)).map((name) => volume({ name })),
  });
  await screen.findByRole('option', { name: /first\.iso.*GiB/ });
  names = ['second.iso'];
  await user.click(screen.getByRole('option', { name: /^first/ }));
  const details = screen.getByRole('complementary', { name: 'first.iso' });
  expect(await within(details).findByRole('alert')).toHaveTextContent('“first.iso” is not in the pool any more.');
  await waitFor(() => expect(screen.queryByRole('option', { name: /^first/ })).not.toBeInTheDocument());
  expect(fake.calls.filter(({ channel }) => channel === 'pools.refresh')).toHaveLength(1);
});

test('what arrives in the pool in sight is there without a reload', async () => {
  const names = ['first.iso'];
  const { fake } = await openWindow({ 'pools.names': () => [...names] });
  await screen.findByRole('option', { name: /^first/ });
  const to = { hostId: 'demo', pool: 'images', name: 'second.iso' };
  act(() => fake.emit({ type: 'transfer-changed', transfer: transfer({ to }) }));
  names.push('second.iso');
  const ended = { state: 'done', endedAt: '2026-11-21T08:31:00Z' } as const;
  act(() => fake.emit({ type: 'transfer-changed', transfer: transfer({ to, ...ended }) }));
  expect(await screen.findByRole('option', { name: /^second/ })).toBeInTheDocument();
  expect(fake.calls.filter(({ channel }) => channel === 'pools.names')).toHaveLength(2);
});

test('a stopped pool is started; what libvirt says of one that does not is said, and what to do', async () => {
  let starts = 0;
  const error = errorData('pool-start-failed', { pool: 'vg-archive' }, "Volume group 'archive' not found");
  const { user } = await openWindow({
    'pools.start': () => {
      starts += 1;
      return starts === 1
        ? { ok: false, error }
        : { ...(POOLS[2] as (typeof POOLS)[number]), active: true, capacity: 10, allocation: 4, available: 6 };
    },
    'pools.names': ({ pool }) => (pool === 'vg-archive' ? ['lv-1'] : []),
  });
  await user.click(poolButton(/^vg-archive/));
  await user.click(await screen.findByRole('button', { name: 'Start pool' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(/did not start.*Volume group 'archive' not found/);
  await user.click(screen.getByRole('button', { name: 'Start pool' }));
  expect(await screen.findByRole('option', { name: /^lv-1/ })).toBeInTheDocument();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

test('a pool that hangs is listed as one that does not answer; the others are there as ever', async () => {
  const problem = errorData('pool-silent', { pool: 'nfs' });
  const silent = { name: 'nfs', type: '', active: true, persistent: true, path: null, problem };
  const { user } = await openWindow({
    'pools.list': () => [...POOLS, { ...silent, capacity: null, allocation: null, available: null }],
  });
  expect(poolButton(/^nfs/)).toHaveTextContent('does not answer');
  await user.click(poolButton(/^nfs/));
  expect(await screen.findByRole('alert')).toHaveTextContent('The storage pool “nfs” does not answer.');
  await user.click(poolButton(/^iso/));
  expect(await screen.findByRole('option', { name: /^systemrescue/ })).toBeInTheDocument();
});

test('read-only: looked at, not changed, and each button says why', async () => {
  const world = makeWorld();
  world.hosts.set('demo', host({ readOnly: true }));
  const { user } = await openWindow({}, world);
  for (const name of ['Refresh', 'Upload…']) {
    const button = screen.getByRole('button', { name });
    expect(button).toBeDisabled();
    expect(button).toHaveAccessibleDescription('The connection is read-only.');
  }
  await user.click(await screen.findByRole('option', { name: /^rescue-tools/ }));
  expect(screen.getByRole('button', { name: 'Download…' })).toBeDisabled();
});

test('no pools, no volumes, a list that does not come, a host that is not connected', async () => {
  await openWindow({ 'pools.list': () => [] });
  expect(await screen.findByText('This host has no storage pools')).toBeInTheDocument();
  await openWindow({ 'pools.names': () => [] });
  expect(await screen.findByText('No volumes in this pool')).toBeInTheDocument();
  const error = errorData('pools-silent');
  const { user } = await openWindow({ 'pools.list': () => ({ ok: false, error }) });
  expect(await screen.findByRole('alert')).toHaveTextContent(error.message);
  await user.click(screen.getByRole('button', { name: 'The host’s page' }));
  await user.click(screen.getByRole('button', { name: 'Disconnect' }));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Storage' })).not.toBeInTheDocument());
});

test('names of every kind stay on their line and turn nothing around', async () => {
  const { user } = await openWindow({
    'pools.names': () => HOSTILE,
    'pools.describe': ({ names }) => names.map((name) => volume({ name, path: `/srv/${name}` })),
  });
  const list = await screen.findByRole('listbox', { name: 'Volumes of pool images' });
  await waitFor(() => expect(within(list).getAllByText('iso')).toHaveLength(HOSTILE.length));
  expect(list).toHaveTextContent('line\\u000abreak.iso');
  expect(list.textContent).not.toContain('\u202e');
  for (const option of within(list).getAllByRole('option')) await user.click(option);
  expect(document.body.textContent).not.toContain('\u202e');
});

test('the palette goes to the storage of each connected host', async () => {
  const { user } = await renderWindow();
  await screen.findByRole('button', { name: 'Demo: Connected' });
  await user.keyboard('{Control>}k{/Control}');
  await user.type(screen.getByRole('combobox'), 'storage of');
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('heading', { name: 'Storage of Demo' })).toBeInTheDocument();
});
