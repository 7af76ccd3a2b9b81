/**
 * Which definition ending a rescue puts back. The record in the domain is what any workstation has; the journal of this computer, where it has
 * a copy, is trusted before it, since metadata can be written by anybody. Where the two differ, or the record cannot be put back as it is,
 * nothing is put back until a person says which one.
 */
import { XmlProblem, parseXml } from '../domain-xml/document.ts';
import { parseDomain } from '../domain-xml/domain.ts';
import { child } from '../domain-xml/elements.ts';
import { fillSecrets, hashDefinition, recordedDefinition, recoverDefinition, withoutSecrets } from './record.ts';
import { findSession } from './session.ts';

export const RECORDS = ['metadata', 'journal'] as const;
export type TrustedRecord = (typeof RECORDS)[number];

export type PutBack =
  | {
      readonly definitionXml: string;
      /** What is not as it was before the rescue, in sentences. */
      readonly notes: readonly string[];
      readonly problem: null;
    }
  | {
      readonly definitionXml: null;
      /** In words that stand behind a colon. */
      readonly problem: string;
      /** The record is whole, and is another definition than the journal's. */
      readonly differs: boolean;
    };

/**
 * The definition to put back. `rescueXml` is the rescue definition as libvirt dumps it (INACTIVE | SECURE); `copy` what the journal of this
 * computer keeps (without secrets), null: nothing; `choice` the record that a person chose, null: nobody did.
 */
export function definitionToPutBack(rescueXml: string, copy: string | null, choice: TrustedRecord | null): PutBack {
  try {
    return chosen(rescueXml, copy, choice);
  } catch (error) {
    // Larger than anything that Salvor defines, or no XML at all.
    if (error instanceof XmlProblem) return not('the rescue definition cannot be read');
    throw error;
  }
}

function chosen(rescueXml: string, copy: string | null, choice: TrustedRecord | null): PutBack {
  if (choice === 'journal')
    return copy === null ? not('the journal of this computer has no copy of it') : adapted(copy, rescueXml);
  if (choice === 'metadata') {
    const recorded = recordedDefinition(sessionIn(rescueXml));
    return recorded.definitionXml === null ? not(recorded.problem) : adapted(recorded.definitionXml, rescueXml);
  }
  const recovered = recoverDefinition(rescueXml);
  if (recovered.definitionXml === null) return not(recovered.problem);
  if (copy !== null && hashDefinition(copy) !== hashDefinition(recovered.definitionXml))
    return not('the record is another definition than the one that the journal of this computer keeps', true);
  return { definitionXml: recovered.definitionXml, notes: [], problem: null };
}

function not(problem: string, differs = false): PutBack {
  return { definitionXml: null, problem, differs };
}

function sessionIn(xml: string) {
  return findSession(child(parseXml(xml).documentElement, 'metadata'));
}

/** A definition of the same domain, with what must be as it is now: its name, and passwords where they can be told apart. */
function adapted(template: string, rescueXml: string): PutBack {
  const now = parseDomain(rescueXml);
  const before = read(template);
  if (before === null || before.uuid !== now.uuid) return not('it is the definition of another domain');
  const notes: string[] = [];
  let definitionXml = template;
  if (before.name !== now.name) {
    definitionXml = withNameOf(template, rescueXml);
    notes.push(`Its name stays ${now.name}; it was ${before.name} before.`);
  }
  const filled = fillSecrets(definitionXml, rescueXml);
  if (filled === null)
    notes.push(
      'Its passwords are left empty, since their number is another one now: set those of its consoles and network disks again (virsh edit).',
    );
  return { definitionXml: filled ?? withoutSecrets(definitionXml), notes, problem: null };
}

function read(xml: string) {
  try {
    return parseDomain(xml);
  } catch {
    return null;
  }
}

/** libvirt writes the name first of all; as text, so that nothing else of the definition changes. */
const NAME = /<name>[^<]*<\/name>/;

function withNameOf(template: string, xml: string): string {
  const name = NAME.exec(xml)?.[0] ?? '';
  return template.replace(NAME, () => name);
}
