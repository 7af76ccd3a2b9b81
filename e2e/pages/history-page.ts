import type { Locator, Page } from '@playwright/test';

export interface HistoryPage {
  readonly search: Locator;
  readonly outcome: (name: string) => Locator;
  /** A line of the list, by what it says: `Rescue, Done`. */
  readonly operation: (text: string) => Locator;
  readonly operations: Locator;
  readonly account: Locator;
  readonly step: (text: string | RegExp) => Locator;
  readonly view: (name: 'What happened' | 'Definition before') => Locator;
  readonly exportShown: Locator;
}

/** The History tab of a machine, and the history of this computer: they are one view. */
export function historyPage(page: Page): HistoryPage {
  const main = page.getByRole('main');
  const list = main.getByRole('listbox', { name: 'Operations, the newest first' });
  const account = main.getByRole('region', { name: 'What happened' });
  return {
    search: main.getByRole('searchbox', { name: 'Search the history' }),
    outcome: (name) => main.getByRole('radiogroup', { name: 'Outcome' }).getByRole('radio', { name, exact: true }),
    operation: (text) => list.getByRole('option', { name: new RegExp(`^${text}`) }),
    operations: list.getByRole('option'),
    account,
    step: (text) => account.getByRole('table', { name: 'Steps' }).getByRole('row').filter({ hasText: text }),
    view: (name) => main.getByRole('radiogroup', { name: 'What to show' }).getByRole('radio', { name }),
    exportShown: main.getByRole('group', { name: /^Export the .* shown$/ }),
  };
}
