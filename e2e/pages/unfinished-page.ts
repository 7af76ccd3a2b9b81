import type { Locator, Page } from '@playwright/test';

export interface UnfinishedPage {
  /** An operation that was not finished, on a machine's page or on the page of all. */
  readonly item: (machine: string) => Locator;
  readonly choose: (machine: string) => Locator;
  readonly ways: (machine: string) => Locator;
  readonly way: (machine: string, name: string) => Locator;
  readonly confirm: (machine: string) => Locator;
}

export function unfinishedPage(page: Page): UnfinishedPage {
  const main = page.getByRole('main');
  const item = (machine: string) => main.getByRole('region', { name: new RegExp(`of ${machine} was not finished$`) });
  const ways = (machine: string) => main.getByRole('group', { name: `What is to be done about ${machine}?` });
  return {
    item,
    choose: (machine) => item(machine).getByRole('button', { name: 'What to do…' }),
    ways,
    way: (machine, name) => ways(machine).getByRole('radio', { name: new RegExp(`^${name}`) }),
    confirm: (machine) => ways(machine).getByRole('button').last(),
  };
}
