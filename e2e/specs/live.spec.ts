/** What happens elsewhere shows in the window by itself: other administrators, other tools, a daemon that goes away. */
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { machinePage } from '../pages/machine-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import type { SidePane } from '../pages/side-pane.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { defineGuest, definitionOf, forceOff, nextBoot, serialPosition } from '../testbed/guests.ts';
import { errorCode, rescueArguments, salvor } from '../testbed/salvor.ts';
import { test } from './qemu-host.ts';

async function addHost(side: SidePane, uri: string): Promise<void> {
  await side.addHost.click();
  await side.form.uri.fill(uri);
  await side.form.name.fill('Rack 4');
  await side.form.submit.click();
}

test('a rescue started at a terminal appears with its banner, and is ended from the window', async ({
  launchSalvor,
  qemu: { host, guest, iso },
}) => {
  const { window } = await launchSalvor();
  const side = sidePane(window);
  const machine = machinePage(window);
  const definition = await definitionOf(guest);
  await addHost(side, host.uri);
  await side.machine(guest.name, 'Running').click();
  await expect(machine.disk('vda')).toBeVisible();
  await expect(machine.banner).toBeHidden();

  let heard = await serialPosition(guest);
  const rescue = await salvor(rescueArguments(host.uri, guest.name, `path:${iso}`));
  expect(errorCode(rescue)).toBeNull();
  expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
  await expect(side.machine(guest.name, 'In rescue')).toBeVisible();
  await expect(machine.banner).toContainText('medium.iso');
  await expect(machine.disk('vda')).toContainText('root.img');

  await machine.endRescue.click();
  await machine.endPanel.getByRole('radio', { name: /^Force it off/ }).check();
  heard = await serialPosition(guest);
  await machine.confirmEnd(guest.name).click();
  expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
  await expect(machine.banner).toBeHidden();
  expect(await definitionOf(guest)).toBe(definition);

  // The other way round: what the window shows as in rescue is ended at the terminal.
  await salvor(rescueArguments(host.uri, guest.name, `path:${iso}`));
  await expect(machine.banner).toBeVisible();
  expect(await salvor(['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json'])).toMatchObject({ code: 0 });
  await expect(machine.banner).toBeHidden();
});

test('starts, stops, new and removed machines show as they happen', async ({ launchSalvor, qemu: { host, guest } }) => {
  const { window } = await launchSalvor();
  const side = sidePane(window);
  await addHost(side, host.uri);
  await expect(side.machine(guest.name, 'Running')).toBeVisible();
  await host.virsh('suspend', guest.name);
  await expect(side.machine(guest.name, 'Paused')).toBeVisible();
  await host.virsh('resume', guest.name);
  await expect(side.machine(guest.name, 'Running')).toBeVisible();
  await forceOff(guest);
  await expect(side.machine(guest.name, 'Off')).toBeVisible();
  await defineGuest(host, { name: 'newcomer', machine: 'pc' });
  await expect(side.machine('newcomer', 'Off')).toBeVisible();
  await host.virsh('undefine', 'newcomer');
  await expect(side.machine('newcomer')).toHaveCount(0);
});

test('a daemon that goes away is told in words, and connecting again is one click', async ({
  launchSalvor,
  qemu: { host, guest },
}) => {
  const { window } = await launchSalvor();
  const side = sidePane(window);
  await addHost(side, host.uri);
  await expect(side.machine(guest.name, 'Running')).toBeVisible();
  await host.restartDaemon();
  await expect(side.machine(guest.name)).toHaveCount(0);
  await side.host('Rack 4').getByRole('button').first().click();
  await expect(window.getByRole('main').getByRole('alert')).toContainText('was lost');
  await window.getByRole('button', { name: 'Connect Rack 4' }).click();
  await expect(side.machine(guest.name, 'Running')).toBeVisible();
});

test('a host that cannot be reached says so where it was added', async ({ launchSalvor, qemu: { host } }) => {
  const { window } = await launchSalvor();
  const side = sidePane(window);
  await addHost(side, `qemu+unix:///system?socket=${join(host.dir, 'no-socket')}`);
  await side.host('Rack 4').getByRole('button').first().click();
  await expect(window.getByRole('main').getByRole('alert')).toContainText('No libvirt daemon answers');
});
