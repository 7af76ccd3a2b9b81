import { act, createEvent, fireEvent, screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import { ISO, QCOW2, fillTransfers, offered, transfer } from '../../../harness/fake-transfers.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import type { FakeHandlers } from '../../../harness/fake-salvor.test-support.ts';
import { GIB, host, makeWorld } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';
import { sumOf } from '../../app/stores/transfers.ts';
import { formatLeft, milestoneOf, percentOf } from './progress.ts';
import { hindranceOf } from './rooms.ts';

const FILES = [
  offered(),
  offered({ token: 'cloud', name: 'debian-13.img', size: 3 * GIB, allocated: GIB, content: QCOW2 }),
];

async function openWindow(over: Partial<FakeHandlers> = {}, fill = false) {
  const world = makeWorld({ files: [...FILES] });
  if (fill) fillTransfers(world);
  return { ...(await renderWindow(fakeSalvor(world, over))), world };
}

const panel = () => screen.findByRole('form', { name: /^(Upload|Copy)/ });
const item = (name: string) => screen.getByText(name, { selector: '.transfer-name' }).closest('li') as HTMLElement;

function drop(files: readonly { name: string }[], type: 'dragOver' | 'drop' = 'drop'): void {
  const event = createEvent[type](window);
  Object.defineProperty(event, 'dataTransfer', { value: { types: ['Files'], files, dropEffect: 'none' } });
  fireEvent(window, event);
  expect(event.defaultPrevented).toBe(true);
}

test('the sum is in the status bar and leads to the list; the list says of each how far it is and what can be done', async () => {
  const { user } = await openWindow({}, true);
  await user.click(await screen.findByRole('button', { name: /^3 transfers · 73 %.*2 transfers stopped$/ }));
  expect(screen.getByRole('heading', { name: 'Transfers' })).toBeInTheDocument();
  const running = item('systemrescue-12.02-amd64.iso');
  expect(running).toHaveTextContent('532 MiB of 1.2 GiB · 43 % · 108 MiB/s · 7 s left');
  expect(within(running).getByRole('progressbar')).toHaveAttribute('aria-valuenow', '43');
  expect(item('web-01.qcow2')).toHaveTextContent('1.1 GiB sent, the rest is holes');
  expect(item('grml64-full.iso')).toHaveTextContent('waits for another to end');
  expect(within(item('virtio-win-0.1.262.iso')).getByRole('alert')).toHaveTextContent('was lost');
  expect(within(item('backup-of-everything.img')).getByRole('alert')).toHaveTextContent('has no room');
  expect(item('rescue-tools.qcow2')).toHaveTextContent(/Compared on both ends: sha256 e3b0c/);
  const order = screen.getAllByRole('progressbar').map((bar) => bar.getAttribute('aria-label'));
  expect(order.at(-1)).toBe('Progress of backup-of-everything.img');
});

test('cancel, go on, put away; what is refused is said beside it', async () => {
  const busy = errorData('transfer-not-found');
  const { user, fake } = await openWindow({ 'transfers.resume': () => ({ ok: false, error: busy }) }, true);
  await user.click(await screen.findByRole('button', { name: /^3 transfers/ }));
  await user.click(screen.getByRole('button', { name: 'Cancel the transfer of systemrescue-12.02-amd64.iso' }));
  await waitFor(() => expect(item('systemrescue-12.02-amd64.iso')).toHaveTextContent('cancelled'));
  await user.click(screen.getByRole('button', { name: 'Go on with the transfer of virtio-win-0.1.262.iso' }));
  expect(await within(item('virtio-win-0.1.262.iso')).findByText(busy.message)).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Put the transfer of backup-of-everything.img away' }));
  await waitFor(() => expect(screen.queryByText('backup-of-everything.img')).not.toBeInTheDocument());
  await user.click(screen.getByRole('button', { name: 'Put away all that ended' }));
  await waitFor(() => expect(screen.queryByText('rescue-tools.qcow2')).not.toBeInTheDocument());
  expect(fake.calls.filter(({ channel }) => channel === 'transfers.forget')).toHaveLength(3);
});

async function openUpload(user: UserEvent): Promise<{ form: HTMLElement; start: HTMLElement; name: HTMLElement }> {
  await user.click(await screen.findByRole('button', { name: 'Demo: Connected' }));
  await user.click(await screen.findByRole('button', { name: 'Storage' }));
  await user.click(await screen.findByRole('button', { name: 'Upload…' }));
  const form = await panel();
  const start = within(form).getByRole('button', { name: 'Start 2 uploads' });
  const [name] = within(form).getAllByRole('textbox', { name: 'Name of the volume' });
  return { form, start, name: name as HTMLElement };
}

test('before an upload: what the files are, under which names, and whether there is room; the button says why not', async () => {
  const { user } = await openWindow();
  const { form, start, name } = await openUpload(user);
  expect(within(form).getByRole('combobox', { name: 'Host' })).toHaveValue('demo');
  expect(within(form).getByRole('combobox', { name: 'Pool' })).toHaveValue('images');
  expect(form).toHaveTextContent('ISO image, also a disk · boots by BIOS and UEFI · 1.2 GiB');
  expect(form).toHaveTextContent('Its name says img, its content is qcow2.');
  await waitFor(() => expect(start).toBeEnabled());
  expect(start).toHaveAccessibleDescription('2.2 GiB needed, 212 GiB free.');
  fireEvent.change(name, { target: { value: '' } });
  expect(start).toBeDisabled();
  expect(start).toHaveAccessibleDescription('A name is missing.');
  fireEvent.change(name, { target: { value: 'web-01.qcow2' } });
  expect(await within(form).findByRole('alert')).toHaveTextContent('has a volume “web-01.qcow2” already');
  expect(start).toBeDisabled();
});

test('uploads run wherever one goes', async () => {
  const { user, fake } = await openWindow();
  const { form, start, name } = await openUpload(user);
  fireEvent.change(name, { target: { value: 'other.iso' } });
  await user.click(within(form).getByRole('checkbox', { name: /^Compare checksums/ }));
  await waitFor(() => expect(start).toBeEnabled());
  await user.click(start);
  await waitFor(() => expect(screen.queryByRole('form', { name: /^Upload/ })).not.toBeInTheDocument());
  const sent = fake.calls.flatMap(({ channel, input }) => (channel === 'transfers.upload' ? [input] : []));
  const to = { hostId: 'demo', pool: 'images' };
  expect(sent).toEqual([
    { token: 'file-1', to: { ...to, name: 'other.iso' }, options: { verify: false } },
    { token: 'cloud', to: { ...to, name: 'debian-13.img' }, options: { verify: false } },
  ]);
  await user.click(screen.getByRole('option', { name: /^web-01, / }));
  expect(screen.getByRole('button', { name: /^2 transfers/ })).toBeInTheDocument();
});

test('closing the panel while they are being started leaves those that were not', async () => {
  let go: (() => void) | undefined;
  const { user, fake } = await openWindow({
    'transfers.upload': () =>
      new Promise((answer) => (go = () => answer(transfer({ id: 'first', name: 'other.iso' })))),
  });
  const { start, name } = await openUpload(user);
  fireEvent.change(name, { target: { value: 'other.iso' } });
  await waitFor(() => expect(start).toBeEnabled());
  await user.click(start);
  await user.click(screen.getByRole('button', { name: 'Close without sending' }));
  await act(async () => {
    go?.();
    await new Promise((done) => setTimeout(done, 30));
  });
  expect(fake.calls.filter(({ channel }) => channel === 'transfers.upload')).toHaveLength(1);
});

test('files that are dropped ask for host and pool where none is in sight; what is no file is said', async () => {
  const { user } = await openWindow();
  await screen.findByRole('button', { name: 'Demo: Connected' });
  drop([], 'dragOver');
  expect(screen.getByText('Drop to upload: where to is asked next')).toBeInTheDocument();
  drop([{ name: 'systemrescue-12.02-amd64.iso' }, { name: 'a folder' }]);
  expect(screen.queryByText(/^Drop to upload/)).not.toBeInTheDocument();
  const form = await panel();
  expect(await screen.findByRole('alert')).toHaveTextContent('The file a folder cannot be read.');
  // The one host that is connected is taken; the pool is asked for.
  const start = within(form).getByRole('button', { name: 'Start upload' });
  await waitFor(() => expect(start).toHaveAccessibleDescription('Choose the pool.'));
  expect(start).toBeDisabled();
  await user.selectOptions(within(form).getByRole('combobox', { name: 'Pool' }), 'iso');
  await waitFor(() => expect(start).toBeEnabled());
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('form', { name: /^Upload/ })).not.toBeInTheDocument();
});

test('onto the pool in sight', async () => {
  const { user } = await openWindow();
  await user.click(await screen.findByRole('button', { name: 'Demo: Connected' }));
  await user.click(await screen.findByRole('button', { name: 'Storage' }));
  await user.click(await screen.findByRole('button', { name: /^iso/ }));
  drop([], 'dragOver');
  expect(screen.getByText('Drop to upload to pool iso of Demo')).toBeInTheDocument();
  drop([{ name: 'debian-13.img' }]);
  expect(within(await panel()).getByRole('combobox', { name: 'Pool' })).toHaveValue('iso');
});

test('a copy asks where to; a start that is refused keeps its place and says why', async () => {
  const error = errorData('no-room', { place: 'The pool “iso”', name: 'x', needed: '2 GiB', available: '1 GiB' });
  const { user } = await openWindow({ 'transfers.copy': () => ({ ok: false, error }) });
  await user.click(await screen.findByRole('button', { name: 'Demo: Connected' }));
  await user.click(await screen.findByRole('button', { name: 'Storage' }));
  await user.click(await screen.findByRole('option', { name: /^rescue-tools/ }));
  await user.click(screen.getByRole('button', { name: 'Copy to another pool…' }));
  const form = await panel();
  await user.selectOptions(within(form).getByRole('combobox', { name: 'Pool' }), 'iso');
  const start = within(form).getByRole('button', { name: 'Start copy' });
  await waitFor(() => expect(start).toBeEnabled());
  await user.click(start);
  expect(await within(form).findByRole('alert')).toHaveTextContent('has no room for x');
});

test('a read-only host, and a stopped pool, can be seen and not chosen', async () => {
  const world = makeWorld({ files: [...FILES] });
  world.hosts.set('frozen', host({ id: 'frozen', name: 'Frozen', readOnly: true }));
  await renderWindow(fakeSalvor(world));
  await screen.findByRole('button', { name: 'Demo: Connected' });
  drop([{ name: 'debian-13.img' }]);
  const form = await panel();
  expect(within(form).getByRole('option', { name: 'Frozen (read-only)' })).toBeDisabled();
  expect(await within(form).findByRole('option', { name: 'vg-archive (stopped)' })).toBeDisabled();
});

test('progress is announced by quarters and at the end, not at each tick', async () => {
  const { fake } = await openWindow();
  await screen.findByRole('button', { name: 'Demo: Connected' });
  const said: string[] = [];
  const region = screen.getByRole('status', { name: 'Transfers' });
  const tell = async (parts: Parameters<typeof transfer>[0]): Promise<void> => {
    act(() => fake.emit({ type: 'transfer-changed', transfer: transfer({ name: 'x.iso', size: 100, ...parts }) }));
    await act(() => new Promise((done) => setTimeout(done, 30)));
    if (region.textContent !== said.at(-1)) said.push(region.textContent);
  };
  for (const done of [0, 5, 11, 24, 26, 30, 49, 51, 80, 99]) await tell({ done });
  await tell({ done: 10, state: 'verifying' });
  await tell({ done: 60, state: 'verifying' });
  await tell({ done: 100, state: 'done' });
  expect(said).toEqual([
    'Upload of x.iso: running.',
    'x.iso: 26 %.',
    'x.iso: 51 %.',
    'x.iso: 80 %.',
    'Upload of x.iso: comparing checksums.',
    'Upload of x.iso: done.',
  ]);
});

test('figures', () => {
  expect([0.2, 59, 61, 3599, 7500].map(formatLeft)).toEqual(['1 s', '59 s', '1 min', '1 h 0 min', '2 h 5 min']);
  expect(percentOf({ done: 5, size: null })).toBeNull();
  expect(percentOf({ done: 0, size: 0 })).toBe(100);
  expect(milestoneOf(transfer({ size: null }))).toBe('running-0');
  const byId = {
    a: transfer({ done: 50, size: 100 }),
    b: transfer({ id: 'b', done: 1, size: 100, state: 'verifying' }),
  };
  expect(sumOf(byId)).toMatchObject({ running: 2, waiting: 0, percent: 75 });
  expect(sumOf({})).toEqual({ running: 0, waiting: 0, percent: null, secondsLeft: 0 });
});

test('what stands in the way is said one thing at a time; together they may not fit', () => {
  const items = ['a', 'b'].map((id) => ({
    id,
    file: offered({ token: id, content: ISO }),
    from: null,
    name: id,
    error: null,
  }));
  const place = { hostId: 'demo', pool: 'iso' };
  const room = { room: { size: 60, needed: 60, available: 100, problem: null }, error: null };
  const rooms = { a: room, b: room };
  expect(hindranceOf(items, null, null, {})).toBe('host');
  expect(hindranceOf(items, null, 'demo', {})).toBe('pool');
  expect(hindranceOf(items, place, 'demo', {})).toBe('looking');
  expect(
    hindranceOf(
      items.map((one) => ({ ...one, name: 'same' })),
      place,
      'demo',
      rooms,
    ),
  ).toBe('twice');
  expect(hindranceOf(items, place, 'demo', rooms)).toBe('sum');
  expect(hindranceOf(items.slice(0, 1), place, 'demo', rooms)).toBeNull();
});
