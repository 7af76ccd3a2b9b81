import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { MachineDetails, MachineDisk } from '../../../../src-core/contract/schemas.ts';
import { detailsOf } from '../../../harness/fake-plans.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import type { FakeHandlers } from '../../../harness/fake-salvor.test-support.ts';
import { GIB, makeWorld, session } from '../../../harness/fake-world.test-support.ts';
import { madeDisk, madeLayer } from '../../../harness/made-disk.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';
import { useHighlight } from '../../app/stores/highlight.ts';
import { useMachines } from '../../app/stores/machines.ts';
import { openMachine, showTab } from '../../app/stores/navigation.ts';

type Change = (details: MachineDetails) => Partial<MachineDetails>;

/** The window at the disks of a machine, its details changed on their way. */
async function openDisks(name: string, change: Change = () => ({}), over: Partial<FakeHandlers> = {}) {
  const world = makeWorld();
  const details: FakeHandlers['machines.details'] = (key) => {
    const answer = detailsOf(world, key);
    return answer.ok ? { ok: true, value: { ...answer.value, ...change(answer.value) } } : answer;
  };
  const fake = fakeSalvor(world, { 'machines.details': details, ...over });
  const { user } = await renderWindow(fake);
  await user.click(await screen.findByRole('option', { name: new RegExp(`^${name}`) }));
  await screen.findByRole('radiogroup', { name: 'Disks as' }, { timeout: 10_000 });
  return { user, fake, world };
}

const table = () => screen.getByRole('table', { name: 'Disks' });
const rowOf = (target: string) =>
  within(table())
    .getByRole('rowheader', { name: new RegExp(`^${target}`) })
    .closest('tr');
const side = () => screen.getByRole('complementary', { name: 'Boot order and the chosen disk' });
const xml = () => screen.getByRole('region', { name: 'XML of a disk' });
const root =
  (disk: Partial<MachineDisk>): Change =>
  (details) => ({
    disks: details.disks.map((one, at) => (at === 0 ? { ...one, ...disk } : one)),
  });

test('arrows walk the table, and the facts and the XML go with them', async () => {
  const { user } = await openDisks('web-01');
  const first = within(table()).getByRole('button', { name: 'vda' });
  first.focus();
  expect(within(side()).getByRole('heading', { name: 'vda – disk on virtio' })).toBeInTheDocument();
  await user.keyboard('{End}');
  expect(within(table()).getByRole('button', { pressed: true })).toHaveFocus();
  expect(within(side()).getByRole('heading', { name: /^sda – cdrom on/ })).toBeInTheDocument();
  expect(xml()).toHaveAttribute('data-shown', 'sda');
  await user.keyboard('{ArrowUp}');
  expect(xml()).toHaveAttribute('data-shown', 'vdd');
  await user.keyboard('{Home}');
  expect(first).toHaveFocus();
});

test('the pointer on a row highlights its disk in the boot order and the XML, and leaving it puts all back', async () => {
  const { user } = await openDisks('web-01');
  const sda = rowOf('sda');
  if (sda === null) throw new Error('no row of sda');
  await user.hover(sda);
  expect(sda).toHaveClass('row-highlighted');
  expect(xml()).toHaveAttribute('data-shown', 'sda');
  expect(xml().querySelector('.disk-highlighted')).not.toBeNull();
  // The facts stay with the chosen one: nothing jumps about under the pointer.
  expect(within(side()).getByRole('heading', { name: /^vda/ })).toBeInTheDocument();
  await user.unhover(sda);
  expect(document.querySelector('.row-highlighted')).toBeNull();
  expect(xml()).toHaveAttribute('data-shown', 'vda');
  await user.hover(within(side()).getAllByRole('listitem')[0] as HTMLElement);
  expect(rowOf('vda')).toHaveClass('row-highlighted');
});

test('what was highlighted is not, on another page and of another machine', async () => {
  await openDisks('web-01');
  const highlight = () => fireEvent.pointerMove(rowOf('vda') as HTMLElement);
  highlight();
  expect(useHighlight.getState().target).toBe('vda');
  act(() => showTab('definition'));
  expect(useHighlight.getState().target).toBeNull();
  act(() => showTab('disks'));
  highlight();
  const other = Object.values(useMachines.getState().byKey).find(({ name }) => name === 'mail-02');
  if (other === undefined) throw new Error('no mail-02');
  act(() => openMachine(other));
  expect(useHighlight.getState().target).toBeNull();
});

test('where the pointer leaves, the disk with the focus is highlighted again', async () => {
  const { user } = await openDisks('web-01');
  const [vdb, vdc] = [rowOf('vdb'), rowOf('vdc')];
  if (vdb === null || vdc === null) throw new Error('rows are missing');
  await user.click(within(vdb).getByRole('button'));
  await user.hover(vdc);
  expect(vdc).toHaveClass('row-highlighted');
  await user.unhover(vdc);
  expect(vdb).toHaveClass('row-highlighted');
  expect(xml()).toHaveAttribute('data-shown', 'vdb');
});

test('in rescue it is said what was added, and that everything else is unchanged', async () => {
  const { user } = await openDisks('storage');
  const added = screen.getByText(/added$/, { selector: '.disks-changes span' });
  expect(added.parentElement).toHaveTextContent('Everything else is unchanged.');
  const rows = table().querySelectorAll('tr.disks-row-added');
  expect(rows).toHaveLength(1);
  await user.click(within(rows[0] as HTMLElement).getByRole('button'));
  expect(side()).toHaveTextContent('Added by the rescue; it goes when the rescue ends.');
  await user.click(screen.getByRole('radio', { name: 'Definition' }));
  expect(table().querySelector('tr.disks-row-added')).toBeNull();
  expect(screen.getByText('What the machine comes back to when the rescue ends.')).toBeInTheDocument();
});

test('a disk that was kept from being written is not called unchanged', async () => {
  await openDisks('storage', (details) => ({
    live: details.live && {
      ...details.live,
      disks: details.live.disks.map((disk) => ({ ...disk, readonly: disk.role !== 'rescue' || disk.readonly })),
    },
  }));
  expect(screen.getByText(/read-only$/, { selector: '.disks-changes span' })).toHaveClass('tone-accent');
});

test('what somebody plugged into a running machine is not called the rescue’s', async () => {
  const plugged = madeDisk({ target: 'vdz', source: '/srv/plugged.img' });
  const { user } = await openDisks('web-01', ({ disks, bootOrder, layout }) => ({
    live: { disks: [...disks, plugged], bootOrder, layout },
  }));
  await user.click(within(table()).getByRole('button', { name: 'vdz' }));
  expect(side()).toHaveTextContent('Only running: the definition does not have it.');
  expect(document.body).not.toHaveTextContent('Boot order after the rescue');
});

test('a rescue that lasts until it is ended marks its disk by what the session says', async () => {
  const world = makeWorld();
  const key = [...world.machines.keys()][0] ?? '';
  const machine = world.machines.get(key);
  if (machine === undefined) throw new Error('no machine');
  const record = session({ kind: 'until-ended', target: 'sda' });
  world.machines.set(key, { ...machine, row: { ...machine.row, session: record } });
  const details: FakeHandlers['machines.details'] = (asked) => {
    const answer = detailsOf(world, asked);
    return answer.ok ? { ok: true, value: { ...answer.value, live: null } } : answer;
  };
  const { user } = await renderWindow(fakeSalvor(world, { 'machines.details': details }));
  await user.click(await screen.findByRole('option', { name: /^web-01/ }));
  await screen.findByRole('table', { name: 'Disks' });
  expect(rowOf('sda')).toHaveClass('disks-row-added');
});

test('the images that a disk stands on are told with their sizes, who told of them, and what could not be read', async () => {
  await openDisks(
    'web-01',
    root({
      capacity: 40 * GIB,
      allocation: 2 * GIB,
      layers: [
        madeLayer({ source: '/srv/top.qcow2', capacity: 40 * GIB, allocation: 2 * GIB, told: 'definition' }),
        madeLayer({ source: '/srv/base.qcow2', capacity: 40 * GIB, allocation: 6 * GIB }),
        madeLayer({ source: '/gone.raw', format: null, problem: 'There is no such file on the host.' }),
      ],
    }),
  );
  const layers = within(side()).getByRole('heading', { name: 'Its image and what it stands on' }).parentElement;
  const items = within(layers as HTMLElement).getAllByRole('listitem');
  expect(items).toHaveLength(3);
  expect(items[1]).toHaveTextContent('/srv/base.qcow2qcow2 · 40 GiB, 6 GiB allocated · read on the host');
  expect(items[2]).toHaveTextContent('There is no such file on the host.');
  expect(side()).toHaveTextContent('40 GiB, at least 8 GiB allocated in 3 images');
  expect(rowOf('vda')).toHaveTextContent('≥ 8 GiB');
});

test('what the host has not told yet is said to be on its way', async () => {
  await openDisks('web-01', () => ({ complete: false }), {
    'machines.fullDetails': () => new Promise(() => undefined),
  });
  expect(side()).toHaveTextContent('Reading on the host what it stands on…');
});

test('who else has a disk open, and whether its secrets are there', async () => {
  await openDisks(
    'web-01',
    root({
      users: [
        { domain: 'db-2', host: null, writes: true, as: 'same' },
        { domain: 'db-3', host: 'kvm9', writes: false, as: 'path' },
      ],
      secretStates: [
        { uuid: 'fbd55956', usage: null, purpose: 'auth', defined: true, hasValue: true },
        { uuid: 'b7cef577', usage: null, purpose: 'encryption', defined: true, hasValue: false },
        { uuid: null, usage: '/srv/x', purpose: 'encryption', defined: false, hasValue: false },
        { uuid: 'aaaa', usage: null, purpose: 'encryption', defined: null, hasValue: null },
      ],
    }),
  );
  expect(side()).toHaveTextContent('db-2 – on this host, writes to it');
  expect(side()).toHaveTextContent('db-3 – on kvm9, reads it, a file of the same name, which may be another');
  expect(side()).toHaveTextContent('fbd55956 – for its server, there, with a value');
  expect(side()).toHaveTextContent('b7cef577 – for its encryption, there, without a value');
  expect(side()).toHaveTextContent('/srv/x – for its encryption, not there');
  expect(side()).toHaveTextContent('aaaa – for its encryption, not asked');
  expect(rowOf('vda')).toHaveTextContent('2 others');
  expect(within(rowOf('vda') as HTMLElement).getByRole('img', { name: 'a secret has no value' })).toBeInTheDocument();
});

test('a running machine tells what its disks read and write; one that is off has no column for it', async () => {
  let read = 0;
  const { user, fake } = await openDisks('web-01', undefined, {
    'machines.diskStats': () => {
      read += 64 * 1024 ** 2;
      const busy = { readBytes: read, readRequests: read / 4096, writeBytes: 0, writeRequests: 0 };
      return [
        { target: 'vda', ...busy },
        { target: 'sda', readBytes: 0, readRequests: 0, writeBytes: 0, writeRequests: 0 },
      ];
    },
  });
  expect(within(table()).getByRole('columnheader', { name: 'Reads and writes' })).toBeInTheDocument();
  await waitFor(() => expect(rowOf('vda')).toHaveTextContent(/↓ [\d.]+ MiB\/s ↑ 0 B\/s/), { timeout: 6000 });
  expect(rowOf('sda')).toHaveTextContent('idle');
  expect(side()).toHaveTextContent(/Reads now[\d.]+ MiB\/s, \d+ requests\/s/);
  await user.click(screen.getByRole('option', { name: /^mail-02/ }));
  await screen.findByRole('heading', { name: 'mail-02' });
  await screen.findByRole('table', { name: 'Disks' });
  expect(within(table()).queryByRole('columnheader', { name: 'Reads and writes' })).toBeNull();
  const mail = fake.calls.filter(({ channel, input }) => channel === 'machines.diskStats' && input !== null);
  expect(new Set(mail.map(({ input }) => (input as { uuid: string }).uuid)).size).toBe(1);
});

test('the view stays when another machine is chosen', async () => {
  const { user } = await openDisks('web-01');
  await user.click(screen.getByRole('radio', { name: 'Table' }));
  expect(document.querySelector('.disks-picture')).toBeNull();
  await user.click(screen.getByRole('option', { name: /^mail-02/ }));
  await screen.findByRole('heading', { name: 'mail-02' });
  await screen.findByRole('table', { name: 'Disks' });
  expect(screen.getByRole('radio', { name: 'Table' })).toBeChecked();
  expect(document.querySelector('.disks-picture')).toBeNull();
  await user.click(screen.getByRole('radio', { name: 'Picture' }));
  expect(screen.queryByRole('table', { name: 'Disks' })).toBeNull();
});

test('a machine without disks says what it is and what can still be done', async () => {
  await openDisks('web-01', () => ({ disks: [], bootOrder: [], layout: { controllers: [] } }));
  expect(screen.getByText('This machine has no disks')).toBeInTheDocument();
  expect(screen.getByText('0 disks')).toBeInTheDocument();
  expect(screen.queryByRole('region', { name: 'XML of a disk' })).toBeNull();
});

const MARKUP = '<script>alert(1)</script><img src=x onerror=alert(1)>{{bus}}$t(common.copy)';
const HOSTILE = `${MARKUP}\u202egpj.osi\u202c\n\u0007\u200b${'x'.repeat(200)}`;
// eslint-disable-next-line no-control-regex -- they are what is looked for
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

test('names that a host made up stay text, and none of their signs is out of sight', async () => {
  const { user } = await openDisks(
    'web-01',
    root({
      target: HOSTILE,
      source: HOSTILE,
      serial: HOSTILE,
      wwn: HOSTILE,
      cache: HOSTILE,
      format: HOSTILE,
      bus: HOSTILE,
      device: HOSTILE,
      roleWhy: HOSTILE,
      address: { type: 'other', text: HOSTILE },
      guestNames: {
        kernel: HOSTILE,
        byId: HOSTILE,
        byPath: HOSTILE,
        windows: { disk: 0, location: HOSTILE },
        why: HOSTILE,
        note: HOSTILE,
      },
      users: [{ domain: HOSTILE, host: HOSTILE, writes: true, as: 'path' }],
      secretStates: [{ uuid: HOSTILE, usage: null, purpose: 'auth', defined: null, hasValue: null }],
      layers: [madeLayer({ source: HOSTILE, format: HOSTILE, problem: HOSTILE }), madeLayer({ source: HOSTILE })],
    }),
  );
  for (const view of ['Overview', 'Table', 'Names', 'Picture']) {
    await user.click(screen.getByRole('radio', { name: view }));
    expect(document.querySelectorAll('script, img, iframe, object, embed, a, form[action], [onerror]')).toHaveLength(0);
    const leaves = [...document.body.querySelectorAll('*')].filter((element) => element.children.length === 0);
    expect(leaves.filter(({ textContent }) => UNSEEN.test(textContent)).map(({ outerHTML }) => outerHTML)).toEqual([]);
    const titles = [...document.querySelectorAll('[title], [aria-label]')];
    expect(titles.filter((element) => UNSEEN.test(`${element.getAttribute('title')}${element.ariaLabel}`))).toEqual([]);
  }
});
