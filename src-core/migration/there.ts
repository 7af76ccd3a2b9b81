/** What has to be looked at on both hosts before a migration is planned: names by the rules, read from the definition. */
import type { MigrationRules, NeededThere } from './types.ts';

/** A disk as both hosts call it. */
export interface DiskNames {
  readonly target: string;
  /** file, block, network, volume, … */
  readonly type: string;
  /** As diskSourceName() names it: a path, POOL/VOLUME, an address; null: an empty drive. */
  readonly source: string | null;
  readonly destination: string | null;
  readonly format: string | null;
  readonly readOnly: boolean;
  /** disk, cdrom, floppy, lun */
  readonly device: string;
}

/** The disks of what migrates (the running definition, or the one that is there), by both hosts' names. Throws XmlProblem. */
export function diskNames(xml: string, rules: MigrationRules): DiskNames[] {
  void rules;
  throw new Error(`not read: ${xml.length}`);
}

/** Names that the definitions need at the destination, by the rules, each once. `xmls`: what runs, and what stays. Throws XmlProblem. */
export function namesNeeded(
  xmls: readonly string[],
  rules: MigrationRules,
): Pick<NeededThere, 'kind' | 'name' | 'users'>[] {
  void rules;
  throw new Error(`not read: ${xmls.length}`);
}
