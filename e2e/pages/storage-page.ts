import type { Locator, Page } from '@playwright/test';

export interface StoragePage {
  /** On a host's page. */
  readonly open: Locator;
  readonly pool: (name: string) => Locator;
  readonly upload: Locator;
  readonly refresh: Locator;
  readonly filter: Locator;
  readonly volumes: Locator;
  readonly volume: (name: string) => Locator;
  /** What the chosen volume is. */
  readonly details: Locator;
  readonly download: Locator;
}

/** The pools of a host, and the volumes of one of them. */
export function storagePage(page: Page): StoragePage {
  const main = page.getByRole('main');
  const volumes = main.getByRole('listbox', { name: /^Volumes of pool/ });
  const details = main.getByRole('complementary');
  return {
    open: main.getByRole('button', { name: 'Storage', exact: true }),
    pool: (name) =>
      main.getByRole('navigation', { name: 'Pools' }).getByRole('button', { name: new RegExp(`^${name}`) }),
    upload: main.getByRole('button', { name: 'Upload…' }),
    refresh: main.getByRole('button', { name: 'Refresh' }),
    filter: main.getByRole('searchbox', { name: 'Filter volumes' }),
    volumes,
    volume: (name) => volumes.getByRole('option').filter({ has: page.getByText(name, { exact: true }) }),
    details,
    download: details.getByRole('button', { name: 'Download…' }),
  };
}

export interface TransfersPage {
  /** In the status bar, from the first transfer on. */
  readonly line: Locator;
  /** What is about to be sent. */
  readonly form: Locator;
  readonly host: Locator;
  readonly pool: Locator;
  readonly name: Locator;
  readonly start: Locator;
  readonly item: (name: string) => Locator;
  readonly action: (name: string, action: 'Cancel' | 'Go on' | 'Put away') => Locator;
}

/** The panel that sends, and the list of what was sent. */
export function transfersPage(page: Page): TransfersPage {
  const form = page.getByRole('form', { name: /^(Upload|Copy)/ });
  const item = (name: string) =>
    page.getByRole('list', { name: 'Transfers' }).getByRole('listitem').filter({ hasText: name });
  return {
    line: page.getByRole('contentinfo', { name: 'Status' }).getByRole('button', { name: /transfers?/ }),
    form,
    host: form.getByRole('combobox', { name: 'Host' }),
    pool: form.getByRole('combobox', { name: 'Pool' }),
    name: form.getByRole('textbox', { name: 'Name of the volume' }),
    start: form.getByRole('button', { name: /^Start/ }),
    item,
    action: (name, action) => item(name).getByText(action, { exact: true }),
  };
}
