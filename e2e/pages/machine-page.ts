import type { Locator, Page } from '@playwright/test';

export interface MachinePage {
  readonly heading: (name: string) => Locator;
  readonly tab: (name: 'Disks' | 'Rescue' | 'Hard reboot' | 'Migrate' | 'Definition' | 'History') => Locator;
  /** A row of the table of disks. */
  readonly disk: (target: string) => Locator;
  readonly bootOrder: (title: string) => Locator;
  /** On a machine for as long as it is in rescue. */
  readonly banner: Locator;
  readonly endRescue: Locator;
  readonly endPanel: Locator;
  readonly confirmEnd: (name: string) => Locator;
}

export function machinePage(page: Page): MachinePage {
  const main = page.getByRole('main');
  const banner = main.getByRole('region', { name: 'In rescue', exact: true });
  const endPanel = main.getByRole('group', { name: /^End the rescue of / });
  return {
    heading: (name) => main.getByRole('heading', { level: 1, name }),
    tab: (name) => main.getByRole('tab', { name, exact: true }),
    disk: (target) =>
      main
        .getByRole('table', { name: 'Disks' })
        .getByRole('row')
        .filter({ has: page.getByRole('rowheader', { name: target, exact: true }) }),
    bootOrder: (title) => main.getByRole('region', { name: title, exact: true }).getByRole('listitem'),
    banner,
    endRescue: banner.getByRole('button', { name: 'End rescue…' }),
    endPanel,
    confirmEnd: (name) => endPanel.getByRole('button', { name: `End rescue of ${name}` }),
  };
}
