import type { Locator, Page } from '@playwright/test';

export interface MigratePage {
  readonly destination: (name: string) => Locator;
  readonly preview: Locator;
  readonly previewTab: (name: 'Outcome' | 'What runs there' | 'What stays there' | 'virsh') => Locator;
  readonly refusals: Locator;
  readonly warnings: Locator;
  /** What becomes of a rescue. */
  readonly session: Locator;
  readonly disk: (target: string) => Locator;
  readonly disks: Locator;
  readonly need: (name: string) => Locator;
  /** At a network that is not there: say that it has another name. */
  readonly anotherName: Locator;
  readonly rules: Locator;
  readonly options: Locator;
  /** Another row of a kind: Path, Pool, Network, Bridge. */
  readonly addRow: (kind: string) => Locator;
  /** A field of a rule: `path 1`, at its end here or there. */
  readonly rule: (row: string, end: 'here' | 'at the destination') => Locator;
  readonly bandwidth: Locator;
  readonly start: Locator;
  readonly confirm: (machine: string, host: string) => Locator;
  /** The run: its title, how far it is, and what can be done meanwhile. */
  readonly runTitle: Locator;
  readonly progress: Locator;
  readonly bar: Locator;
  readonly longerDowntime: Locator;
  readonly cancel: Locator;
  /** On the line at the bottom. */
  readonly statusLine: Locator;
  /** Go to where it is now. */
  readonly show: (machine: string, host: string) => Locator;
}

/** The Migrate tab of a machine: where to and how, the preview, the run. */
export function migratePage(page: Page): MigratePage {
  const main = page.getByRole('main');
  const preview = main.getByRole('region', { name: 'Preview', exact: true });
  const disks = preview.getByRole('table', { name: 'Disks' });
  const progress = main.getByRole('region', { name: 'How far it is' });
  const rowOf = (table: Locator, name: string | RegExp) =>
    table.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
  return {
    destination: (name) => main.getByRole('group', { name: 'To' }).getByRole('radio', { name: new RegExp(`^${name}`) }),
    preview,
    previewTab: (name) => preview.getByRole('tab', { name, exact: true }),
    refusals: preview.getByRole('list', { name: /refusals?$/ }),
    warnings: preview.getByRole('list', { name: /warnings?$/ }),
    session: preview.getByText(/It stays in rescue/),
    disk: (target) => rowOf(disks, target),
    disks,
    need: (name) => rowOf(preview.getByRole('table', { name: 'Needed at the destination' }), new RegExp(` ${name}$`)),
    anotherName: preview.getByRole('button', { name: 'It has another name there…' }),
    rules: main.getByText('Rules', { exact: true }),
    options: main.getByText('Options', { exact: true }),
    addRow: (kind) => main.getByRole('button', { name: kind, exact: true }),
    rule: (row, end) => main.getByRole('combobox', { name: `${row}: ${end}` }),
    bandwidth: main.getByLabel('At most, MiB/s'),
    start: main.getByRole('button', { name: /^Migrate.*…$/ }),
    confirm: (machine, host) =>
      main
        .getByRole('group', { name: `Migrate ${machine} to ${host}?` })
        .getByRole('button', { name: `Migrate ${machine} to ${host}` }),
    runTitle: main.locator('#operation-title'),
    progress,
    bar: progress.getByRole('progressbar'),
    longerDowntime: main.getByRole('button', { name: 'Allow longer downtime…' }),
    cancel: main.getByRole('button', { name: 'Cancel', exact: true }),
    statusLine: page.getByRole('contentinfo', { name: 'Status' }).getByRole('button', { name: /^Migrating / }),
    show: (machine, host) => main.getByRole('button', { name: `Show ${machine} on ${host}` }),
  };
}
