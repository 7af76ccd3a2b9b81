/** The disks of a machine with all that is known of each: from its definitions alone, or with what the host tells. */
import type { MachineDisk } from '../../src-core/contract/schemas.ts';
import { NO_GUEST_NAMES, guestNames } from '../../src-core/disks/guest-names.ts';
import { diskRoles, labelMayTell } from '../../src-core/disks/roles.ts';
import type { RoleOfDisk, SeenOfDisk } from '../../src-core/disks/roles.ts';
import { secretStates } from '../../src-core/disks/secret-states.ts';
import type { DiskView } from '../../src-core/disks/types.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import type { DiskUser, SecretFacts } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { definedLayers, otherUsers, readLabel, readSizes, wholeLayers } from './disk-facts.ts';
import type { ReadXml, Sizes } from './disk-facts.ts';
import type { Elsewhere } from './disk-users.ts';
import { mapLimited } from './patience.ts';
import { storageLooks } from './storage-looks.ts';

/** A machine's definition, and what it runs from; null: off. */
export interface Definitions {
  readonly own: ReadXml;
  readonly live: ReadXml | null;
}

/** The disks of both. */
export interface DisksOfBoth {
  readonly own: MachineDisk[];
  readonly live: MachineDisk[] | null;
}

/** What was told of one disk. */
interface FactsOfDisk extends Pick<MachineDisk, 'layers' | 'users'> {
  readonly label: string | null;
}

/** By target. */
type Facts = ReadonlyMap<string, FactsOfDisk>;

/** Sizes are waited for no longer than this where the answer has to come at once. */
const QUICK_MS = 1000;
/** How many disks are looked into at once: libvirtd serves five calls a client, and others of this page are under way. */
const AT_ONCE = 2;

const NO_SIZES: Sizes = new Map();

/** As the XML alone tells. */
export function disksOfXml(read: ReadXml): MachineDisk[] {
  const facts = read.view.disks.map((disk) => [disk.target, definedFacts(read, disk, NO_SIZES)] as const);
  return machineDisks(read.view, new Map(facts), null);
}

/** What comes at once: the definitions, and sizes where the host has them at hand. Rejects with domain-not-found. */
export async function quickDisks(hypervisor: Hypervisor, uuid: string, read: Definitions): Promise<DisksOfBoth> {
  const sizes = await readSizes(hypervisor, uuid, (read.live ?? read.own).view, storageLooks(hypervisor, QUICK_MS));
  return disksOfBoth(read, sizes, null, (one, disk, its) => Promise.resolve(definedFacts(one, disk, its)));
}

/** All that the host tells, bounded in time. `elsewhere`: other hosts, whose guests may have a disk open. Rejects with domain-not-found. */
export async function fullDisks(
  hypervisor: Hypervisor,
  uuid: string,
  read: Definitions,
  elsewhere: readonly Elsewhere[],
): Promise<DisksOfBoth> {
  const storage = storageLooks(hypervisor);
  const runs = read.live ?? read.own;
  const needsSecrets = [read.own, runs].some(({ view }) => view.disks.some(({ secrets }) => secrets.length > 0));
  // Statistics of this guest first, those of all guests then: at the same time one would keep QEMU from answering the other.
  const sizes = await readSizes(hypervisor, uuid, runs.view, storage);
  const [users, secrets] = await Promise.all([
    otherUsers(hypervisor, uuid, runs.view, elsewhere, storage),
    needsSecrets ? storage.ask(() => hypervisor.secrets()) : null,
  ]);
  const usersOf = (disk: DiskView) => users.filter(({ target }) => target === disk.target).map(withoutTarget);
  return disksOfBoth(read, sizes, secrets, async (one, disk, its, role) => ({
    layers: await wholeLayers(one, disk, its, storage),
    label: labelMayTell(role, disk, capacityOf(its, disk)) ? await readLabel(hypervisor, disk, storage) : null,
    // A disk that is only to come has nobody looked for yet.
    users: one === runs ? usersOf(disk) : [],
  }));
}

type Tell = (read: ReadXml, disk: DiskView, sizes: Sizes, role: RoleOfDisk) => Promise<FactsOfDisk>;

/** While it runs, libvirt's answers are of the disks that it runs with. */
async function disksOfBoth(
  { own, live }: Definitions,
  sizes: Sizes,
  secrets: readonly SecretFacts[] | null,
  tell: Tell,
): Promise<DisksOfBoth> {
  const runs = live ?? own;
  const facts = await factsOf(runs, runs.view.disks, sizes, tell);
  if (live === null) return { own: machineDisks(own.view, facts, secrets), live: null };
  const changed = own.view.disks.filter((disk) => !live.view.disks.some((other) => isSameDisk(disk, other)));
  const ownFacts = new Map([...facts, ...(await factsOf(own, changed, NO_SIZES, tell))]);
  return { own: machineDisks(own.view, ownFacts, secrets), live: machineDisks(live.view, facts, secrets) };
}

async function factsOf(read: ReadXml, disks: readonly DiskView[], sizes: Sizes, tell: Tell): Promise<Facts> {
  const roles = diskRoles(
    read.view,
    new Map(disks.map((disk) => [disk.target, { label: null, capacity: capacityOf(sizes, disk) }])),
  );
  const facts = await mapLimited(disks, AT_ONCE, async (disk) => {
    const role = roles.get(disk.target) ?? { role: 'data', why: '' };
    return [disk.target, await tell(read, disk, sizes, role)] as const;
  });
  return new Map(facts);
}

const definedFacts = (read: ReadXml, disk: DiskView, sizes: Sizes): FactsOfDisk => ({
  layers: definedLayers(read, disk, sizes),
  label: null,
  users: [],
});

const capacityOf = (sizes: Sizes, { target }: DiskView): number | null => sizes.get(target)?.[0]?.capacity ?? null;

const withoutTarget = ({ domain, host, writes, as }: DiskUser): Omit<DiskUser, 'target'> => ({
  domain,
  host,
  writes,
  as,
});

const isSameDisk = (a: DiskView, b: DiskView): boolean =>
  a.target === b.target && a.source === b.source && a.sourceType === b.sourceType;

function machineDisks(view: DomainView, facts: Facts, secrets: readonly SecretFacts[] | null): MachineDisk[] {
  const seen = new Map<string, SeenOfDisk>();
  for (const [target, { label, layers }] of facts) seen.set(target, { label, capacity: layers[0]?.capacity ?? null });
  const roles = diskRoles(view, seen);
  const names = guestNames(view);
  return view.disks.map((disk) => {
    const { target } = disk;
    const { role, why: roleWhy } = roles.get(target) ?? { role: 'data', why: '' };
    const { layers, users } = facts.get(target) ?? { layers: [], users: [] };
    const { capacity, allocation, physical } = layers[0] ?? { capacity: null, allocation: null, physical: null };
    return {
      ...disk,
      ...{ layers, users, secretStates: secretStates(disk.secrets, secrets), role, roleWhy },
      guestNames: names.get(target) ?? NO_GUEST_NAMES,
      ...{ capacity, allocation, physical },
    };
  });
}
