import { hostname, userInfo } from 'node:os';

/** user@workstation, for the session mark: whoever finds a machine in rescue should know whom to ask. */
export function who(): string {
  return `${userName()}@${hostname()}`;
}

/** A user id without an entry in passwd (a container) makes userInfo() throw. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
