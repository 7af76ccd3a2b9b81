/** Media on their way, on a real host: uploaded, cancelled, dropped on the window, used in a rescue, and brought back unchanged. */
import { copyFile, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { machinePage } from '../pages/machine-page.ts';
import { rescuePage } from '../pages/rescue-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import { storagePage, transfersPage } from '../pages/storage-page.ts';
import { defineGuest, medium } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { expectAccessible } from './accessibility.ts';
import type { SalvorApp } from './launch.ts';
import { test as base } from './salvor-app.ts';
import { keep, takesPictures } from './screenshots.ts';

const MIB = 1024 ** 2;
/** What people call files. */
const NAME = 'rescue “12.02” (anna’s) & more.iso';
const BIG = 'backup of everything.img';
const BIG_MIB = 640;

const test = base.extend<{ host: Hypervisor; folder: string }>({
  // eslint-disable-next-line no-empty-pattern
  host: async ({}, use) => {
    const host = await startHypervisor({ hostname: 'kvm1' });
    try {
      await host.virsh('pool-create-as', 'media', 'dir', '--target', join(host.dir, 'pool'), '--build');
      await use(host);
    } finally {
      await host.stop();
    }
  },
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'salvor-transfers-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
});

async function connect(window: Page, host: Hypervisor): Promise<void> {
  const side = sidePane(window);
  await side.addHost.click();
  await side.form.uri.fill(host.uri);
  await side.form.name.fill('Rack 4');
  await side.form.submit.click();
  await storagePage(window).open.click();
}

/** The questions of the desktop, which no test can click, are answered where they are asked. */
async function answerDialogs({ electron }: SalvorApp, answers: { files: string[]; target: string }): Promise<void> {
  await electron.evaluate(({ dialog }, { files, target }) => {
    Object.assign(dialog, {
      showOpenDialog: () => Promise.resolve({ canceled: false, filePaths: files }),
      showSaveDialog: () => Promise.resolve({ canceled: false, filePath: target }),
    });
  }, answers);
}

/** A file with a path, as a person drags it from the desktop: an input gives the window a real one. */
async function dropFile(window: Page, path: string): Promise<void> {
  await window.evaluate(() => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', id: 'dropped', hidden: true });
    document.body.append(input);
  });
  await window.locator('#dropped').setInputFiles(path);
  await window.evaluate(() => {
    const input = document.querySelector('#dropped') as HTMLInputElement;
    const dataTransfer = new DataTransfer();
    for (const file of input.files ?? []) dataTransfer.items.add(file);
    for (const type of ['dragover', 'drop'])
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    input.remove();
  });
}

async function expectAccessibleBoth(window: Page, name: string): Promise<void> {
  for (const theme of ['Dark', 'Light'] as const) {
    await sidePane(window).theme(theme).check({ force: true });
    await expectAccessible(window, `${name}, ${theme}`);
  }
}

async function keepBoth(window: Page, name: string, host: Hypervisor, folder: string): Promise<void> {
  for (const theme of ['Dark', 'Light'] as const) {
    await sidePane(window).theme(theme).check({ force: true });
    await keep(window, `${name}-${theme.toLowerCase()}`, [
      { from: host.dir, to: '/srv' },
      { from: folder, to: '/home/anna/Downloads' },
      { from: host.uri, to: 'qemu+ssh://root@rack4.example.net/system' },
    ]);
  }
}

test('upload, cancel, use in a rescue, download', async ({ launchSalvor, host, folder }) => {
  const iso = join(folder, NAME);
  await copyFile(await medium(host, 'iso'), iso);
  await makeBig(join(folder, BIG));
  const guest = await defineGuest(host, { name: 'patient', machine: 'q35' });
  for (const name of ['grml64-full-2025.12.iso', 'debian-13.2.0-amd64-netinst.iso', 'virtio-win-0.1.262.iso'])
    await host.virsh('vol-create-as', 'media', name, '4M');
  await host.virsh('pool-define-as', 'archive', 'dir', '--target', join(host.dir, 'archive'));
  const app = await launchSalvor();
  const { window } = app;
  const storage = storagePage(window);
  const transfers = transfersPage(window);
  const back = join(folder, 'back.iso');
  await answerDialogs(app, { files: [iso, join(folder, BIG)], target: back });

  await connect(window, host);
  await expect(storage.pool('archive')).toContainText('stopped');
  await storage.upload.click();
  await expect(transfers.form).toContainText('ISO image · boots by BIOS and UEFI');
  await expect(transfers.start).toBeEnabled();
  await expectAccessibleBoth(window, 'upload');
  await keepBoth(window, 'upload', host, folder);
  await transfers.start.click();
  await expect(transfers.form).toBeHidden();

  // The big one is on its way while one looks at something else, and is called off.
  await transfers.line.click();
  await expect(transfers.item(BIG).getByRole('progressbar')).toBeVisible();
  await expect(transfers.item(BIG)).toContainText(/ of 640 MiB · \d+ %/);
  // Its rate is told after a second; a quick machine may be done by then.
  if (takesPictures) await expect(transfers.item(BIG)).toContainText('iB/s');
  await keepBoth(window, 'transfers', host, folder);
  await transfers.action(BIG, 'Cancel').click();
  await expect(transfers.item(BIG)).toContainText('cancelled');
  await expect(transfers.item(NAME)).toContainText('Compared on both ends');
  expect(await host.virsh('vol-list', 'media')).not.toContain(BIG);

  await sidePane(window)
    .host('Rack 4')
    .getByRole('button', { name: /^Rack 4/ })
    .click();
  await storage.open.click();
  await expect(storage.volume(BIG)).toBeHidden();
  await storage.volume(NAME).click();
  await expect(storage.details).toContainText('It can be chosen.');
  await expect(storage.details).toContainText('ISO image');
  await expectAccessibleBoth(window, 'storage');
  await keepBoth(window, 'storage', host, folder);
  await storage.download.click();
  await transfers.line.click();
  await expect(
    transfers.item('back.iso').or(transfers.item(NAME)).filter({ hasText: 'Download · done' }),
  ).toBeVisible();
  expect(Buffer.compare(await readFile(back), await readFile(iso))).toBe(0);
  await expectAccessibleBoth(window, 'transfers');

  const machine = machinePage(window);
  const rescue = rescuePage(window);
  await sidePane(window).machine(guest.name).click();
  await machine.tab('Rescue').click();
  await rescue.way('Pools').check({ force: true });
  const volume = rescue.volume(NAME);
  await volume.or(rescue.pool('media')).first().click();
  if (await rescue.pool('media').isVisible()) await rescue.pool('media').click();
  await volume.click();
  await expect(rescue.bootInRescue.first()).toContainText(NAME);
});

test('a file that is dropped goes to the pool in sight; one that is deleted behind the window is said', async ({
  launchSalvor,
  host,
  folder,
}) => {
  const iso = join(folder, NAME);
  await copyFile(await medium(host, 'iso'), iso);
  const { window } = await launchSalvor();
  const storage = storagePage(window);
  const transfers = transfersPage(window);
  await connect(window, host);
  await expect(window.getByText('No volumes in this pool')).toBeVisible();
  await dropFile(window, iso);
  await expect(transfers.host.locator('option:checked')).toHaveText('Rack 4');
  await expect(transfers.pool).toHaveValue('media');
  await expect(transfers.name).toHaveValue(NAME);
  await transfers.start.click();
  await transfers.line.click();
  await expect(transfers.item(NAME)).toContainText('done');

  await sidePane(window)
    .host('Rack 4')
    .getByRole('button', { name: /^Rack 4/ })
    .click();
  await storage.open.click();
  await expect(storage.volume(NAME)).toBeVisible();
  await rm(join(host.dir, 'pool', NAME));
  await storage.volume(NAME).click();
  await expect(storage.details.getByRole('alert')).toContainText('is not in the pool any more');
  await expect(window.getByText('No volumes in this pool')).toBeVisible();
});

/** Bytes that are no holes: it takes a while. */
async function makeBig(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    const piece = Buffer.alloc(64 * MIB, 0x5a);
    for (let at = 0; at < BIG_MIB; at += 64) await file.write(piece);
  } finally {
    await file.close();
  }
}
