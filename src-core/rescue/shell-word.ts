/** Names in commands that people copy: of the plan's virsh commands, and of sentences that say what to type. */
import { plain } from '../plain-text.ts';

/** A word for a POSIX shell: quoted unless it is plainly harmless. Text of a definition never becomes a second word or command. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./][A-Za-z0-9_@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A domain as virsh takes it: by its name, unless virsh would take that for an id or a UUID, or nobody could copy it. A guest may be
 * called 7, and another one run under that id; or have a tab or a mark of direction in its name, which are never printed.
 */
export function domainWord({ name, uuid }: { readonly name: string; readonly uuid: string | null }): string {
  const isMistakable = /^(?:[0-9]+|[0-9a-fA-F-]{32,36})$/.test(name) || plain(name) !== name;
  return shellWord(isMistakable && uuid !== null ? uuid : name);
}
