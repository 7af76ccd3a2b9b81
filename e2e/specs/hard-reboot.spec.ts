/** Plain actions, and a hard reboot of a guest whose libvirt was restarted: its pool is off, and the secret of its encrypted disk is lost. */
import { mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { machinePage } from '../pages/machine-page.ts';
import { rebootPage } from '../pages/reboot-page.ts';
import type { RebootPage } from '../pages/reboot-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import { defineGuest, definitionOf, nextBoot, serialPosition, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { defineVolumeSecret, luksDiskXml, makeLuksImage, setSecretValue } from '../testbed/luks.ts';
import { expectAccessible, expectAccessibleInBoth } from './accessibility.ts';
import { test } from './salvor-app.ts';
import { keep } from './screenshots.ts';

const SECRET = '5a5a5a5a-0000-4000-8000-00000000000e';
/** Nothing else on this computer has these in it. */
const PASSPHRASE = 'distelfalter-2216';
const WRONG = 'admiral-9043';

/** A running guest with a disk in the pool `vault` and an encrypted one. */
async function vaultGuest(host: Hypervisor): Promise<Guest> {
  const folder = join(host.dir, 'vault');
  await mkdir(folder);
  await writeFile(join(folder, 'records.raw'), '');
  await truncate(join(folder, 'records.raw'), 1024 * 1024);
  await host.virsh('pool-create-as', 'vault', 'dir', '--target', folder);
  // Made persistent: a pool that is only running is gone when it is stopped.
  const xml = join(host.dir, 'vault.xml');
  await writeFile(xml, await host.virsh('pool-dumpxml', 'vault'));
  await host.virsh('pool-define', xml);
  const image = join(host.dir, 'ledger.qcow2');
  await makeLuksImage(image, PASSPHRASE);
  await defineVolumeSecret(host, SECRET, image, 'ephemeral');
  await setSecretValue(host, SECRET, PASSPHRASE);
  const volume = `<disk type='volume' device='disk'><driver name='qemu' type='raw'/><source pool='vault' volume='records.raw'/><target dev='vdd' bus='virtio'/></disk>`;
  const guest = await defineGuest(host, {
    name: 'ledger',
    machine: 'q35',
    devices: `${volume}${luksDiskXml(image, 'vde', SECRET)}`,
  });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  return guest;
}

/** As it is for whoever sees colours so, and without a fault for whoever does not see them. */
async function look(
  window: Page,
  name: string,
  host: Hypervisor,
  themes: readonly ('Dark' | 'Light')[],
): Promise<void> {
  for (const theme of themes) {
    await sidePane(window).theme(theme).check({ force: true });
    await expectAccessible(window, `${name}, ${theme}`);
    await keep(window, `${name}-${theme.toLowerCase()}`, [{ from: host.dir, to: '/srv/kvm1' }]);
  }
}

/** A browser takes the focus from a button that is disabled, as the start is while the plan is made anew. */
async function keepsTheKeyboard(window: Page, reboot: Pick<RebootPage, 'lookAgain' | 'start'>): Promise<void> {
  await reboot.lookAgain.press('Enter');
  await expect(reboot.start).toBeEnabled();
  await expect(reboot.lookAgain).toBeFocused();
  await reboot.start.focus();
  await reboot.lookAgain.evaluate((button: HTMLElement) => button.click());
  await expect(window.getByText('Looking again…')).toBeVisible();
  await expect(window.getByText('Looking again…')).toBeHidden();
  await expect(reboot.start).toBeFocused();
}

async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  return files.filter((_file, at) => contents[at]?.includes(text) === true);
}

test('a lost secret and a pool that is off: seen, asked for, asked again when wrong, set up; and the plain actions', async ({
  launchSalvor,
}) => {
  const state = await mkdtemp(join(tmpdir(), 'salvor-reboot-'));
  const host = await startHypervisor({ hostname: 'kvm1' });
  try {
    const guest = await vaultGuest(host);
    const definition = await definitionOf(guest);
    await host.restartDaemon();
    await host.virsh('pool-destroy', 'vault');

    const { window } = await launchSalvor({ state });
    const side = sidePane(window);
    const { power, ...reboot } = rebootPage(window);
    await side.addHost.click();
    await side.form.uri.fill(host.uri);
    await side.form.name.fill('Rack 4');
    await side.form.submit.click();
    await side.machine(guest.name, 'Running').click();

    await machinePage(window).tab('Hard reboot').click();
    await expect(reboot.dependency('Pool', 'vault')).toContainText('not active');
    await power.toggle.click();
    await expect(power.action('Start')).toBeDisabled();
    await look(window, 'power', host, ['Dark', 'Light']);
    // The button goes with its panel, and the page that it leads to is open already.
    await power.action('Hard reboot…').press('Enter');
    await expect(machinePage(window).tab('Hard reboot')).toBeFocused();
    await power.toggle.click();
    await power.action('Pause').click();
    await expect(side.machine(guest.name, 'Paused')).toBeVisible();
    expect((await host.virsh('domstate', guest.name)).trim()).toBe('paused');
    await power.usual('Resume').click();
    await expect(side.machine(guest.name, 'Running')).toBeVisible();

    await expect(reboot.dependency('Secret', SECRET)).toContainText('not defined');
    await reboot.stop('Force it off').check();
    await expect(reboot.start).toBeDisabled();
    // The plan that follows the choice, not the one before.
    await expect(window.getByText('Looking again…')).toBeHidden();
    await keep(window, 'hard-reboot-secret-light', [{ from: host.dir, to: '/srv/kvm1' }]);
    await reboot.value.fill(WRONG);
    await expect(reboot.start).toBeEnabled();
    await look(window, 'hard-reboot', host, ['Dark', 'Light']);
    await keepsTheKeyboard(window, reboot);
    await reboot.start.click();
    await expectAccessibleInBoth(window, 'hard reboot, asked about');
    await reboot.confirm(guest.name).click();

    // The wrong value: libvirt says so, and the page asks for another one.
    await expect(reboot.alert).toContainText(SECRET);
    await expect(reboot.value).toBeFocused();
    await expect(side.machine(guest.name, 'Off')).toBeVisible();
    await expectAccessibleInBoth(window, 'asked again');
    await reboot.value.fill(PASSPHRASE);
    await expect(reboot.start).toBeEnabled();
    const heard = await serialPosition(guest);
    await reboot.start.click();
    await reboot.confirm(guest.name).click();
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
    await expect(side.machine(guest.name, 'Running')).toBeVisible();
    await expect(reboot.group(/ready/)).toBeVisible();
    await expect(reboot.alert).toBeHidden();
    await expect(reboot.preview).toContainText('ledger was rebooted hard');
    expect(await host.virsh('pool-list')).toContain('vault');
    expect(await definitionOf(guest)).toBe(definition);

    await power.toggle.click();
    await power.action('Force off').click();
    await power.confirm('Force off ledger').click();
    await expect(side.machine(guest.name, 'Off')).toBeVisible();
    expect((await host.virsh('domstate', guest.name)).trim()).toBe('shut off');
    await power.usual('Start').click();
    await expect(side.machine(guest.name, 'Running')).toBeVisible();

    for (const value of [PASSPHRASE, WRONG]) {
      expect(await window.content()).not.toContain(value);
      for (const text of [value, Buffer.from(value).toString('base64')])
        expect(await filesWith(state, text), 'files of the journal with a value').toEqual([]);
    }
  } finally {
    await host.stop();
    await rm(state, { recursive: true, force: true });
  }
});
