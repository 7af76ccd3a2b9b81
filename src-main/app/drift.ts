import type { RescueInputs } from '../../src-core/rescue/types.ts';
import { mediumName } from '../../src-core/rescue/context.ts';

/** What is different now from when the preview was made, in words. `before` is null where that preview is no longer known. */
export function describeDrift(before: RescueInputs | null, now: RescueInputs): string {
  if (before === null) return 'its definition, its state or a medium has changed';
  const was = before.domain;
  const is = now.domain;
  const changes: (string | false)[] = [
    was.definitionXml !== is.definitionXml && 'its definition was changed',
    was.state !== is.state && `it was ${was.state} and is ${is.state}`,
    was.persistent !== is.persistent && (is.persistent ? 'it was defined' : 'it was undefined'),
    was.managedSave !== is.managedSave && (is.managedSave ? 'its memory was saved' : 'its saved memory is gone'),
    was.job !== is.job && (is.job === null ? 'a job has ended' : 'a job has begun'),
    was.blockJobs.join() !== is.blockJobs.join() && 'its block jobs are others',
    ...now.media.map(
      (medium, index) => changedMedium(before.media[index], medium) && `${mediumName(medium.spec)} was changed`,
    ),
    JSON.stringify(before.request) !== JSON.stringify(now.request) && 'the request is another one',
  ];
  return changes.filter((change) => change !== false).join('; ') || 'something that the plan depends on has changed';
}

function changedMedium(before: RescueInputs['media'][number] | undefined, now: RescueInputs['media'][number]): boolean {
  const relevant = (medium: RescueInputs['media'][number] | undefined) =>
    JSON.stringify([
      [medium?.found, medium?.source, medium?.size, medium?.format, medium?.content],
      [medium?.hash, medium?.modified, medium?.bootFiles, medium?.kin],
    ]);
  return relevant(before) !== relevant(now);
}
