/** What is different from when the preview was made, in words. */
import { changedFacts } from '../rescue/changed-facts.ts';
import { keyOf } from './found.ts';
import { powerWord } from './power.ts';
import type { Dependency, FoundDependency, RebootInputs } from './types.ts';

/** `before` is null where that preview is no longer known. */
export function describeRebootDrift(before: RebootInputs | null, now: RebootInputs): string {
  if (before === null) return 'its definition, its state or something that it depends on has changed';
  const changes: (string | false)[] = [
    ...changedFacts(before.domain, now.domain, powerWord),
    before.session?.id !== now.session?.id &&
      (now.session === null ? 'its rescue has ended' : 'it is in another rescue'),
    ...changedDependencies(before.found, now.found),
    JSON.stringify(before.request) !== JSON.stringify(now.request) && 'the request is another one',
  ];
  return changes.filter((change) => change !== false).join('; ') || 'something that the plan depends on has changed';
}

function changedDependencies(before: readonly FoundDependency[], now: readonly FoundDependency[]): string[] {
  const known = new Map(before.map((each) => [keyOf(each), each]));
  const still = new Set(now.map(keyOf));
  const gone = before.filter((each) => !still.has(keyOf(each)));
  return [
    ...now.flatMap((is) => {
      const was = known.get(keyOf(is));
      return was === undefined ? [`it depends on ${is.name}, which it did not`] : changesOf(was, is);
    }),
    ...gone.map(({ name }) => `it does not depend on ${name} any more`),
  ];
}

function changesOf(was: FoundDependency, is: FoundDependency): string[] {
  const { name } = is;
  const changes: (string | false)[] = [
    was.state !== is.state && `${name} was ${was.state} and is ${is.state}`,
    was.of !== is.of && `${name} was ${belonging(was)} and is ${belonging(is)}`,
    was.users.join() !== is.users.join() && `${name} was for ${was.users.join(', ')} and is for ${is.users.join(', ')}`,
    was.sharedWith.join() !== is.sharedWith.join() && `others use ${name} than before`,
  ];
  return changes.filter((change) => change !== false);
}

/** What `of` says of each kind; see Dependency. */
function belonging({ kind, of }: Dependency): string {
  if (kind === 'secret') return of === null ? 'of an unknown use' : `of the use ${of}`;
  if (kind === 'bridge') return of === null ? 'of no network' : `of the network ${of}`;
  return of === null ? 'in no pool' : `in the pool ${of}`;
}
