/** The commands that only look: list, inspect. */
import { effectiveBootOrder } from '../../src-core/boot/effective-order.ts';
import { guestNames } from '../../src-core/disks/guest-names.ts';
import { diskRoles } from '../../src-core/disks/roles.ts';
import { formatAddress } from '../../src-core/domain-xml/disk-view.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { sessionOfDomainXml } from '../../src-core/rescue/session.ts';
import { isOn } from '../app/domain-facts.ts';
import { IN_FLIGHT, mapLimited } from '../app/patience.ts';
import { sessionOf } from '../app/run.ts';
import { withHost } from './connect.ts';
import { plain, print, printJson, table } from './output.ts';
import { readXmlFile } from './read-file.ts';
import { tellUnfinished } from './tell-unfinished.ts';
import { bootTable } from './show-plan.ts';

export async function list({ uri, json }: { uri: string; json: boolean }): Promise<void> {
  const { machines, unfinished } = await withHost(uri, true, async (host) => {
    const domains = await host.listDomains();
    const rows = await mapLimited(domains, IN_FLIGHT, async ({ uuid, name, state, persistent, autostart }) => {
      // A domain that ends meanwhile is not in rescue any more.
      const session = await sessionOf(host, uuid, isOn(state)).catch(() => null);
      return { uuid, name, state, persistent, autostart, rescue: session };
    });
    return { machines: rows, unfinished: await tellUnfinished(host, uri) };
  });
  machines.sort((a, b) => a.name.localeCompare(b.name));
  if (json) {
    printJson({ uri, machines, unfinished });
    return;
  }
  print(
    table(
      ['name', 'state', 'rescue', 'uuid'],
      machines.map(({ name, state, rescue, uuid }) => [
        name,
        state,
        rescue === null ? null : `since ${rescue.startedAt ?? '?'} by ${rescue.startedBy ?? '?'}`,
        uuid,
      ]),
    ),
  );
}

export type InspectOptions = { readonly uri: string; readonly domain: string } | { readonly xml: string };

export async function inspect(options: InspectOptions & { json: boolean }): Promise<void> {
  const { state, xml, session } =
    'xml' in options ? { state: null, xml: await readXmlFile(options.xml), session: null } : await fetchDomain(options);
  const view = parseDomain(xml);
  const roles = diskRoles(view);
  const names = guestNames(view);
  const bootOrder = effectiveBootOrder(view);
  const disks = view.disks.map((disk) => ({
    ...disk,
    role: roles.get(disk.target) ?? null,
    guestNames: names.get(disk.target) ?? null,
  }));
  const { name, uuid, type, arch, machine, firmware, secureBoot } = view;
  if (options.json) {
    printJson({
      domain: { name, uuid, state, type, arch, machine, firmware, secureBoot },
      rescue: session,
      disks,
      bootOrder,
    });
    return;
  }
  print(
    `${plain(name)}  ${[
      uuid,
      state,
      arch,
      machine,
      firmware,
      secureBoot ? 'secure boot' : null,
      session === null ? null : 'in rescue',
    ]
      .filter((word) => word !== null)
      .map(plain)
      .join('  ')}`,
  );
  const rows = disks.map((disk) => [
    disk.target,
    disk.bus,
    disk.device,
    disk.role?.role ?? null,
    disk.address === null ? null : formatAddress(disk.address),
    disk.format,
    disk.serial,
    disk.guestNames?.byId ?? disk.guestNames?.byPath ?? disk.guestNames?.kernel ?? null,
    disk.source,
  ]);
  print(
    `\nDisks\n${table(['target', 'bus', 'device', 'role', 'address', 'format', 'serial', 'in the guest', 'source'], rows, '  ')}`,
  );
  print(`\nBoot order\n${bootTable(bootOrder)}`);
}

/** The definition; of a domain in rescue what it runs from, since that is what the administrator sees in the guest. */
function fetchDomain({ uri, domain }: { uri: string; domain: string }) {
  return withHost(uri, true, async (host) => {
    const { uuid } = await host.findDomain(domain);
    const [state, definition, live] = await Promise.all([
      host.domainState(uuid),
      host.domainXml(uuid, 'definition'),
      host.domainXml(uuid, 'live'),
    ]);
    // Off, the live XML is the definition.
    const session = sessionOfDomainXml(live);
    return { state, session, xml: session === null ? definition : live };
  });
}
