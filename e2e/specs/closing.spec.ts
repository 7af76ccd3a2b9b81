/** Closing the window in mid-run: no guest is left half way, whatever is answered to the question. */
import { expect } from '@playwright/test';
import { machinePage } from '../pages/machine-page.ts';
import { rescuePage } from '../pages/rescue-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import { RESCUE_BOOTED } from '../testbed/boot-images.ts';
import { defineGuest, definitionOf, nextBoot, observe, serialPosition, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { holdStart } from '../testbed/hooks.ts';
import { expectAccessible } from './accessibility.ts';
import { test } from './qemu-host.ts';
import type { SalvorApp } from './launch.ts';

/** Buttons of the question, in their order. */
const ANSWER = { wait: 0, cancel: 1, stay: 2 } as const;

/** The question is the desktop's own dialog, which no test can click: answer it where it is asked. Its text is kept. */
async function answerQuestion({ electron }: SalvorApp, answer: keyof typeof ANSWER): Promise<void> {
  await electron.evaluate(({ dialog }, response) => {
    Object.assign(dialog, {
      showMessageBox: (_window: unknown, options: { message: string }) => {
        Object.assign(globalThis, { asked: options.message });
        return Promise.resolve({ response, checkboxChecked: false });
      },
    });
  }, ANSWER[answer]);
}

async function closeWindow({ electron }: SalvorApp): Promise<void> {
  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().forEach((window) => window.close()));
}

const asked = ({ electron }: SalvorApp) => electron.evaluate(() => (globalThis as { asked?: string }).asked ?? '');

/** Start a rescue in the window; it is under way when this resolves. */
async function startRescue({ window }: SalvorApp, guest: Guest): Promise<void> {
  const side = sidePane(window);
  const rescue = rescuePage(window);
  await side.addHost.click();
  await side.form.uri.fill(guest.host.uri);
  await side.form.submit.click();
  await side.machine(guest.name, 'Running').click();
  await machinePage(window).tab('Rescue').click();
  await rescue.volume('medium.iso').click();
  await rescue.start.click();
  await rescue.confirm(guest.name).click();
  await expect(rescue.runTitle).toHaveText(`Starting the rescue of ${guest.name}`);
}

test('while it waits for a shutdown: staying stays, cancelling leaves the guest as it was', async ({
  launchSalvor,
  qemu: { host },
}) => {
  const deaf = await defineGuest(host, { name: 'deaf', machine: 'q35' });
  await startGuest(deaf);
  const before = await observe(deaf);
  const app = await launchSalvor();
  await startRescue(app, deaf);
  await expect(rescuePage(app.window).step(/Shut deaf down/)).toContainText(/asked to shut down .* left/);
  await expectAccessible(app.window, 'a run under way');

  await answerQuestion(app, 'stay');
  await closeWindow(app);
  await expect.poll(() => asked(app)).toContain('The rescue of deaf is being started.');
  await expect(rescuePage(app.window).step(/Shut deaf down/)).toContainText(/asked to shut down .* left/);

  await answerQuestion(app, 'cancel');
  const gone = new Promise((resolve) => app.electron.process().once('exit', resolve));
  await closeWindow(app);
  await gone;
  expect(await observe(deaf)).toEqual(before);
});

test('while the rescue starts: waiting ends with the guest in rescue, and its definition untouched', async ({
  launchSalvor,
  qemu: { guest },
}) => {
  const definition = await definitionOf(guest);
  const hold = await holdStart(guest);
  const heard = await serialPosition(guest);
  const app = await launchSalvor();
  await startRescue(app, guest);
  await hold.arrived();
  await answerQuestion(app, 'wait');
  const gone = new Promise((resolve) => app.electron.process().once('exit', resolve));
  await closeWindow(app);
  await expect.poll(() => asked(app)).toContain(`The rescue of ${guest.name} is being started.`);
  await hold.release();
  await gone;
  expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
  expect(await guest.host.virsh('metadata', guest.name, 'urn:salvor:rescue:1', '--live')).toContain('one-shot');
  expect(await definitionOf(guest)).toBe(definition);
});

test('the process is killed in mid-run: the guest runs on, on its own definition', async ({
  launchSalvor,
  qemu: { host },
}) => {
  const deaf = await defineGuest(host, { name: 'deaf', machine: 'q35' });
  await startGuest(deaf);
  const before = await observe(deaf);
  const app = await launchSalvor();
  await startRescue(app, deaf);
  await expect(rescuePage(app.window).step(/Shut deaf down/)).toContainText(/asked to shut down .* left/);
  const gone = new Promise((resolve) => app.electron.process().once('exit', resolve));
  app.electron.process().kill('SIGKILL');
  await gone;
  expect(await observe(deaf)).toEqual(before);
});

test('a run is cancelled from the window, and can be asked for again', async ({ launchSalvor, qemu: { host } }) => {
  const deaf = await defineGuest(host, { name: 'deaf', machine: 'q35' });
  await startGuest(deaf);
  const before = await observe(deaf);
  const app = await launchSalvor();
  const rescue = rescuePage(app.window);
  await startRescue(app, deaf);
  await expect(rescue.step(/Shut deaf down/)).toContainText(/asked to shut down .* left/);
  await rescue.cancel.click();
  await expect(rescue.runTitle).toHaveText('The rescue of deaf was cancelled');
  await expect(app.window.getByRole('alert')).toContainText('its definition was not touched');
  await expectAccessible(app.window, 'a run that was cancelled');
  await rescue.back.click();
  await expect(rescue.start).toBeEnabled();
  expect(await observe(deaf)).toEqual(before);
});
