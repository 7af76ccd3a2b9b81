/** The whole job on a real QEMU guest: by mouse, and again by keyboard alone. The serial port and virsh say what really happened. */
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { machinePage } from '../pages/machine-page.ts';
import { rescuePage } from '../pages/rescue-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { disksIn } from '../testbed/domain-xml.ts';
import { definitionOf, filesOf, nextBoot, serialPosition } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { test } from './qemu-host.ts';

/** In rescue: every disk of its own where it was, and its definition untouched. */
async function expectRescued(guest: Guest, definition: string): Promise<void> {
  const live = disksIn(await guest.host.virsh('dumpxml', guest.name));
  for (const [target, disk] of Object.entries(disksIn(definition))) {
    expect(live[target]).toEqual({ ...disk, bootOrder: live[target]?.bootOrder ?? null });
  }
  expect(Object.values(live).filter((disk) => disk.bootOrder === '1')).toHaveLength(1);
  expect(await definitionOf(guest)).toBe(definition);
}

test('by mouse', async ({ launchSalvor, qemu: { host, guest } }) => {
  const { window } = await launchSalvor();
  const side = sidePane(window);
  const machine = machinePage(window);
  const rescue = rescuePage(window);
  const before = { definition: await definitionOf(guest), files: await filesOf(guest) };

  await side.addHost.click();
  await side.form.uri.fill(host.uri);
  await side.form.name.fill('Rack 4');
  await side.form.submit.click();
  await side.machine(guest.name, 'Running').click();
  await expect(machine.disk('vda')).toContainText('ROOT0001');
  await machine.tab('Rescue').click();
  await rescue.volume('medium.iso').click();
  await rescue.device('cdrom').check();
  await rescue.bus('sata').check();
  await expect(rescue.bootInRescue.first()).toContainText('medium.iso');
  await expect(rescue.plannedDisk('vdc')).toContainText('unchanged');
  await rescue.start.click();
  let heard = await serialPosition(guest);
  await rescue.confirm(guest.name).click();
  expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
  await expect(side.machine(guest.name, 'In rescue')).toBeVisible();
  await expectRescued(guest, before.definition);

  await expect(machine.banner).toContainText('medium.iso');
  await machine.endRescue.click();
  await machine.endPanel.getByRole('radio', { name: /^Force it off/ }).check();
  heard = await serialPosition(guest);
  await machine.confirmEnd(guest.name).click();
  expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
  await expect(side.machine(guest.name, 'Running')).toBeVisible();
  await expect(machine.banner).toBeHidden();
  expect({ definition: await definitionOf(guest), files: await filesOf(guest) }).toEqual(before);
});

/** Press Tab until the focus is on what is wanted; a keyboard user has no other way. */
async function tabTo(page: Page, what: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.innerText : undefined;
      return `${element?.getAttribute('role') ?? element?.tagName.toLowerCase() ?? ''} ${element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? ''}`;
    });
    if (what.test(focused)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`60 presses of ${key} did not reach ${String(what)}`);
}

test('by keyboard alone', async ({ launchSalvor, qemu: { host, guest, iso } }) => {
  const { window } = await launchSalvor();
  const { keyboard } = window;
  const side = sidePane(window);
  const machine = machinePage(window);
  const rescue = rescuePage(window);
  const before = { definition: await definitionOf(guest), files: await filesOf(guest) };
  await expect(side.addHost).toBeVisible();

  // Nobody types into a palette before it is there; the first press may come before the window listens.
  await expect(async () => {
    await keyboard.press('Control+K');
    await expect(window.getByRole('combobox')).toBeFocused({ timeout: 1000 });
  }).toPass();
  await keyboard.type('add a host');
  await keyboard.press('Enter');
  await expect(side.form.uri).toBeFocused();
  await keyboard.type(host.uri);
  await keyboard.press('Enter');
  await expect(side.machine(guest.name, 'Running')).toBeVisible();

  await keyboard.press('/');
  await keyboard.type(guest.name);
  await keyboard.press('ArrowDown');
  await expect(side.list).toBeFocused();
  await keyboard.press('Enter');
  await expect(machine.tab('Disks')).toBeFocused();
  await keyboard.press('ArrowRight');
  await expect(machine.tab('Rescue')).toBeFocused();

  await tabTo(window, /Pools/);
  await keyboard.press('ArrowRight');
  await tabTo(window, /Path on the host/);
  await keyboard.type(iso);
  await expect(rescue.bootInRescue.first()).toContainText('medium.iso');
  await tabTo(window, /Best default/);
  // A plain ISO does not boot as a disk by BIOS: that choice is passed over.
  await expect(rescue.device('disk')).toBeDisabled();
  await keyboard.press('ArrowDown');
  await expect(rescue.device('cdrom')).toBeChecked();
  await expect(rescue.start).toBeEnabled();
  await tabTo(window, /Start rescue…/);
  await keyboard.press('Enter');
  await expect(rescue.confirm(guest.name)).toBeFocused();
  let heard = await serialPosition(guest);
  await keyboard.press('Enter');
  await expect(rescue.runTitle).toBeFocused();
  expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
  await expect(machine.banner).toBeVisible();
  await expectRescued(guest, before.definition);

  await tabTo(window, /End rescue…/, 'Shift+Tab');
  await keyboard.press('Enter');
  await expect(machine.confirmEnd(guest.name)).toBeFocused();
  await tabTo(window, /Shut down, else leave it running/, 'Shift+Tab');
  await keyboard.press('ArrowUp');
  await expect(machine.endPanel.getByRole('radio', { name: /^Force it off/ })).toBeChecked();
  await tabTo(window, new RegExp(`End rescue of ${guest.name}`));
  heard = await serialPosition(guest);
  await keyboard.press('Enter');
  expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
  await expect(side.machine(guest.name, 'Running')).toBeVisible();
  await expect(machine.banner).toBeHidden();
  expect({ definition: await definitionOf(guest), files: await filesOf(guest) }).toEqual(before);
});
