import type { Locator, Page } from '@playwright/test';

export interface RescuePage {
  /** Where the medium is: Pools, Path or Original. */
  readonly way: (name: 'Pools' | 'Path' | 'Original') => Locator;
  readonly pool: (name: string) => Locator;
  readonly volume: (name: string) => Locator;
  readonly path: Locator;
  /** By the word it begins with: one that is impossible goes on with its reason. */
  readonly device: (name: string) => Locator;
  readonly bus: (name: string) => Locator;
  readonly stop: (name: string) => Locator;
  readonly preview: Locator;
  readonly previewTab: (name: 'Outcome' | 'XML diff' | 'virsh') => Locator;
  readonly bootInRescue: Locator;
  readonly plannedDisk: (target: string) => Locator;
  readonly refusals: Locator;
  readonly warnings: Locator;
  readonly start: Locator;
  readonly confirmation: (machine: string) => Locator;
  readonly confirm: (machine: string) => Locator;
  /** The run, while it is under way and where it failed: its title, and its steps as they go. */
  readonly runTitle: Locator;
  readonly step: (text: string | RegExp) => Locator;
  readonly cancel: Locator;
  readonly back: Locator;
}

/** The Rescue tab of a machine: medium, how it is attached, the preview, the run. */
export function rescuePage(page: Page): RescuePage {
  const main = page.getByRole('main');
  const radio = (group: Locator, name: string) => group.getByRole('radio', { name: new RegExp(`^${name}`) });
  const preview = main.getByRole('region', { name: 'Preview', exact: true });
  const operation = main.locator('section', { has: page.locator('#operation-title') });
  const confirmation = (machine: string) => main.getByRole('group', { name: `Start the rescue of ${machine}?` });
  return {
    way: (name) =>
      main.getByRole('radiogroup', { name: 'Where the medium is' }).getByRole('radio', { name, exact: true }),
    pool: (name) => main.getByRole('region', { name: 'Medium' }).getByRole('button', { name, expanded: false }),
    volume: (name) => main.getByRole('radiogroup', { name: /^Volumes of pool/ }).getByText(name, { exact: true }),
    path: main.getByLabel('Path on the host'),
    device: (name) => radio(main.getByRole('group', { name: 'Device' }), name),
    bus: (name) => radio(main.getByRole('group', { name: 'Bus' }), name),
    stop: (name) => radio(main.getByRole('group', { name: 'To stop the guest' }), name),
    preview,
    previewTab: (name) => preview.getByRole('tab', { name }),
    bootInRescue: preview.getByRole('region', { name: 'Boot order in rescue' }).getByRole('listitem'),
    plannedDisk: (target) =>
      preview
        .getByRole('table', { name: 'Disks in rescue' })
        .getByRole('row')
        .filter({ has: page.getByRole('rowheader', { name: target }) }),
    refusals: preview.getByRole('list', { name: /refusal/ }),
    warnings: preview.getByRole('list', { name: /warning/ }),
    start: main.getByRole('button', { name: 'Start rescue…' }),
    confirmation,
    confirm: (machine) => confirmation(machine).getByRole('button', { name: `Start rescue of ${machine}` }),
    runTitle: operation.getByRole('heading', { level: 2 }),
    step: (text) => operation.getByRole('listitem').filter({ hasText: text }),
    cancel: operation.getByRole('button', { name: 'Cancel' }),
    back: operation.getByRole('button', { name: /^Back to/ }),
  };
}
