/** What a rescue that ended unseen left on a real host: told on the host's page, and removed on request. */
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { sidePane } from '../pages/side-pane.ts';
import { defineGuest, medium } from '../testbed/guests.ts';
import { errorCode, rescueArguments, salvor } from '../testbed/salvor.ts';
import { expectAccessible } from './accessibility.ts';
import { test } from './qemu-host.ts';
import { keep } from './screenshots.ts';

test('UEFI variables of a session that was powered off', async ({ launchSalvor, qemu: { host } }) => {
  const folder = await mkdtemp(join(tmpdir(), 'salvor-leftovers-'));
  try {
    const state = join(folder, 'state');
    const guest = await defineGuest(host, { name: 'unseen', machine: 'q35', firmware: 'uefi' });
    const scratch = `${guest.vars}.salvor-${(await host.virsh('domuuid', guest.name)).trim()}`;
    const foreign = `${guest.vars}.salvor-00000000-1111-4222-8333-444444444444`;
    await writeFile(foreign, 'somebody’s');
    const image = await medium(host, 'uefiMedium');
    const rescue = rescueArguments(host.uri, guest.name, `path:${image}`, '--fall-through', 'none');
    expect(errorCode(await salvor(rescue, { env: { SALVOR_STATE: state } }))).toBeNull();
    await host.virsh('destroy', guest.name);

    const { window } = await launchSalvor({ state });
    const side = sidePane(window);
    await side.addHost.click();
    await side.form.uri.fill(host.uri);
    await side.form.name.fill('Rack 4');
    await side.form.submit.click();
    const leftovers = window.getByRole('region', { name: 'Left over on this host' });
    const table = leftovers.getByRole('table', { name: 'Left over on this host' });
    await expect(table.getByRole('row')).toHaveCount(2);
    await expect(table).toContainText('unseen');
    await expect(leftovers).toContainText(foreign);
    await expect(table).not.toContainText(foreign);
    await expect(leftovers.getByRole('button', { name: 'Remove selected…' })).toBeDisabled();
    await table.getByRole('checkbox', { name: /^UEFI variables / }).check();
    await leftovers.getByRole('button', { name: 'Remove 1 selected…' }).click();
    const confirm = leftovers.getByRole('button', { name: 'Remove from Rack 4' });
    await confirm.scrollIntoViewIfNeeded();
    await expectAccessible(window, 'leftovers');
    for (const theme of ['Dark', 'Light'] as const) {
      await side.theme(theme).check({ force: true });
      await keep(window, `leftovers-${theme.toLowerCase()}`, [
        { from: `${host.dir}/guests/unseen`, to: '/var/lib/libvirt/qemu/nvram' },
        { from: host.dir, to: '' },
      ]);
    }
    await access(scratch);
    await confirm.click();
    await expect(leftovers).toContainText('1 was removed.');
    await expect(leftovers.getByRole('table')).toBeHidden();
    await expect(access(scratch)).rejects.toThrow('ENOENT');
    await access(foreign);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
