/**
 * Every page of the window, light and dark: nothing on it keeps anybody out (axe), and with SALVOR_SCREENSHOTS=1 its picture is
 * kept in docs/screenshots for the guide.
 */
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { historyPage } from '../pages/history-page.ts';
import { machinePage } from '../pages/machine-page.ts';
import { rescuePage } from '../pages/rescue-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import { expectAccessible } from './accessibility.ts';
import { test } from './salvor-app.ts';
import { keep } from './screenshots.ts';

const MEDIUM = 'systemrescue-12.02-amd64.iso';

/** How a page is reached from the one before it, and what says that it is there. */
const PAGES: readonly (readonly [string, (window: Page) => Promise<void>])[] = [
  ['start', (window) => expect(window.getByText('Choose a virtual machine')).toBeVisible()],
  [
    'host',
    async (window) => {
      await sidePane(window).host('Demo host').getByRole('button').first().click();
      await expect(window.getByRole('heading', { name: 'What this host can do for a rescue' })).toBeVisible();
      await expect(window.getByText('Nothing is left over.')).toBeVisible();
    },
  ],
  [
    'add-host',
    async (window) => {
      const { addHost, form } = sidePane(window);
      await addHost.click();
      await form.uri.fill('qemu+ssh:///system');
      await form.submit.click();
      await expect(form.uri).toHaveAttribute('aria-invalid', 'true');
    },
  ],
  [
    'host-unreachable',
    async (window) => {
      const { form, host } = sidePane(window);
      await form.uri.fill('qemu+unix:///system?socket=/run/nowhere/libvirt-sock');
      await form.name.fill('Rack 7');
      await form.submit.click();
      await host('Rack 7').getByRole('button').first().click();
      await expect(window.getByRole('main').getByRole('alert')).toContainText('No libvirt daemon answers');
    },
  ],
  [
    'disks',
    async (window) => {
      await sidePane(window).machine('db-postgres-01').click();
      await machinePage(window).tab('Disks').click();
      await expect(machinePage(window).disk('sda')).toContainText('Root');
    },
  ],
  [
    'disks-many',
    async (window) => {
      await sidePane(window).machine('backup-store-01').click();
      await expect(machinePage(window).disk('vda')).toBeVisible();
    },
  ],
  [
    'definition',
    async (window) => {
      await machinePage(window).tab('Definition').click();
      await expect(window.getByText('<name>backup-store-01</name>')).toBeVisible();
    },
  ],
  [
    'rescue-choose',
    async (window) => {
      await sidePane(window).machine('web-frontend-01').click();
      await machinePage(window).tab('Rescue').click();
      await rescuePage(window).pool('rescue-media').click();
      await expect(rescuePage(window).volume(MEDIUM)).toBeVisible();
    },
  ],
  [
    'rescue-preview',
    async (window) => {
      await rescuePage(window).volume(MEDIUM).click();
      await expect(rescuePage(window).bootInRescue.first()).toContainText(MEDIUM);
      await expect(rescuePage(window).start).toBeEnabled();
    },
  ],
  [
    'rescue-why',
    async (window) => {
      await rescuePage(window).previewTab('Why').click();
      await expect(rescuePage(window).why('This session', 'Session')).toBeVisible();
    },
  ],
  [
    'rescue-diff',
    async (window) => {
      await rescuePage(window).previewTab('XML diff').click();
      await expect(rescuePage(window).preview).toContainText('urn:salvor:rescue:1');
    },
  ],
  [
    'rescue-virsh',
    async (window) => {
      await rescuePage(window).previewTab('virsh').click();
      await expect(rescuePage(window).preview).toContainText('create rescue.xml');
    },
  ],
  [
    'rescue-confirm',
    async (window) => {
      await rescuePage(window).previewTab('Outcome').click();
      await rescuePage(window).start.click();
      await expect(rescuePage(window).confirm('web-frontend-01')).toBeVisible();
    },
  ],
  [
    'rescue-more',
    async (window) => {
      const rescue = rescuePage(window);
      await rescue.confirmation('web-frontend-01').getByRole('button', { name: 'Back' }).click();
      await rescue.addMedium.click();
      await rescue.pool('rescue-media').click();
      await rescue.volume('virtio-win-0.1.262.iso').click();
      await rescue.device('disk').check();
      await rescue.bus('scsi').check();
      await rescue.more.click();
      await rescue.session('until ended').check();
      await expect(rescue.plannedDisk('sdc')).toContainText(MEDIUM);
      await rescue.writes('Keep it away').scrollIntoViewIfNeeded();
      await rescue.session('until ended').scrollIntoViewIfNeeded();
    },
  ],
  [
    'rescue-guest-disks',
    async (window) => {
      const rescue = rescuePage(window);
      await rescue.session('Best default').check();
      await rescue.guestDisks('Behind throw-away overlays').check();
      await expect(rescue.plannedDisk('vda')).toContainText('overlay');
      await rescue.guestDisks('Writable, after').scrollIntoViewIfNeeded();
    },
  ],
  [
    'rescue-kernel',
    async (window) => {
      const rescue = rescuePage(window);
      await sidePane(window).machine('kernel-ci-runner').click();
      await rescue.way('Kernel').check({ force: true });
      await rescue.kernel.fill('/var/lib/libvirt/boot/vmlinuz-6.12');
      await rescue.initrd.fill('/var/lib/libvirt/boot/initrd-6.12.img');
      await rescue.cmdline.fill('console=ttyS0 rd.break');
      await expect(rescue.refusals).toBeVisible();
    },
  ],
  [
    'in-rescue',
    async (window) => {
      const rescue = rescuePage(window);
      await sidePane(window).machine('web-frontend-01').click();
      await rescue.mediumAction('Take virtio-win-0.1.262.iso out').click();
      await rescue.guestDisks('Writable').first().check();
      await rescue.device('Best default').check();
      await expect(rescue.bootInRescue.first()).toContainText('sdb');
      await rescue.start.click();
      await rescue.confirm('web-frontend-01').click();
      await expect(machinePage(window).banner).toBeVisible();
      await expect(window.getByText(/Its own .* untouched/)).toBeVisible();
    },
  ],
  [
    'in-rescue-disks',
    async (window) => {
      await machinePage(window).tab('Disks').click();
      await expect(window.getByText('Boot order after the rescue')).toBeVisible();
    },
  ],
  [
    'end-rescue',
    async (window) => {
      await machinePage(window).tab('Rescue').click();
      await machinePage(window).endRescue.click();
      await machinePage(window)
        .endPanel.getByRole('radio', { name: /^Force it off/ })
        .check();
      await expect(machinePage(window).confirmEnd('web-frontend-01')).toBeVisible();
    },
  ],
  [
    'history',
    async (window) => {
      const history = historyPage(window);
      await machinePage(window).confirmEnd('web-frontend-01').click();
      await expect(machinePage(window).banner).toBeHidden();
      await machinePage(window).tab('History').click();
      await history.operation('Rescue, Done').click();
      await expect(history.step('Shut web-frontend-01 down')).toBeVisible();
      await expect(history.account).toContainText('as before');
    },
  ],
  [
    'history-definition',
    async (window) => {
      await historyPage(window).view('Definition before').check({ force: true });
      await expect(window.getByText('<name>web-frontend-01</name>')).toBeVisible();
    },
  ],
  [
    'history-none',
    async (window) => {
      await sidePane(window).machine('mail-relay').click();
      await expect(window.getByText('Nothing has been done to this machine from this computer')).toBeVisible();
    },
  ],
  [
    'history-all',
    async (window) => {
      await sidePane(window).history.click();
      await expect(historyPage(window).operation('End of the rescue of web-frontend-01, Done')).toBeVisible();
    },
  ],
  [
    'unfinished-none',
    async (window) => {
      await window.keyboard.press('Control+K');
      await window.keyboard.type('unfinished');
      await window.keyboard.press('Enter');
      await expect(window.getByText('Nothing is unfinished')).toBeVisible();
    },
  ],
  [
    'rescue-refused',
    async (window) => {
      await sidePane(window).machine('mail-relay').click();
      await machinePage(window).tab('Rescue').click();
      await rescuePage(window).way('Path').check();
      await rescuePage(window).path.fill('/nowhere/rescue.iso');
      await expect(rescuePage(window).refusals).toBeVisible();
      await expect(rescuePage(window).start).toBeDisabled();
    },
  ],
  [
    'palette',
    async (window) => {
      await window.keyboard.press('Control+K');
      await window.keyboard.type('db');
      await expect(window.getByRole('dialog').getByRole('option', { name: /db-postgres-01/ })).toBeVisible();
    },
  ],
];

/** The demo host's URI names the folder this was run in; an empty page is nothing to show. */
const NO_PICTURE = ['host', 'history-none', 'history-all', 'unfinished-none'];

for (const theme of ['Light', 'Dark'] as const) {
  test(`every page, ${theme.toLowerCase()}`, async ({ launchSalvor }) => {
    // Each page is looked through by axe: on a busy machine that takes its time.
    test.slow();
    const { window } = await launchSalvor({ demo: true });
    await expect(sidePane(window).machine('web-frontend-01')).toBeVisible();
    await sidePane(window).theme(theme).check({ force: true });
    for (const [name, reach] of PAGES) {
      await test.step(name, async () => {
        await reach(window);
        await expectAccessible(window, name);
        if (!NO_PICTURE.includes(name)) await keep(window, `${name}-${theme.toLowerCase()}`);
      });
    }
  });
}
