/** The commands that only look: list, inspect. */
import { effectiveBootOrder } from '../../src-core/boot/effective-order.ts';
import type { MachineDisk } from '../../src-core/contract/schemas.ts';
import { fstabHint, guestNamesTable } from '../../src-core/disks/names-text.ts';
import { sessionOfDomainXml } from '../../src-core/rescue/session.ts';
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import type { DomainState } from '../../src-core/rescue/types.ts';
import { readXml } from '../app/disk-facts.ts';
import type { ReadXml } from '../app/disk-facts.ts';
import { isOn } from '../app/domain-facts.ts';
import { disksOfXml, fullDisks } from '../app/machine-disks.ts';
import { IN_FLIGHT, mapLimited } from '../app/patience.ts';
import { sessionOf } from '../app/run.ts';
import { withHost } from './connect.ts';
import { plain, print, printJson, table } from './output.ts';
import { readXmlFile } from './read-file.ts';
import { tellUnfinished } from './tell-unfinished.ts';
import { diskFactsText, disksTable } from './show-disks.ts';
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

/** `names`: the table of what a guest calls the disks, `fstab`: its lines for /etc/fstab, instead of all. */
interface InspectOutput {
  readonly json: boolean;
  readonly names: boolean;
  readonly fstab: boolean;
}

export async function inspect(options: InspectOptions & InspectOutput): Promise<void> {
  const { state, read, disks, session } = 'xml' in options ? await fromFile(options.xml) : await fromHost(options);
  const bootOrder = effectiveBootOrder(read.view);
  const { name, uuid, type, arch, machine, firmware, secureBoot } = read.view;
  if (options.json) {
    printJson({
      domain: { name, uuid, state, type, arch, machine, firmware, secureBoot },
      rescue: session,
      disks: disks.map(({ role, roleWhy: why, ...disk }) => ({ ...disk, role: { role, why } })),
      bootOrder,
    });
    return;
  }
  if (options.fstab) {
    print(fstabHint(name, disks).trimEnd());
    return;
  }
  const rescue = session === null ? null : 'in rescue';
  const words = [uuid, state, arch, machine, firmware, secureBoot ? 'secure boot' : null, rescue];
  print([name, ...words.filter((word) => word !== null)].map(plain).join('  '));
  if (options.names) {
    print(`\nNames in the guest\n${guestNamesTable(disks)}`);
    return;
  }
  print(`\nDisks\n${disksTable(disks)}`);
  print(`\nOf each disk\n${diskFactsText(disks)}`);
  print(`\nBoot order\n${bootTable(bootOrder)}`);
}

/** What is printed of a machine. */
interface Inspected {
  /** null: the host was not asked. */
  readonly state: DomainState | null;
  readonly session: SessionRecord | null;
  readonly read: ReadXml;
  readonly disks: readonly MachineDisk[];
}

async function fromFile(path: string): Promise<Inspected> {
  const read = readXml(await readXmlFile(path));
  return { state: null, session: null, read, disks: disksOfXml(read) };
}

/** The definition; of a domain in rescue what it runs from, since that is what the administrator sees in the guest. */
function fromHost({ uri, domain }: { uri: string; domain: string }): Promise<Inspected> {
  return withHost(uri, true, async (host) => {
    const { uuid } = await host.findDomain(domain);
    const [state, definition, liveXml] = await Promise.all([
      host.domainState(uuid),
      host.domainXml(uuid, 'definition'),
      host.domainXml(uuid, 'live'),
    ]);
    // Off, the live XML is the definition.
    const session = sessionOfDomainXml(liveXml);
    const own = readXml(definition);
    const live = isOn(state) ? readXml(liveXml) : null;
    const disks = await fullDisks(host, uuid, { own, live }, []);
    return session === null || live === null || disks.live === null
      ? { state, session, read: own, disks: disks.own }
      : { state, session, read: live, disks: disks.live };
  });
}
