import type { DomainView } from '../domain-xml/domain.ts';
import type { GuestNames } from './types.ts';

/** What a Linux guest will call each disk, by target. */
export function guestNames(domain: DomainView): Map<string, GuestNames> {
  return new Map(domain.disks.map(({ target }) => [target, { kernel: null, byId: null, byPath: null }]));
}
