/** The guest's own disks in the hands of others: running guests, on its host or on another one that Salvor is connected to. */
import type { DomainView } from '../domain-xml/domain.ts';
import type { PlanContext } from './context.ts';
import { refusal, warning } from './findings.ts';
import type { DiskUser, Finding } from './types.ts';

/** A disk that is not meant to be shared, and is written to by two, is destroyed; QEMU's locks would at best refuse the start. */
export function userRefusals({ inputs, domain }: PlanContext): Finding[] {
  const writers = inputs.domain.diskUsers.filter(
    ({ target, writes, as }) => writes && as === 'same' && !isShareable(domain, target),
  );
  return byTarget(writers).map(([target, users]) => refusal('disk-in-use', target, { target, users: names(users) }));
}

/** Shareable disks with users by name: the ones to shut down before a repair. */
export function userWarnings({ inputs, domain }: PlanContext): Finding[] {
  const users = inputs.domain.diskUsers.filter(({ target }) => isShareable(domain, target));
  const certain = byTarget(users.filter(({ as }) => as === 'same'));
  const perhaps = byTarget(users.filter(({ as }) => as === 'path'));
  return [
    ...certain.map(([target, of]) => warning('shareable-in-use', target, { target, users: names(of) })),
    ...perhaps.map(([target, of]) => warning('shareable-elsewhere', target, { target, users: names(of) })),
  ];
}

function byTarget(users: readonly DiskUser[]): (readonly [string, DiskUser[]])[] {
  const targets = new Set(users.map(({ target }) => target));
  return [...targets].map((target) => [target, users.filter((user) => user.target === target)]);
}

function names(users: readonly DiskUser[]): string {
  return [...new Set(users.map(({ domain, host }) => (host === null ? domain : `${domain} on ${host}`)))].join(', ');
}

function isShareable({ disks }: DomainView, target: string): boolean {
  return disks.some((disk) => disk.target === target && disk.shareable);
}
