/** What single elements of a definition need, and how it becomes one list. */
import type { XmlElement } from '../domain-xml/document.ts';
import { numberAttribute } from '../domain-xml/elements.ts';
import type { Dependency, DependencyKind } from './types.ts';

export interface Found {
  readonly kind: DependencyKind;
  readonly name: string;
  readonly user: string;
  readonly of?: string | null;
}

/** What tells a thing from others. */
export const keyOf = ({ kind, name }: Pick<Dependency, 'kind' | 'name'>): string => `${kind}\n${name}`;

/** Each kind and name once, with all its users; of several words for `of` the first. */
export function gather(all: readonly Found[]): Dependency[] {
  const known = new Map<string, { kind: DependencyKind; name: string; users: string[]; of: string | null }>();
  for (const { kind, name, user, of = null } of all) {
    const key = keyOf({ kind, name });
    const before = known.get(key);
    if (before === undefined) known.set(key, { kind, name, users: [user], of });
    else {
      if (!before.users.includes(user)) before.users.push(user);
      before.of ??= of;
    }
  }
  return [...known.values()];
}

/** Each kind and name once, as gather() does it. */
export function merged(all: readonly Dependency[]): Dependency[] {
  return gather(all.flatMap(({ kind, name, users, of }) => users.map((user) => ({ kind, name, user, of }))));
}

/** A <address> with domain, bus, slot and function, as node devices are called: `pci_0000_01_00_0`. */
export function pciDevice(address: XmlElement | null, user: string): Found[] {
  if (address === null) return [];
  const part = (name: string, width: number) => (numberAttribute(address, name) ?? 0).toString(16).padStart(width, '0');
  return [
    {
      kind: 'host-device',
      name: `pci_${part('domain', 4)}_${part('bus', 2)}_${part('slot', 2)}_${part('function', 1)}`,
      user,
    },
  ];
}
