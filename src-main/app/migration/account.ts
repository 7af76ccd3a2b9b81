/**
 * How a migration stands that did not go as it should. libvirt's error says what it was that failed; where the guest is and what is left, both
 * hosts are asked.
 */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { ErrorData } from '../../../src-core/contract/errors.ts';
import { whereabouts } from '../../../src-core/migration/whereabouts.ts';
import type { Whereabouts, WhereaboutsInputs } from '../../../src-core/migration/whereabouts.ts';
import type { MigrationSituation } from '../../../src-core/migration/whereabouts-facts.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { isOn } from '../domain-facts.ts';
import { errorOf } from '../errors.ts';
import { hostsOf } from './begun.ts';
import type { BegunMigration } from './begun.ts';
import { removeVolumes } from './leftovers.ts';
import { takeSecretsBack } from './secrets.ts';
import { lookAtSides } from './sides.ts';
import type { RecordedMigration } from './sides.ts';

/** libvirt takes a moment to put things away after a failure. */
const SETTLE_TRIES = 12;
const SETTLE_MS = 500;

/** Both sides, once what is passing has passed, or after some seconds as they are then. */
export async function settledSides(
  recorded: RecordedMigration,
  source: Hypervisor | null,
  destination: Hypervisor | null,
): Promise<WhereaboutsInputs> {
  for (let tries = SETTLE_TRIES; ; tries -= 1) {
    const inputs = await lookAtSides(recorded, source, destination);
    if (tries <= 1 || !PASSING.includes(whereabouts(inputs).situation)) return inputs;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }
}

/** What libvirt ends by itself, mostly within a second. */
const PASSING: readonly MigrationSituation[] = ['migrating', 'remnant', 'switching', 'arriving', 'in-post-copy'];

/** Take back what can be taken back, and the error to throw: what failed, and how things stand. */
export async function migrationProblem(begun: BegunMigration, thrown: unknown): Promise<SalvorError> {
  const cause = errorOf(thrown);
  const { source, destination, order, recorded, signal } = begun;
  const { name } = order.domain;
  const inputs = await settledSides(recorded, source, destination);
  const found = whereabouts(inputs);
  if (cause.code === 'migration-differs')
    return new SalvorError(cause.code, { ...cause.params, unchanged: found.sentence }, cause.detail);
  const what = whatOf(cause);
  if (isAsBefore(begun, inputs)) {
    const unchanged = [found.sentence, ...(await takeBack(begun))].join(' ');
    return signal.aborted
      ? new SalvorError('cancelled', { unchanged }, cause.detail)
      : new SalvorError('migration-failed', { domain: name, what, unchanged }, cause.detail);
  }
  const code = LOST.includes(found.situation) ? 'migration-lost' : 'migration-unclear';
  return new SalvorError(code, { domain: name, what, unchanged: found.sentence, next: nextOf(found) }, cause.detail);
}

function whatOf(cause: ErrorData): string {
  const own = cause.params['what'];
  if (cause.code === 'migration-failed' && typeof own === 'string') return own;
  // The name of the call says nothing to anybody; its reason stands below.
  if (cause.code === 'libvirt') return 'libvirt could not carry it out';
  return cause.message.replace(/\.$/, '');
}

/** On, or off, at the source as before, and nothing of it at the destination that was not there before. */
function isAsBefore({ inputs, recorded }: BegunMigration, { source, destination }: WhereaboutsInputs): boolean {
  if (typeof source === 'string' || source.job || isOn(source.state) !== isOn(recorded.before.state)) return false;
  if (source.state === 'paused' && source.reason !== 'user' && inputs.domain.state !== 'paused') return false;
  if (destination === 'absent') return true;
  const wasThere = inputs.destination.domains.some(({ uuid }) => uuid === recorded.domain.uuid);
  return typeof destination === 'object' && wasThere && !isOn(destination.state);
}

/** It was handed over, and ended there: what it had in memory is nowhere any more. */
const LOST: readonly MigrationSituation[] = ['memory-lost', 'memory-lost-there', 'both-off', 'gone-there'];

function nextOf({ ways }: Whereabouts): string {
  const recommended = ways.find((way) => way.recommended);
  const does = recommended === undefined ? '' : `${recommended.does.replace(/\.?$/, '.')} `;
  return `${does}salvor resume (or the list of unfinished operations) shows how it stands now, and carries a way on out.`;
}

/** In sentences, what is left at the destination. */
async function takeBack(begun: BegunMigration): Promise<string[]> {
  const { source, destination, carried, recorded, writer } = begun;
  const { to } = hostsOf(begun);
  const left = await takeSecretsBack(destination, {
    hostname: to,
    secrets: carried,
    domain: recorded.domain.uuid,
  });
  if (begun.asked) left.push(...(await removeVolumes(source, destination, recorded, 'begun')));
  for (const sentence of left) await writer.note(sentence);
  return left;
}
