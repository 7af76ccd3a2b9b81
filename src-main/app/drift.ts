/** What somebody else has done to a domain while we were at it: looked for right before each change, and named. */
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { changedFacts } from '../../src-core/rescue/changed-facts.ts';
import { mediumName } from '../../src-core/rescue/context.ts';
import { pendingOf } from '../../src-core/rescue/pending.ts';
import { deviceLines, isLive } from '../../src-core/domain-xml/devices.ts';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { RescueInputs } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor, WhyOff } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { errorOf } from './errors.ts';
import { busyWith, openSession, takenBy } from './run.ts';

/** What is different now from when the preview was made, in words. `before` is null where that preview is no longer known. */
export function describeDrift(before: RescueInputs | null, now: RescueInputs): string {
  if (before === null) return 'its definition, its state or a medium has changed';
  const was = before.domain;
  const is = now.domain;
  const changes: (string | false)[] = [
    ...changedFacts(was, is, (state) => state),
    JSON.stringify(was.diskUsers) !== JSON.stringify(is.diskUsers) && 'its disks are in use by others than before',
    was.definitionXml === is.definitionXml &&
      pending(was) !== pending(is) &&
      'devices of the running guest were changed',
    ...now.media.map(
      (medium, index) => changedMedium(before.media[index], medium) && `${mediumName(medium.spec)} was changed`,
    ),
    JSON.stringify(poolOf(before)) !== JSON.stringify(poolOf(now)) && 'the pool for overlays is not as it was',
    JSON.stringify(before.request) !== JSON.stringify(now.request) && 'the request is another one',
  ];
  return changes.filter((change) => change !== false).join('; ') || 'something that the plan depends on has changed';
}

/** Not what is free there, which changes all the time. */
function poolOf({ overlayPool }: RescueInputs): string | undefined {
  return overlayPool?.kind === 'folder' ? overlayPool.folder : overlayPool?.why;
}

function pending(facts: RescueInputs['domain']): string {
  return pendingOf(parseDomain(facts.definitionXml), facts).join();
}

function changedMedium(before: RescueInputs['media'][number] | undefined, now: RescueInputs['media'][number]): boolean {
  const relevant = (medium: RescueInputs['media'][number] | undefined) =>
    JSON.stringify([
      [medium?.found, medium?.source, medium?.size, medium?.format, medium?.content],
      [medium?.hash, medium?.modified, medium?.bootFiles, medium?.kin],
    ]);
  return relevant(before) !== relevant(now);
}

/** How a domain has to be found right before a change of ours. */
export interface Expected {
  /** null: on or off, whichever. */
  readonly on: boolean | null;
  readonly persistent: boolean;
  /** As it is dumped: the definition, or of a transient domain what it can be started from. null: whatever it is. */
  readonly definitionXml: string | null;
  /** Id of the session that it may be in: our own; null: none. */
  readonly session: string | null;
  /** deviceLines() of what ran at the check, compared while it runs; null: not compared. */
  readonly devices: readonly string[] | null;
  /** Targets of disks on which no block job may have begun. */
  readonly targets: readonly string[];
}

/**
 * Throws drift, naming what somebody else did meanwhile, or busy, with who and when. Whether somebody else's session is there is the last
 * thing asked before this resolves: what is done next to the domain comes as close to that answer as it can.
 */
export async function assertAsExpected(hypervisor: Hypervisor, domain: DomainRef, expected: Expected): Promise<void> {
  const changes = await changesSince(hypervisor, domain, expected);
  // At another computer, too, a guest is forced off right before it is started for a rescue.
  if (changes.includes(WHY_OFF.destroyed)) await takenBy(hypervisor, domain.uuid, expected.session ?? '');
  const open = await openSession(hypervisor, domain.uuid).catch(ifGone);
  if (open !== null && open.session.id !== expected.session) throw busyWith(domain, open.session);
  if (changes.length > 0) throw new SalvorError('drift', { domain: domain.name, what: changes.join('; ') });
}

/** For calls whose domain may have gone meanwhile. */
export function ifGone(error: unknown): null {
  if (errorOf(error).code === 'domain-not-found') return null;
  throw error;
}

async function changesSince(hypervisor: Hypervisor, { uuid }: DomainRef, expected: Expected): Promise<string[]> {
  const found = await Promise.all([
    hypervisor.domainStatus(uuid),
    hypervisor.domainObstacles(uuid),
    hypervisor.domainXml(uuid, expected.persistent ? 'definition' : 'migratable'),
    expected.devices === null ? null : hypervisor.domainXml(uuid, 'live'),
    // A guest that goes off meanwhile has none.
    expected.targets.length === 0 ? [] : hypervisor.blockJobs(uuid, expected.targets).catch(() => []),
  ]).catch(ifGone);
  if (found === null) return ['somebody undefined it, and it is off: it is gone (its definition is in the journal)'];
  const [status, { managedSave, job }, definitionXml, liveXml, blockJobs] = found;
  const on = isOn(status.state);
  const changed = expected.definitionXml !== null && definitionXml !== expected.definitionXml;
  const changes: (string | null)[] = [
    expected.on === null || on === expected.on ? null : await powerChange(hypervisor, uuid, on),
    expected.persistent && !status.persistent ? 'somebody undefined it' : null,
    !expected.persistent && status.persistent ? 'somebody defined it' : null,
    status.persistent === expected.persistent && changed ? 'its definition was changed' : null,
    managedSave ? 'somebody saved its memory (virsh managedsave)' : null,
    job === null ? null : 'a job has begun on it (a migration, a backup, a dump, or its memory is being saved)',
    blockJobs.length === 0 ? null : `a block job has begun on ${blockJobs.join(', ')}`,
    ...(liveXml === null || !isLive(liveXml) ? [] : deviceChanges(expected.devices ?? [], deviceLines(liveXml))),
  ];
  return changes.filter((change) => change !== null);
}

function deviceChanges(before: readonly string[], now: readonly string[]): string[] {
  return [
    ...now.filter((line) => !before.includes(line)).map((line) => `somebody attached ${line}`),
    ...before.filter((line) => !now.includes(line)).map((line) => `somebody detached ${line}`),
  ];
}

async function powerChange(hypervisor: Hypervisor, uuid: string, on: boolean): Promise<string> {
  if (on) return 'somebody started it';
  const why = await hypervisor.whyOff(uuid).catch(ifGone);
  return why === null ? 'it is off' : WHY_OFF[why];
}

/** Why a guest is off that we have not stopped, in words. */
export const WHY_OFF: Readonly<Record<WhyOff, string>> = {
  shutdown: 'it was shut down',
  destroyed: 'somebody forced it off',
  crashed: 'it crashed',
  migrated: 'it was migrated to another host',
  saved: 'somebody saved its memory',
  failed: 'it failed to start',
  'from-snapshot': 'somebody reverted it to a snapshot',
  daemon: 'libvirt lost it',
};

/** Off for these reasons, its disks belong to a memory that is somewhere else: nothing may be started on them. */
export const ELSEWHERE: readonly WhyOff[] = ['migrated', 'saved', 'from-snapshot'];
