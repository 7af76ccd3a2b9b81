/**
 * Going on with a migration that was not finished, in the way that a person chose. What to do comes from the table alone
 * (src-core/migration/whereabouts.ts). Both sides are looked at again under both locks, and before each act that cannot be taken back: where
 * it is another situation by then, nothing is done.
 */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { Way } from '../../../src-core/journal/resume.ts';
import type { JournalEntry } from '../../../src-core/journal/types.ts';
import { whereabouts } from '../../../src-core/migration/whereabouts.ts';
import type { MigrationWayOn } from '../../../src-core/migration/whereabouts.ts';
import type { MigrationAct } from '../../../src-core/migration/whereabouts-facts.ts';
import type { DomainRef, Hypervisor } from '../../libvirt/port.ts';
import type { Journal } from '../journal-port.ts';
import type { RunReport } from '../run.ts';
import type { ConnectedHost } from '../unfinished.ts';
import { ACTS } from './acts.ts';
import type { Going } from './acts.ts';
import { lockOnHosts } from './locks.ts';
import { lookAtSides, recordedMigration } from './sides.ts';
import type { RecordedMigration } from './sides.ts';
import { pairOf } from './unfinished.ts';

export interface ResumeMigration {
  readonly entry: JournalEntry;
  readonly hosts: readonly ConnectedHost[];
  readonly way: Way;
  /** The situation that was seen when the way was chosen; null: nothing was shown. */
  readonly seen: string | null;
  /** user@workstation */
  readonly by: string;
  readonly journal: Journal;
}

export interface ResumedMigration {
  readonly domain: DomainRef;
  readonly situation: string;
  readonly act: string;
  readonly notes: readonly string[];
}

/** In the journal, before an act begins. */
const BEGINS: Readonly<Partial<Record<MigrationAct, string>>> = {
  'resume-post-copy': 'The post-copy is taken up again.',
  'cancel-job': 'The job at the source is given up.',
  'destroy-destination-remnant': 'What waits at the destination is forced off.',
  'define-destination': 'It is given its definition at the destination.',
  'destroy-source-remains': 'What is left of it at the source is forced off.',
  'destroy-destination-remains': 'What is left of it at the destination is forced off.',
  'undefine-source': 'Its definition at the source is taken away.',
  'undefine-destination': 'Its definition at the destination is taken away.',
  'start-source': 'It is started at the source.',
  'start-destination': 'It is started at the destination.',
  'resume-source': 'It goes on at the source.',
  tidy: 'What was made for it at the destination is removed.',
};

/** Throws read-only, way-not-open and drift (nothing was done), busy, migration-unclear, and what the connections fail with. */
export async function resumeMigration(
  order: ResumeMigration,
  report: RunReport,
  signal: AbortSignal,
): Promise<ResumedMigration> {
  const { entry, hosts, by } = order;
  const recorded = recordedMigration(entry);
  if (recorded === null) throw new SalvorError('way-not-open', { way: order.way, stands: 'It is no migration.' });
  const pair = await pairOf(recorded, entry.began.host, hosts);
  const source = pair.source?.hypervisor ?? away(entry.began.host.uri);
  const destination = pair.destination?.hypervisor ?? away(recorded.migration.to.uri);
  for (const { readOnly, uri } of [source, destination]) if (readOnly) throw new SalvorError('read-only', { uri });
  report.cancellable(false);
  const holder = `an unfinished migration is put right by ${by}`;
  const letGo = await lockOnHosts([recorded.from, recorded.migration.to.hostname], recorded.domain, holder);
  try {
    report.step('check', 'running');
    const resumed = await goOn(order, recorded, source, destination, report, signal);
    report.step('check', 'done');
    return resumed;
  } catch (error) {
    report.step('check', 'failed');
    throw error;
  } finally {
    letGo();
  }
}

/** A host that is not connected: whatever it is asked, it does not answer. */
function away(uri: string): Hypervisor {
  const silent = { uri, readOnly: false } as unknown as Hypervisor;
  return new Proxy(silent, {
    get: (target, name: keyof Hypervisor) =>
      name in target ? target[name] : () => Promise.reject(new SalvorError('not-connected', { uri })),
  });
}

async function goOn(
  order: ResumeMigration,
  recorded: RecordedMigration,
  source: Hypervisor,
  destination: Hypervisor,
  report: RunReport,
  signal: AbortSignal,
): Promise<ResumedMigration> {
  const { entry, way, seen, by, journal } = order;
  const { domain } = recorded;
  const { situation, sentence, ways } = whereabouts(await lookAtSides(recorded, source, destination));
  const stands = sentence;
  if (seen !== null && seen !== situation)
    throw new SalvorError('drift', { domain: domain.name, what: stands.replace(/\.$/, '') });
  const chosen = ways.find((each) => each.way === way);
  if (chosen === undefined) throw new SalvorError('way-not-open', { way, stands });
  report.steps([{ id: 'check', text: chosen.does }]);
  report.step('check', 'running');
  const writer = await journal.reopen(entry.began.id);
  await writer.note(`${by} goes on with it (${way}): ${chosen.does}`);
  const begun = new Set(entry.records.flatMap((record) => (record.type === 'step' ? [record.id] : [])));
  const going: Going = { source, destination, recorded, report, signal, begun, notes: [] };
  for (let next: MigrationWayOn | null = chosen; next !== null;) {
    for (const act of next.acts) {
      const begins = BEGINS[act];
      if (begins !== undefined) await writer.note(begins);
      await ACTS[act](going);
    }
    next = next.acts.some((act) => PASSING.includes(act)) ? await whatFollows(going, way) : null;
  }
  if (way === 'finish') await carryAutostart(going);
  for (const note of going.notes) await writer.note(note);
  await writer.closed(way === 'forget' ? 'forgotten' : way === 'roll-back' ? 'rolled-back' : 'finished', by);
  const problem = writer.problem();
  if (problem !== null) report.journalIncomplete?.(problem);
  return { domain, situation, act: chosen.acts.join(', '), notes: going.notes };
}

/** Acts that let something come to its end by itself: what is to be done then, only a look behind it tells. */
const PASSING: readonly MigrationAct[] = ['wait', 'cancel-job', 'resume-post-copy'];

/** The rest of the same way, or null: it is done. Throws where it has come to another end. */
async function whatFollows({ source, destination, recorded, notes }: Going, way: Way): Promise<MigrationWayOn | null> {
  const { situation, sentence, ways } = whereabouts(await lookAtSides(recorded, source, destination));
  const next = ways.find((each) => each.way === way);
  if (next !== undefined && !next.stops && !next.acts.some((act) => PASSING.includes(act))) return next;
  if (way === 'roll-back' && situation === 'not-moved') return null;
  // The job was given up, and that is all that can be done from here.
  if (way === 'roll-back' && situation === 'destination-unseen-here') {
    notes.push(sentence);
    return null;
  }
  throw new SalvorError('migration-unclear', {
    domain: recorded.domain.name,
    what: 'it has not come to the end that was wanted',
    unchanged: sentence,
    next: 'Look at how it stands now, and choose a way on (salvor resume).',
  });
}

/**
 * It does not go along by itself: where the guest has come to stay, it is as it was. A definition that stays at the source is not started with
 * that host any more: the guest would run twice.
 */
async function carryAutostart({ source, destination, recorded, notes }: Going): Promise<void> {
  const { domain, from, migration, before } = recorded;
  if (!before.autostart || migration.persistent === null) return;
  const inputs = await lookAtSides(recorded, source, destination);
  if (whereabouts(inputs).owner !== 'destination') return;
  await destination.setAutostart(domain.uuid, true);
  if (typeof inputs.source === 'string' || inputs.source.definition === 'none') return;
  await source.setAutostart(domain.uuid, false);
  notes.push(`${domain.name} is not started with ${from} any more: its definition there stays.`);
}
