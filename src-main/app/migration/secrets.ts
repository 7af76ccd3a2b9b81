/**
 * Secrets that the destination lacks are carried there. A value is read, handed on and wiped: it is in no plan, journal, log or error. What was
 * made is remembered by its UUID alone, so that it can be taken back when the migration fails.
 */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { secretNamed } from '../../../src-core/disks/secret-states.ts';
import { parseXml } from '../../../src-core/domain-xml/document.ts';
import type { XmlElement } from '../../../src-core/domain-xml/document.ts';
import { attribute, child, childText, children } from '../../../src-core/domain-xml/elements.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { isOn } from '../domain-facts.ts';
import { ifGone } from '../drift.ts';
import { errorOf } from '../errors.ts';
import { IN_FLIGHT, mapLimited } from '../patience.ts';

export interface CarriedSecret {
  readonly uuid: string;
  /** It was not there before: it can be taken away again. Else it had no value, and one cannot be taken away. */
  readonly defined: boolean;
}

export interface SecretToCarry {
  /** At the source. */
  readonly uuid: string;
  /** As the guest's definition names it: its UUID, or its usage. */
  readonly name: string;
}

/**
 * Carry one, if the destination lacks it still: one that has come to a value since the plan was made is somebody else's, and stays as it is.
 * `made` is called before anything of it is at the destination. Throws migration-failed where it cannot be read any more, and what the
 * connections fail with.
 */
export async function carrySecret(
  source: Hypervisor,
  destination: Hypervisor,
  { uuid, name }: SecretToCarry,
  domain: string,
  made: (secret: CarriedSecret) => void,
): Promise<void> {
  const fail = (what: string) => new SalvorError('migration-failed', { domain, what });
  const xml = await source.secretXml(uuid);
  const value = await source.secretValue(uuid);
  try {
    if (xml === null || value === null) throw fail(`the secret ${uuid} cannot be read at the source any more`);
    const all = await destination.secrets();
    if (all === null) throw fail('the destination does not tell what secrets it has');
    const there = secretNamed(all, name);
    if (there === null) {
      if (all.some((each) => each.uuid === uuid))
        throw fail(`the destination has a secret ${uuid} for something else by now`);
      made({ uuid, defined: true });
      await destination.defineSecret(xml);
      await destination.setSecretValue(uuid, value);
    } else if (there.hasValue === false) {
      made({ uuid: there.uuid, defined: false });
      await destination.setSecretValue(there.uuid, value);
    }
  } finally {
    value?.fill(0);
  }
}

/** What was made, and for which domain: that one does not count as another user of it while it is off. */
export interface SecretsMade {
  readonly hostname: string;
  readonly secrets: readonly CarriedSecret[];
  readonly domain: string;
}

/** Take away what was defined and nobody else has come to use. In sentences, what is left at the destination. Never rejects. */
export async function takeSecretsBack(
  destination: Hypervisor,
  { hostname, secrets, domain }: SecretsMade,
): Promise<string[]> {
  const left: string[] = [];
  for (const { uuid, defined } of secrets) {
    if (!defined) {
      left.push(`The secret ${uuid} at ${hostname} may have been given its value; that cannot be taken back.`);
      continue;
    }
    try {
      const xml = await destination.secretXml(uuid);
      if (xml === null) continue;
      const user = await userOf(destination, uuid, xml, domain);
      if (user === null) await destination.undefineSecret(uuid);
      else left.push(`The secret ${uuid} was made at ${hostname} and stays: ${user} uses it by now.`);
    } catch (error) {
      const { detail, message } = errorOf(error);
      left.push(`The secret ${uuid} was made at ${hostname} and could not be taken away: ${detail ?? message}`);
    }
  }
  return left;
}

/** The name of a domain that needs a secret, in its definition or as it runs; null: none does. Rejects where that cannot be found out. */
async function userOf(host: Hypervisor, uuid: string, xml: string, domain: string): Promise<string | null> {
  const names = new Set([uuid, usageOf(xml)].filter((name) => name !== null));
  const domains = await host.listDomains();
  const users = await mapLimited(domains, IN_FLIGHT, async (each) => {
    const kinds = [
      ...(each.persistent && each.uuid !== domain ? (['definition'] as const) : []),
      ...(isOn(each.state) ? (['live'] as const) : []),
    ];
    for (const kind of kinds) {
      const found = await host.domainXml(each.uuid, kind).catch(ifGone);
      if (found !== null && namesSecret(parseXml(found).documentElement, names)) return each.name;
    }
    return null;
  });
  return users.find((user) => user !== null) ?? null;
}

/** <usage type='volume'><volume>PATH</volume></usage>, and <name> or <target> of the other types. */
function usageOf(xml: string): string | null {
  const usage = child(parseXml(xml).documentElement, 'usage');
  return ['volume', 'name', 'target'].map((name) => childText(usage, name)).find((text) => text) ?? null;
}

/** <secret uuid= usage=> of disks, at whatever depth, and <encryption secret=> of a TPM. */
function namesSecret(element: XmlElement | null, names: ReadonlySet<string>): boolean {
  const told = ['uuid', 'usage', 'secret'].map((name) => attribute(element, name));
  if (element?.localName !== 'domain' && told.some((name) => name !== null && names.has(name))) return true;
  return children(element).some((inner) => namesSecret(inner, names));
}
