/** The part of docs/recovery.md that is about migrations, made from the table that the code runs on. */
import { possibleFacts } from './combinations.test-support.ts';
import { MIGRATION_ACTS, MIGRATION_FACTS, MIGRATION_SITUATIONS } from './whereabouts-facts.ts';
import type { MigrationAct, MigrationFacts } from './whereabouts-facts.ts';
import { MIGRATION_ROWS, rowFits } from './whereabouts-rows.ts';
import type { MigrationRow } from './whereabouts-rows.ts';
import { MIGRATION_ACT_TEXTS, MIGRATION_SITUATION_TEXTS } from './whereabouts-texts.ts';

const MEANINGS = `What is asked of the *source*: \`running\`, or \`paused\` by somebody; \`handing-over\` paused (migrating), in the last moments of pre-copy; \`post-copy\` and \`post-copy-failed\` paused with that reason;
\`migrated\` shut off (migrated); \`off\` for any other reason. Of the *destination*: \`incoming\` paused (migrating), memory is still coming; \`post-copy\` and \`post-copy-failed\` running with that reason. *job*: one
is under way at the source. *here*: its definition at the source is the one from before (\`source\`), another, or none. *there*: its definition at the destination is the one that was planned,
another, or none. What is not named does not matter. Exactly one row speaks of each combination that libvirt can show; a test tries them all, and that no way ends with two guests that run, or
with none that runs or can be started.`;

/** `line` and `heading` are those of the tables around it. */
export function migrationsDoc(
  line: (...cells: readonly string[]) => string,
  heading: (...names: readonly string[]) => string[],
): string[] {
  const all = possibleFacts();
  return [
    '## Migrations',
    '',
    'Of a migration neither its error nor the journal is believed: both hosts are looked at, and whoever runs the guest owns it. A source that is paused in post-copy is never resumed: a part of the',
    'memory, and all that the guest has done since, is at the destination. What is at the destination is destroyed only while it is paused (migrating), or where no memory of it can ever come any',
    'more. With one host out of sight nothing is started, defined or taken away. Where two copies are alive nothing at all is offered.',
    '',
    ...heading('situation', 'what is said'),
    ...MIGRATION_SITUATIONS.map((code) => line(`\`${code}\``, MIGRATION_SITUATION_TEXTS[code])),
    '',
    ...heading('act', 'what it does'),
    ...MIGRATION_ACTS.map((act) => line(`\`${act}\``, MIGRATION_ACT_TEXTS[act])),
    '',
    MEANINGS,
    '',
    'Acts are done in their order; one in parentheses only where there is something for it to do.',
    '',
    ...heading('found', 'situation', 'who has the guest', 'ways on'),
    ...MIGRATION_ROWS.map((row) => line(found(row), `\`${row.situation}\``, row.owner, ways(row, all))),
    '',
  ];
}

function found({ when }: MigrationRow): string {
  const facts = (Object.keys(MIGRATION_FACTS) as (keyof MigrationFacts)[]).filter((fact) => when[fact] !== undefined);
  return facts.map((fact) => `*${fact}*: ${when[fact]?.join(', ') ?? ''}`).join('; ');
}

function ways(row: MigrationRow, all: readonly MigrationFacts[]): string {
  if (row.alarm === true) return 'none';
  const offered = all.filter((facts) => rowFits(row, facts)).map((facts) => row.offers(facts));
  const texts = (['finish', 'roll-back'] as const).flatMap((way) => {
    // Where disks were copied a way may not be open at all.
    const lists = offered.map((offers) => offers[way] ?? []).filter((acts) => acts.length > 0);
    return lists.length === 0 ? [] : [shown(`${way}: ${sequence(lists)}`, row.recommended === way)];
  });
  return [...texts, shown('forget', row.recommended === 'forget')].join('; ');
}

const shown = (text: string, recommended: boolean) => (recommended ? `**${text}**` : text);

/** All acts of a way, in their order; those that it has not always in parentheses. */
function sequence(lists: readonly (readonly MigrationAct[])[]): string {
  return MIGRATION_ACTS.filter((act) => lists.some((acts) => acts.includes(act)))
    .map((act) => (lists.every((acts) => acts.includes(act)) ? act : `(${act})`))
    .join(', ');
}
