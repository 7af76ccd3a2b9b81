import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { ChannelInput } from '../../../../src-core/contract/channels.ts';
import { errorData } from '../../../../src-core/contract/errors.ts';
import type { Operation } from '../../../../src-core/contract/schemas.ts';
import type { FoundDependency } from '../../../../src-core/reboot/types.ts';
import { found, LOST_SECRET, rebootPlanOf } from '../../../harness/fake-reboot.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import type { FakeHandlers, FakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { host, makeWorld, row, session } from '../../../harness/fake-world.test-support.ts';
import type { FakeWorld } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';
import { useReboot } from './store.ts';

const MACHINE = { hostId: 'demo', uuid: row().uuid };
const VALUE = 'correct horse battery staple';

/** A host on which that was found. */
function finding(
  look: readonly FoundDependency[],
  world: FakeWorld = makeWorld(),
  over: Partial<FakeHandlers> = {},
): FakeSalvor {
  return fakeSalvor(world, { 'reboot.preview': (order) => rebootPlanOf(world, order, look), ...over });
}

async function openReboot(fake?: FakeSalvor, name = /^web-01/) {
  const opened = await renderWindow(fake);
  await opened.user.click(await screen.findByRole('option', { name }));
  await opened.user.click(await screen.findByRole('tab', { name: 'Hard reboot' }));
  return opened;
}

const start = () => screen.getByRole('button', { name: 'Hard reboot…' });
const table = () => screen.findByRole('table', { name: /^What .* depends on/ });
const sent = (fake: FakeSalvor) =>
  fake.calls
    .filter(({ channel }) => channel === 'reboot.start')
    .map(({ input }) => input as ChannelInput<'reboot.start'>);

/** Is a text anywhere in the page, or in what the window keeps of its state? */
function isKept(text: string): boolean {
  const typed = [...document.querySelectorAll('input')].some(({ value }) => value.includes(text));
  return typed || document.body.textContent.includes(text) || JSON.stringify(useReboot.getState()).includes(text);
}

function failed(error: Operation['error']): Operation {
  return {
    id: 'one',
    kind: 'hard-reboot',
    machine: MACHINE,
    machineName: 'web-01',
    state: 'failed',
    cancellable: false,
    startedAt: '2026-11-21T08:00:00Z',
    steps: [{ id: 'start', text: 'Start web-01', state: 'failed', note: null }],
    remarks: [],
    error,
  };
}

test('what stands in the way, what is set up and what is ready, each under its own head, and the ready ones folded', async () => {
  const { user } = await openReboot();
  const inTable = within(await table());
  const pool = inTable.getByRole('row', { name: /vg-archive vdb/ });
  expect(pool).toHaveTextContent('not active');
  expect(pool).toHaveTextContent('start it');
  expect(inTable.getByRole('rowheader', { name: '3 to set up' })).toBeInTheDocument();
  expect(inTable.queryByText('web-01-logs.raw', { exact: false })).toBeNull();
  const fold = inTable.getByRole('button', { name: '5 ready' });
  expect(fold).toHaveAttribute('aria-expanded', 'false');
  await user.click(fold);
  expect(inTable.getByText('web-01-logs.raw', { exact: false })).toBeInTheDocument();
  expect(inTable.getByRole('row', { name: /default/ })).toHaveTextContent('Used by build-07, too');
  expect(screen.getByText(/the definition of web-01: it is never written/)).toBeInTheDocument();
});

test('a value is asked for in its place, sent once in base64, and kept nowhere', async () => {
  const { user, fake } = await openReboot();
  const field = await screen.findByLabelText('Value');
  expect(field).toHaveAttribute('type', 'password');
  expect(start()).toBeDisabled();
  expect(start()).toHaveAccessibleDescription(/The value of a secret is needed first/);
  await user.type(field, VALUE);
  await waitFor(() => expect(start()).toBeEnabled());
  expect(screen.getByRole('heading', { name: 'The value of a secret is given' })).toBeInTheDocument();
  const previews = fake.calls.filter(({ channel }) => channel === 'reboot.preview');
  expect(previews.at(-1)?.input).toMatchObject({ secrets: [LOST_SECRET] });
  expect(JSON.stringify(previews)).not.toContain(VALUE);
  await user.click(screen.getByRole('checkbox', { name: 'Show' }));
  expect(field).toHaveAttribute('type', 'text');
  await user.click(start());
  const question = screen.getByRole('group', { name: 'Hard reboot of web-01?' });
  expect(question).toHaveAccessibleDescription(/Set up the secrets/);
  await user.click(within(question).getByRole('button', { name: 'Hard reboot web-01' }));
  await waitFor(() => expect(sent(fake)).toHaveLength(1));
  expect(sent(fake)[0]?.secrets).toEqual([{ uuid: LOST_SECRET, value: btoa(VALUE) }]);
  expect(sent(fake)[0]?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(isKept(VALUE)).toBe(false);
});

test('a value from a file is its bytes; one that is too large, or empty, is not taken', async () => {
  const { user, fake } = await openReboot();
  await screen.findByLabelText('Value');
  const chooser = () => screen.getByLabelText(`File with the value of secret ${LOST_SECRET}`);
  await user.upload(chooser(), new File([new Uint8Array(65_537)], 'large.bin'));
  expect(await screen.findByText(/libvirt takes 65,536 bytes/)).toBeInTheDocument();
  await user.upload(chooser(), new File([], 'empty.bin'));
  expect(await screen.findByText('The file is empty.')).toBeInTheDocument();
  expect(start()).toBeDisabled();
  await user.upload(chooser(), new File([Uint8Array.from([0, 200, 10])], '\u202ekey.bin'));
  expect(await screen.findByText(/It ends with a line end/)).toBeInTheDocument();
  expect(screen.getByText('\\u202ekey.bin')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Another one' }));
  expect(screen.getByLabelText('Value')).toHaveFocus();
  screen.getByRole('button', { name: 'From a file…' }).focus();
  await user.upload(chooser(), new File([Uint8Array.from([0, 200, 10])], 'key.bin'));
  await waitFor(() => expect(screen.getByRole('button', { name: 'Another one' })).toHaveFocus());
  await waitFor(() => expect(start()).toBeEnabled());
  await user.click(start());
  await user.click(screen.getByRole('button', { name: 'Hard reboot web-01' }));
  await waitFor(() => expect(sent(fake)[0]?.secrets[0]?.value).toBe('AMgK'));
});

test('leaving the page takes what was typed with it', async () => {
  const { user } = await openReboot();
  await user.type(await screen.findByLabelText('Value'), VALUE);
  await user.click(screen.getByRole('tab', { name: 'History' }));
  expect(isKept(VALUE)).toBe(false);
  await user.click(screen.getByRole('tab', { name: 'Hard reboot' }));
  expect(await screen.findByLabelText('Value')).toHaveValue('');
});

test('drift: said, the preview made anew, and the value is gone all the same', async () => {
  const error = errorData('drift', { domain: 'web-01', what: 'a pool is off', unchanged: 'Nothing was touched.' });
  const world = makeWorld();
  const { user, fake } = await openReboot(fakeSalvor(world, { 'reboot.start': () => ({ ok: false, error }) }));
  await user.type(await screen.findByLabelText('Value'), VALUE);
  await waitFor(() => expect(start()).toBeEnabled());
  await user.click(start());
  const before = fake.calls.length;
  await user.click(screen.getByRole('button', { name: 'Hard reboot web-01' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('a pool is off');
  expect(screen.getByText(/The preview above was made anew/)).toBeInTheDocument();
  expect(fake.calls.slice(before).some(({ channel }) => channel === 'reboot.preview')).toBe(true);
  expect(isKept(VALUE)).toBe(false);
  expect(start()).toBeDisabled();
});

test('a wrong value is asked for again in its place, though libvirt has one by now; the way round it is to put it away', async () => {
  const look = [found({ kind: 'secret', name: LOST_SECRET, users: ['vdb'], of: 'volume /x', state: 'ready' })];
  const { user, fake } = await openReboot(finding(look));
  await table();
  expect(screen.queryByLabelText('Value')).toBeNull();
  const error = errorData('secret-wrong', {
    domain: 'web-01',
    uuid: LOST_SECRET,
    users: 'vdb',
    unchanged: 'web-01 is off, its definition as it was.',
  });
  fake.emit({ type: 'operation-changed', operation: failed(error) });
  expect(await screen.findByRole('alert')).toHaveTextContent('web-01 is off, its definition as it was.');
  const field = await screen.findByLabelText('Value');
  expect(field).toHaveFocus();
  expect(start()).toBeDisabled();
  await user.type(field, VALUE);
  await waitFor(() => expect(start()).toBeEnabled());
  await user.click(screen.getByRole('button', { name: 'Put away' }));
  expect(screen.queryByRole('alert')).toBeNull();
});

test('any other failure is the run with its steps, and leads back to a preview', async () => {
  const { user, fake } = await openReboot();
  const error = errorData('dependency-missing', {
    domain: 'web-01',
    what: 'there is no pool x',
    unchanged: 'It is off.',
  });
  fake.emit({ type: 'operation-changed', operation: failed(error) });
  expect(await screen.findByRole('heading', { name: 'The hard reboot of web-01 failed' })).toHaveFocus();
  expect(screen.getByRole('alert')).toHaveTextContent('there is no pool x');
  await user.click(screen.getByRole('button', { name: 'Back to the preview' }));
  expect(await table()).toBeInTheDocument();
});

test('one that failed out of sight is told of at the bottom, which leads to its page', async () => {
  const { user, fake } = await renderWindow();
  await user.click(await screen.findByRole('option', { name: /^mail-02/ }));
  fake.emit({ type: 'operation-changed', operation: failed(errorData('start-failed', { domain: 'web-01' })) });
  await user.click(await screen.findByRole('button', { name: 'The hard reboot of web-01 failed' }));
  expect(await screen.findByRole('tab', { name: 'Hard reboot', selected: true })).toBeInTheDocument();
  expect(await screen.findByRole('heading', { name: 'The hard reboot of web-01 failed' })).toBeInTheDocument();
});

test('a private secret may have a value: given on demand only, and nothing waits for it', async () => {
  const look = [found({ kind: 'secret', name: LOST_SECRET, of: 'volume /x', state: 'value-unknown' })];
  const { user } = await openReboot(finding(look));
  await waitFor(() => expect(start()).toBeEnabled());
  expect(screen.queryByLabelText('Value')).toBeNull();
  expect(screen.queryByText(/All of it is ready/)).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Give the value of a private secret, too…' }));
  expect(screen.getByLabelText('Value')).toHaveFocus();
});

test('all ready: that it is a stop and a start then', async () => {
  const { user, fake } = await openReboot(finding([found({ kind: 'pool', name: 'images' })]));
  expect(await screen.findByText(/All of it is ready/)).toBeInTheDocument();
  expect(await screen.findByRole('rowheader', { name: '1 ready' })).toBeInTheDocument();
  await user.click(screen.getByRole('radio', { name: /^Force it off/ }));
  await waitFor(() => expect(screen.getByText(/is forced off: what/)).toBeInTheDocument());
  await user.click(start());
  await user.click(screen.getByRole('button', { name: 'Hard reboot web-01' }));
  await waitFor(() => expect(sent(fake)[0]?.request.stop.how).toBe('force'));
});

test('one that went well is told of, above how things are now', async () => {
  const { user } = await openReboot(finding([]));
  await waitFor(() => expect(start()).toBeEnabled());
  await user.click(start());
  await user.click(screen.getByRole('button', { name: 'Hard reboot web-01' }));
  expect(await screen.findByText(/web-01 was rebooted hard/)).toBeInTheDocument();
  await waitFor(() => expect(start()).toBeEnabled());
});

test('nothing at all to depend on is said, too', async () => {
  await openReboot(finding([]));
  expect(await screen.findByText(/depends on nothing that a host/)).toBeInTheDocument();
});

test('forty dependencies: what is in the way is first, what is ready is one line', async () => {
  const look = [
    ...Array.from({ length: 38 }, (_, at) => found({ kind: 'image', name: `/srv/${String(at)}.raw`, of: 'images' })),
    found({ kind: 'pool', name: 'lost', state: 'missing', users: ['vdz'] }),
    found({ kind: 'network', name: 'lab', state: 'inactive', users: ['52:54:00:00:00:01'] }),
  ];
  await openReboot(finding(look));
  const inTable = within(await table());
  expect(inTable.getByRole('button', { name: '38 ready' })).toBeInTheDocument();
  expect(inTable.getAllByRole('row').map(({ textContent }) => textContent)).toEqual(
    [
      expect.stringContaining('Kind'),
      '1 stands in the way',
      expect.stringContaining('lost'),
      '1 to set up',
      expect.stringContaining('lab'),
      '38 ready',
    ].map((one) => (typeof one === 'string' ? expect.stringContaining(one) : one) as string),
  );
  expect(start()).toBeDisabled();
  expect(start()).toHaveAccessibleDescription(/^This cannot be started\. /);
});

test('in rescue: it is kept, or ended first, and the sentence says which', async () => {
  const { user, fake } = await openReboot(undefined, /^storage-20-disks/);
  expect(await screen.findByText(/The rescue goes on/)).toBeInTheDocument();
  await user.click(screen.getByRole('radio', { name: /^End it first/ }));
  expect(await screen.findByText(/The rescue is ended first/)).toBeInTheDocument();
  await waitFor(() => expect(start()).toBeEnabled());
  await user.click(start());
  await user.click(screen.getByRole('button', { name: 'Hard reboot storage-20-disks' }));
  await waitFor(() => expect(sent(fake)[0]?.request.session).toBe('end'));
});

test('a rescue that lasts until it is ended: it is not said that the definition stays, where its own takes its place', async () => {
  const world = makeWorld();
  const web = world.machines.get(`demo/${row().uuid}`);
  if (web !== undefined) web.row = row({ session: session({ kind: 'until-ended' }) });
  const { user } = await openReboot(finding([], world));
  expect(await screen.findByText(/The definition is not touched\./)).toBeInTheDocument();
  await user.click(screen.getByRole('radio', { name: /^End it first/ }));
  expect(await screen.findByText(/is replaced with its own, which it starts from/)).toBeInTheDocument();
  expect(screen.queryByText(/The definition is not touched/)).toBeNull();
  expect(screen.getByRole('region', { name: 'What stays as it is' })).toHaveTextContent('is put back in place of');
});

test('while something else is under way on the machine it waits, and says so', async () => {
  const { fake } = await openReboot(finding([]));
  await waitFor(() => expect(start()).toBeEnabled());
  const running: Operation = { ...failed(null), kind: 'power', state: 'running' };
  fake.emit({ type: 'operation-changed', operation: running });
  await waitFor(() => expect(start()).toBeDisabled());
  expect(start()).toHaveAccessibleDescription(/Something is under way on this machine/);
});

test('a machine that is off has nothing to be stopped', async () => {
  await openReboot(undefined, /^mail-02/);
  expect(await screen.findByText('It is off: there is nothing to stop.')).toBeInTheDocument();
  expect(screen.queryByRole('group', { name: 'To stop the guest' })).toBeNull();
});

test('a crashed guest that libvirt keeps is not off: it is forced off, whatever was chosen', async () => {
  const world = makeWorld();
  const web = world.machines.get(`demo/${row().uuid}`);
  if (web !== undefined) web.row = row({ state: 'crashed' });
  await openReboot(fakeSalvor(world));
  expect(await screen.findByText(/^It has crashed .* so it is forced off/)).toBeInTheDocument();
  expect(screen.queryByText('It is off: there is nothing to stop.')).toBeNull();
  expect(screen.queryByRole('group', { name: 'To stop the guest' })).toBeNull();
  expect(await screen.findByText('Force web-01 off', { selector: '.reboot-steps li' })).toBeInTheDocument();
});

test('read-only: refused with the reason', async () => {
  const world = makeWorld();
  world.hosts.set('demo', host({ readOnly: true }));
  await openReboot(fakeSalvor(world));
  expect(await screen.findByRole('list', { name: /refusal/ })).toHaveTextContent('The connection is read-only');
  expect(start()).toBeDisabled();
});

test('while it is looked at there are lines in its place; what goes wrong is said, and asked again on demand', async () => {
  const error = errorData('host-unreachable', { uri: 'qemu:///system' }, 'Connection reset by peer');
  let letAnswer = () => {};
  const held = new Promise<void>((resolve) => (letAnswer = resolve));
  let fails = true;
  const world = makeWorld();
  const fake = fakeSalvor(world, {
    'reboot.preview': async (order) => {
      await held;
      return fails ? { ok: false, error } : rebootPlanOf(world, order);
    },
  });
  const { user } = await openReboot(fake);
  const [preview] = await screen.findAllByRole('region', { name: 'Preview' });
  expect(within(preview as HTMLElement).getByRole('status', { name: 'Loading' })).toBeInTheDocument();
  letAnswer();
  expect(await screen.findByRole('alert')).toHaveTextContent('Connection reset by peer');
  expect(start()).toBeDisabled();
  fails = false;
  await user.click(await screen.findByRole('button', { name: 'Look again' }));
  expect(await table()).toBeInTheDocument();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('hostile names stay text', async () => {
  const bad = '<img src=x onerror=alert(1)>{{x}}$t(common.copy)\u202egpj\u0007';
  const written = '<img src=x onerror=alert(1)>{{x}}$t(common.copy)\\u202egpj\\u0007';
  const look = [
    found({ kind: 'pool', name: bad, users: [bad], state: 'missing', detail: bad, sharedWith: [bad] }),
    found({ kind: 'image', name: bad, users: [bad], of: bad }),
    found({ kind: 'secret', name: LOST_SECRET, users: [bad], of: bad, state: 'missing' }),
  ];
  await openReboot(finding(look));
  expect((await table()).textContent).toContain(written);
  expect(document.querySelectorAll('img, script, a')).toHaveLength(0);
  const leaves = [...document.body.querySelectorAll('main *')].filter(({ children }) => children.length === 0);
  expect(
    leaves
      .filter(({ textContent }) => textContent.includes('\u0007') || textContent.includes('\u202e'))
      .map(({ className }) => className),
  ).toEqual([]);
});
