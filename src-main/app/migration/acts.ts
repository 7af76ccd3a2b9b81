/** What carries a way on out. Each act looks at its side right before it changes anything, and is done already where it finds its work done. */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { resumeCall } from '../../../src-core/migration/parameters.ts';
import { whereabouts } from '../../../src-core/migration/whereabouts.ts';
import type { SideSeen } from '../../../src-core/migration/whereabouts.ts';
import type { MigrationAct } from '../../../src-core/migration/whereabouts-facts.ts';
import { fillSecrets } from '../../../src-core/rescue/record.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { isOn } from '../domain-facts.ts';
import { errorOf } from '../errors.ts';
import type { RunReport } from '../run.ts';
import { removeVolumes } from './leftovers.ts';
import { takeSecretsBack } from './secrets.ts';
import { lookAtSides } from './sides.ts';
import type { RecordedMigration } from './sides.ts';

/** A way on, under both locks. */
export interface Going {
  readonly source: Hypervisor;
  readonly destination: Hypervisor;
  readonly recorded: RecordedMigration;
  readonly report: RunReport;
  readonly signal: AbortSignal;
  /** Ids of the steps that were begun: what was not begun has made nothing. */
  readonly begun: ReadonlySet<string>;
  /** What is worth telling, in sentences. */
  readonly notes: string[];
}

const LOOK_MS = 1000;
/** Nobody is kept waiting longer by one way on: it may be chosen again. */
const LONGEST_MS = 15 * 60_000;
/** A job that was given up is gone within a moment. */
const CANCEL_TRIES = 30;

export const ACTS: Readonly<Record<MigrationAct, (going: Going) => Promise<void>>> = {
  close: () => Promise.resolve(),
  forget: () => Promise.resolve(),
  wait,
  'resume-post-copy': resumePostCopy,
  'cancel-job': async (going) => {
    const { source } = await lookAtSides(going.recorded, going.source, going.destination);
    // It has ended by itself: a job that there is now would be somebody else's.
    if (source === 'absent' || (typeof source === 'object' && !source.job)) return;
    await going.source.cancelJob(going.recorded.domain.uuid);
    await jobEnded(going);
  },
  'destroy-destination-remnant': async (going) => {
    const { source, destination } = await sidesOf(going);
    // It goes by itself, mostly.
    if (destination === 'absent' || !isOn(destination.state)) return;
    if (!isWaiting(destination)) throw drift(going, 'destination', destination);
    if (!isWhole(source) && !hasEnded(source)) throw drift(going, 'source', source);
    await forceOff(going.destination, going.recorded.domain.uuid);
  },
  'define-destination': defineDestination,
  'destroy-source-remains': async (going) => {
    const { source, destination } = await sidesOf(going);
    if (source === 'absent' || !isOn(source.state)) return;
    // A guest that runs, or that somebody has paused, is nobody's remains.
    if (source.state !== 'paused' || !(isWaiting(source) || isPostCopy(source)) || (isWaiting(source) && source.job))
      throw drift(going, 'source', source);
    if (isNeeded(source, destination)) throw drift(going, 'destination', destination);
    await forceOff(going.source, going.recorded.domain.uuid);
  },
  'destroy-destination-remains': async (going) => {
    const { source, destination } = await sidesOf(going);
    if (destination === 'absent' || !isOn(destination.state)) return;
    if (destination.state === 'running' && !isPostCopy(destination)) throw drift(going, 'destination', destination);
    if (source !== 'absent' && source.state === 'running') throw drift(going, 'source', source);
    await forceOff(going.destination, going.recorded.domain.uuid);
  },
  'undefine-source': async (going) => {
    const { source, destination } = await sidesOf(going);
    if (source === 'absent') return;
    if (isOn(source.state) || source.definition === 'other') throw drift(going, 'source', source);
    // Else this one would be the last.
    if (destination === 'absent' || destination.definition === 'none') throw drift(going, 'destination', destination);
    await going.source.forgetDomain(going.recorded.domain.uuid);
  },
  'undefine-destination': async (going) => {
    const { source, destination } = await sidesOf(going);
    if (destination === 'absent') return;
    if (isOn(destination.state) || destination.definition === 'other') throw drift(going, 'destination', destination);
    if (source === 'absent' || source.definition === 'none') throw drift(going, 'source', source);
    await going.destination.forgetDomain(going.recorded.domain.uuid);
  },
  'start-source': (going) => start(going, 'source', 'destination'),
  'start-destination': (going) => start(going, 'destination', 'source'),
  'resume-source': async (going) => {
    const { source, destination } = await sidesOf(going);
    if (destination !== 'absent' && isOn(destination.state)) throw drift(going, 'destination', destination);
    if (source === 'absent' || isPostCopy(source)) throw drift(going, 'source', source);
    if (source.state === 'paused') await going.source.resumeDomain(going.recorded.domain.uuid);
  },
  tidy: async ({ source, destination, recorded, begun, notes }) => {
    const { migration, domain } = recorded;
    const { to, makes } = migration;
    const made = begun.has('prepare') ? makes.secrets.map((uuid) => ({ uuid, defined: true })) : [];
    const taken = { hostname: to.hostname, secrets: made, domain: domain.uuid };
    notes.push(...(await takeSecretsBack(destination, taken)));
    if (begun.has('migrate')) notes.push(...(await removeVolumes(source, destination, recorded, 'resumed')));
  },
};

type Seen = SideSeen | 'absent';

/** Both, as they are now. Throws migration-unclear where one does not answer: nothing is done on half a view. */
async function sidesOf(going: Going): Promise<{ source: Seen; destination: Seen }> {
  const { recorded, source, destination } = going;
  const seen = await lookAtSides(recorded, source, destination);
  const { source: here, destination: there } = seen;
  if (here === 'unreachable' || there === 'unreachable') {
    const away = here === 'unreachable' ? recorded.from : recorded.migration.to.hostname;
    throw new SalvorError('migration-unclear', {
      domain: recorded.domain.name,
      what: `${away} does not answer`,
      unchanged: whereabouts(seen).sentence,
      next: `Connect to ${away} again, then look at it again (salvor resume).`,
    });
  }
  return { source: here, destination: there };
}

/** Has the source the whole guest, with nothing of it on its way? */
function isWhole(source: Seen): boolean {
  return source !== 'absent' && isOn(source.state) && !source.job && !isPostCopy(source);
}

/** Off, and not because it was handed over: nothing can come to the destination any more. */
function hasEnded(source: Seen): boolean {
  return source !== 'absent' && !isOn(source.state) && source.reason !== 'migrated';
}

/**
 * Is what is left at the source a part of the guest still? Of one in post-copy, as long as anything of it is on at the destination; in the last
 * moments of pre-copy it is the guest, unless that runs at the destination or came there and has ended.
 */
function isNeeded(source: SideSeen, destination: Seen): boolean {
  if (isPostCopy(source)) return destination !== 'absent' && isOn(destination.state);
  if (destination === 'absent') return true;
  return isOn(destination.state)
    ? destination.state !== 'running' || isPostCopy(destination)
    : destination.definition !== 'planned';
}

function isPostCopy({ reason }: SideSeen): boolean {
  return reason?.startsWith('post-copy') === true;
}

const DEFINED: Readonly<Record<SideSeen['definition'], string>> = {
  source: '',
  planned: '',
  other: ', with a definition that somebody has changed',
  none: ', without a definition',
};

function drift({ recorded }: Going, side: 'source' | 'destination', seen: Seen): SalvorError {
  const host = side === 'source' ? recorded.from : recorded.migration.to.hostname;
  const how =
    seen === 'absent'
      ? 'not there'
      : `${seen.state}${seen.reason === null ? '' : ` (${seen.reason})`}${DEFINED[seen.definition]}${seen.job ? ', with a job under way' : ''}`;
  return new SalvorError('drift', {
    domain: recorded.domain.name,
    what: `at ${host} it is ${how} now`,
    unchanged: 'What is done of it so far stays done; nothing else was touched.',
  });
}

async function forceOff(hypervisor: Hypervisor, uuid: string): Promise<void> {
  try {
    await hypervisor.destroyDomain(uuid);
  } catch (error) {
    // libvirt, or the other side, was faster.
    const state = await hypervisor.domainState(uuid).catch(() => null);
    if (state !== null && isOn(state)) throw error;
  }
}

/** From its definition: never while anything of it is on at the other side. */
async function start(going: Going, at: 'source' | 'destination', other: 'source' | 'destination'): Promise<void> {
  const sides = await sidesOf(going);
  const rest = sides[other];
  if (rest !== 'absent' && isOn(rest.state)) throw drift(going, other, rest);
  const own = sides[at];
  if (own === 'absent') throw drift(going, at, own);
  if (!isOn(own.state)) await going[at].startDomain(going.recorded.domain.uuid);
}

/** Until nothing passes by itself any more. */
async function wait(going: Going): Promise<void> {
  const until = performance.now() + LONGEST_MS;
  for (;;) {
    const { source, destination } = await sidesOf(going);
    const sides = [source, destination].filter((side) => side !== 'absent');
    const moving = sides.some((side) => side.job || side.reason === 'post-copy' || isWaiting(side));
    if (!moving) return;
    if (going.signal.aborted || performance.now() > until)
      throw new SalvorError('cancelled', { unchanged: 'The migration goes on by itself; look at it again later.' });
    going.report.cancellable(true);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The source alone is asked: it may be the other one's silence that the job is given up for. */
async function jobEnded({ source, destination, recorded }: Going): Promise<void> {
  for (let tries = CANCEL_TRIES; tries > 0; tries -= 1) {
    const { source: seen } = await lookAtSides(recorded, source, destination);
    if (typeof seen === 'string' || !seen.job) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

const isWaiting = ({ state, reason }: SideSeen): boolean => state === 'paused' && reason === 'migrating';

/** “QEMU reports migration is still running”: both sides go on by themselves (tried). */
const STILL_RUNNING = /still running|actively monitored/;

async function resumePostCopy(going: Going): Promise<void> {
  const { source, destination, recorded } = going;
  const { migration, domain } = recorded;
  const { request, call } = migration;
  const whole = resumeCall({ ...call, destinationXml: migration.running, persistentXml: migration.persistent });
  const uri = request.destinationUri?.includes(':***@') === false ? request.destinationUri : destination.uri;
  try {
    if (request.way === 'p2p') await source.migrateToUri(domain.uuid, uri, whole);
    else await source.migrateTo(domain.uuid, destination, whole);
  } catch (error) {
    const { detail } = errorOf(error);
    if (detail === null || !STILL_RUNNING.test(detail)) throw error;
  }
  await wait(going);
}

async function defineDestination(going: Going): Promise<void> {
  const { destination, recorded, notes } = going;
  const { persistent } = recorded.migration;
  const sides = await sidesOf(going);
  if (persistent === null || sides.destination === 'absent' || sides.destination.definition === 'planned') return;
  // A password in an address is not written down, and would be lost.
  if (persistent.includes(':***@'))
    throw new SalvorError('way-not-open', {
      way: 'finish',
      stands: 'A password was left out of the definition when it was written down: define it by hand (virsh define).',
    });
  const running = await destination.domainXml(recorded.domain.uuid, 'migratable');
  const filled = fillSecrets(persistent, running);
  if (filled === null)
    notes.push('The passwords of its consoles and network disks are left empty: set them again (virsh edit).');
  await destination.defineDomain(filled ?? persistent);
}
