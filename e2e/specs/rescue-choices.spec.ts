/** What can be chosen on the rescue page beyond the usual, in the real window on the demo host. */
import { writeFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { machinePage } from '../pages/machine-page.ts';
import { rescuePage } from '../pages/rescue-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import { expectAccessible } from './accessibility.ts';
import type { LaunchOptions, SalvorApp } from './launch.ts';
import { test } from './salvor-app.ts';

const MEDIUM = 'systemrescue-12.02-amd64.iso';
const DRIVERS = 'virtio-win-0.1.262.iso';

async function openRescue(
  launchSalvor: (options?: LaunchOptions) => Promise<SalvorApp>,
  machine: string,
): Promise<Page> {
  const { window } = await launchSalvor({ demo: true });
  await sidePane(window).machine(machine).click();
  await machinePage(window).tab('Rescue').click();
  return window;
}

test('several media: one boots, the other rides along, and they change places', async ({ launchSalvor }) => {
  const window = await openRescue(launchSalvor, 'web-frontend-01');
  const rescue = rescuePage(window);
  await rescue.pool('rescue-media').click();
  await rescue.volume(MEDIUM).click();
  await rescue.addMedium.click();
  await rescue.pool('rescue-media').click();
  await rescue.volume(DRIVERS).click();
  await expect(rescue.media).toHaveText([`${MEDIUM}boots`, `${DRIVERS}rides along`]);
  await expect(rescue.plannedDisk('sdb')).toContainText(DRIVERS);
  await expect(rescue.plannedDisk('sdc')).toContainText(MEDIUM);
  await expect(rescue.bootInRescue.first()).toContainText(MEDIUM);
  await rescue.mediumAction(`Boot ${DRIVERS} instead`).click();
  await expect(rescue.bootInRescue.first()).toContainText(DRIVERS);
  await rescue.mediumAction(`Take ${DRIVERS} out`).click();
  await expect(rescue.bootInRescue.first()).toContainText(MEDIUM);
  await expect(rescue.plannedDisk('sdc')).toBeHidden();
});

test('by keyboard: more choices, the kind of session, what follows, and why', async ({ launchSalvor }) => {
  const window = await openRescue(launchSalvor, 'web-frontend-01');
  const rescue = rescuePage(window);
  await rescue.pool('rescue-media').click();
  await rescue.volume(MEDIUM).click();
  await expect(rescue.start).toBeEnabled();
  await window.getByRole('spinbutton').focus();
  await window.keyboard.press('Tab');
  await window.keyboard.press('Enter');
  await expect(rescue.session('until ended')).toBeVisible();
  await rescue.session('Best default: one-shot').focus();
  await window.keyboard.press('ArrowDown');
  await expect(rescue.session('one-shot')).toBeChecked();
  await window.keyboard.press('ArrowDown');
  await expect(rescue.session('until ended')).toBeChecked();
  await expect(rescue.check('End at the guest’s first reboot')).toBeDisabled();
  await expect(window.getByText(/the definition is put back when the rescue is ended/)).toBeVisible();
  await expect(rescue.preview.getByRole('region', { name: 'To end it' })).toContainText('Put the definition');
  await rescue.fallThrough('nothing').check();
  await expect(rescue.bootInRescue).toHaveCount(1);
  await rescue.previewTab('Why').press('Enter');
  await expect(rescue.why('This session', 'Session')).toContainText('you chose it');
  await expect(rescue.why('This session', 'Next in order')).toContainText('none');
  await expect(rescue.why(`rescue-media/${MEDIUM}`, 'Bus')).toContainText('the cdrom bus of machine type');
});

test('properties of the image decide where nothing else was said', async ({ launchSalvor }, testInfo) => {
  const window = await openRescue(launchSalvor, 'web-frontend-01');
  const rescue = rescuePage(window);
  await rescue.pool('rescue-media').click();
  await rescue.volume('rescue-tools.qcow2').click();
  await rescue.more.click();
  await rescue.profile('Nova').check({ force: true });
  const file = testInfo.outputPath('image.json');
  await writeFile(file, JSON.stringify({ properties: { hw_rescue_device: 'disk', hw_rescue_bus: 'scsi' } }));
  await rescue.propertiesFile.setInputFiles(file);
  await expect(rescue.bus('Best default: scsi')).toBeChecked();
  await expect(rescue.preview.getByRole('list', { name: 'Further changes' })).toContainText(
    'scsi controller 0, model virtio-scsi – the guest has no scsi controller',
  );
  await rescue.previewTab('Why').click();
  await expect(rescue.why('rescue-media/rescue-tools.qcow2', 'Bus')).toContainText(
    'the medium’s property hw_rescue_bus',
  );
  await rescue.bus('virtio').check();
  await expect(rescue.why('rescue-media/rescue-tools.qcow2', 'Bus')).toContainText('you chose it');
  await rescue.profile('Recommended').check({ force: true });
  await rescue.previewTab('Outcome').click();
  await rescue.writes('Keep it in a pool').check();
  await expect(rescue.preview).toContainText('salvor-…-');
  await expect(rescue.overlayPool).toContainText('free');
  await rescue.writes('Write to the medium itself').check();
  await expect(rescue.overlayPool).toBeHidden();
  await expect(rescue.warnings).toContainText('can write to rescue-media/rescue-tools.qcow2 itself');
});

test('a web address and a kernel; what is not whole is said in place', async ({ launchSalvor }) => {
  const window = await openRescue(launchSalvor, 'web-frontend-01');
  const rescue = rescuePage(window);
  await rescue.way('URL').check({ force: true });
  await rescue.url.fill('ftp://mirror.example.net/rescue.iso');
  await expect(rescue.url).toHaveAttribute('aria-invalid', 'true');
  await rescue.url.fill('https://mirror.example.net/rescue.iso');
  await expect(rescue.preview).toContainText('mirror.example.net');
  await rescue.way('Kernel').check({ force: true });
  await rescue.kernel.fill('/var/lib/libvirt/boot/vmlinuz');
  await rescue.initrd.fill('initrd.img');
  await expect(rescue.initrd).toHaveAttribute('aria-invalid', 'true');
  await rescue.initrd.fill('/var/lib/libvirt/boot/initrd.img');
  await rescue.cmdline.fill('console=ttyS0 rd.break');
  await expect(window.getByText('No device and no bus: a rescue kernel needs no device.')).toBeVisible();
  // The demo host has no such file: that is refused in words, and the start stays shut.
  await expect(rescue.refusals).toContainText('/var/lib/libvirt/boot/vmlinuz');
  await expect(rescue.start).toBeDisabled();
  await expectAccessible(window, 'a rescue kernel');
});

test('a session until ended: its pages say so, and ending it puts the definition back', async ({ launchSalvor }) => {
  const window = await openRescue(launchSalvor, 'mail-relay');
  const rescue = rescuePage(window);
  const machine = machinePage(window);
  const side = sidePane(window);
  await rescue.pool('rescue-media').click();
  await rescue.volume(MEDIUM).click();
  await rescue.bus('scsi').check();
  await rescue.more.click();
  await rescue.session('until ended').check();
  await rescue.start.click();
  await expect(rescue.confirmation('mail-relay')).toContainText('Make the rescue definition the definition');
  await rescue.confirm('mail-relay').click();
  await expect(side.machine('mail-relay', 'In rescue')).toBeVisible();
  await expect(window.getByText('Until it is ended')).toBeVisible();
  await expect(window.getByText(/kept inside the rescue definition and .* put back at the end/)).toBeVisible();
  await machine.endRescue.click();
  await expect(machine.endPanel).toContainText('the machine’s own definition is put back');
  await machine.confirmEnd('mail-relay').click();
  await expect(machine.banner).toBeHidden();
  await machine.tab('Definition').click();
  await expect(window.getByText('<name>mail-relay</name>')).toBeVisible();
  await expect(window.getByText('urn:salvor:rescue:1')).toBeHidden();

  // What was chosen and went well is remembered for this medium.
  await machine.tab('Rescue').click();
  await rescue.bus('Best default').check();
  await rescue.session('Best default').check();
  await expect(rescue.bus('Best default: scsi')).toBeChecked();
  await rescue.previewTab('Why').click();
  await expect(rescue.why(`rescue-media/${MEDIUM}`, 'Bus')).toContainText('so it was attached the last time');
});
