/** A medium from Glance's description into the library, from there into a rescue on real QEMU, and out again as Glance describes it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { libraryPage } from '../pages/library-page.ts';
import { machinePage } from '../pages/machine-page.ts';
import { rescuePage } from '../pages/rescue-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { nextBoot, serialPosition } from '../testbed/guests.ts';
import { expectAccessible } from './accessibility.ts';
import { test } from './qemu-host.ts';
import { keep } from './screenshots.ts';

const NAME = 'Rescue 12 “blue”';
const IMAGE = {
  id: '2f0c7f0e-6d2a-4b3c-9b9b-0d1a5a0f3f11',
  name: NAME,
  disk_format: 'iso',
  container_format: 'bare',
  status: 'active',
  properties: {
    hw_rescue_device: 'cdrom',
    hw_rescue_bus: 'scsi',
    os_distro: 'debian',
    os_hidden: false,
    stores: 'file',
  },
};

test('import, use in a rescue, export', async ({ launchSalvor, qemu: { host, guest } }) => {
  const folder = await mkdtemp(join(tmpdir(), 'salvor-library-'));
  try {
    await writeFile(join(folder, 'image.json'), JSON.stringify(IMAGE));
    await writeFile(join(folder, 'broken.json'), '{"name": "x",');
    const { window, electron } = await launchSalvor();
    const side = sidePane(window);
    const library = libraryPage(window);
    const machine = machinePage(window);
    const rescue = rescuePage(window);
    const places = [{ from: host.uri, to: 'qemu+ssh://root@kvm1/system' }];
    await side.addHost.click();
    await side.form.uri.fill(host.uri);
    await side.form.name.fill('Rack 4');
    await side.form.submit.click();
    await expect(side.machine(guest.name, 'Running')).toBeVisible();

    // Nothing is in it yet, and the page says what it is for.
    await library.open.click();
    await expect(window.getByText('No media yet')).toBeVisible();
    await expectAccessible(window, 'an empty library');
    await library.add.click();
    await library.glanceFile.setInputFiles(join(folder, 'broken.json'));
    await expect(window.getByText('This file was not taken: it is not JSON.')).toBeVisible();
    await library.glanceFile.setInputFiles(join(folder, 'image.json'));
    await expect(window.getByText('3 properties read from image.json.')).toBeVisible();
    await expect(library.name).toHaveValue(NAME);
    await library.pool.fill('media');
    await library.volume.fill('medium.iso');
    await expectAccessible(window, 'the form of a medium');
    await keep(window, 'library-add-light', places);
    await library.submit.click();

    // It is on the connected host, and what it is there is kept.
    await expect(library.host('Rack 4')).toContainText('has it');
    await library.host('Rack 4').getByRole('button', { name: 'Look' }).click();
    await expect(library.host('Rack 4')).toContainText('as in the library');
    await expect(library.medium(NAME)).toContainText('ISO image');
    await library.firmware('BIOS').check({ force: true });
    await library.makeDefault.click();
    await expect(library.medium(NAME)).toContainText('default');
    for (const theme of ['Light', 'Dark'] as const) {
      await side.theme(theme).check({ force: true });
      await expectAccessible(window, `the library, ${theme}`);
      await keep(window, `library-${theme.toLowerCase()}`, places);
    }

    // The rescue of such a guest begins with it, as its properties say.
    await side.machine(guest.name, 'Running').click();
    await machine.tab('Rescue').click();
    await expect(rescue.bootInRescue.first()).toContainText('medium.iso');
    await expect(window.getByText(/The library’s default for x86_64 machines with BIOS/)).toBeVisible();
    await rescue.previewTab('Why').click();
    await expect(rescue.why('media/medium.iso', 'Bus')).toContainText('scsi');
    await expect(rescue.way('Library')).toBeChecked();
    for (const theme of ['Dark', 'Light'] as const) {
      await side.theme(theme).check({ force: true });
      await expectAccessible(window, `the rescue page with the library, ${theme}`);
      await keep(window, `rescue-library-${theme.toLowerCase()}`, places);
    }
    await rescue.start.click();
    let heard = await serialPosition(guest);
    await rescue.confirm(guest.name).click();
    expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
    await machine.endRescue.click();
    await machine.endPanel.getByRole('radio', { name: /^Force it off/ }).check();
    heard = await serialPosition(guest);
    await machine.confirmEnd(guest.name).click();
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);

    // That it was used is known; out again, as Glance describes images.
    await library.open.click();
    await expect(window.getByText(new RegExp(`for ${guest.name} on `))).toBeVisible();
    const file = join(folder, 'out.json');
    await electron.evaluate(({ dialog }, filePath) => {
      Object.assign(dialog, { showSaveDialog: () => Promise.resolve({ canceled: false, filePath }) });
    }, file);
    await library.export.click();
    await expect(window.getByText(`Saved to ${file}`)).toBeVisible();
    const out = JSON.parse(await readFile(file, 'utf8')) as typeof IMAGE;
    const { hw_rescue_device, hw_rescue_bus, os_distro } = IMAGE.properties;
    expect(out).toMatchObject({ name: NAME, disk_format: 'iso' });
    expect(out.properties).toEqual({ hw_rescue_device, hw_rescue_bus, os_distro });
    await library.remove.click();
    await library.removeNow.click();
    await expect(window.getByText('No media yet')).toBeVisible();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
