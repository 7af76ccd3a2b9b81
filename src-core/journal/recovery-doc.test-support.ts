/** docs/recovery.md, made from the table that the code runs on. */
import { COURSES, crashPoints } from './crash-points.test-support.ts';
import type { CrashPoint } from './crash-points.test-support.ts';
import { FACTS, ROWS, SITUATIONS, rowOf } from './resume.ts';
import type { Row } from './resume.ts';
import { ACT_TEXTS, SITUATION_TEXTS } from './resume-texts.ts';
import { migrationsDoc } from '../migration/recovery-doc.test-support.ts';
import {
  REBOOT_ACT_TEXTS,
  REBOOT_FACTS,
  REBOOT_ROWS,
  REBOOT_SITUATIONS,
  REBOOT_SITUATION_TEXTS,
} from '../reboot/situations.ts';

const INTRO = `# Recovery: what can be left behind, and what can be done

Written by a test from the table that the code runs on (src-core/journal/resume.ts); \`vitest run --project core src-core/journal -u\` writes it anew.

At its start, at each connect, and with \`salvor resume\`, Salvor looks at every operation that this computer's journal does not know the end of: how far it came, and how
its domain stands now. The domain decides, not the journal: the journal says what was meant, and has the definition. Nothing is done by itself. Three ways are offered:
*finish*, *roll back*, and *forget*, which touches nothing. Right before one is taken, under the lock of the domain, all is looked at again; if it is another situation by then, nothing is
done. The journal of this computer is trusted before metadata, which anybody with write access to the host can change; where the two differ, neither is acted on until a person chooses.`;

const FACT_WORDS: Readonly<Record<keyof typeof FACTS, string>> = {
  operation: 'what was begun',
  session: 'kind of session',
  touched: 'a step that touches the guest had begun',
  power: 'the guest was running before a rescue; is to run after an end',
  domain: 'the domain, by its UUID',
  definition: 'what is defined',
  runs: 'what the guest runs from',
  saved: 'managed-save image',
  copy: "this computer's journal has the definition from before",
  overlay: 'an overlay volume of the session is in its pool',
};

const MEANINGS = `- *definition*: \`own\` as before the rescue; \`rescue\` this session's, with a record in it that can be put back and is the same as the journal's; \`damaged\` this session's, and its
  record cannot be put back as it is; \`differs\` this session's, and its record is another definition than the journal's; \`other-rescue\` another session's; \`changed\` none of these;
  \`none\` there is none.
- *runs*: \`off\`, or from a definition without a session (\`own\`), in this session (\`rescue\`), in another one (\`other-rescue\`).
- *domain*: \`renamed\` its UUID has another name now; \`replaced\` there is no such UUID, and its name belongs to another.`;

const cell = (text: string) =>
  text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replace(/\{\{(\w+)\}\}/g, '*$1*');
const line = (...cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
const heading = (...names: readonly string[]) => [line(...names), `|${names.map(() => '---').join('|')}|`];

function ways({
  offers,
  recommended,
}: {
  readonly offers: Readonly<Record<string, string>>;
  readonly recommended: string | null;
}): string {
  const all = Object.entries(offers).map(([way, act]) => {
    const words = way === act ? way : `${way} (${act})`;
    return way === recommended ? `**${words}**` : words;
  });
  return all.join(', ');
}

function situations(): string[] {
  return [
    ...heading('situation', 'what is said'),
    ...SITUATIONS.map((code) => line(`\`${code}\``, SITUATION_TEXTS[code])),
  ];
}

function acts(): string[] {
  return [
    ...heading('act', 'what it does'),
    ...Object.entries(ACT_TEXTS).map(([act, text]) => line(`\`${act}\``, text)),
  ];
}

function table(): string[] {
  const facts = Object.keys(FACTS) as (keyof typeof FACTS)[];
  const answers = ({ when }: Row, fact: keyof typeof FACTS) =>
    (when[fact] as readonly string[] | undefined)?.join(', ') ?? '–';
  return [
    ...heading(...facts, 'situation', 'ways on'),
    ...ROWS.map((row) => line(...facts.map((fact) => answers(row, fact)), `\`${row.situation}\``, ways(row))),
  ];
}

function lastRecord({ last }: CrashPoint): string {
  if (last === null) return 'the first';
  return `${last.id} ${last.state}`;
}

function course(points: readonly CrashPoint[]): string[] {
  const [first] = points;
  if (first === undefined) return [];
  const { operation, session, power, from } = first.course;
  const what =
    operation === 'rescue'
      ? `A rescue, ${session}, of a guest that ${power === 'on' ? 'ran' : 'was off'}`
      : `The end of a rescue, ${session}, of a guest that ${from.runs === 'off' ? 'is off' : 'runs'} and is to ${power === 'on' ? 'run' : 'be off'} afterwards`;
  return [
    `### ${what}`,
    '',
    ...heading('last record', 'overlay', 'definition', 'runs', 'situation', 'ways on'),
    ...points.map((point) => {
      const row = rowOf(point.facts);
      return line(
        lastRecord(point),
        point.facts.overlay,
        point.facts.definition,
        point.facts.runs,
        `\`${row.situation}\``,
        ways(row),
      );
    }),
    '',
  ];
}

/** Of hard reboots: fewer questions, and two ways. */
function hardReboots(): string[] {
  const facts = Object.keys(REBOOT_FACTS) as (keyof typeof REBOOT_FACTS)[];
  return [
    '## Hard reboots',
    '',
    'A hard reboot never writes a definition, and each of its steps may be done again: so an interrupted one is carried out again, or closed. *reached* is the last step that had begun:',
    '`check` none that touches the guest (of one that runs also its secrets and pools, which are set up before the stop), `stop`, `set-up` (networks, devices; of one that was off all of it),',
    '`start` or the verification behind it. *runs* is `other-rescue` where the domain is in a rescue that',
    'is not the one from before. Values of secrets are nowhere written down: one that is missing has to be given anew.',
    '',
    ...heading('situation', 'what is said'),
    ...REBOOT_SITUATIONS.map((code) => line(`\`${code}\``, REBOOT_SITUATION_TEXTS[code])),
    '',
    ...heading('act', 'what it does'),
    ...Object.entries(REBOOT_ACT_TEXTS).map(([act, text]) => line(`\`${act}\``, text)),
    '',
    ...heading(...facts, 'situation', 'ways on'),
    ...REBOOT_ROWS.map((row) =>
      line(
        ...facts.map((fact) => (row.when[fact] as readonly string[] | undefined)?.join(', ') ?? '–'),
        `\`${row.situation}\``,
        ways(row),
      ),
    ),
    '',
  ];
}

export function recoveryDoc(): string {
  return [
    INTRO,
    '',
    '## Situations',
    '',
    ...situations(),
    '',
    '## Ways on',
    '',
    'The recommended one is **bold**; where none is, only a person can know.',
    '',
    ...acts(),
    '',
    '## The table',
    '',
    `What is asked: ${Object.entries(FACT_WORDS)
      .map(([fact, words]) => `*${fact}* (${words})`)
      .join(', ')}. “–”: does not matter. Exactly one row speaks of each combination.`,
    '',
    MEANINGS,
    '',
    ...table(),
    '',
    ...hardReboots(),
    ...migrationsDoc(line, heading),
    '## Crash points',
    '',
    'Where an operation was cut off, what it leaves by itself, and what is offered then. In mid-step, what the step does may have been done or not. What others do in between is in the',
    'table above.',
    '',
    ...COURSES.flatMap((each) => course(crashPoints(each))),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
