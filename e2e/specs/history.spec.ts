/** What was done is found again: on the machine's page, for the whole computer, in a file, and after a restart. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { historyPage } from '../pages/history-page.ts';
import { machinePage } from '../pages/machine-page.ts';
import { rescuePage } from '../pages/rescue-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import type { SalvorApp } from './launch.ts';
import { test } from './salvor-app.ts';

const MEDIUM = 'systemrescue-12.02-amd64.iso';
const MACHINE = 'web-frontend-01';

/** The question where to save is the desktop's own dialog, which no test can click: answer it where it is asked. */
async function answerSaveDialog({ electron }: SalvorApp, filePath: string | null): Promise<void> {
  await electron.evaluate(({ dialog }, path) => {
    Object.assign(dialog, {
      showSaveDialog: () => Promise.resolve({ canceled: path === null, filePath: path ?? '' }),
    });
  }, filePath);
}

async function rescueAndEnd({ window }: SalvorApp): Promise<void> {
  const rescue = rescuePage(window);
  const machine = machinePage(window);
  await sidePane(window).machine(MACHINE, 'Running').click();
  await machine.tab('Rescue').click();
  await rescue.pool('rescue-media').click();
  await rescue.volume(MEDIUM).click();
  await rescue.start.click();
  await rescue.confirm(MACHINE).click();
  await expect(machine.banner).toBeVisible();
  await machine.endRescue.click();
  await machine.confirmEnd(MACHINE).click();
  await expect(machine.banner).toBeHidden();
}

test('a rescue and its end, step by step; saved as a file; there again after a restart', async ({ launchSalvor }) => {
  const folder = await mkdtemp(join(tmpdir(), 'salvor-history-'));
  try {
    const state = join(folder, 'state');
    const app = await launchSalvor({ demo: true, state });
    const history = historyPage(app.window);
    await rescueAndEnd(app);
    await machinePage(app.window).tab('History').click();
    await expect(history.operations).toHaveCount(2);
    await history.operation('Rescue, Done').click();
    await expect(history.step('Shut web-frontend-01 down')).toContainText(/ s$| ms$/);
    await expect(history.account).toContainText(MEDIUM);
    await history.view('Definition before').check({ force: true });
    await expect(app.window.getByText(`<name>${MACHINE}</name>`)).toBeVisible();

    const report = join(folder, 'history.json');
    await answerSaveDialog(app, null);
    await history.exportShown.getByRole('button', { name: 'JSON' }).click();
    await answerSaveDialog(app, report);
    await history.exportShown.getByRole('button', { name: 'JSON' }).click();
    await expect(history.exportShown).toContainText(`Saved to ${report}`);
    const written = await readFile(report, 'utf8');
    expect(() => JSON.parse(written) as unknown).not.toThrow();
    expect(written).toContain(MEDIUM);
    expect((await stat(report)).mode & 0o777).toBe(0o600);
    await answerSaveDialog(app, join(folder, 'nowhere/report.txt'));
    await history.exportShown.getByRole('button', { name: 'Text report' }).click();
    await expect(history.exportShown).toContainText('cannot be written');
    await app.close();

    const again = await launchSalvor({ state });
    await sidePane(again.window).history.click();
    const all = historyPage(again.window);
    await expect(all.operations).toHaveCount(2);
    await all.search.fill('nobody-of-that-name');
    await expect(again.window.getByText('No operation matches.')).toBeVisible();
    await again.window.getByRole('button', { name: 'Show all' }).click();
    await expect(all.operation(`End of the rescue of ${MACHINE}, Done`)).toBeVisible();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
