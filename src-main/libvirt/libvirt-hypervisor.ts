/** The hypervisor port over node-libvirt. */
import { Connection } from 'node-libvirt';
import type { Domain } from 'node-libvirt';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { callError, callQuietly, openError } from './error-mapping.ts';
import { SLOW } from './link.ts';
import type { Link } from './link.ts';
import { createLiveness } from './liveness.ts';
import type { Liveness } from './liveness.ts';
import { domainMethods } from './libvirt-domains.ts';
import { hostMethods } from './libvirt-host.ts';
import { migrationMethods } from './libvirt-migration.ts';
import { networkMethods } from './libvirt-networks.ts';
import { powerMethods } from './libvirt-power.ts';
import { secretMethods } from './libvirt-secrets.ts';
import { snapshotMethods } from './libvirt-snapshots.ts';
import { storageMethods } from './libvirt-storage.ts';
import { transferMethods } from './libvirt-transfers.ts';
import type { HostIdentity, Hypervisor, OpenHypervisor } from './port.ts';

/** Deadlines, milliseconds. A host that takes longer is as good as gone; see SLOW for what is given more. */
const OPEN_DEADLINE = 30_000;
const CALL_DEADLINE = 20_000;

/** A host that has vanished ends the connection after half a minute. */
const KEEPALIVE = { interval: 5, count: 5 } as const;

/** What libvirt itself would try to parse: driver[+transport]://[user@][host][:port]/path[?parameters]. */
const URI = /^[a-z][a-z0-9]*(\+[a-z][a-z0-9]*)?:\/\/[^\s]*$/i;

export const openLibvirt: OpenHypervisor = async (uri, { readOnly, onLost }) => {
  if (!URI.test(uri)) throw new SalvorError('uri-malformed', { uri });
  let connection: Connection;
  try {
    connection = await Connection.open(uri, {
      readOnly,
      timeout: OPEN_DEADLINE,
      callTimeout: CALL_DEADLINE,
      keepAlive: KEEPALIVE,
    });
  } catch (error) {
    throw openError(error, uri);
  }
  return makeHypervisor(connection, uri, readOnly, createLiveness(connection, onLost));
};

function makeHypervisor(connection: Connection, uri: string, readOnly: boolean, liveness: Liveness): Hypervisor {
  const handles = new Map<string, Promise<Domain>>();
  const link: Link = {
    uri,
    connection,
    readOnly,
    isAlive: liveness.isAlive,
    ended: liveness.ended,
    domain: (uuid) => {
      const known = handles.get(uuid) ?? connection.lookupDomainByUUID(uuid);
      handles.set(uuid, known);
      known.catch(() => handles.delete(uuid));
      return known;
    },
    guard: async (subject, call) => {
      try {
        return await call();
      } catch (error) {
        const problem = await callError(error, { uri, subject }, liveness.isAlive);
        if (problem.data.code === 'connection-lost') liveness.ended();
        if (problem.data.code === 'timeout') liveness.suspect();
        throw problem;
      }
    },
  };
  const remembered = new Map<string, Promise<unknown>>();
  /** What a host does not change while connected is asked for once. */
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = (remembered.get(key) as Promise<T> | undefined) ?? link.guard(uri, ask);
    remembered.set(key, known);
    known.catch(() => remembered.delete(key));
    return known;
  };
  return {
    uri,
    readOnly,
    close: () => {
      liveness.stop();
      return connection.close();
    },
    identity: () => once('identity', () => identify(connection)),
    domainCapabilities: ({ emulator, arch, machine, virtType }) =>
      once(JSON.stringify([emulator, arch, machine, virtType]), () =>
        // A host that does not know the emulator or the machine says so by an error: then the plan has no capabilities to go by.
        callQuietly(connection.domainCapabilities({ emulatorbin: emulator, arch, machine, virttype: virtType }, SLOW)),
      ),
    capabilities: () => link.guard(uri, () => connection.capabilities(SLOW)),
    ...domainMethods(link),
    ...snapshotMethods(link),
    ...storageMethods(link),
    ...transferMethods(link, uri),
    ...hostMethods(link),
    ...powerMethods(link),
    ...networkMethods(link),
    ...secretMethods(link),
    ...migrationMethods(link),
  };
}

async function identify(connection: Connection): Promise<HostIdentity> {
  const [hostname, driver, libvirtVersion, hypervisorVersion] = await Promise.all([
    connection.hostname(),
    connection.type(),
    connection.libVersion(),
    connection.version().catch(() => 0),
  ]);
  return { hostname, driver: driver.toUpperCase(), libvirtVersion, hypervisorVersion };
}
