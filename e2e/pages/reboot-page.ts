import type { Locator, Page } from '@playwright/test';

export interface PowerPanel {
  /** Opens and closes all of the plain actions. */
  readonly toggle: Locator;
  /** One of them, where all are listed. */
  readonly action: (name: string) => Locator;
  /** Beside the machine's name: the one that is wanted most often. */
  readonly usual: (name: string) => Locator;
  readonly confirm: (name: string) => Locator;
}

export interface RebootPage {
  readonly power: PowerPanel;
  readonly preview: Locator;
  readonly lookAgain: Locator;
  /** A row of what the machine depends on. */
  readonly dependency: (kind: string, name: string) => Locator;
  readonly group: (name: string | RegExp) => Locator;
  readonly stop: (name: string) => Locator;
  readonly secrets: Locator;
  readonly value: Locator;
  readonly start: Locator;
  readonly confirm: (machine: string) => Locator;
  readonly runTitle: Locator;
  readonly alert: Locator;
}

/** Plain actions on a machine, and the page of its hard reboot. */
export function rebootPage(page: Page): RebootPage {
  const main = page.getByRole('main');
  const preview = main.getByRole('region', { name: 'Preview', exact: true }).first();
  const table = preview.getByRole('table', { name: /^What .* depends on/ });
  const panel = main.getByRole('region', { name: 'Power', exact: true });
  const secrets = preview.getByRole('region', { name: /secret/ });
  return {
    power: {
      toggle: main.getByRole('button', { name: 'Power', exact: true }),
      action: (name) => panel.getByRole('button', { name, exact: true }),
      usual: (name) => main.getByRole('button', { name, exact: true }).first(),
      confirm: (name) => panel.getByRole('button', { name, exact: true }),
    },
    preview,
    lookAgain: preview.getByRole('button', { name: 'Look again' }),
    dependency: (kind, name) => table.getByRole('row', { name: new RegExp(`^${kind} ${name} `) }),
    group: (name) => table.getByRole('rowheader', { name }),
    stop: (name) =>
      main.getByRole('group', { name: 'To stop the guest' }).getByRole('radio', { name: new RegExp(`^${name}`) }),
    secrets,
    value: secrets.getByLabel('Value', { exact: true }),
    start: main.getByRole('button', { name: 'Hard reboot…' }),
    confirm: (machine) =>
      main
        .getByRole('group', { name: `Hard reboot of ${machine}?` })
        .getByRole('button', { name: `Hard reboot ${machine}` }),
    runTitle: main.locator('#operation-title'),
    alert: main.getByRole('alert'),
  };
}
