/** What is different about a domain from when a preview was made. */
import type { DomainFacts, DomainState } from './types.ts';

/** In words. `powerOf`: what of its state a plan depends on. */
export function changedFacts(was: DomainFacts, is: DomainFacts, powerOf: (state: DomainState) => string): string[] {
  const changes: (string | false)[] = [
    was.definitionXml !== is.definitionXml && 'its definition was changed',
    powerOf(was.state) !== powerOf(is.state) && `it was ${was.state} and is ${is.state}`,
    was.persistent !== is.persistent && (is.persistent ? 'it was defined' : 'it was undefined'),
    was.managedSave !== is.managedSave && (is.managedSave ? 'its memory was saved' : 'its saved memory is gone'),
    was.job !== is.job && (is.job === null ? 'a job has ended' : 'a job has begun'),
    was.blockJobs.join() !== is.blockJobs.join() && 'its block jobs are others',
  ];
  return changes.filter((change) => change !== false);
}
