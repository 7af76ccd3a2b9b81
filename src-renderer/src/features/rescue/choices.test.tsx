/** What is chosen on the rescue page beyond the usual: it goes out as asked, and what comes of it is shown with its reasons. */
import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { explainPlan } from '../../../../src-core/rescue/explain.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import type { FakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';
import { selectPreview, useRescue } from './store.ts';

const KEY = 'demo/6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a01';

async function openRescue(user: UserEvent, machine = 'web-01'): Promise<void> {
  await user.click(await screen.findByRole('option', { name: new RegExp(`^${machine},`) }));
  await user.click(await screen.findByRole('tab', { name: 'Rescue' }));
  await screen.findByRole('radiogroup', { name: 'Where the medium is' });
}

async function chooseVolume(user: UserEvent, name: string): Promise<void> {
  const pool = await screen.findByRole('button', { name: /^iso/ });
  if (pool.getAttribute('aria-expanded') === 'false') await user.click(pool);
  await user.click(await screen.findByRole('radio', { name: new RegExp(name) }));
}

const group = (name: string) => within(screen.getByRole('group', { name }));
const way = (name: string) =>
  within(screen.getByRole('radiogroup', { name: 'Where the medium is' })).getByRole('radio', { name });

/** Into a field, behind what is there: pasted, since each letter would render the window anew. */
async function fill(user: UserEvent, name: string, text: string): Promise<HTMLElement> {
  const field = screen.getByRole('textbox', { name });
  await user.click(field);
  await user.paste(text);
  return field;
}

/** The last order that went out for a preview. */
function lastOrder(fake: FakeSalvor) {
  return fake.calls.findLast((call) => call.channel === 'rescue.preview')?.input as {
    request: Record<string, unknown>;
    properties: Record<string, string>;
  };
}

async function settled(fake: FakeSalvor, part: Record<string, unknown>): Promise<void> {
  await waitFor(() => expect(lastOrder(fake).request).toMatchObject(part));
  await waitFor(() => expect(selectPreview(useRescue.getState(), KEY).pending).toBe(false));
}

describe('media', () => {
  test('a web address, once it names a file', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await user.click(way('URL'));
    const field = await fill(user, 'Web address', 'https://mirror.example.net');
    expect(field).toHaveAccessibleDescription('Write an address with a file: https://host/rescue.iso');
    expect(lastOrder(fake)).toBeUndefined();
    await fill(user, 'Web address', '/rescue.iso');
    await settled(fake, { media: [{ kind: 'url', url: 'https://mirror.example.net/rescue.iso' }] });
  });

  test('a kernel needs no device, and says so', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await user.click(way('Kernel'));
    await fill(user, 'Kernel', '/boot/vmlinuz');
    await fill(user, 'Initrd', '/boot/initrd');
    await fill(user, 'Command line', 'console=ttyS0 rd.break');
    await settled(fake, {
      media: [{ kind: 'kernel', kernel: '/boot/vmlinuz', initrd: '/boot/initrd', cmdline: 'console=ttyS0 rd.break' }],
    });
    expect(await screen.findByText('No device and no bus: a rescue kernel needs no device.')).toBeInTheDocument();
    expect(screen.queryByRole('group', { name: 'Bus' })).not.toBeInTheDocument();
  });

  test('a further one rides along, can be booted instead, and taken out again', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    await user.click(screen.getByRole('button', { name: 'Add another' }));
    await chooseVolume(user, 'virtio-win');
    const volume = (name: string) => ({ kind: 'volume', pool: 'iso', name });
    const [rescue, drivers] = [volume('systemrescue-12.01-amd64.iso'), volume('virtio-win-0.1.262.iso')];
    await settled(fake, { media: [rescue, drivers] });
    const list = within(screen.getByRole('list', { name: 'Media of this rescue' }));
    expect(list.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      'systemrescue-12.01-amd64.isoboots',
      'virtio-win-0.1.262.isorides along',
    ]);
    const table = within(screen.getByRole('table', { name: 'Media of this rescue' }));
    expect(table.getByRole('row', { name: /^rides along virtio-win-0\.1\.262\.iso sdb: cdrom on sata/ })).toBeVisible();
    await user.click(list.getByRole('button', { name: 'Boot virtio-win-0.1.262.iso instead' }));
    await settled(fake, { media: [drivers, rescue] });
    await user.click(list.getByRole('button', { name: 'Take virtio-win-0.1.262.iso out' }));
    await settled(fake, { media: [rescue] });
    expect(screen.queryByRole('list', { name: 'Media of this rescue' })).not.toBeInTheDocument();
  });

  test('looking at another medium of the list asks for nothing, and shows what is known of it', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    await user.click(screen.getByRole('button', { name: 'Add another' }));
    await chooseVolume(user, 'grml64-full-bios');
    await settled(fake, {});
    const asked = fake.calls.length;
    await user.click(screen.getByRole('button', { name: /^systemrescue.*boots$/ }));
    const media = within(screen.getByRole('region', { name: 'Media of this rescue' }));
    expect(media.getByText('iso/systemrescue-12.01-amd64.iso')).toBeInTheDocument();
    expect(fake.calls.slice(asked).filter((call) => call.channel === 'rescue.preview')).toEqual([]);
  });

  test('firmware fit, size and hash stand beside the medium', async () => {
    const { user } = await renderWindow();
    await openRescue(user, 'mail-02');
    await chooseVolume(user, 'grml64-full-bios');
    const facts = within(await screen.findByRole('region', { name: 'The chosen medium' }));
    expect(await facts.findByText('not by UEFI, which this guest has')).toHaveClass('tone-warning');
    expect(facts.getByText('1 GiB')).toBeInTheDocument();
    expect(facts.getByText(/of the first 512 KiB/)).toHaveTextContent(/[0-9a-f]{64}/);
  });
});

describe('more choices', () => {
  test('folded away, they say what is chosen; each goes out as asked', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    const summary = await screen.findByText('one-shot · disks writable · own boot order next · recommended defaults');
    await user.click(summary);
    await user.click(group('Session').getByRole('radio', { name: /^until ended/ }));
    await settled(fake, { session: 'until-ended' });
    expect(screen.getByText(/5 disks keep their addresses; the definition is put back/)).toBeInTheDocument();
    const endAtReboot = screen.getByRole('checkbox', { name: /^End at the guest’s first reboot/ });
    expect(endAtReboot).toBeDisabled();
    expect(endAtReboot).toHaveAccessibleName(/Only a one-shot session can\./);
    await user.click(group('Session').getByRole('radio', { name: /^one-shot/ }));
    await settled(fake, { session: 'one-shot' });
    await user.click(endAtReboot);
    await user.click(group('Next in the boot order').getByRole('radio', { name: /^nothing/ }));
    await user.click(screen.getByRole('checkbox', { name: /^Allow what is known not to boot/ }));
    await settled(fake, { endAtFirstReboot: true, fallThrough: 'none', allowUnbootable: true });
  });

  test('writing to the medium is not offered where it is read-only, and says why', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    await settled(fake, {});
    const direct = () => group('What the guest writes to the medium').getByRole('radio', { name: /^Write to the/ });
    await waitFor(() => expect(direct()).toBeDisabled());
    expect(direct()).toHaveAccessibleName(/cdroms are read-only/);
    await user.click(group('Device').getByRole('radio', { name: 'disk' }));
    await waitFor(() => expect(direct()).toBeEnabled());
    await user.click(direct());
    await settled(fake, { writes: 'direct' });
  });

  test('an overlay goes into the pool with most room, or the one that is chosen; those that cannot have it say why', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    await settled(fake, {});
    await user.click(screen.getByText('More choices'));
    const writes = group('What the guest writes to the medium');
    const inPool = () => writes.getByRole('radio', { name: /^Keep it in a pool/ });
    await waitFor(() => expect(inPool()).toBeDisabled());
    expect(inPool()).toHaveAccessibleName(/cdroms are read-only/);
    await user.click(group('Device').getByRole('radio', { name: 'disk' }));
    await waitFor(() => expect(inPool()).toBeEnabled());
    await user.click(inPool());
    await settled(fake, { overlayPool: 'images', writes: 'overlay' });
    expect(inPool()).toHaveAccessibleName(/a qcow2 overlay in the pool images, as you chose/);
    const pools = screen.getByRole('combobox', { name: 'Pool for the overlay' });
    expect(within(pools).getByRole('option', { name: 'images (212 GiB free)' })).toBeEnabled();
    expect(
      within(pools).getByRole('option', { name: 'vg-archive (logical: its volumes are no files)' }),
    ).toBeDisabled();
    await user.selectOptions(pools, 'iso');
    await settled(fake, { overlayPool: 'iso' });
    await user.click(writes.getByRole('radio', { name: /^Write to the medium itself/ }));
    await settled(fake, { overlayPool: null, writes: 'direct' });
    expect(screen.queryByRole('combobox', { name: 'Pool for the overlay' })).not.toBeInTheDocument();
  });

  test('a transient guest asks for consent in sight, and cannot be one-shot', async () => {
    const world = makeWorld();
    const machine = world.machines.get(KEY);
    if (machine === undefined) throw new Error('web-01 is a machine of the harness');
    world.machines.set(KEY, { ...machine, row: { ...machine.row, persistent: false } });
    const { user, fake } = await renderWindow(fakeSalvor(world));
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    await screen.findByRole('list', { name: '1 refusal' });
    await user.click(screen.getByRole('checkbox', { name: 'Give it a definition for the rescue' }));
    await settled(fake, { transientConsent: true });
    expect(screen.queryByRole('list', { name: /refusal/ })).not.toBeInTheDocument();
    const once = group('Session').getByRole('radio', { name: /^one-shot/ });
    expect(once).toBeDisabled();
    expect(once).toHaveAccessibleName(/a transient guest has no definition to return to/);
  });
});

describe('the guest’s own disks', () => {
  test('each way says what it means; the marks and the sentence below follow, and what cannot be had says why', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    await settled(fake, { guestDisks: 'writable' });
    await user.click(screen.getByText('More choices'));
    const disks = group('The guest’s own disks');
    expect(disks.getByRole('radio', { name: /^Writable What the rescue system repairs stays/ })).toBeChecked();
    await user.click(disks.getByRole('radio', { name: /^Read-only/ }));
    await settled(fake, { guestDisks: 'read-only' });
    const own = () =>
      within(screen.getByRole('table', { name: 'Disks in rescue' })).getByRole('row', { name: / vdb / });
    expect(own()).toHaveTextContent(/^read-only/);
    expect(screen.getByText(/5 disks keep their addresses.* can only read them/)).toBeInTheDocument();
    await user.click(disks.getByRole('radio', { name: /^Behind throw-away overlays/ }));
    await settled(fake, { guestDisks: 'overlay' });
    expect(own()).toHaveTextContent(/^overlay/);
    expect(screen.getByText(/writes to them is gone at the end/)).toBeInTheDocument();
    // The raw disks of this guest have no room for a snapshot inside.
    await user.click(disks.getByRole('radio', { name: /^Writable, after a snapshot/ }));
    await settled(fake, { guestDisks: 'snapshot' });
    const why = screen.getAllByRole('status').find(({ className }) => className.includes('guest-disks-refused'));
    expect(why).toHaveTextContent(/raw/);
    expect(screen.getByRole('button', { name: 'Start rescue…' })).toBeDisabled();
  });
});

describe('image properties', () => {
  const JSON_TEXT = '{"properties": {"hw_rescue_device": "disk", "hw_rescue_bus": "scsi", "os_distro": "debian"}}';

  test('from a file: those that decide are shown, go out, and say so as the reason', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    const file = new File([JSON_TEXT], 'image.json', { type: 'application/json' });
    await user.upload(screen.getByLabelText('From a file…', { selector: 'input' }), file);
    await waitFor(() => expect(lastOrder(fake).properties).toMatchObject({ hw_rescue_bus: 'scsi' }));
    expect(await screen.findByText('image.json')).toBeInTheDocument();
    expect(screen.getByText('and 1 other')).toBeInTheDocument();
    await waitFor(() => expect(group('Bus').getByRole('radio', { name: /^Best default: scsi/ })).toBeChecked());
    expect(group('Bus').getByText('the medium’s property hw_rescue_bus')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Forget' }));
    await waitFor(() => expect(lastOrder(fake).properties).toEqual({}));
  });

  test.each([
    ['{"properties": ', 'Not taken: this is not JSON.'],
    ['[1]', 'Not taken: this is not a JSON object as "openstack image show -f json" prints it.'],
    ['{"properties": {"hw_rescue_bus": {}}}', 'Not taken: hw_rescue_bus is not a word.'],
  ])('pasted and not taken: %s', async (text, words) => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    const field = screen.getByRole('textbox', { name: 'Image properties' });
    await user.click(field);
    await user.paste(text);
    expect(field).toHaveAccessibleDescription(words);
    expect(lastOrder(fake).properties).toEqual({});
  });
});

describe('why', () => {
  test('every resolved choice of the plan is shown with its value, who decided and why', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    await user.click(screen.getByRole('button', { name: 'Add another' }));
    await chooseVolume(user, 'virtio-win');
    await user.click(group('Bus').getByRole('radio', { name: 'scsi' }));
    await settled(fake, { bus: 'scsi' });
    await user.click(screen.getByRole('tab', { name: 'Why' }));
    const plan = selectPreview(useRescue.getState(), KEY).preview?.plan;
    const explained = plan === undefined ? [] : explainPlan(plan);
    expect(explained).toHaveLength(3);
    for (const { medium, choices } of explained) {
      const rows = within(screen.getByRole('table', { name: medium ?? 'This session' }))
        .getAllByRole('row')
        .slice(1);
      expect(rows).toHaveLength(choices.length);
      for (const [at, { value, why }] of choices.entries()) {
        expect(rows[at]).toHaveTextContent(value ?? '—');
        expect(rows[at]).toHaveTextContent(why.text);
      }
    }
    expect(screen.getByRole('row', { name: /^Bus scsi you you chose it/ })).toBeInTheDocument();
  });

  test('beside the control: the default says why, and so does what was chosen', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    await settled(fake, {});
    expect(group('Bus').getByRole('radio', { name: /^Best default: sata the cdrom bus of machine/ })).toBeChecked();
    await user.click(group('Bus').getByRole('radio', { name: 'scsi' }));
    expect(await group('Bus').findByText('scsi: you chose it')).toBeInTheDocument();
  });

  test('a change of bus asks one question, and nothing else', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    await settled(fake, {});
    fake.calls.length = 0;
    await user.click(group('Bus').getByRole('radio', { name: 'scsi' }));
    await settled(fake, { bus: 'scsi' });
    expect(fake.calls.map((call) => call.channel)).toEqual(['rescue.preview']);
  });

  test('steps to start and to end, and the files of the session', async () => {
    const { user, fake } = await renderWindow();
    await openRescue(user);
    await chooseVolume(user, 'systemrescue');
    await user.click(group('Device').getByRole('radio', { name: 'disk' }));
    await user.click(group('Session').getByRole('radio', { name: /^until ended/ }));
    await settled(fake, { device: 'disk', session: 'until-ended' });
    expect(screen.getByRole('region', { name: 'To start it' })).toHaveTextContent(
      'Make the rescue definition the definition of web-01, with its own kept inside',
    );
    expect(screen.getByRole('region', { name: 'To end it' })).toHaveTextContent('Put the definition of web-01 back');
    expect(screen.getByRole('region', { name: 'Files on the host for this session' })).toHaveTextContent(
      '/srv/iso/systemrescue-12.01-amd64.iso.TRANSIENT-web-01',
    );
  });
});
