/** Where this person's Salvor keeps what it did: the same for the window and the command line, so that either finishes what the other began. */
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** SALVOR_STATE; else the place of the system for such things. A relative XDG_STATE_HOME counts for nothing (XDG Base Directory Specification). */
export function stateFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  const own = env['SALVOR_STATE'] ?? '';
  if (own !== '') return resolve(own);
  if (platform === 'darwin') return join(home, 'Library/Application Support/salvor/state');
  const xdg = env['XDG_STATE_HOME'] ?? '';
  return join(isAbsolute(xdg) ? xdg : join(home, '.local/state'), 'salvor');
}
