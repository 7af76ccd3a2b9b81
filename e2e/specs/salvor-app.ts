import { test as base } from '@playwright/test';
import { launch } from './launch.ts';
import type { LaunchOptions, LaunchedApp, SalvorApp } from './launch.ts';

/** Tests get `launchSalvor`; whatever they started is closed at the end, and its profile removed. */
export const test = base.extend<{ launchSalvor: (options?: LaunchOptions) => Promise<SalvorApp> }>({
  // Playwright reads which fixtures are wanted from this pattern: it must be there, though none is.
  // eslint-disable-next-line no-empty-pattern
  launchSalvor: async ({}, use) => {
    const started: LaunchedApp[] = [];
    await use(async (options = {}) => {
      const app = await launch(options);
      started.push(app);
      return app;
    });
    for (const app of started) await app.remove();
  },
});
