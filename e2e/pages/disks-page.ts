import type { Locator, Page } from '@playwright/test';

export type DisksView = 'Overview' | 'Picture' | 'Table' | 'Names';

export interface DisksPage {
  readonly view: (name: DisksView) => Locator;
  /** A disk in the picture, in the table, in the boot order. */
  readonly drawn: (target: string) => Locator;
  readonly row: (target: string) => Locator;
  readonly booted: (target: string) => Locator;
  /** The element of the disk that is highlighted, or else chosen. */
  readonly xml: Locator;
  /** The disk of the XML, once it is there because it is highlighted. */
  readonly highlightedXml: (target: string) => Locator;
  readonly facts: Locator;
  readonly save: (format: 'SVG' | 'PNG') => Locator;
  readonly totals: Locator;
}

/** The Disks tab of a machine. */
export function disksPage(page: Page): DisksPage {
  const main = page.getByRole('main');
  const side = main.getByRole('complementary', { name: 'Boot order and the chosen disk' });
  return {
    view: (name) => main.getByRole('radiogroup', { name: 'Disks as' }).getByRole('radio', { name, exact: true }),
    drawn: (target) => main.locator(`.pic-disk[data-target="${target}"]`),
    row: (target) => main.getByRole('table', { name: 'Disks' }).locator(`tr[data-target="${target}"]`),
    booted: (target) => side.getByRole('listitem').filter({ has: page.getByText(target, { exact: true }) }),
    xml: main.getByRole('region', { name: 'XML of a disk' }),
    highlightedXml: (target) =>
      main
        .getByRole('region', { name: 'XML of a disk' })
        .locator('.disk-highlighted')
        .filter({ hasText: `<target dev='${target}'` }),
    facts: side,
    save: (format) => main.getByRole('button', { name: `Save as ${format}` }),
    totals: main.locator('.disks-totals'),
  };
}
