/** Names that both definitions need at the destination: are they there, and may a secret be carried? */
import { secretNamed, valueState } from '../../../src-core/disks/secret-states.ts';
import { parseXml } from '../../../src-core/domain-xml/document.ts';
import { attribute } from '../../../src-core/domain-xml/elements.ts';
import { namesNeeded } from '../../../src-core/migration/there.ts';
import type { MigrationRules, NeededThere } from '../../../src-core/migration/types.ts';
import type { SecretFacts } from '../../../src-core/rescue/types.ts';
import type { Hypervisor, StoragePool, VirtualNetwork } from '../../libvirt/port.ts';
import { within } from '../patience.ts';

const PATIENCE_MS = 5000;
type State = NeededThere['state'];

/**
 * `xmls`: what runs and what stays, as they are at the source. `listed`: all networks of the destination; null: it does not tell. Never rejects
 * but with XmlProblem: what cannot be looked at is `not-checked`.
 */
export async function neededThere(
  source: Hypervisor,
  destination: Hypervisor,
  xmls: readonly string[],
  rules: MigrationRules,
  listed: Promise<readonly VirtualNetwork[] | null>,
): Promise<NeededThere[]> {
  const names = namesNeeded(xmls, rules);
  const wants = (wanted: NeededThere['kind']) => names.some(({ kind }) => kind === wanted);
  const [networks, pools, secrets, own] = await Promise.all([
    listed,
    wants('pool') ? told(destination.listPools()) : null,
    wants('secret') ? told(destination.secrets()) : null,
    wants('secret') ? told(source.secrets()) : null,
  ]);
  return Promise.all(
    names.map(async (each): Promise<NeededThere> => {
      if (each.kind !== 'secret') return { ...each, state: stateOf(each, networks, pools), carriable: false };
      const state = secrets === null ? 'not-checked' : valueState(secretNamed(secrets, each.name));
      const lacks = state === 'missing' || state === 'no-value';
      const writable = !source.readOnly && !destination.readOnly;
      return { ...each, state, carriable: lacks && writable && (await isReadable(source, own, each.name)) };
    }),
  );
}

function stateOf(
  { kind, name }: Pick<NeededThere, 'kind' | 'name'>,
  networks: readonly VirtualNetwork[] | null,
  pools: readonly StoragePool[] | null,
): State {
  if (kind === 'network') return presence(networks, name);
  if (kind === 'pool') return presence(pools, name);
  // Of a bridge libvirt tells only where it is a network's own; any other may be there or not.
  return networks?.some(({ bridge, active }) => active && bridge === name) === true ? 'ready' : 'not-checked';
}

function presence(all: readonly { readonly name: string; readonly active: boolean }[] | null, name: string): State {
  if (all === null) return 'not-checked';
  const found = all.find((each) => each.name === name);
  if (found === undefined) return 'missing';
  return found.active ? 'ready' : 'inactive';
}

/** Its value is not read for the answer: libvirt tells whether there is one, and gives it of all that are not private. */
async function isReadable(source: Hypervisor, own: readonly SecretFacts[] | null, name: string): Promise<boolean> {
  const secret = secretNamed(own ?? [], name);
  if (secret?.hasValue !== true) return false;
  const xml = await told(source.secretXml(secret.uuid));
  return xml !== null && attribute(parseXml(xml).documentElement, 'private') !== 'yes';
}

function told<T>(answer: Promise<T>): Promise<T | null> {
  return within(
    PATIENCE_MS,
    answer.catch(() => null),
    null,
  );
}
