/** What is different from when the preview was made, in words. */
import { powerOf } from '../rescue/session.ts';
import type { FoundDependency, RebootInputs } from './types.ts';

/** `before` is null where that preview is no longer known. */
export function describeRebootDrift(before: RebootInputs | null, now: RebootInputs): string {
  if (before === null) return 'its definition, its state or something that it depends on has changed';
  const was = before.domain;
  const is = now.domain;
  const changes: (string | false)[] = [
    was.definitionXml !== is.definitionXml && 'its definition was changed',
    powerOf(was.state) !== powerOf(is.state) && `it was ${was.state} and is ${is.state}`,
    was.persistent !== is.persistent && (is.persistent ? 'it was defined' : 'it was undefined'),
    was.managedSave !== is.managedSave && (is.managedSave ? 'its memory was saved' : 'its saved memory is gone'),
    was.job !== is.job && (is.job === null ? 'a job has ended' : 'a job has begun'),
    was.blockJobs.join() !== is.blockJobs.join() && 'its block jobs are others',
    before.session?.id !== now.session?.id &&
      (now.session === null ? 'its rescue has ended' : 'it is in another rescue'),
    ...changedDependencies(before.found, now.found),
    JSON.stringify(before.request) !== JSON.stringify(now.request) && 'the request is another one',
  ];
  return changes.filter((change) => change !== false).join('; ') || 'something that the plan depends on has changed';
}

function changedDependencies(before: readonly FoundDependency[], now: readonly FoundDependency[]): string[] {
  const known = new Map(before.map((each) => [`${each.kind}\n${each.name}`, each]));
  return now.flatMap(({ kind, name, state, sharedWith }) => {
    const was = known.get(`${kind}\n${name}`);
    if (was === undefined) return [`it depends on ${name}, which it did not`];
    if (was.state !== state) return [`${name} was ${was.state} and is ${state}`];
    return was.sharedWith.join() === sharedWith.join() ? [] : [`others use ${name} than before`];
  });
}
