/** Which daemon an entry of the journal is about, and whether a connection leads to it. */

/** Was it begun on that host? By its own name, and where the daemon is asked: a host has several (system, session, private ones). */
export function isAt(
  host: { readonly uri: string; readonly hostname: string },
  uri: string,
  hostname: string,
): boolean {
  return host.hostname === hostname && daemonOf(host.uri) === daemonOf(uri);
}

/** Of `qemu+ssh://root@host/system?socket=/run/x`: `qemu`, `/system` and the socket. How it is reached does not matter. */
function daemonOf(uri: string): string {
  const [, driver = '', path = '', query = ''] =
    /^([a-z0-9]+)(?:\+[a-z0-9]+)?:\/\/[^/?#]*([^?#]*)\??([^#]*)/i.exec(uri) ?? [];
  return JSON.stringify([driver.toLowerCase(), path, new URLSearchParams(query).get('socket')]);
}
