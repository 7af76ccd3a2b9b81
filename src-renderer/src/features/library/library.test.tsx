import { act, screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import { makeLibrary, mediumOf, someLibrary } from '../../../harness/fake-library.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { host, makeWorld } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';

const SLOW = 20_000;
const name = () => screen.findByRole('textbox', { name: 'Name' });

async function openLibrary(user: UserEvent): Promise<void> {
  await user.click(await screen.findByRole('button', { name: 'Media' }));
}

test('empty: what it is for, and how to begin', { timeout: SLOW }, async () => {
  const { user } = await renderWindow();
  await openLibrary(user);
  expect(await screen.findByText('No media yet')).toBeInTheDocument();
  expect(screen.getByText(/Kept in .*library\.json/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Add a medium…' }));
  await user.click(screen.getByRole('button', { name: 'Add it' }));
  expect(await screen.findByText('A medium needs a name that can be seen.')).toBeInTheDocument();
  await user.type(await name(), 'My rescue');
  await user.click(screen.getByRole('radio', { name: 'Path' }));
  await user.type(screen.getByRole('textbox', { name: 'Path on the host' }), '/srv/rescue.iso');
  await user.click(screen.getByRole('button', { name: 'Add it' }));
  expect(await screen.findByRole('option', { name: /^My rescue/, selected: true })).toBeInTheDocument();
  expect(await screen.findByText('path:/srv/rescue.iso')).toBeInTheDocument();
});

test(
  'what the file has that cannot be read is told; where nothing can be read nothing is offered',
  { timeout: SLOW },
  async () => {
    const library = makeLibrary({ locked: 'a newer Salvor wrote it', unread: ['Medium 2 (\u202ex) cannot be read.'] });
    const { user } = await renderWindow(fakeSalvor(makeWorld({ library })));
    await openLibrary(user);
    expect(await screen.findByText('The library cannot be read: a newer Salvor wrote it.')).toBeInTheDocument();
    expect(screen.getByText('Medium 2 (\\u202ex) cannot be read.')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Add a medium…' })).toBeDisabled();
    expect(screen.getByRole('button', { name: 'Add a medium…' })).toHaveAccessibleDescription(
      'The library cannot be read: a newer Salvor wrote it.',
    );
  },
);

test('an error in the place of the list, and another try', { timeout: SLOW }, async () => {
  let broken = true;
  const world = makeWorld({ library: someLibrary() });
  const whole = { ...world.library.library, file: '/f', unread: [], locked: null };
  const fake = fakeSalvor(world, {
    'library.list': () => (broken ? { ok: false, error: errorData('internal') } : whole),
  });
  const { user } = await renderWindow(fake);
  await openLibrary(user);
  expect(await screen.findByRole('alert')).toHaveTextContent('Something in Salvor went wrong.');
  broken = false;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('option', { name: /^SystemRescue/ })).toBeInTheDocument();
});

test('a change of the list that does not come is said above the one that is known', { timeout: SLOW }, async () => {
  const world = makeWorld({ library: someLibrary() });
  const whole = { ...world.library.library, file: '/f', unread: [], locked: null };
  let broken = false;
  const fake = fakeSalvor(world, {
    'library.list': () => (broken ? { ok: false, error: errorData('internal') } : whole),
  });
  const { user } = await renderWindow(fake);
  await openLibrary(user);
  expect(await screen.findByRole('option', { name: /^SystemRescue/ })).toBeInTheDocument();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  broken = true;
  act(() => fake.emit({ type: 'library-changed' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Something in Salvor went wrong.');
  expect(screen.getByRole('option', { name: /^SystemRescue/ })).toBeInTheDocument();
});

test(
  'put where it is missing: from a host that has it and is connected, and why not where it cannot',
  { timeout: SLOW },
  async () => {
    const library = { ...someLibrary(), states: new Map([['systemrescue/second', 'here' as const]]) };
    const world = makeWorld({ library });
    world.hosts.set('second', host({ id: 'second', name: 'Second', uri: 'qemu:///second', state: 'connected' }));
    const { user, fake } = await renderWindow(fakeSalvor(world));
    await openLibrary(user);
    await user.click(await screen.findByRole('option', { name: /^SystemRescue/ }));
    await user.click(await screen.findByRole('button', { name: 'Put it there…' }));
    const from = screen.getByRole('combobox', { name: /^From/ });
    expect(from).toHaveDisplayValue('Second');
    const put = screen.getByRole('button', { name: 'Put it there' });
    await waitFor(() => expect(put).toBeEnabled());
    expect(put).toHaveAccessibleDescription(/^It needs 870 MiB; .* free\.$/);
    act(() => fake.emit({ type: 'host-changed', host: host({ id: 'second', name: 'Second', state: 'disconnected' }) }));
    await waitFor(() => expect(within(from).queryByRole('option', { name: 'Second' })).not.toBeInTheDocument());
    expect(from).toHaveValue('');
  },
);

test('many: filtered, walked by keys, each with what it is and where it is', { timeout: SLOW }, async () => {
  const { user, fake } = await renderWindow(fakeSalvor(makeWorld({ library: someLibrary() })));
  await openLibrary(user);
  const list = await screen.findByRole('listbox', { name: 'Media' });
  expect(within(list).getAllByRole('option')).toHaveLength(4);
  await user.click(within(list).getByRole('option', { name: /^SystemRescue 12\.01, ISO image.*870 MiB, default/ }));
  expect(await screen.findByText('RESCUE1201')).toBeInTheDocument();
  expect(screen.getByText('possible, by its properties')).toBeInTheDocument();
  const hosts = screen.getByRole('region', { name: /^On connected hosts/ });
  expect(await within(hosts).findByText(/its size and the hash/)).toBeInTheDocument();
  list.focus();
  await user.keyboard('{ArrowDown}');
  await user.keyboard('{Home}');
  expect(
    await screen.findByText('kernel:/srv/boot/vmlinuz,initrd:/srv/boot/initrd.gz,cmdline:rescue/enable=true'),
  ).toBeInTheDocument();
  expect(await screen.findByText(/copy them by hand/)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Put it there…' })).toBeDisabled();
  await user.type(screen.getByRole('searchbox', { name: 'Filter media' }), 'winpe');
  expect(await screen.findByText('1 of 4')).toBeInTheDocument();
  expect(screen.getByRole('option', { name: /^Windows PE/, selected: true })).toBeInTheDocument();
  await user.type(screen.getByRole('searchbox', { name: 'Filter media' }), 'zzz');
  await user.click(await screen.findByRole('button', { name: 'Show all' }));
  expect(fake.calls.filter(({ channel }) => channel === 'library.where').length).toBeGreaterThan(1);
});

test('names and notes of strangers turn nothing around', { timeout: SLOW }, async () => {
  const odd = mediumOf('odd', { name: `a\u202e"<b>\n${'x'.repeat(180)}`, note: 'one\ntwo\u202e' });
  const library = makeLibrary({ library: { media: [odd], defaults: [] } });
  const { user } = await renderWindow(fakeSalvor(makeWorld({ library })));
  await openLibrary(user);
  expect(await screen.findByRole('heading', { name: /^a\\u202e"<b>\\u000a/ })).toBeInTheDocument();
  expect(screen.getByText(/two\\u202e/)).toBeInTheDocument();
});

test('edited, exported, made a default, and removed after a question in its place', { timeout: SLOW }, async () => {
  const { user, fake } = await renderWindow(fakeSalvor(makeWorld({ library: someLibrary() })));
  await openLibrary(user);
  await user.click(await screen.findByRole('option', { name: /^SystemRescue/ }));
  await user.click(screen.getByRole('button', { name: 'Export…' }));
  expect(await screen.findByText('Saved to /home/anna/systemrescue.json')).toBeInTheDocument();
  await user.click(screen.getByRole('radio', { name: 'BIOS' }));
  await user.click(screen.getByRole('button', { name: 'Begin with it' }));
  expect(await screen.findByText('of x86_64 machines with BIOS')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Begin with it' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Begin with it' })).toHaveAccessibleDescription(
    'It is what they begin with.',
  );
  await user.click(screen.getByRole('button', { name: 'Edit' }));
  await user.clear(await name());
  await user.type(await name(), 'windows pe');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('has a medium “Windows PE” already');
  await user.clear(await name());
  await user.type(await name(), 'Renamed');
  await user.clear(screen.getByRole('combobox', { name: 'Value of hw_rescue_bus' }));
  await user.type(screen.getByRole('combobox', { name: 'Value of hw_rescue_bus' }), 'usb');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('option', { name: /^Renamed/ })).toBeInTheDocument();
  expect(fake.calls.findLast(({ channel }) => channel === 'library.save')?.input).toMatchObject({
    id: 'systemrescue',
    properties: { hw_rescue_bus: 'usb', hw_rescue_device: 'cdrom' },
  });
  await user.click(screen.getByRole('button', { name: 'Remove…' }));
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  await user.click(screen.getByRole('button', { name: 'Remove…' }));
  await user.click(screen.getByRole('button', { name: 'Forget it' }));
  await waitFor(() => expect(screen.queryByRole('option', { name: /^Renamed/ })).not.toBeInTheDocument());
});

test(
  'a rescue: its media first, the default chosen where the host has it, others added from there',
  { timeout: SLOW },
  async () => {
    const world = makeWorld({ library: someLibrary() });
    const web = [...world.machines.values()].find(({ row }) => row.name === 'web-01');
    expect(web?.row.hostId).toBe('demo');
    const firmware = /firmware='efi'|<loader/.test(web?.xml ?? '') ? 'uefi' : 'bios';
    world.library.library = {
      ...world.library.library,
      defaults: [{ arch: 'x86_64', firmware, medium: 'systemrescue' }],
    };
    const { user, fake } = await renderWindow(fakeSalvor(world));
    await user.click(await screen.findByRole('option', { name: /^web-01,/ }));
    await user.click(await screen.findByRole('tab', { name: 'Rescue' }));
    const list = await screen.findByRole('radiogroup', { name: 'Media of the library' });
    await waitFor(() => expect(within(list).getByRole('radio', { name: /^SystemRescue/ })).toBeChecked());
    expect(within(list).getByRole('radio', { name: /^Debian installer kernel/ })).toBeDisabled();
    expect(within(list).queryByRole('radio', { name: /^Windows PE/ })).not.toBeInTheDocument();
    expect(await screen.findByText(/The library’s default for x86_64 machines/)).toBeInTheDocument();
    await user.click(screen.getByRole('radio', { name: 'Path' }));
    await user.type(screen.getByRole('textbox', { name: 'Path on the host' }), '/srv/iso/new.iso');
    await user.click(await screen.findByRole('button', { name: 'Add to library…' }));
    await user.click(screen.getByRole('button', { name: 'Add' }));
    expect(await screen.findByText(/In the library as “new\.iso”/)).toBeInTheDocument();
    expect(fake.calls.findLast(({ channel }) => channel === 'library.save')?.input).toMatchObject({
      source: { kind: 'path', path: '/srv/iso/new.iso' },
    });
  },
);
