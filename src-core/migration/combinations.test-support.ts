/** Every combination of what can be found at two hosts. */
import { MIGRATION_FACTS } from './whereabouts-facts.ts';
import type { MigrationFacts } from './whereabouts-facts.ts';

type Loose = Readonly<Record<string, string>>;

/** Those that libvirt can show: what is off has a definition, what is not there has none, and what does not run has no job. */
export function possibleFacts(): MigrationFacts[] {
  let all: Loose[] = [{}];
  for (const [fact, answers] of Object.entries(MIGRATION_FACTS))
    all = all.flatMap((each) => answers.map((answer) => ({ ...each, [fact]: answer })));
  return (all as unknown as MigrationFacts[]).filter(isPossible);
}

function isPossible({ source, here, job, destination, there }: MigrationFacts): boolean {
  const hidden = (side: string) => side === 'absent' || side === 'unreachable';
  const off = (side: string) => side === 'off' || side === 'migrated';
  return (
    !(hidden(source) && here !== 'none') &&
    !(off(source) && here === 'none') &&
    !(job === 'yes' && (hidden(source) || off(source))) &&
    !(hidden(destination) && there !== 'none') &&
    !(off(destination) && there === 'none')
  );
}
