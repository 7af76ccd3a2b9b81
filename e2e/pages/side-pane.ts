import type { Locator, Page } from '@playwright/test';

export interface AddHostForm {
  readonly uri: Locator;
  readonly name: Locator;
  readonly readOnly: Locator;
  readonly submit: Locator;
}

export interface SidePane {
  readonly addHost: Locator;
  /** The history of this computer. */
  readonly history: Locator;
  /** There for as long as something is unfinished. */
  readonly unfinished: Locator;
  readonly form: AddHostForm;
  /** The line of a host, by its name; its own name says its condition. */
  readonly host: (name: string) => Locator;
  readonly search: Locator;
  readonly list: Locator;
  /** A machine in the list; `state` as the list says it: Running, Off, In rescue. */
  readonly machine: (name: string, state?: string) => Locator;
  /** In the bar at the bottom. */
  readonly theme: (name: 'As the system' | 'Light' | 'Dark') => Locator;
}

/** The left pane, the form for another host, and the bar at the bottom. */
export function sidePane(page: Page): SidePane {
  const hosts = page.getByRole('region', { name: 'Hosts' });
  const list = page.getByRole('listbox', { name: 'Virtual machines of all connected hosts' });
  const form = page.getByRole('form', { name: 'Add a host' });
  return {
    history: hosts.getByRole('button', { name: 'History', exact: true }),
    unfinished: page.getByRole('button', { name: /unfinished operations?$/ }),
    addHost: hosts.getByRole('button', { name: 'Add…' }),
    form: {
      uri: form.getByLabel('libvirt URI'),
      name: form.getByLabel('Name'),
      readOnly: form.getByRole('checkbox', { name: /^Connect read-only/ }),
      submit: form.getByRole('button', { name: 'Add and connect' }),
    },
    host: (name) => hosts.getByRole('listitem').filter({ hasText: name }),
    search: page.getByRole('searchbox', { name: 'Search virtual machines' }),
    list,
    machine: (name, state) => list.getByRole('option', { name: new RegExp(`^${name}, ${state ?? '.*'}, on `) }),
    theme: (name) => page.getByRole('contentinfo', { name: 'Status' }).getByRole('radio', { name }),
  };
}
