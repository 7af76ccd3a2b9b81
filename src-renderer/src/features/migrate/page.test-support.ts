/** The page of a migration, opened, for its tests. */
import { screen } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { addDestinations } from '../../../harness/fake-migration.test-support.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld, row } from '../../../harness/fake-world.test-support.ts';
import type { FakeWorld } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';

export const WEB = { hostId: 'demo', uuid: row().uuid };

export async function openPage(user: UserEvent, machine = 'web-01'): Promise<void> {
  await user.click(await screen.findByRole('option', { name: new RegExp(`^${machine},`) }));
  await user.click(await screen.findByRole('tab', { name: 'Migrate' }));
}

/** Open a machine's page, with kvm-2 to go to. */
export async function begin(
  world: FakeWorld = makeWorld(),
  over: Parameters<typeof fakeSalvor>[1] = {},
  machine = 'web-01',
) {
  const rendered = await renderWindow(fakeSalvor(addDestinations(world), over));
  await openPage(rendered.user, machine);
  await screen.findByRole('region', { name: 'Preview' });
  return rendered;
}

export const startButton = () => screen.getByRole('button', { name: /^Migrate( |…)/ });
export const preview = () => screen.getByRole('region', { name: 'Preview' });
