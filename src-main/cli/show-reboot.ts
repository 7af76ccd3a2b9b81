/** The plan of a hard reboot for people, dense and plain. */
import type { NeededSecret, RebootPlan } from '../../src-core/reboot/types.ts';
import { plain, plainLines, table } from './output.ts';
import { findingsText, stepsText } from './show-plan.ts';

export function rebootText(plan: RebootPlan): string {
  const { domain, refusals, warnings, dependencies, secrets, session, untouched } = plan;
  const parts = [`Hard reboot of ${plain(domain.name)}${domain.uuid === null ? '' : ` (${plain(domain.uuid)})`}`];
  if (refusals.length > 0) parts.push(findingsText('Refused', refusals));
  if (warnings.length > 0) parts.push(findingsText('Warnings', warnings));
  if (dependencies.length > 0) parts.push(`What it depends on\n${dependencyTable(plan)}`);
  if (secrets.length > 0) parts.push(`Secrets whose values only you have\n${secrets.map(secretText).join('\n')}`);
  if (refusals.length > 0) return parts.join('\n\n');
  if (session !== null) parts.push(`Rescue\n  ${plain(session.text)}`);
  if (untouched.length > 0) parts.push(`Untouched\n${untouched.map(({ text }) => `  ${plain(text)}`).join('\n')}`);
  parts.push(`Steps\n${stepsText(plan.steps)}`);
  if (plan.virsh.length > 0) parts.push(`With virsh alone\n${indented(plainLines(plan.virsh.join('\n')))}`);
  return parts.join('\n\n');
}

/** Everything that the definition needs to start, how it is, and what is done about it. */
function dependencyTable({ dependencies }: RebootPlan): string {
  return table(
    ['what', 'name', 'needed by', 'now', 'will be done'],
    dependencies.map(({ kind, name, users, now, does }) => [kind, name, users.join(', '), now.text, does.text]),
    '  ',
  );
}

function secretText({ uuid, usage, users, define, required, given }: NeededSecret): string {
  const state = given ? 'its value is given' : required ? 'its value is needed' : 'a value may be given';
  const option = given ? '' : `: --secret ${uuid}=@FILE`;
  const what = [
    `of ${users.join(', ')}`,
    ...(usage === null ? [] : [usage]),
    ...(define ? ['to be defined again'] : []),
  ];
  return `  ${plain(`${uuid} (${what.join('; ')}): ${state}${option}`)}`;
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');
