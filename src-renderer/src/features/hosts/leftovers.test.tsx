import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import { leftover } from '../../../harness/fake-journal.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { host, makeWorld } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';

const foreign = leftover({ id: 'other', name: '/images/.salvor-x.qcow2', removable: false, why: 'Nothing names it.' });
const nvram = leftover({ id: 'vars', kind: 'nvram', name: '/nvram/.salvor-1_VARS.fd', size: null });

async function openHost(user: UserEvent): Promise<HTMLElement> {
  await user.click(await screen.findByRole('button', { name: 'Demo: Connected' }));
  return screen.findByRole('region', { name: 'Left over on this host' });
}

test('nothing left over is said; a host that is not connected says when it is known', async () => {
  const { user } = await renderWindow();
  expect(await openHost(user)).toHaveTextContent('Nothing is left over.');
  await user.click(screen.getByRole('button', { name: 'This computer, session: Not connected' }));
  expect(await screen.findByText(/is known once the host is connected/, { selector: 'section p' })).toBeInTheDocument();
});

test('each says why it is ours; those of unknown origin are told and cannot be chosen', async () => {
  const world = makeWorld({
    leftovers: {
      leftovers: [leftover(), nvram, foreign],
      endedUnseen: [
        {
          session: 's',
          domain: 'legacy-erp',
          at: '2026-11-19T08:00:00Z',
          by: 'anna@ops-3',
          told: 'It was powered off since.',
        },
      ],
    },
  });
  const { user } = await renderWindow(fakeSalvor(world));
  const section = await openHost(user);
  const table = await within(section).findByRole('table', { name: 'Left over on this host' });
  expect(within(table).getAllByRole('row')).toHaveLength(3);
  expect(table).toHaveTextContent('This computer’s journal names it');
  expect(table).not.toHaveTextContent('.salvor-x.qcow2');
  expect(section).toHaveTextContent('/images/.salvor-x.qcow2 Nothing names it.');
  expect(section).toHaveTextContent('legacy-erp It was powered off since.');
  expect(within(section).getByRole('button', { name: 'Remove selected…' })).toBeDisabled();
});

test('those chosen are removed after a question that names the host; what stayed says why', async () => {
  const world = makeWorld({ leftovers: { leftovers: [leftover(), nvram], endedUnseen: [] } });
  const { user, fake } = await renderWindow(
    fakeSalvor(world, {
      'leftovers.remove': ({ ids }) => {
        world.leftovers = { leftovers: [nvram], endedUnseen: [] };
        return ids.map((id) => ({ id, problem: id === 'vars' ? 'it is in use by web-01' : null }));
      },
    }),
  );
  const section = await openHost(user);
  await user.click(await within(section).findByRole('checkbox', { name: 'All of them' }));
  await user.click(within(section).getByRole('button', { name: 'Remove 2 selected…' }));
  const panel = within(section).getByRole('group', { name: 'Remove these 2 from Demo?' });
  expect(within(panel).getByRole('button', { name: 'Back' })).toHaveFocus();
  await user.keyboard('{Escape}');
  expect(fake.calls.some(({ channel }) => channel === 'leftovers.remove')).toBe(false);
  await user.click(within(section).getByRole('button', { name: 'Remove 2 selected…' }));
  await user.click(within(section).getByRole('button', { name: 'Remove from Demo' }));
  await waitFor(() => expect(section).toHaveTextContent('1 was removed.'));
  expect(section).toHaveTextContent('Not removed: /nvram/.salvor-1_VARS.fd: it is in use by web-01');
  expect(within(section).getAllByRole('row')).toHaveLength(2);
});

test('read-only, and a host that cannot be looked at', async () => {
  const world = makeWorld({ leftovers: { leftovers: [leftover()], endedUnseen: [] } });
  world.hosts.set('demo', host({ readOnly: true }));
  const { user } = await renderWindow(fakeSalvor(world));
  const section = await openHost(user);
  await user.click(await within(section).findByRole('checkbox', { name: /^overlay / }));
  const button = within(section).getByRole('button', { name: 'Remove 1 selected…' });
  expect(button).toBeDisabled();
  expect(button).toHaveAccessibleDescription('The connection is read-only: nothing can be removed.');

  const error = errorData('timeout', { call: 'virStoragePoolListAllVolumes', seconds: 30 });
  const broken = await renderWindow(fakeSalvor(makeWorld(), { 'leftovers.list': () => ({ ok: false, error }) }));
  expect(await openHost(broken.user)).toHaveTextContent(error.message);
});
