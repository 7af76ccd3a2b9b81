/** Secrets that a person has to give the value of, and how a lost one is defined again. */
import { isUuid } from './actions.ts';
import type { NeededSecret, PlannedDependency } from './types.ts';

/** Those without a value, and those of which nobody may ask whether they have one. */
export function neededSecrets(dependencies: readonly PlannedDependency[], given: readonly string[]): NeededSecret[] {
  return dependencies.flatMap(({ kind, name, of, users, state }): NeededSecret[] => {
    if (kind !== 'secret' || !isUuid(name)) return [];
    const required = state === 'missing' || state === 'no-value';
    if (!required && state !== 'value-unknown') return [];
    return [{ uuid: name, usage: of, users, define: state === 'missing', required, given: given.includes(name) }];
  });
}

/** The element that names the use in a secret of each type of libvirt's. */
const USAGE_ELEMENTS: Readonly<Record<string, string>> = {
  volume: 'volume',
  iscsi: 'target',
  ceph: 'name',
  tls: 'name',
  vtpm: 'name',
};

/**
 * <secret> XML of a lost one. libvirt finds it by its UUID, and wants it to be of the type that it is used as. `usage`: as NeededSecret has
 * it; ephemeral, so that libvirt writes its value to no disk, and private, so that nobody reads it back.
 */
export function secretXml(uuid: string, usage: string | null): string {
  const [, type = '', name = ''] = /^(\S+) (.+)$/s.exec(usage ?? '') ?? [];
  const element = Object.hasOwn(USAGE_ELEMENTS, type) ? USAGE_ELEMENTS[type] : undefined;
  const use = element === undefined ? '' : `<usage type='${type}'><${element}>${escapeXml(name)}</${element}></usage>`;
  return `<secret ephemeral='yes' private='yes'><uuid>${uuid}</uuid>${use}</secret>`;
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
