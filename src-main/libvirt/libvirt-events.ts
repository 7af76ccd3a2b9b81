import type { Connection, Domain, DomainEvents } from 'node-libvirt';
import { unsupported } from './error-mapping.ts';
import { orNull } from './link.ts';
import type { DomainEvent } from './port.ts';

const LIFECYCLE = ['lifecycle'] as const;
const ALL = ['lifecycle', 'metadataChange', 'deviceAdded', 'deviceRemoved', 'trayChange', 'diskChange', 'blockJob'] as const satisfies readonly (keyof DomainEvents)[];

/** Listen to all domains of a connection. Kinds that the driver does not have are left out. */
export async function watchDomains(connection: Connection, kinds: 'lifecycle' | 'all', listener: (event: DomainEvent) => void): Promise<() => void> {
  const pass = ({ domain }: { domain: Domain }) => {
    const { uuid, name } = domain;
    domain.dispose();
    listener({ uuid, name });
  };
  const names = kinds === 'all' ? ALL : LIFECYCLE;
  const subscriptions = await Promise.all(names.map((name) => orNull(unsupported, connection.onDomainEvent(name, pass))));
  return () => {
    // A connection that has gone has forgotten its listeners.
    for (const subscription of subscriptions) subscription?.cancel().catch(() => undefined);
  };
}
