/** The disks of a machine: looked at with the keyboard alone, highlighted wherever they are in sight, kept as a picture. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import { disksPage } from '../pages/disks-page.ts';
import { machinePage } from '../pages/machine-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import { outputOf } from '../testbed/command.ts';
import { defineGuest, mediaFolder } from '../testbed/guests.ts';
import { expectAccessible } from './accessibility.ts';
import type { SalvorApp } from './launch.ts';
import { test } from './qemu-host.ts';
import { keep } from './screenshots.ts';

const HIGHLIGHTED = /\b(disk|row)-highlighted\b/;

/** Everywhere at once, and nowhere another. */
async function expectHighlighted(window: Page, target: string): Promise<void> {
  const disks = disksPage(window);
  await expect(disks.drawn(target)).toHaveClass(/\bpic-lit\b/);
  await expect(disks.row(target)).toHaveClass(HIGHLIGHTED);
  await expect(disks.highlightedXml(target)).toBeVisible();
  await expect(window.locator('.pic-disk.pic-lit')).toHaveCount(1);
  await expect(window.locator('tr.row-highlighted')).toHaveCount(1);
}

/** Tab, until it is there. */
async function tabTo(window: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await window.keyboard.press('Tab');
  }
  await expect(wanted).toBeFocused();
}

/** The question where to save is the desktop's own dialog, which no test can click: answer it where it is asked. */
async function answerSaveDialog({ electron }: SalvorApp, filePath: string): Promise<void> {
  await electron.evaluate(({ dialog }, path) => {
    Object.assign(dialog, { showSaveDialog: () => Promise.resolve({ canceled: false, filePath: path }) });
  }, filePath);
}

test('by keyboard alone: each disk in picture, table, boot order and XML at once, and the picture kept', async ({
  launchSalvor,
}) => {
  const app = await launchSalvor({ demo: true });
  const { window } = app;
  const disks = disksPage(window);
  const side = sidePane(window);
  await expect(side.machine('instance-0000002a')).toBeVisible();
  await window.keyboard.press('/');
  await window.keyboard.type('instance-0000002a');
  await window.keyboard.press('ArrowDown');
  await window.keyboard.press('Enter');
  await expect(machinePage(window).tab('Disks')).toBeFocused();

  await tabTo(window, disks.drawn('vda'));
  await expectHighlighted(window, 'vda');
  await expect(disks.booted('vda')).toHaveClass(HIGHLIGHTED);
  await window.keyboard.press('ArrowRight');
  await expect(disks.drawn('vdb')).toBeFocused();
  await expectHighlighted(window, 'vdb');
  await expect(disks.facts.getByRole('heading', { name: 'vdb – disk on virtio' })).toBeVisible();
  await expect(disks.booted('vda')).not.toHaveClass(HIGHLIGHTED);

  await tabTo(window, disks.row('vdb').getByRole('button'));
  await window.keyboard.press('End');
  await expectHighlighted(window, 'sda');
  await expect(disks.facts.getByRole('heading', { name: 'sda – cdrom on sata' })).toBeVisible();
  await expect(disks.drawn('sda')).toBeInViewport();

  // Names, and back by the same key.
  await disks.view('Overview').focus();
  await window.keyboard.press('ArrowLeft');
  await expect(disks.view('Names')).toBeChecked();
  await expect(window.getByRole('cell', { name: 'pci-0000:04:00.0', exact: true })).toBeVisible();
  await window.keyboard.press('ArrowRight');
  await expect(disks.row('vda')).toBeVisible();

  await machinePage(window).tab('Definition').click();
  const strip = window.getByRole('toolbar', { name: 'Disks in this XML' });
  await strip.getByRole('button', { name: 'vda' }).focus();
  await window.keyboard.press('ArrowRight');
  await window.keyboard.press('Enter');
  await expect(window.locator('.cm-disk-highlighted', { hasText: "<target dev='vdb'" })).toBeInViewport();

  await machinePage(window).tab('Disks').click();
  const folder = await mkdtemp(join(tmpdir(), 'salvor-disks-'));
  try {
    for (const format of ['SVG', 'PNG'] as const) {
      const file = join(folder, `storage.${format.toLowerCase()}`);
      await answerSaveDialog(app, file);
      await disks.save(format).focus();
      await window.keyboard.press('Enter');
      await expect(window.getByText(`Saved as ${file}`)).toBeVisible();
      const bytes = await readFile(file);
      if (format === 'PNG') expect(bytes.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
      else expect(bytes.toString()).toMatch(/<svg[\s\S]*vdg[\s\S]*<\/svg>/);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** By what they are called in docs/screenshots. */
const MACHINES = [
  ['disks-one', 'vault-secrets', 'vda'],
  ['disks-eight', 'instance-0000002a', 'vdd'],
  ['disks-sixty', 'backup-store-01', 'sdav'],
] as const;

for (const theme of ['Light', 'Dark'] as const) {
  test(`one, eight and sixty disks, ${theme.toLowerCase()}`, async ({ launchSalvor }) => {
    const { window } = await launchSalvor({ demo: true });
    const disks = disksPage(window);
    const side = sidePane(window);
    await expect(side.machine('vault-secrets')).toBeVisible();
    await side.theme(theme).check({ force: true });
    for (const [name, machine, target] of MACHINES) {
      await side.machine(machine).click();
      await expect(machinePage(window).heading(machine)).toBeVisible();
      await expect(disks.drawn('vda')).toBeVisible();
      await disks.row(target).getByRole('button').click();
      await disks.row(target).hover();
      await expectHighlighted(window, target);
      await expect(disks.drawn(target)).toBeInViewport();
      if (name === 'disks-eight') await expectAccessible(window, `${name}, highlighted`);
      await window.mouse.move(0, 0);
      await disks.view('Picture').check({ force: true });
      await expect(disks.row(target)).toBeHidden();
      await keep(window, `${name}-${theme.toLowerCase()}`);
      await disks.view('Overview').check({ force: true });
    }
  });
}

/** A name that ends what it stands in, turns around what follows, and is long. */
const HOSTILE = `top "1" '2' <3> \u202egpj${'x'.repeat(160)}.qcow2`;

test('on a real host: what its disks do now, what they stand on, and names that are none of ours', async ({
  launchSalvor,
  qemu: { host, guest },
}) => {
  const pool = await mediaFolder(host);
  const base = join(pool, 'base.qcow2');
  const top = join(pool, HOSTILE);
  await outputOf('qemu-img', ['create', '-q', '-f', 'qcow2', base, '64M']);
  await outputOf('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, top]);
  await host.virsh('pool-refresh', 'media');
  const source = top.replaceAll('<', '&lt;').replaceAll("'", '&apos;');
  await defineGuest(host, {
    name: 'layered',
    machine: 'q35',
    devices: `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${source}'/><target dev='vdd' bus='virtio'/></disk>`,
  });
  const { window } = await launchSalvor();
  const disks = disksPage(window);
  const side = sidePane(window);
  await side.addHost.click();
  await side.form.uri.fill(host.uri);
  await side.form.name.fill('Rack 4');
  await side.form.submit.click();
  await side.machine(guest.name, 'Running').click();
  await expect(disks.row('vdc')).toContainText('8 MiB');
  // Its boot code waits: two answers of QEMU's own counters say so.
  await expect(disks.row('vda')).toContainText('idle', { timeout: 30_000 });
  await expect(disks.totals).toContainText('idle');
  await disks.row('vda').hover();
  await expectHighlighted(window, 'vda');

  await side.machine('layered', 'Off').click();
  await expect(disks.totals).not.toContainText('idle');
  await disks.row('vdd').getByRole('button').click();
  await expect(disks.facts).toContainText('Its image and what it stands on');
  await expect(disks.facts.getByText(base)).toBeVisible();
  await expect(disks.facts).toContainText('read on the host');
  await expect(disks.facts).toContainText('\\u202egpjxxx');
  await expect(disks.drawn('vdd')).toBeInViewport();
  expect(await window.evaluate(() => /[\u202a-\u202e]/.test(document.body.innerText))).toBe(false);
});
