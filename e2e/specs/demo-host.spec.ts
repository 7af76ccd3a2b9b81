/** The whole job on the demo host, with nothing installed but libvirt's client library, as after `npm start`. */
import { expect } from '@playwright/test';
import { machinePage } from '../pages/machine-page.ts';
import { rescuePage } from '../pages/rescue-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import { test } from './salvor-app.ts';

test('by mouse: choose, look, preview, start, see it in rescue, end, as before', async ({ launchSalvor }) => {
  const { window } = await launchSalvor({ demo: true });
  const side = sidePane(window);
  const machine = machinePage(window);
  const rescue = rescuePage(window);
  await side.machine('web-frontend-01', 'Running').click();
  await expect(machine.heading('web-frontend-01')).toBeVisible();
  await expect(machine.disk('vda')).toContainText('Root');
  await machine.tab('Definition').click();
  await expect(window.getByText('<name>web-frontend-01</name>')).toBeVisible();

  await machine.tab('Rescue').click();
  await rescue.way('Pools').click();
  await rescue.pool('rescue-media').click();
  await rescue.volume('systemrescue-12.02-amd64.iso').click();
  await expect(rescue.bootInRescue.first()).toContainText('systemrescue-12.02-amd64.iso');
  await expect(rescue.plannedDisk('vda')).toContainText('unchanged');

  // Choosing follows at once, and what is impossible says why.
  await rescue.device('disk').check();
  await rescue.bus('usb').check();
  await expect(rescue.bootInRescue.first()).toContainText('added');
  await expect(rescue.bus('ide')).toBeDisabled();
  await expect(rescue.bus('ide')).toHaveAccessibleName(/not in pc-q35/);
  await rescue.previewTab('XML diff').click();
  await expect(rescue.preview).toContainText('urn:salvor:rescue:1');
  await rescue.previewTab('virsh').click();
  await expect(rescue.preview).toContainText('create rescue.xml');

  await rescue.start.click();
  await expect(rescue.confirmation('web-frontend-01')).toContainText('Shut web-frontend-01 down');
  await rescue.confirm('web-frontend-01').click();
  await expect(side.machine('web-frontend-01', 'In rescue')).toBeVisible();
  await expect(machine.banner).toContainText('systemrescue-12.02-amd64.iso');

  await machine.endRescue.click();
  await machine.confirmEnd('web-frontend-01').click();
  await expect(side.machine('web-frontend-01', 'Running')).toBeVisible();
  await expect(machine.banner).toBeHidden();
  await expect(rescue.start).toBeVisible();
});

test('a machine that is in rescue already shows it, and can be ended', async ({ launchSalvor }) => {
  const { window } = await launchSalvor({ demo: true });
  const side = sidePane(window);
  const machine = machinePage(window);
  const inRescue = side.list.getByRole('option', { name: /, In rescue, / });
  await expect(inRescue).toHaveCount(1);
  const name = ((await inRescue.getAttribute('aria-label')) ?? '').split(',', 1).join('');
  await inRescue.click();
  await expect(machine.banner).toBeVisible();
  await machine.endRescue.click();
  await machine.confirmEnd(name).click();
  await expect(inRescue).toHaveCount(0);
});
