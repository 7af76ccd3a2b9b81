/**
 * UEFI variables of a guest in rescue. QEMU sends those that it runs on (tried on 9.0): where they are the rescue's own, the guest's stay at the
 * source, and once the rescue is ended at the destination libvirt would make new ones from the template, without a word.
 */
import { parseDomain } from '../domain-xml/domain.ts';
import { parseXml } from '../domain-xml/document.ts';
import { child } from '../domain-xml/elements.ts';
import { domainOfScratch, nvramFile, ownNvram } from '../rescue/scratch-nvram.ts';
import { mapPath } from './rules.ts';
import type { MigrationRules, OwnNvram } from './types.ts';

export interface NvramOrder {
  /** What migrates: what runs, or the definition. */
  readonly xml: string;
  /** The definition that ending the rescue goes back to. */
  readonly back: string;
  /** Of the source. */
  readonly host: { readonly uri: string; readonly driver: string };
  readonly rules: MigrationRules;
}

/** The guest's own file, by both hosts' names, where it is not the one that migrates; null: it is, or there is none. Throws XmlProblem. */
export function nvramLeftBehind({ xml, back, host, rules }: NvramOrder): Omit<OwnNvram, 'seen'> | null {
  const runs = nvramFile(child(parseXml(xml).documentElement, 'os'));
  const view = parseDomain(back);
  if (runs === null || view.firmware !== 'uefi') return null;
  const document = parseXml(back);
  const own = ownNvram(document, host, view.name, null);
  if (own.kind !== 'path' || own.path === runs) return null;
  if (nvramFile(child(document.documentElement, 'os')) !== null)
    return { path: own.path, destination: mapPath(rules.paths, own.path) };
  // Where the definition does not say, its libvirt chooses, there as here.
  return domainOfScratch(runs) === null ? null : { path: own.path, destination: own.path };
}
