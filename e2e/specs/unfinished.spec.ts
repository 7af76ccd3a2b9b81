/** The application is killed in the middle of a rescue on a real guest. Started again, it says so and has the way back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { historyPage } from '../pages/history-page.ts';
import { machinePage } from '../pages/machine-page.ts';
import { rescuePage } from '../pages/rescue-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import type { SidePane } from '../pages/side-pane.ts';
import { unfinishedPage } from '../pages/unfinished-page.ts';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import { definitionOf, filesOf, nextBoot, serialPosition } from '../testbed/guests.ts';
import { failStarts, holdStart } from '../testbed/hooks.ts';
import { expectAccessible } from './accessibility.ts';
import { test } from './qemu-host.ts';
import { keep } from './screenshots.ts';

async function addHost(side: SidePane, uri: string): Promise<void> {
  await side.addHost.click();
  await side.form.uri.fill(uri);
  await side.form.name.fill('Rack 4');
  await side.form.submit.click();
}

test('killed between the stop and the start: told at the next connect, and rolled back as recommended', async ({
  launchSalvor,
  qemu: { host, guest },
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'salvor-unfinished-'));
  try {
    const state = join(folder, 'state');
    const before = { definition: await definitionOf(guest), files: await filesOf(guest) };
    const app = await launchSalvor({ state });
    const rescue = rescuePage(app.window);
    await addHost(sidePane(app.window), host.uri);
    await sidePane(app.window).machine(guest.name, 'Running').click();
    await machinePage(app.window).tab('Rescue').click();
    await rescue.volume('medium.iso').click();
    const hold = await holdStart(guest);
    await rescue.start.click();
    await rescue.confirm(guest.name).click();
    await hold.arrived();
    const gone = new Promise((resolve) => app.electron.process().once('exit', resolve));
    app.electron.process().kill('SIGKILL');
    await gone;
    // The host's power goes with it: the start that libvirt was about to make comes to nothing.
    const letStart = await failStarts(guest, 'rescue');
    await hold.release();
    await expect.poll(() => host.virsh('domstate', guest.name)).toContain('shut off');
    await letStart();

    const { window } = await launchSalvor({ state });
    const side = sidePane(window);
    const unfinished = unfinishedPage(window);
    await side.unfinished.click();
    await expect(unfinished.choose(guest.name)).toBeDisabled();
    await addHost(side, host.uri);
    await side.machine(guest.name, 'Off').click();
    await expect(unfinished.item(guest.name)).toContainText('was running before and is off');
    await expectAccessible(window, 'an unfinished operation');
    await unfinished.choose(guest.name).click();
    await expect(unfinished.way(guest.name, 'Roll it back')).toBeChecked();
    await expectAccessible(window, 'the ways on');
    for (const theme of ['Dark', 'Light'] as const) {
      await side.theme(theme).check({ force: true });
      await keep(window, `unfinished-${theme.toLowerCase()}`, [{ from: host.dir, to: '/srv/kvm1' }]);
    }
    const heard = await serialPosition(guest);
    await unfinished.confirm(guest.name).click();
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
    await expect(side.machine(guest.name, 'Running')).toBeVisible();
    await expect(side.unfinished).toBeHidden();
    expect({ definition: await definitionOf(guest), files: await filesOf(guest) }).toEqual(before);

    await machinePage(window).tab('History').click();
    await expect(historyPage(window).account).toContainText('rolled back');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
