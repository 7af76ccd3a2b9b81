/**
 * Operations that this computer's journal does not know the end of: each with what happened, how its domain stands now, and what can be done.
 * Only looked at, at start, at each connect and when asked; nothing is done by itself.
 */
import type { Unfinished } from '../../src-core/contract/journal-schemas.ts';
import { needsAttention } from '../../src-core/journal/resume.ts';
import { happened, situationOf } from '../../src-core/journal/situation.ts';
import type { DomainNow, Found, Known, OfferedWay } from '../../src-core/journal/situation.ts';
import { isOfSession } from '../../src-core/journal/types.ts';
import type { EntryOutline, SessionEntry } from '../../src-core/journal/types.ts';
import { definitionToPutBack } from '../../src-core/rescue/put-back.ts';
import { hashDefinition } from '../../src-core/rescue/record.ts';
import { markOfOtherVersion, powerOf, sessionOfDomainXml } from '../../src-core/rescue/session.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { lockHolder } from './domain-lock.ts';
import { ifGone } from './drift.ts';
import { errorOf } from './errors.ts';
import type { Journal } from './journal-port.ts';
import { isAt } from './same-daemon.ts';
import { keptRescue } from './kept-rescue.ts';
import type { KeptRescue } from './kept-rescue.ts';
import { mapLimited } from './patience.ts';
import { lookAtMigration } from './migration/unfinished.ts';
import { lookAtReboot } from './reboot/unfinished.ts';
import { liveSession } from './run.ts';

/** A connected host; `id`: by which the window knows it. */
export interface ConnectedHost {
  readonly id: string;
  readonly hypervisor: Hypervisor;
}

const IN_FLIGHT = 8;

/** All of them, the newest first. */
export async function listUnfinished(journal: Journal, hosts: readonly ConnectedHost[]): Promise<Unfinished[]> {
  const entries = await waiting(journal);
  const known = await Promise.all(
    hosts.map(async (host) => ({ ...host, hostname: (await host.hypervisor.identity()).hostname })),
  );
  return mapLimited(entries, IN_FLIGHT, async (entry) => {
    const host = known.find(({ hypervisor, hostname }) => isAt(entry.began.host, hypervisor.uri, hostname)) ?? null;
    try {
      return await lookAt(journal, entry, host, hosts);
    } catch (error) {
      return described(entry, unseen(entry, `It cannot be looked at now: ${errorOf(error).message}`), null);
    }
  });
}

/** How many there are on a host; the journal alone is asked. Never rejects: what it is said beside goes on without. */
export async function countUnfinished(journal: Journal, hypervisor: Hypervisor): Promise<number> {
  try {
    const { hostname } = await hypervisor.identity();
    const isHere = (host: Unfinished['host']) => isAt(host, hypervisor.uri, hostname);
    return (await waiting(journal)).filter(({ began: { host, order } }) => {
      return isHere(host) || (order.kind === 'migrate' && isHere(order.migration.to));
    }).length;
  } catch {
    return 0;
  }
}

/** Those that wait for somebody, and that nobody on this computer is at. */
async function waiting(journal: Journal): Promise<EntryOutline[]> {
  const entries = (await journal.read()).entries.filter(needsAttention);
  const free = await mapLimited(entries, IN_FLIGHT, async ({ began: { host, domain } }) => {
    return (await lockHolder(host.hostname, domain)) === null;
  });
  return entries.filter((_, index) => free[index]);
}

async function lookAt(
  journal: Journal,
  entry: EntryOutline,
  host: ConnectedHost | null,
  hosts: readonly ConnectedHost[],
): Promise<Unfinished> {
  if (entry.began.kind === 'migrate') {
    const { machine, ...found } = await lookAtMigration(entry, hosts);
    return described(entry, found, machine);
  }
  if (host === null) return described(entry, unseen(entry, 'Its host is not connected.'), null);
  if (host.hypervisor.readOnly)
    return described(entry, unseen(entry, 'How it stands cannot be told on a read-only connection.'), null);
  if (!isOfSession(entry)) {
    const { machine, ...found } = await lookAtReboot(entry, host);
    return described(entry, found, machine);
  }
  const { found, now } = await look(host.hypervisor, journal, entry);
  const machine =
    now.domain === 'there' || now.domain === 'renamed' ? { hostId: host.id, uuid: entry.began.domain.uuid } : null;
  return described(entry, found, machine);
}

/** Where the domain cannot be seen there is nothing to offer. */
function unseen(
  entry: EntryOutline,
  stands: string,
): Pick<Found, 'happened' | 'stands' | 'offers'> & { situation: 'unreachable' } {
  return { situation: 'unreachable', happened: happened(entry), stands, offers: [] };
}

/** Of an operation of any kind. */
type FoundOf = Pick<Found, 'happened' | 'stands'> & {
  readonly situation: string;
  readonly offers: readonly Omit<OfferedWay, 'act'>[];
};

function described(
  { began }: EntryOutline,
  { situation, happened, stands, offers }: FoundOf,
  machine: Unfinished['machine'],
): Unfinished {
  const { id, kind, at, by, host, domain } = began;
  return {
    operationId: id,
    kind,
    at,
    by,
    host,
    domain,
    machine,
    situation,
    happened,
    stands,
    offers: offers.map(({ way, does, recommended, stops }) => ({ way, does, recommended, reason: null, stops })),
  };
}

export interface Look {
  readonly found: Found;
  readonly now: DomainNow;
  readonly known: Known;
}

/** How it stands, and what can be done about it. Rejects with what the connection fails with. */
export async function look(hypervisor: Hypervisor, journal: Journal, entry: SessionEntry): Promise<Look> {
  const { session, domain } = entry.began;
  const definitionXml = await hypervisor.domainXml(domain.uuid, 'definition').catch(ifGone);
  const kept = await keptRescue(journal, session.id, domain.uuid, definitionXml ?? '');
  const [own, known] = [
    await ownHash(journal, entry),
    { power: await wantedPower(journal, entry), copy: kept !== null },
  ];
  const now = await observe(hypervisor, entry, own, kept);
  return { found: situationOf(entry, known, now), now, known };
}

/** The rescue that an ending ends, where this computer began it. */
async function rescueOf(journal: Journal, { began }: SessionEntry): Promise<EntryOutline | null> {
  if (began.session.id === '') return null;
  const rescue = await journal.entry(began.session.id).catch(() => null);
  return rescue?.began.kind === 'rescue' ? rescue : null;
}

/** hashDefinition() of the definition from before the rescue, as far as it is known here. */
async function ownHash(journal: Journal, entry: SessionEntry): Promise<string> {
  const rescue = await rescueOf(journal, entry);
  // It was migrated between the two, and its definition made to fit the other host.
  const isHere = rescue?.began.host.hostname === entry.began.host.hostname;
  return (rescue !== null && isHere ? rescue : entry).began.before.definition;
}

async function wantedPower(journal: Journal, entry: SessionEntry): Promise<'on' | 'off'> {
  const { order, before } = entry.began;
  if (order.kind !== 'end') return powerOf(before.state);
  if (order.power !== 'as-before') return order.power;
  return powerOf((await rescueOf(journal, entry))?.began.before.state ?? 'running');
}

async function observe(
  hypervisor: Hypervisor,
  entry: SessionEntry,
  own: string,
  kept: KeptRescue | null,
): Promise<DomainNow> {
  const { uuid, name } = entry.began.domain;
  const nobody = {
    definition: 'none',
    runs: 'off',
    saved: 'no',
    name,
    state: 'nostate',
    other: null,
    problem: null,
  } as const;
  const { files, overlay } = await anyFile(hypervisor, entry);
  const here = await find(hypervisor, uuid, (found) => found.uuid === uuid);
  try {
    if (here !== null) return { ...(await observeHere(hypervisor, entry, here, own, kept)), files, overlay };
  } catch (error) {
    // It went away between two calls.
    if (errorOf(error).code !== 'domain-not-found') throw error;
  }
  const namesake = await find(hypervisor, name, (found) => found.name === name && found.uuid !== uuid);
  return { ...nobody, files, overlay, domain: namesake === null ? 'gone' : 'replaced', there: namesake?.uuid ?? null };
}

/** libvirt looks a word up as a UUID and as a name. */
async function find(
  hypervisor: Hypervisor,
  word: string,
  isMeant: (found: DomainRef) => boolean,
): Promise<DomainRef | null> {
  try {
    const found = await hypervisor.findDomain(word);
    return isMeant(found) ? found : null;
  } catch (error) {
    if (errorOf(error).code === 'domain-not-found') return null;
    throw error;
  }
}

async function observeHere(
  hypervisor: Hypervisor,
  entry: SessionEntry,
  { uuid, name }: DomainRef,
  own: string,
  kept: KeptRescue | null,
): Promise<Omit<DomainNow, 'files' | 'overlay'>> {
  const [status, { managedSave }, live, definitionXml] = await Promise.all([
    hypervisor.domainStatus(uuid),
    hypervisor.domainObstacles(uuid),
    liveSession(hypervisor, uuid),
    hypervisor.domainXml(uuid, 'definition'),
  ]);
  const session = entry.began.session.id;
  const on = isOn(status.state);
  const runs = !on ? 'off' : live === null ? 'own' : (live.id ?? '') === session ? 'rescue' : 'other-rescue';
  const defined = status.persistent ? defines(definitionXml, session, own, kept) : NO_DEFINITION;
  return {
    domain: name === entry.began.domain.name ? 'there' : 'renamed',
    name,
    there: null,
    state: status.state,
    runs,
    saved: managedSave ? 'yes' : 'no',
    ...defined,
    other: runs === 'other-rescue' ? (live?.startedBy ?? null) : defined.other,
  };
}

type Defined = Pick<DomainNow, 'definition' | 'problem' | 'other'>;

const NO_DEFINITION: Defined = { definition: 'none', problem: null, other: null };
function defines(xml: string, session: string, own: string, kept: KeptRescue | null): Defined {
  const mark = sessionOfDomainXml(xml);
  // Not to be read, and not to be acted on.
  if (mark === null && markOfOtherVersion(xml) !== null)
    return { definition: 'other-rescue', problem: null, other: 'another version of Salvor' };
  if (mark === null) return { ...NO_DEFINITION, definition: hashDefinition(xml) === own ? 'own' : 'changed' };
  if ((mark.id ?? '') !== session) return { definition: 'other-rescue', problem: null, other: mark.startedBy };
  const back = definitionToPutBack(xml, kept?.definitionXml ?? null, null);
  if (kept !== null && kept.transient !== mark.transient) return { ...NO_DEFINITION, definition: 'differs' };
  if (back.problem === null) return { ...NO_DEFINITION, definition: 'rescue' };
  return { definition: back.differs ? 'differs' : 'damaged', problem: back.problem, other: null };
}

/**
 * Is a file that the session made to be seen, and one of its overlay volumes? Only in pools that there are: to look, nothing is changed on
 * the host.
 */
async function anyFile(
  hypervisor: Hypervisor,
  { began: { files } }: EntryOutline,
): Promise<Pick<DomainNow, 'files' | 'overlay'>> {
  const made = files.filter(({ kind }) => kind !== 'snapshot');
  const seen = await Promise.all(made.map(({ name }) => hypervisor.examineVolume({ path: name }, 0).catch(() => null)));
  const there = made.filter((_file, index) => seen[index] !== null);
  return { files: there.length > 0, overlay: there.some(({ kind }) => kind === 'volume') };
}
