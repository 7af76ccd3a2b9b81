import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import type { Operation } from '../../../../src-core/contract/schemas.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld, row, session } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';

/** Open a machine's rescue page and choose a medium. */
async function chooseMedium(user: UserEvent, machine: string, medium = 'systemrescue-12.01-amd64.iso'): Promise<void> {
  await user.click(await screen.findByRole('option', { name: new RegExp(`^${machine},`) }));
  await user.click(await screen.findByRole('tab', { name: 'Rescue' }));
  await user.click(await screen.findByRole('button', { name: /^iso/ }));
  await user.click(await screen.findByRole('radio', { name: new RegExp(medium) }));
}

const startButton = () => screen.getByRole('button', { name: 'Start rescue…' });

test('the two sentences that matter most follow the choice of device', async () => {
  const { user } = await renderWindow();
  await chooseMedium(user, 'web-01');
  expect(await screen.findByText('Boots from systemrescue-12.01-amd64.iso on sata cdrom sdb.')).toBeInTheDocument();
  expect(screen.getByText('5 disks keep their addresses; the definition is not touched.')).toBeInTheDocument();
  await user.click(within(screen.getByRole('group', { name: 'Device' })).getByRole('radio', { name: 'disk' }));
  expect(await screen.findByText('Boots from systemrescue-12.01-amd64.iso on usb disk sdb.')).toBeInTheDocument();
});

test('what is impossible is disabled and says why', async () => {
  const { user } = await renderWindow();
  await chooseMedium(user, 'mail-02');
  await screen.findByText(/^Boots from/);
  const floppy = within(screen.getByRole('group', { name: 'Device' })).getByRole('radio', { name: /^floppy/ });
  expect(floppy).toBeDisabled();
  expect(floppy).toHaveAccessibleName('floppy UEFI does not boot floppies');
  const buses = within(screen.getByRole('group', { name: 'Bus' }));
  expect(buses.getByRole('radio', { name: /^virtio/ })).toHaveAccessibleName('virtio carries no cdrom');
  expect(buses.getByRole('radio', { name: /^ide/ })).toHaveAccessibleName('ide not in pc-q35-7.2');
  expect(buses.getByRole('radio', { name: 'usb' })).toBeEnabled();
  // What UEFI would lose has a way out, which is said: it is no reason to disable it.
  const nothing = within(screen.getByRole('group', { name: 'Next in the boot order' })).getByRole('radio', {
    name: /^nothing With UEFI variables of the session’s own/,
  });
  expect(nothing).toBeEnabled();
});

test('a refusal takes the start away and says why beside the button', async () => {
  const { user } = await renderWindow();
  await chooseMedium(user, 'legacy-erp');
  await screen.findByRole('list', { name: '1 refusal' });
  expect(startButton()).toBeDisabled();
  expect(startButton()).toHaveAccessibleDescription(/This cannot be started\. This guest has a managed-save image/);
});

test('a disk of the guest itself cannot be chosen as its medium', async () => {
  const { user } = await renderWindow();
  await user.click(await screen.findByRole('option', { name: /^web-01/ }));
  await user.click(await screen.findByRole('tab', { name: 'Rescue' }));
  await user.click(await screen.findByRole('button', { name: /^images/ }));
  expect(await screen.findByRole('radio', { name: /web-01\.qcow2.*It is a disk of mail-relay/ })).toBeDisabled();
});

test('the confirmation names the machine and each step; Escape goes back, Enter starts', async () => {
  const { user, fake } = await renderWindow();
  await chooseMedium(user, 'web-01');
  await waitFor(() => expect(startButton()).toBeEnabled());
  startButton().focus();
  await user.keyboard('{Enter}');
  const panel = screen.getByRole('group', { name: 'Start the rescue of web-01?' });
  expect(panel).toHaveTextContent('Shut web-01 down, wait up to 120 s');
  expect(within(panel).getByRole('button', { name: 'Start rescue of web-01' })).toHaveFocus();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(startButton()).toHaveFocus());
  expect(fake.calls.some((call) => call.channel === 'rescue.start')).toBe(false);
  await user.keyboard('{Enter}');
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('region', { name: 'In rescue' })).toHaveTextContent('started by anna@ops-3');
  // The button that was pressed is gone: the keyboard goes on in the page that took its place.
  expect(screen.getByRole('tabpanel', { name: 'Rescue' })).toContainElement(document.activeElement as HTMLElement);
  const start = fake.calls.find((call) => call.channel === 'rescue.start');
  expect(start?.input).toMatchObject({
    request: { stop: { how: 'graceful', onTimeout: 'give-up' } },
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
});

test('drift is said in place, and nothing was started', async () => {
  const error = errorData('drift', { domain: 'web-01', what: 'its definition was changed' });
  const { user } = await renderWindow(fakeSalvor(makeWorld(), { 'rescue.start': () => ({ ok: false, error }) }));
  await chooseMedium(user, 'web-01');
  await waitFor(() => expect(startButton()).toBeEnabled());
  await user.click(startButton());
  await user.click(screen.getByRole('button', { name: 'Start rescue of web-01' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(error.message);
  expect(startButton()).toBeInTheDocument();
});

function operation(parts: Partial<Operation>): Operation {
  return {
    id: 'one',
    kind: 'rescue',
    machine: { hostId: 'demo', uuid: row().uuid },
    machineName: 'web-01',
    state: 'running',
    cancellable: true,
    startedAt: '2026-11-21T08:00:00Z',
    steps: [
      { id: 'stop', text: 'Shut web-01 down', state: 'running', note: '114 s left' },
      { id: 'start', text: 'Start web-01', state: 'pending', note: null },
    ],
    remarks: [],
    error: null,
    ...parts,
  };
}

test('a run shows its steps and can be cancelled while that is possible; a failure says what is, and leads back', async () => {
  const { user, fake } = await renderWindow();
  await user.click(await screen.findByRole('option', { name: /^web-01/ }));
  await user.click(await screen.findByRole('tab', { name: 'Rescue' }));
  fake.emit({ type: 'operation-changed', operation: operation({}) });
  await screen.findByRole('heading', { name: 'Starting the rescue of web-01' });
  expect(screen.getByText('Shut web-01 down 114 s left')).toHaveAttribute('role', 'status');
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(fake.calls).toContainEqual({ channel: 'operations.cancel', input: { operationId: 'one' } });
  fake.emit({ type: 'operation-changed', operation: operation({ cancellable: false }) });
  await waitFor(() => expect(screen.getByRole('button', { name: 'Cancel' })).toBeDisabled());
  expect(screen.getByRole('button', { name: 'Cancel' })).toHaveAccessibleDescription(
    'This step cannot be interrupted.',
  );
  const error = errorData(
    'start-failed',
    { domain: 'web-01', what: 'the rescue', unchanged: 'It runs again as before.' },
    'internal error: qemu',
  );
  fake.emit({ type: 'operation-changed', operation: operation({ state: 'failed', error }) });
  expect(await screen.findByRole('alert')).toHaveTextContent('It runs again as before.');
  await user.click(screen.getByRole('button', { name: 'Back to the request' }));
  expect(startButton()).toBeInTheDocument();
});

test('the rescue of somebody else is shown from its metadata and can be ended; force warns first', async () => {
  const { user, fake } = await renderWindow();
  await user.click(await screen.findByRole('option', { name: /^storage-20-disks, In rescue/ }));
  const banner = await screen.findByRole('region', { name: 'In rescue' });
  expect(banner).toHaveTextContent('started by anna@ops-3. Booted from /srv/iso/systemrescue-12.01-amd64.iso (sda)');
  await user.click(within(banner).getByRole('button', { name: 'End rescue…' }));
  expect(screen.getByRole('button', { name: 'End rescue of storage-20-disks' })).toHaveFocus();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(within(banner).getByRole('button', { name: 'End rescue…' })).toHaveFocus());
  await user.keyboard('{Enter}');
  await user.click(screen.getByRole('radio', { name: /^Force it off/ }));
  expect(screen.getByText(/loses repairs that the rescue system has not written/)).toBeInTheDocument();
  await user.click(screen.getByRole('radio', { name: 'Leave it off' }));
  await user.click(screen.getByRole('button', { name: 'End rescue of storage-20-disks' }));
  expect(fake.calls.find((call) => call.channel === 'rescue.end')?.input).toMatchObject({
    stop: { how: 'force' },
    power: 'off',
  });
});

test('a session that says nothing of itself is still a session that can be ended', async () => {
  const { user, fake } = await renderWindow();
  await screen.findByRole('option', { name: /^web-01/ });
  fake.emit({
    type: 'machine-changed',
    machine: row({ session: session({ startedAt: null, startedBy: null, medium: null, target: null, id: null }) }),
  });
  await user.click(await screen.findByRole('option', { name: /^web-01, In rescue/ }));
  const banner = await screen.findByRole('region', { name: 'In rescue' });
  expect(banner).toHaveTextContent('started by unknown');
  expect(within(banner).getByRole('button', { name: 'End rescue…' })).toBeEnabled();
});

test('a rescue that ended by itself closes the panel that would have ended it', async () => {
  const { user, fake } = await renderWindow();
  await screen.findByRole('option', { name: /^web-01/ });
  fake.emit({ type: 'machine-changed', machine: row({ session: session() }) });
  await user.click(await screen.findByRole('option', { name: /^web-01, In rescue/ }));
  await user.click(await screen.findByRole('button', { name: 'End rescue…' }));
  fake.emit({ type: 'machine-changed', machine: row({ state: 'shutoff' }) });
  await waitFor(() => expect(screen.queryByRole('region', { name: 'In rescue' })).not.toBeInTheDocument());
  fake.emit({ type: 'machine-changed', machine: row({ session: session() }) });
  expect(await screen.findByRole('button', { name: 'End rescue…' })).toBeInTheDocument();
});

test('a plan that could not be renewed cannot be started', async () => {
  const error = errorData('connection-lost', { uri: 'qemu:///system' });
  let lost = false;
  const world = makeWorld();
  const planner = fakeSalvor(world);
  const { user } = await renderWindow(
    fakeSalvor(world, {
      'rescue.preview': async (input) => {
        const answer = await planner.api['rescue.preview'](input);
        if (!answer.ok) throw new Error('the planner plans');
        return lost ? { ok: false, error } : answer.value;
      },
    }),
  );
  await chooseMedium(user, 'web-01');
  await waitFor(() => expect(startButton()).toBeEnabled());
  lost = true;
  await user.click(within(screen.getByRole('group', { name: 'Device' })).getByRole('radio', { name: 'disk' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(error.message);
  expect(startButton()).toBeDisabled();
});

test('a session until ended goes on while the machine is off; ending it says what is put back, and stops nothing', async () => {
  const { user, fake } = await renderWindow();
  await screen.findByRole('option', { name: /^web-01/ });
  fake.emit({ type: 'machine-changed', machine: row({ state: 'shutoff', session: session({ kind: 'until-ended' }) }) });
  await user.click(await screen.findByRole('option', { name: /^web-01, In rescue/ }));
  await user.click(await screen.findByRole('button', { name: 'End rescue…' }));
  expect(screen.getByText(/the machine’s own definition is put back from where it is kept/)).toBeInTheDocument();
  expect(screen.queryByRole('group', { name: 'To stop the guest' })).not.toBeInTheDocument();
  expect(screen.getByRole('radio', { name: 'As before: start it normally' })).toBeChecked();
});

test('a transient guest’s session says what ending it does', async () => {
  const { user, fake } = await renderWindow();
  await screen.findByRole('option', { name: /^web-01/ });
  const transient = session({ kind: 'until-ended', transient: true });
  fake.emit({ type: 'machine-changed', machine: row({ session: transient }) });
  await user.click(await screen.findByRole('option', { name: /^web-01, In rescue/ }));
  await user.click(await screen.findByRole('button', { name: 'End rescue…' }));
  expect(screen.getByText(/started again from its own XML/)).toBeInTheDocument();
});

test('two records that differ: a person says which definition is put back, and nothing is chosen for them', async () => {
  const { user, fake } = await renderWindow();
  await screen.findByRole('option', { name: /^web-01/ });
  fake.emit({ type: 'machine-changed', machine: row({ session: session({ kind: 'until-ended' }) }) });
  const error = errorData('records-differ', { domain: 'web-01', id: '0f6f3c1e' });
  fake.emit({ type: 'operation-changed', operation: operation({ kind: 'end', state: 'failed', error }) });
  await user.click(await screen.findByRole('option', { name: /^web-01, In rescue/ }));
  await user.click(await screen.findByRole('button', { name: 'End rescue…' }));
  const confirm = screen.getByRole('button', { name: 'End rescue of web-01' });
  expect(confirm).toBeDisabled();
  await user.click(screen.getByRole('radio', { name: /^The copy in this computer’s journal/ }));
  await user.click(confirm);
  expect(fake.calls.find((call) => call.channel === 'rescue.end')?.input).toMatchObject({ record: 'journal' });
});

test('a guest that is waited for without end has no seconds to set', async () => {
  const { user } = await renderWindow();
  await chooseMedium(user, 'web-01');
  const stop = within(await screen.findByRole('group', { name: 'To stop the guest' }));
  expect(screen.getByRole('spinbutton', { name: 'Give it seconds' })).toHaveValue(120);
  await user.click(stop.getByRole('radio', { name: /^Shut down, and keep waiting/ }));
  expect(screen.queryByRole('spinbutton')).not.toBeInTheDocument();
  await waitFor(() => expect(startButton()).toBeEnabled());
  await user.click(startButton());
  expect(screen.getByRole('group', { name: 'Start the rescue of web-01?' })).toHaveTextContent(/keep waiting/);
});

test('what is worth telling of a run that went well stays on the machine’s page until it is put away', async () => {
  const { user, fake } = await renderWindow();
  await user.click(await screen.findByRole('option', { name: /^web-01/ }));
  const remarks = ['Its UEFI variables differ from before the rescue.'];
  fake.emit({ type: 'operation-changed', operation: operation({ kind: 'end', state: 'done', remarks }) });
  expect(await screen.findByText('Its UEFI variables differ from before the rescue.')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Put away' }));
  expect(screen.queryByText('Its UEFI variables differ from before the rescue.')).not.toBeInTheDocument();
});
