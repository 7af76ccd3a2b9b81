import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { sidePane } from '../pages/side-pane.ts';

/** No violation of level serious or worse on the page as it is now. */
export async function expectAccessible(window: Page, where: string): Promise<void> {
  // Legacy mode: the other one opens a second page, which Electron does not let Playwright do.
  const { violations } = await new AxeBuilder({ page: window }).setLegacyMode(true).analyze();
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const words = bad.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html }) => html).join('\n  ')}`);
  expect(words, where).toEqual([]);
}

/** The same for either way of seeing it. */
export async function expectAccessibleInBoth(window: Page, where: string): Promise<void> {
  for (const theme of ['Dark', 'Light'] as const) {
    await sidePane(window).theme(theme).check({ force: true });
    await expectAccessible(window, `${where}, ${theme}`);
  }
}
