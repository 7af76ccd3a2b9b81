import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import type { Operation } from '../../../../src-core/contract/schemas.ts';
import { POWER_ACTIONS, powerPossible } from '../../../../src-core/reboot/power.ts';
import { DOMAIN_STATES } from '../../../../src-core/rescue/types.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import type { FakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { host, makeWorld, row } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';
import { reasonAgainst, usualAction } from './reasons.ts';

const MACHINE = { hostId: 'demo', uuid: row().uuid };

async function openWeb(fake?: FakeSalvor) {
  const opened = await renderWindow(fake);
  await opened.user.click(await screen.findByRole('option', { name: /^web-01/ }));
  return opened;
}

const panel = () => screen.getByRole('region', { name: 'Power' });
const power = () => screen.getByRole('button', { name: 'Power' });

function operation(parts: Partial<Operation>): Operation {
  return {
    id: 'one',
    kind: 'power',
    machine: MACHINE,
    machineName: 'web-01',
    state: 'running',
    cancellable: true,
    startedAt: '2026-11-21T08:00:00Z',
    steps: [{ id: 'act', text: 'Shut web-01 down', state: 'running', note: '114 s left' }],
    remarks: [],
    error: null,
    ...parts,
  };
}

describe('reasons', () => {
  test.each(DOMAIN_STATES)('each action is possible or says why: %s', (state) => {
    const scene = { readOnly: false, busy: false };
    const possible = POWER_ACTIONS.filter((action) => reasonAgainst(action, state, scene) === null);
    expect(possible).toEqual(POWER_ACTIONS.filter((action) => powerPossible(action, state)));
    expect(usualAction(state)).toBe(
      possible.find((action) => ['start', 'resume', 'shutdown'].includes(action)) ?? null,
    );
  });

  test('a connection that may not write, and a run, speak against each of them', () => {
    for (const action of POWER_ACTIONS) {
      expect(reasonAgainst(action, 'running', { readOnly: true, busy: true })).toMatchObject({
        code: 'power-impossible-read-only',
      });
      expect(reasonAgainst(action, 'running', { readOnly: false, busy: true })).toBe('busy');
    }
  });
});

test('every action is listed with what it does or why not; one that costs nothing is done at once', async () => {
  const { user, fake } = await openWeb();
  await user.click(power());
  expect(power()).toHaveAttribute('aria-expanded', 'true');
  const start = within(panel()).getByRole('button', { name: 'Start' });
  expect(start).toBeDisabled();
  expect(start).toHaveAccessibleDescription('Not while it is running.');
  const pause = within(panel()).getByRole('button', { name: 'Pause' });
  expect(pause).toBeEnabled();
  await user.click(pause);
  expect(fake.calls).toContainEqual({
    channel: 'power.act',
    input: { machine: MACHINE, action: 'pause', way: 'acpi' },
  });
  await screen.findByRole('button', { name: 'Resume' });
  expect(screen.queryByRole('region', { name: 'Power' })).toBeNull();
  expect(power()).toHaveFocus();
});

test('the way on to a hard reboot takes the keyboard with it, also where its page is open already', async () => {
  const { user } = await openWeb();
  for (const _time of ['elsewhere', 'there']) {
    await user.click(power());
    await user.click(within(panel()).getByRole('button', { name: 'Hard reboot…' }));
    await waitFor(() => expect(screen.getByRole('tab', { name: 'Hard reboot', selected: true })).toHaveFocus());
    expect(screen.queryByRole('region', { name: 'Power' })).toBeNull();
  }
});

test('what something is lost by is confirmed in its place; Escape goes back to where it came from', async () => {
  const { user, fake } = await openWeb();
  await user.click(power());
  await user.click(within(panel()).getByRole('button', { name: 'Force off' }));
  const question = screen.getByRole('group', { name: 'Force web-01 off?' });
  expect(question).toHaveAccessibleDescription(/has not written to its disks is lost/);
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(within(question).getByRole('button', { name: 'Force off web-01' })).toHaveFocus();
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('group', { name: 'Force web-01 off?' })).toBeNull();
  await waitFor(() => expect(power()).toHaveFocus());
  expect(fake.calls.some(({ channel }) => channel === 'power.act')).toBe(false);
});

test('shut down: asked first, through the way that was chosen', async () => {
  const { user, fake } = await openWeb();
  await user.click(screen.getByRole('button', { name: 'Shut down' }));
  await user.click(screen.getByRole('radio', { name: 'Guest agent' }));
  await user.click(screen.getByRole('button', { name: 'Shut down web-01' }));
  expect(fake.calls).toContainEqual({
    channel: 'power.act',
    input: { machine: MACHINE, action: 'shutdown', way: 'agent' },
  });
  await screen.findByRole('button', { name: 'Start' });
  expect(power()).toHaveFocus();
});

test('a machine without a definition: that nothing is left of it when it is off', async () => {
  const world = makeWorld();
  const key = `demo/${row().uuid}`;
  const machine = world.machines.get(key);
  if (machine !== undefined) machine.row = { ...machine.row, persistent: false };
  const { user } = await openWeb(fakeSalvor(world));
  await user.click(screen.getByRole('button', { name: 'Shut down' }));
  expect(screen.getByRole('group', { name: 'Shut web-01 down?' })).toHaveTextContent('It is transient');
});

test('in rescue: what becomes of the rescue is said before', async () => {
  const { user } = await renderWindow();
  await user.click(await screen.findByRole('option', { name: /^storage-20-disks/ }));
  await user.click(screen.getByRole('button', { name: 'Shut down' }));
  expect(screen.getByRole('group', { name: /^Shut storage-20-disks down/ })).toHaveTextContent(
    'It is in a one-shot rescue, which is over when the machine is off',
  );
});

test('a read-only host: nothing can be pressed, and the reason is in words', async () => {
  const world = makeWorld();
  world.hosts.set('demo', host({ readOnly: true }));
  const { user } = await openWeb(fakeSalvor(world));
  const usual = screen.getByRole('button', { name: 'Shut down' });
  expect(usual).toBeDisabled();
  expect(usual).toHaveAccessibleDescription('The connection is read-only.');
  await user.click(power());
  for (const name of ['Reset', 'Force off', 'Pause'])
    expect(within(panel()).getByRole('button', { name })).toBeDisabled();
  expect(within(panel()).getByRole('button', { name: 'Hard reboot…' })).toBeEnabled();
});

test('a run is a line with its way out on every page; a failure says what is, until it is put away', async () => {
  const late = errorData('busy', { domain: 'web-01' });
  const { user, fake } = await openWeb(
    fakeSalvor(makeWorld(), { 'operations.cancel': () => ({ ok: false, error: late }) }),
  );
  fake.emit({ type: 'operation-changed', operation: operation({}) });
  const line = await screen.findByText('Shut web-01 down', { selector: '[role=status]' });
  // What changes every second is in sight, and is not read out each time.
  expect(screen.getByText('114 s left')).toBeInTheDocument();
  expect(line).not.toHaveTextContent('114 s left');
  expect(screen.getByRole('button', { name: 'Shut down' })).toBeDisabled();
  await user.click(screen.getByRole('tab', { name: 'History' }));
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(fake.calls).toContainEqual({ channel: 'operations.cancel', input: { operationId: 'one' } });
  expect(await screen.findByRole('alert')).toHaveTextContent(late.message);
  const error = errorData(
    'power-failed',
    { domain: 'web-01', action: 'shut down', unchanged: 'It runs as before.' },
    'argument unsupported: QEMU guest agent is not configured',
  );
  fake.emit({ type: 'operation-changed', operation: operation({ state: 'failed', error }) });
  const alert = (await screen.findByText(/It runs as before\./)).closest<HTMLElement>('[role=alert]') ?? document.body;
  expect(screen.queryByText(late.message)).toBeNull();
  expect(alert).toHaveTextContent('QEMU guest agent is not configured');
  await user.click(within(alert).getByRole('button', { name: 'Put away' }));
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a run of another machine’s power shows no page of its rescue or hard reboot', async () => {
  const { user, fake } = await openWeb();
  fake.emit({ type: 'operation-changed', operation: operation({ state: 'cancelled' }) });
  await screen.findByText(/was not changed/, { selector: '[role=status]' });
  await user.click(screen.getByRole('tab', { name: 'Rescue' }));
  expect(await screen.findByRole('button', { name: 'Start rescue…' })).toBeInTheDocument();
});

test('an answer that refuses stands below the name, and can be put away', async () => {
  const error = errorData('busy', { domain: 'web-01' });
  const { user } = await openWeb(fakeSalvor(makeWorld(), { 'power.act': () => ({ ok: false, error }) }));
  await user.click(power());
  await user.click(within(panel()).getByRole('button', { name: 'Pause' }));
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent(error.message);
  await user.click(within(alert).getByRole('button', { name: 'Put away' }));
  expect(screen.queryByRole('alert')).toBeNull();
});

test('the palette has what can be done to the machine in sight, and asks the same first', async () => {
  const { user, fake } = await openWeb();
  await user.keyboard('{Control>}k{/Control}start: web');
  expect(screen.queryByRole('option', { name: /^Start: web-01/ })).toBeNull();
  await user.clear(screen.getByRole('combobox'));
  await user.keyboard('force off{Enter}');
  await user.click(await screen.findByRole('button', { name: 'Force off web-01' }));
  expect(fake.calls).toContainEqual({
    channel: 'power.act',
    input: { machine: MACHINE, action: 'force-off', way: 'acpi' },
  });
});

test('a question does not wait for the next visit', async () => {
  const { user } = await openWeb();
  await user.click(screen.getByRole('button', { name: 'Shut down' }));
  await user.click(screen.getByRole('option', { name: /^legacy-erp/ }));
  await user.click(screen.getByRole('option', { name: /^web-01/ }));
  expect(screen.queryByRole('group', { name: 'Shut web-01 down?' })).toBeNull();
});
