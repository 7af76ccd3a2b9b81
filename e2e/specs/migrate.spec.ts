/** A machine goes from one real host to another as it runs, by the window: with rules, with its rescue. virsh on both hosts says what really happened. */
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { machinePage } from '../pages/machine-page.ts';
import { migratePage } from '../pages/migrate-page.ts';
import type { MigratePage } from '../pages/migrate-page.ts';
import { sidePane } from '../pages/side-pane.ts';
import { medium, startGuest } from '../testbed/guests.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { rescueArguments, salvor } from '../testbed/salvor.ts';
import { defineTraveller, startTraveller } from '../testbed/travellers.ts';
import { startTwoHosts } from '../testbed/two-hosts.ts';
import type { TwoHosts } from '../testbed/two-hosts.ts';
import { expectAccessibleInBoth } from './accessibility.ts';
import { test as base } from './salvor-app.ts';
import { keep, takesPictures } from './screenshots.ts';

/** It fills so much memory that it is under way for a few seconds at this bandwidth. */
const WRITER = {
  name: 'web-01',
  memory: 160,
  writes: { mib: 96, pagesPerTick: 4 },
  devices: "<interface type='network'><source network='lan'/><model type='virtio'/></interface>",
  elements: "<cputune><vcpupin vcpu='0' cpuset='0'/></cputune>",
} as const;
const BANDWIDTH_MIB = takesPictures ? 8 : 24;

const test = base.extend<{ two: TwoHosts }>({
  // eslint-disable-next-line no-empty-pattern
  two: async ({}, use) => {
    const two = await startTwoHosts({ names: ['kvm1', 'kvm2'] });
    try {
      await startNetwork(two.a, 'lan', 'virbr7');
      await startNetwork(two.b, 'lan-2', 'virbr8');
      // What the hosts share is called otherwise at the second.
      await symlink(join(two.a.dir, 'guests'), join(two.b.dir, 'shared'));
      await use(two);
    } finally {
      await two.stop();
    }
  },
});

/** Without addresses: those would want dnsmasq. */
async function startNetwork(host: Hypervisor, name: string, bridge: string): Promise<void> {
  const file = join(host.dir, `${name}.xml`);
  await writeFile(file, `<network><name>${name}</name><bridge name='${bridge}'/></network>`);
  await host.virsh('net-create', file);
}

async function connect(window: Page, { hostname, uri }: Hypervisor): Promise<void> {
  const side = sidePane(window);
  await side.addHost.click();
  await side.form.uri.fill(uri);
  await side.form.name.fill(hostname);
  await side.form.submit.click();
  await expect(side.host(hostname).getByRole('button', { name: `${hostname}: Connected` })).toBeVisible();
}

async function keepThemes(window: Page, two: TwoHosts, name: string, themes: readonly ('Dark' | 'Light')[]) {
  for (const theme of themes) {
    await sidePane(window).theme(theme).check({ force: true });
    await keep(window, `${name}-${theme.toLowerCase()}`, [
      { from: join(two.a.dir, 'guests'), to: '/srv/vm' },
      { from: join(two.b.dir, 'shared'), to: '/mnt/vm' },
      { from: join(two.a.dir, 'media'), to: '/srv/iso' },
      { from: two.b.uri, to: 'qemu+ssh://root@kvm2.example.net/system' },
    ]);
  }
}

async function mapPaths(page: MigratePage, two: TwoHosts): Promise<void> {
  await page.addRow('Path').click();
  await page.rule('path 1', 'here').fill(join(two.a.dir, 'guests'));
  await page.rule('path 1', 'at the destination').fill(join(two.b.dir, 'shared'));
}

const stateOf = async (host: Hypervisor, name: string) => (await host.tryVirsh('domstate', name)).stdout.trim();

test('a running machine goes to another host by rules, and its rescue goes with another one', async ({
  launchSalvor,
  two,
}) => {
  const guest = await defineTraveller(two.a, WRITER);
  await startTraveller(guest, WRITER);
  const { window } = await launchSalvor();
  const side = sidePane(window);
  const page = migratePage(window);
  await connect(window, two.a);
  await connect(window, two.b);
  await side.machine(guest.name, 'Running').click();
  await machinePage(window).tab('Migrate').click();

  await test.step('what stands against it is said, and mended by rules', async () => {
    await page.destination('kvm2').check();
    await expect(page.refusals).toContainText('The network lan, which');
    await expect(page.start).toBeDisabled();
    await page.anotherName.click();
    await page.rule('network 1', 'at the destination').fill('lan-2');
    await mapPaths(page, two);
    await expect(page.disk('vda')).toContainText('the same size and first bytes on both hosts');
    await expect(page.need('lan-2')).toContainText('ready');
    await expect(page.start).toBeEnabled();
    await page.options.click();
    await page.bandwidth.fill(String(BANDWIDTH_MIB));
    await page.options.click();
    await page.destination('kvm2').scrollIntoViewIfNeeded();
    await expectAccessibleInBoth(window, 'migrate');
    await keepThemes(window, two, 'migrate', ['Dark', 'Light']);
    await page.previewTab('What stays there').click();
    await expect(page.preview.locator('.cm-content')).toContainText("network='lan-2'");
    await page.previewTab('Outcome').click();
  });

  await test.step('it goes, and says how far it is wherever one looks', async () => {
    await expect(page.start).toBeEnabled();
    await page.start.click();
    await page.confirm(guest.name, 'kvm2').click();
    await expect(page.runTitle).toHaveText('Migrating web-01');
    await expect(page.progress).toContainText('Sending memory');
    await expect(page.progress).toContainText('iB/s');
    await expect(page.statusLine).toHaveText(/ \d+ %$/);
    if (takesPictures) await expect(page.progress.locator('.sparkline-main')).toHaveCount(2);
    if (takesPictures) await window.waitForTimeout(4000);
    await keepThemes(window, two, 'migrate-run', ['Light']);
    await expectAccessibleInBoth(window, 'migration under way');
    await page.show(guest.name, 'kvm2').click({ timeout: 30_000 });
    await expect(machinePage(window).heading(guest.name)).toBeVisible();
  });

  await test.step('it runs there, what stays there is the destination’s, and it is here no more', async () => {
    expect(await stateOf(two.b, guest.name)).toBe('running');
    expect(await stateOf(two.a, guest.name)).toBe('');
    const stays = await two.b.virsh('dumpxml', '--inactive', guest.name);
    expect(stays).toContain("network='lan-2'");
    expect(stays).toContain(join(two.b.dir, 'shared', guest.name, 'root.img'));
    expect(stays).not.toContain(two.a.dir);
    await two.b.virsh('destroy', guest.name);
  });

  await test.step('one in rescue stays in rescue, with its own definition to come back to', async () => {
    const patient = await defineTraveller(two.a, { name: 'mail-02' });
    await startGuest(patient);
    const rescue = rescueArguments(two.a.uri, patient.name, `path:${await medium(two.a, 'iso')}`, '--device', 'cdrom');
    expect(await salvor(rescue)).toMatchObject({ code: 0 });
    await side.machine(patient.name, 'In rescue').click();
    await machinePage(window).tab('Migrate').click();
    await page.destination('kvm2').check();
    await page.rules.click();
    await mapPaths(page, two);
    await expect(page.session).toContainText('Powered off there, it is back at that.');
    await expect(page.start).toBeEnabled();
    await keepThemes(window, two, 'migrate-rescue', ['Light']);
    await page.start.click();
    await page.confirm(patient.name, 'kvm2').click();
    await page.show(patient.name, 'kvm2').click({ timeout: 30_000 });
    await expect(machinePage(window).banner).toBeVisible();
    expect(await two.b.virsh('metadata', patient.name, 'urn:salvor:rescue:1', '--live')).toContain('one-shot');
    expect(await two.b.virsh('dumpxml', '--inactive', patient.name)).not.toContain('salvor:rescue');
    await two.b.virsh('destroy', patient.name);
  });
});
