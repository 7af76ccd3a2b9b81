import type { Locator, Page } from '@playwright/test';

export interface RescuePage {
  /** Where the medium is. */
  readonly way: (name: 'Library' | 'Pools' | 'Path' | 'URL' | 'Original' | 'Kernel') => Locator;
  readonly pool: (name: string) => Locator;
  readonly volume: (name: string) => Locator;
  readonly path: Locator;
  readonly url: Locator;
  readonly kernel: Locator;
  readonly initrd: Locator;
  readonly cmdline: Locator;
  /** The media of the request, once there are several. */
  readonly addMedium: Locator;
  readonly media: Locator;
  readonly mediumAction: (name: string) => Locator;
  /** What is seldom chosen, folded away. */
  readonly more: Locator;
  readonly session: (name: string) => Locator;
  readonly fallThrough: (name: string) => Locator;
  readonly writes: (name: string) => Locator;
  readonly overlayPool: Locator;
  readonly guestDisks: (name: string) => Locator;
  readonly check: (name: string) => Locator;
  readonly profile: (name: 'Recommended' | 'Nova') => Locator;
  readonly properties: Locator;
  readonly propertiesFile: Locator;
  /** A row of the reasons: by choice, of the session or of a medium. */
  readonly why: (table: string, choice: string) => Locator;
  /** By the word it begins with: one that is impossible goes on with its reason. */
  readonly device: (name: string) => Locator;
  readonly bus: (name: string) => Locator;
  readonly stop: (name: string) => Locator;
  readonly preview: Locator;
  readonly previewTab: (name: 'Outcome' | 'Picture' | 'Why' | 'XML diff' | 'virsh') => Locator;
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
    url: main.getByLabel('Web address'),
    kernel: main.getByRole('textbox', { name: 'Kernel' }),
    initrd: main.getByRole('textbox', { name: 'Initrd' }),
    cmdline: main.getByRole('textbox', { name: 'Command line' }),
    addMedium: main.getByRole('button', { name: 'Add another' }),
    media: main.getByRole('list', { name: 'Media of this rescue' }).getByRole('listitem'),
    mediumAction: (name) => main.getByRole('region', { name: 'Media of this rescue' }).getByRole('button', { name }),
    more: main.getByText('More choices', { exact: true }),
    session: (name) => radio(main.getByRole('group', { name: 'Session' }), name),
    fallThrough: (name) => radio(main.getByRole('group', { name: 'Next in the boot order' }), name),
    writes: (name) => radio(main.getByRole('group', { name: 'What the guest writes to the medium' }), name),
    overlayPool: main.getByRole('combobox', { name: 'Pool for the overlay' }),
    guestDisks: (name) => radio(main.getByRole('group', { name: 'The guest’s own disks' }), name),
    check: (name) => main.getByRole('checkbox', { name: new RegExp(`^${name}`) }),
    profile: (name) => main.getByRole('radiogroup', { name: 'Defaults' }).getByRole('radio', { name }),
    properties: main.getByRole('textbox', { name: 'Image properties' }),
    propertiesFile: main.locator('input[type=file]'),
    why: (table, choice) =>
      preview
        .getByRole('table', { name: table })
        .getByRole('row')
        .filter({ has: page.getByRole('rowheader', { name: choice, exact: true }) }),
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
