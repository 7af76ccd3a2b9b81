import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import { migrationInputs, migrationOperation, shownPlan } from '../../../harness/fake-migration.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import type { FakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { host, makeWorld, row, session } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';
import { useNavigation } from '../../app/stores/navigation.ts';
import { begin, openPage, preview, startButton, WEB } from './page.test-support.ts';

const requests = (fake: FakeSalvor) =>
  fake.calls
    .filter(({ channel }) => channel === 'migration.preview')
    .map(({ input }) => input as { to: string; request: object });

/** What stands against a migration of web-01 as it is: its network has another name at kvm-2. */
async function nameNetwork(user: UserEvent): Promise<void> {
  await user.click(await screen.findByRole('button', { name: 'It has another name there…' }));
  const there = screen.getByRole('combobox', { name: 'network 1: at the destination' });
  await waitFor(() => expect(there).toHaveFocus());
  expect(screen.getByRole('combobox', { name: 'network 1: here' })).toHaveValue('default');
  await user.keyboard('lan-2');
}

test('with one host there is nowhere to go, and what to do is said', async () => {
  const world = makeWorld();
  for (const id of ['system', 'session']) world.hosts.delete(id);
  const { user } = await renderWindow(fakeSalvor(world));
  await openPage(user);
  expect(await screen.findByText('There is no other host to migrate to.')).toBeInTheDocument();
  expect(startButton()).toBeDisabled();
  expect(startButton()).toHaveAccessibleDescription('Choose where it is to go.');
  await user.click(within(screen.getByRole('main')).getByRole('button', { name: 'Add a host' }));
  expect(useNavigation.getState().place).toEqual({ kind: 'add-host' });
});

test('hosts that cannot be the destination are listed and say why; the only one that can is chosen', async () => {
  await begin();
  const hosts = within(await screen.findByRole('group', { name: 'To' }));
  expect(hosts.getByRole('radio', { name: /^kvm-2/ })).toBeChecked();
  expect(hosts.getByRole('radio', { name: /^kvm-3/ })).toBeDisabled();
  expect(hosts.getByRole('radio', { name: /^kvm-3/ })).toHaveAccessibleName(/connected read-only/);
  expect(hosts.getByRole('radio', { name: /^This computer not/ })).toHaveAccessibleName(/not connected/);
});

test('how it goes follows the state, and what does not fit it says why', async () => {
  const { user } = await begin();
  const kind = within(await screen.findByRole('group', { name: 'How it goes' }));
  expect(kind.getByRole('radio', { name: /^Live/ })).toBeChecked();
  expect(kind.getByRole('radio', { name: /^Offline.*it runs/ })).toBeDisabled();
  await user.click(screen.getByRole('option', { name: /^mail-02/ }));
  const world = makeWorld();
  const off = row({ hostId: 'demo', name: 'web-01', state: 'shutoff' });
  const web = world.machines.get(`demo/${WEB.uuid}`);
  if (web !== undefined) web.row = off;
  const { fake } = await begin(world);
  const offline = within(await screen.findByRole('group', { name: 'How it goes' }));
  expect(offline.getByRole('radio', { name: /^Offline/ })).toBeChecked();
  expect(offline.getByRole('radio', { name: /^Live.*it is off/ })).toBeDisabled();
  await waitFor(() => expect(requests(fake).at(-1)).toMatchObject({ to: 'kvm-2', request: { live: false } }));
});

test('a refusal comes first, takes the start away, and a rule that is offered with it mends it', async () => {
  const { user, fake } = await begin();
  const refusals = await screen.findByRole('list', { name: '1 refusal' });
  expect(refusals).toHaveTextContent('The network default');
  expect(startButton()).toBeDisabled();
  expect(startButton()).toHaveAccessibleDescription(/^This cannot be started\. The network default/);
  await nameNetwork(user);
  await waitFor(() => expect(startButton()).toBeEnabled());
  expect(requests(fake).at(-1)).toMatchObject({
    to: 'kvm-2',
    request: { rules: { networks: [{ from: 'default', to: 'lan-2' }] }, live: true },
  });
  // Typed in one go, asked once at the end, not letter by letter.
  expect(requests(fake).length).toBeLessThan(5);
  expect(within(preview()).queryByRole('list', { name: /refusal/ })).not.toBeInTheDocument();
  expect(screen.getByText('web-01 goes to kvm-2 as it runs.')).toBeInTheDocument();
});

test('each disk says where it is, how it gets there and why, and can be told otherwise', async () => {
  const { user, fake } = await begin();
  const disks = within(await screen.findByRole('table', { name: 'Disks' }));
  const vda = disks.getByRole('row', { name: /^vda/ });
  expect(vda).toHaveTextContent('not there');
  expect(vda).toHaveTextContent('it is not there');
  expect(vda).toHaveTextContent('into pool images, 812 GiB free');
  const choice = within(vda).getByRole('combobox', { name: 'How vda gets there' });
  expect(choice).toHaveDisplayValue('Best: copied');
  await user.selectOptions(choice, 'shared');
  await waitFor(() => expect(requests(fake).at(-1)).toMatchObject({ request: { disks: { vda: 'shared' } } }));
  // An empty drive has nothing to move, and nothing to choose.
  const drive = disks.getByRole('row', { name: /^sda/ });
  expect(within(drive).queryByRole('combobox')).not.toBeInTheDocument();
  await user.selectOptions(within(disks.getByRole('row', { name: /^vda/ })).getByRole('combobox'), '');
  await waitFor(() => expect(requests(fake).at(-1)).toMatchObject({ request: { disks: {} } }));
});

test('both definitions are shown with what the rules change, each with the reason for there being two', async () => {
  const { user } = await begin();
  await nameNetwork(user);
  await waitFor(() => expect(startButton()).toBeEnabled());
  await user.click(within(preview()).getByRole('tab', { name: 'What runs there' }));
  expect(within(preview()).getByText(/from the first moment/)).toBeInTheDocument();
  expect(within(preview()).getByText('+1')).toBeInTheDocument();
  await user.click(within(preview()).getByRole('tab', { name: 'What stays there' }));
  expect(within(preview()).getByText(/that is why there are two/)).toBeInTheDocument();
  await user.click(within(preview()).getByRole('tab', { name: 'virsh' }));
  expect(preview()).toHaveTextContent('--persistent-xml');
});

test('networks and bridges that the destination has are offered where a rule names one', async () => {
  const { user } = await begin();
  await user.click(await screen.findByRole('button', { name: 'It has another name there…' }));
  const offered = (name: string) => {
    const field = screen.getByRole('combobox', { name });
    const list = document.getElementById(field.getAttribute('list') ?? '');
    return [...(list?.querySelectorAll('option') ?? [])].map(({ value }) => value);
  };
  expect(offered('network 1: at the destination')).toEqual(['lan-2', 'dmz', 'sriov']);
  await user.click(screen.getByRole('button', { name: 'Bridge' }));
  expect(offered('bridge 1: at the destination')).toEqual(['virbr2', 'br-dmz']);
});

test('rows of rules can be added, filled and taken away by keyboard', async () => {
  const { user, fake } = await begin();
  await screen.findByRole('list', { name: '1 refusal' });
  await user.click(screen.getByText('Rules'));
  await user.click(screen.getByRole('button', { name: 'Path' }));
  const from = screen.getByRole('combobox', { name: 'path 1: here' });
  await waitFor(() => expect(from).toHaveFocus());
  // Folders of its images are offered, and what is in them.
  const offered = document.getElementById(from.getAttribute('list') ?? '')?.querySelectorAll('option');
  expect([...(offered ?? [])].map(({ value }) => value)).toContain('/var/lib/libvirt/images');
  await user.keyboard('/var/lib/libvirt/images{Tab}/srv/vm');
  await waitFor(() =>
    expect(requests(fake).at(-1)).toMatchObject({
      request: { rules: { paths: [{ from: '/var/lib/libvirt/images', to: '/srv/vm' }] } },
    }),
  );
  expect(await screen.findByText('1 in force')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Take away path 1' }));
  await waitFor(() => expect(screen.getByRole('button', { name: 'Path' })).toHaveFocus());
  await waitFor(() => expect(requests(fake).at(-1)).toMatchObject({ request: { rules: { paths: [] } } }));
});

test('options reach the request; a figure that cannot be read is said, and takes the start away', async () => {
  const { user, fake } = await begin();
  await nameNetwork(user);
  await user.click(screen.getByText('Options'));
  await user.click(screen.getByRole('radio', { name: /^The hosts themselves/ }));
  await user.type(screen.getByLabelText('The destination, as the source reaches it'), 'qemu+tls://kvm-2/system');
  await user.click(screen.getByRole('checkbox', { name: /^Allow post-copy/ }));
  await user.type(screen.getByLabelText('Connections'), '4');
  await waitFor(() =>
    expect(requests(fake).at(-1)).toMatchObject({
      request: {
        way: 'p2p',
        destinationUri: 'qemu+tls://kvm-2/system',
        options: { postCopy: true, parallel: 4, bandwidth: null },
      },
    }),
  );
  await user.type(screen.getByLabelText('At most, MiB/s'), 'lots');
  expect(screen.getByLabelText('At most, MiB/s')).toHaveAccessibleDescription('A whole number from 1 to 1000000.');
  expect(startButton()).toBeDisabled();
  expect(startButton()).toHaveAccessibleDescription(/put it right first/);
});

test('the confirmation names machine, host and steps; Escape goes back, Enter starts; then it can be gone to', async () => {
  const { user, fake } = await begin();
  await nameNetwork(user);
  await waitFor(() => expect(startButton()).toBeEnabled());
  startButton().focus();
  await user.keyboard('{Enter}');
  const panel = screen.getByRole('group', { name: 'Migrate web-01 to kvm-2?' });
  expect(panel).toHaveTextContent('This computer has to stay connected');
  await user.keyboard('{Escape}');
  await waitFor(() => expect(startButton()).toHaveFocus());
  expect(fake.calls.some(({ channel }) => channel === 'migration.start')).toBe(false);
  await user.keyboard('{Enter}{Enter}');
  expect(fake.calls.find(({ channel }) => channel === 'migration.start')?.input).toMatchObject({
    to: 'kvm-2',
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
  // It goes away from under the page, which says where it is.
  await screen.findByRole('heading', { name: 'web-01 is on kvm-2' }, { timeout: 5000 });
  await user.click(screen.getByRole('button', { name: 'Show web-01 on kvm-2' }));
  expect(useNavigation.getState().place).toEqual({ kind: 'machine', machine: { ...WEB, hostId: 'kvm-2' } });
});

test('what was mended on a host by hand is looked at again; while something else is under way nothing is started', async () => {
  const { user, fake } = await begin();
  await screen.findByRole('list', { name: '1 refusal' });
  const before = requests(fake).length;
  await user.click(screen.getByRole('button', { name: 'Look at both hosts again' }));
  await waitFor(() => expect(requests(fake).length).toBe(before + 1));
  await nameNetwork(user);
  await waitFor(() => expect(startButton()).toBeEnabled());
  fake.emit({ type: 'operation-changed', operation: migrationOperation(WEB, { kind: 'hard-reboot' }) });
  await waitFor(() => expect(startButton()).toBeDisabled());
  expect(startButton()).toHaveAccessibleDescription(/wait until it has ended/);
});

test('drift is said in place, nothing was started, and the plan is made anew', async () => {
  const error = errorData('drift', { domain: 'web-01', what: 'its definition was changed' });
  const { user, fake } = await begin(makeWorld(), { 'migration.start': () => ({ ok: false, error }) });
  await nameNetwork(user);
  await waitFor(() => expect(startButton()).toBeEnabled());
  const before = requests(fake).length;
  await user.click(startButton());
  await user.click(screen.getByRole('button', { name: 'Migrate web-01 to kvm-2' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(error.message);
  await waitFor(() => expect(requests(fake).length).toBeGreaterThan(before));
});

test('a plan that cannot be made says why; a destination that is lost meanwhile says so, too', async () => {
  const error = errorData('timeout', { uri: 'qemu+ssh://root@kvm-2/system', what: 'look at the host' });
  const { fake } = await begin(makeWorld(), { 'migration.preview': () => ({ ok: false, error }) });
  expect(await within(preview()).findByRole('alert')).toHaveTextContent(error.message);
  expect(startButton()).toBeDisabled();
  fake.emit({ type: 'host-changed', host: host({ id: 'kvm-2', name: 'kvm-2', state: 'disconnected' }) });
  await waitFor(() => expect(screen.getByRole('radio', { name: /^kvm-2 not connected/ })).toBeDisabled());
  expect(startButton()).toHaveAccessibleDescription('Choose where it is to go.');
});

test('of a machine in rescue it is said how it gets back', async () => {
  const world = makeWorld();
  const web = world.machines.get(`demo/${WEB.uuid}`);
  if (web !== undefined) web.row = { ...web.row, session: session() };
  await begin(world);
  expect(await within(preview()).findByText(/Powered off there, it is back at that\./)).toBeInTheDocument();
});

test('thirty disks are thirty rows, each to be told otherwise', async () => {
  const world = makeWorld();
  const { user } = await begin(world, {
    'migration.preview': (order) => {
      const inputs = migrationInputs(world, order);
      if (inputs === null) throw new Error('no machine');
      const [disk] = inputs.disks;
      const plan = shownPlan(inputs);
      const [planned] = plan.disks;
      if (disk === undefined || planned === undefined) throw new Error('no disk');
      const many = Array.from({ length: 30 }, (_, at) => ({ ...planned, target: `vd${String(at)}` }));
      return { ...plan, disks: many };
    },
  });
  expect(await screen.findAllByRole('combobox', { name: /^How vd/ })).toHaveLength(30);
  await user.selectOptions(screen.getByRole('combobox', { name: 'How vd29 gets there' }), 'copy');
});

const HOSTILE = '<img src=x onerror=alert(1)>{{host}}\u202egpj';
const WRITTEN = '<img src=x onerror=alert(1)>{{host}}\\u202egpj';

test('names that lie are written out', async () => {
  const world = makeWorld();
  const { user } = await begin(world, {
    'migration.preview': (order) => {
      const inputs = migrationInputs(world, order);
      if (inputs === null) throw new Error('no machine');
      const { destination, disks } = inputs;
      return shownPlan({
        ...inputs,
        disks: disks.map((disk) => ({
          ...disk,
          source: `/srv/${HOSTILE}`,
          destination: `/mnt/${HOSTILE}`,
          pool: HOSTILE,
        })),
        destination: {
          ...destination,
          needed: [{ kind: 'network', name: HOSTILE, users: [HOSTILE], state: 'missing', carriable: false }],
        },
      });
    },
  });
  const list = await screen.findByRole('list', { name: /refusal/ });
  expect(list).toHaveTextContent(WRITTEN);
  expect(within(preview()).getByRole('table', { name: 'Needed at the destination' })).toHaveTextContent(WRITTEN);
  expect(within(preview()).getByRole('table', { name: 'Disks' })).toHaveTextContent(WRITTEN);
  expect(document.querySelector('img[src=x]')).toBeNull();
  expect(document.body.textContent).not.toContain('\u202e');
  await user.keyboard('{Escape}');
});
