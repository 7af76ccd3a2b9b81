/** The same session by hand: what an administrator would type, on a host without Salvor. */

/** A word for a POSIX shell: quoted unless it is plainly harmless. Text of a definition never becomes a second word or command. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./][A-Za-z0-9_@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The commands that start and end a one-shot session, in order. `rescue.xml` is the plan's rescue definition. */
export function virshCommands(uri: string, name: string, running: boolean, how: 'graceful' | 'force'): string[] {
  const virsh = uri === '' ? 'virsh' : `virsh -c ${shellWord(uri)}`;
  const domain = `--domain ${shellWord(name)}`;
  const stop = how === 'force' ? 'destroy' : 'shutdown';
  return [
    ...(running ? [`${virsh} ${stop} ${domain}`] : []),
    `${virsh} create rescue.xml`,
    `# work in the rescue system; then end it:`,
    `${virsh} destroy ${domain}`,
    ...(running ? [`${virsh} start ${domain}`] : []),
  ];
}
