import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';

/** No violation of level serious or worse on the page as it is now. */
export async function expectAccessible(window: Page, where: string): Promise<void> {
  // Legacy mode: the other one opens a second page, which Electron does not let Playwright do.
  const { violations } = await new AxeBuilder({ page: window }).setLegacyMode(true).analyze();
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const words = bad.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html }) => html).join('\n  ')}`);
  expect(words, where).toEqual([]);
}
