import type { Locator, Page } from '@playwright/test';

export interface LibraryPage {
  /** In the side pane. */
  readonly open: Locator;
  readonly add: Locator;
  readonly media: Locator;
  readonly medium: (name: string) => Locator;
  /** The form for a new medium, or for one that is changed. */
  readonly name: Locator;
  readonly pool: Locator;
  readonly volume: Locator;
  readonly glanceFile: Locator;
  readonly submit: Locator;
  /** The page of one medium. */
  readonly page: (name: string) => Locator;
  readonly host: (name: string) => Locator;
  readonly export: Locator;
  readonly remove: Locator;
  readonly removeNow: Locator;
  readonly firmware: (name: 'UEFI' | 'BIOS') => Locator;
  readonly makeDefault: Locator;
}

/** The media library: the list, one medium, and the form. */
export function libraryPage(page: Page): LibraryPage {
  const main = page.getByRole('main');
  const list = main.getByRole('listbox', { name: 'Media' });
  const hosts = main.getByRole('region', { name: /^On connected hosts/ });
  return {
    open: page.getByRole('region', { name: 'Hosts' }).getByRole('button', { name: 'Media', exact: true }),
    add: main.getByRole('button', { name: 'Add a medium…' }),
    media: list.getByRole('option'),
    medium: (name) => list.getByRole('option', { name: new RegExp(`^${name}`) }),
    name: main.getByLabel('Name', { exact: true }),
    pool: main.getByLabel('Pool', { exact: true }),
    volume: main.getByRole('combobox', { name: 'Volume' }),
    glanceFile: main.locator('input[type=file]'),
    submit: main.getByRole('button', { name: /^(?:Add it|Save)$/ }),
    page: (name) => main.getByRole('region', { name, exact: true }).first(),
    host: (name) => hosts.getByRole('listitem').filter({ hasText: name }),
    export: main.getByRole('button', { name: 'Export…' }),
    remove: main.getByRole('button', { name: 'Remove…' }),
    removeNow: main.getByRole('button', { name: 'Forget it' }),
    firmware: (name) => main.getByRole('radiogroup', { name: 'Their firmware' }).getByRole('radio', { name }),
    makeDefault: main.getByRole('button', { name: 'Begin with it' }),
  };
}
