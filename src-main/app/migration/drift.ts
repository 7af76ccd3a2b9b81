/** What is different now from when the preview of a migration was made, in words. */
import type { MigrationInputs } from '../../../src-core/migration/types.ts';

/** `before` is null where that preview is no longer known. */
export function describeMigrationDrift(before: MigrationInputs | null, now: MigrationInputs): string {
  if (before === null) return 'its definition, its state or something at the destination has changed';
  const was = before.domain;
  const is = now.domain;
  const there = now.destination.hostname;
  const changed = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);
  const disks = now.disks.filter((disk, index) => {
    const last = before.disks[index];
    return changed(
      [last?.target, last?.source, last?.seen, last?.pool],
      [disk.target, disk.source, disk.seen, disk.pool],
    );
  });
  const needs = now.destination.needed.filter((need) => {
    const last = before.destination.needed.find(({ kind, name }) => kind === need.kind && name === need.name);
    return last?.state !== need.state || last.carriable !== need.carriable;
  });
  const changes: (string | false)[] = [
    was.definitionXml !== is.definitionXml && 'its definition was changed',
    was.state !== is.state && `it was ${was.state} and is ${is.state}`,
    was.persistent !== is.persistent && (is.persistent ? 'it was defined' : 'it was undefined'),
    was.definitionXml === is.definitionXml &&
      was.state === is.state &&
      before.migratableXml !== now.migratableXml &&
      'devices of the running guest were changed',
    was.job !== is.job && (is.job === null ? 'a job has ended' : 'a job has begun'),
    was.snapshots !== is.snapshots && 'its snapshots are others',
    was.blockJobs.join() !== is.blockJobs.join() && 'its block jobs are others',
    changed(before.session?.id, now.session?.id) && 'its rescue is another one',
    changed(before.destination.domains, now.destination.domains) && `the domains of its name at ${there} are others`,
    disks.length > 0 && `${disks.map(({ target }) => target).join(', ')} is found otherwise on the two hosts`,
    needs.length > 0 &&
      `${needs.map(({ kind, name }) => `the ${kind} ${name}`).join(', ')} at ${there} is not as it was`,
    changed(before.request, now.request) && 'the request is another one',
  ];
  return changes.filter((change) => change !== false).join('; ') || 'something that the plan depends on has changed';
}
