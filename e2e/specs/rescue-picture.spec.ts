/** Before and in rescue as one picture: what is added comes in, everything else stands where it was. */
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { disksPage } from '../pages/disks-page.ts';
import { machinePage } from '../pages/machine-page.ts';
import { rescuePage } from '../pages/rescue-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import { expectAccessible } from './accessibility.ts';
import { test } from './salvor-app.ts';
import { keep } from './screenshots.ts';

const MACHINE = 'web-frontend-01';
const MEDIUM = 'systemrescue-12.02-amd64.iso';

/** Where each disk's card is, by target. */
function places(window: Page): Promise<Record<string, string>> {
  return window.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll('.pic-disk')].map((disk) => {
        const { x, y } = disk.querySelector('.pic-card-box')?.getBoundingClientRect() ?? { x: 0, y: 0 };
        return [disk.getAttribute('data-target') ?? '', `${Math.round(x)},${Math.round(y)}`];
      }),
    ),
  );
}

test('the picture before and in rescue, light and dark', async ({ launchSalvor }) => {
  const { window } = await launchSalvor({ demo: true });
  const rescue = rescuePage(window);
  const side = sidePane(window);
  const drawn = (target: string) => disksPage(window).drawn(target);
  const moment = (name: string) => window.getByRole('radio', { name, exact: true });
  await side.machine(MACHINE).click();
  await machinePage(window).tab('Rescue').click();
  await rescue.pool('rescue-media').click();
  await rescue.volume(MEDIUM).click();
  await rescue.previewTab('Picture').click();
  await expect(drawn('sdb')).toHaveClass(/\bpic-added\b/);
  await expect(drawn('sdb')).toHaveAccessibleName(/number 1 in the boot order, added by the rescue$/);
  await expect(drawn('vda')).toHaveAccessibleName(/number 2 in the boot order, in its own place$/);

  await moment('Before').check({ force: true });
  await expect(drawn('sdb')).toHaveCount(0);
  await expect(drawn('vda')).toHaveAccessibleName(/number 1 in the boot order$/);
  const before = await places(window);
  await moment('In rescue').check({ force: true });
  await expect(drawn('sdb')).toBeInViewport();
  expect(await places(window)).toMatchObject(before);

  for (const theme of ['Light', 'Dark'] as const) {
    await side.theme(theme).check({ force: true });
    for (const name of ['Before', 'In rescue']) {
      await moment(name).check({ force: true });
      await expect(drawn('sdb')).toHaveCount(name === 'Before' ? 0 : 1);
      await keep(window, `rescue-picture-${name === 'Before' ? 'before' : 'after'}-${theme.toLowerCase()}`);
    }
    await expectAccessible(window, `picture of the rescue, ${theme}`);
  }
});
