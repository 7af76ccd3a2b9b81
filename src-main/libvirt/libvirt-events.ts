import type { Connection, Domain, DomainEvents } from 'node-libvirt';
import { unsupported } from './error-mapping.ts';
import { orNull } from './link.ts';
import type { DomainEvent } from './port.ts';

const LIFECYCLE = ['lifecycle'] as const;
const ALL = [
  'lifecycle',
  'metadataChange',
  'deviceAdded',
  'deviceRemoved',
  'trayChange',
  'diskChange',
  'blockJob',
] as const satisfies readonly (keyof DomainEvents)[];

type Listener = (event: DomainEvent) => void;

/**
 * Listening to all domains of a connection. libvirt takes one listener for a kind of event (“event callback already tracked”): it is
 * registered with the first that is wanted, stays as long as the connection, and passes on to all that are there. Kinds that the driver
 * does not have are left out.
 */
export function createWatcher(connection: Connection) {
  const listeners = new Map<keyof DomainEvents, Set<Listener>>();
  const registered = new Map<keyof DomainEvents, Promise<unknown>>();

  const register = (name: keyof DomainEvents): Promise<unknown> => {
    const pass = ({ domain }: { domain: Domain }) => {
      const { uuid, name: domainName } = domain;
      domain.dispose();
      for (const listener of [...(listeners.get(name) ?? [])]) listener({ uuid, name: domainName });
    };
    const known = registered.get(name) ?? orNull(unsupported, connection.onDomainEvent(name, pass));
    registered.set(name, known);
    known.catch(() => registered.delete(name));
    return known;
  };

  return async (kinds: 'lifecycle' | 'all', listener: Listener): Promise<() => void> => {
    const names = kinds === 'all' ? ALL : LIFECYCLE;
    for (const name of names) listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
    const stop = () => {
      for (const name of names) listeners.get(name)?.delete(listener);
    };
    try {
      await Promise.all(names.map(register));
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  };
}
