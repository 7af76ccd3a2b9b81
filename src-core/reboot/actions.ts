/** What is done about each thing that a definition depends on, and in which words. */
import { sentence } from '../rescue/findings.ts';
import type { Sentence } from '../rescue/types.ts';
import type { DependencyKind, DependencyState, FoundDependency, PlannedDependency, RebootAction } from './types.ts';

/** What else decides. */
export interface Circumstances {
  /** Secrets that a value was given for, by UUID. */
  readonly given: ReadonlySet<string>;
  /** Targets of disks that libvirt leaves out where their source is not there. */
  readonly optional: ReadonlySet<string>;
  /** Pools by how they were found. */
  readonly pools: ReadonlyMap<string, DependencyState>;
}

export function planDependency(found: FoundDependency, around: Circumstances): PlannedDependency {
  const action = actionOf(found, around);
  return { ...found, action, now: now(found), does: does(found, action, around) };
}

/** A volume or image is known once the pool around it is set up. */
function isBehindPool({ kind, of }: FoundDependency, { pools }: Circumstances): boolean {
  const pool = kind === 'volume' && of !== null ? pools.get(of) : undefined;
  return pool === 'inactive' || pool === 'stale';
}

function isOptional({ users }: FoundDependency, { optional }: Circumstances): boolean {
  return users.length > 0 && users.every((user) => optional.has(user));
}

function actionOf(found: FoundDependency, around: Circumstances): RebootAction {
  const { kind, state } = found;
  if (kind === 'secret') return secretAction(found, around.given);
  if (state === 'ready') return 'none';
  if (isBehindPool(found, around)) return 'check';
  if (state === 'not-checked' || state === 'value-unknown') return 'none';
  if (isOptional(found, around)) return 'none';
  switch (kind) {
    case 'pool':
      return state === 'inactive' ? 'start-pool' : state === 'stale' ? 'refresh-pool' : 'blocked';
    case 'volume':
      return state === 'stale' ? 'check' : 'blocked';
    case 'network':
      if (state === 'inactive') return 'start-network';
      return state === 'stale' && found.sharedWith.length === 0 ? 'restart-network' : 'blocked';
    case 'bridge':
      return state === 'inactive' && found.of !== null ? 'start-network' : 'blocked';
    case 'mediated-device':
      return state === 'inactive' ? 'create-device' : 'blocked';
    case 'nvram':
      // libvirt makes one from the template.
      return 'none';
    default:
      return 'blocked';
  }
}

/** One that the definition names by its use alone has no UUID that it could be defined with. */
export function isUuid(name: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name);
}

function secretAction({ name, state }: FoundDependency, given: ReadonlySet<string>): RebootAction {
  if (state === 'missing') return isUuid(name) ? 'define-secret' : 'blocked';
  if (state === 'no-value' || given.has(name)) return 'set-secret';
  return 'none';
}

const DEFINED: readonly DependencyKind[] = ['pool', 'network', 'secret'];
const ACTIVE: readonly DependencyKind[] = ['pool', 'network'];

function now({ kind, state, detail }: FoundDependency): Sentence {
  switch (state) {
    case 'ready':
      if (kind === 'secret') return sentence('reboot-is-valued');
      return sentence(ACTIVE.includes(kind) ? 'reboot-is-active' : 'reboot-is-ready');
    case 'inactive':
      return sentence('reboot-is-inactive');
    case 'missing':
      return sentence(DEFINED.includes(kind) ? 'reboot-is-undefined' : 'reboot-is-missing');
    case 'no-value':
      return sentence('reboot-is-no-value');
    case 'value-unknown':
      return sentence('reboot-is-value-unknown');
    case 'stale':
      if (kind === 'pool') return sentence('reboot-is-outdated');
      return sentence(kind === 'network' ? 'reboot-is-bridge-gone' : 'reboot-is-unlisted');
    case 'unreachable':
      return sentence('reboot-is-unreachable');
    case 'not-checked':
      return sentence('reboot-is-not-checked', { why: detail ?? 'libvirt tells nothing of it' });
  }
}

function does(found: FoundDependency, action: RebootAction, around: Circumstances): Sentence {
  const { kind, state } = found;
  switch (action) {
    case 'none':
      if (kind === 'nvram' && state === 'missing') return sentence('reboot-does-made');
      if (state !== 'ready' && isOptional(found, around)) return sentence('reboot-does-left-out');
      return sentence(
        state === 'not-checked' || state === 'value-unknown' ? 'reboot-does-left-to-start' : 'reboot-does-nothing',
      );
    case 'start-network':
      return kind === 'bridge'
        ? sentence('reboot-does-start-network-of', { network: found.of ?? '' })
        : sentence('reboot-does-start-network');
    case 'blocked':
      return sentence('reboot-does-blocked', { why: blockedBy(found).why });
    default:
      return sentence(`reboot-does-${action}`);
  }
}

/** Why it cannot be set up, and what a person does. `why` stands behind a colon; `next` stands behind a colon, too, and ends with a full stop. */
export function blockedBy({ kind, name, state, sharedWith, detail, of }: FoundDependency): {
  why: string;
  next: string;
} {
  const words = detail === null ? '' : ` (${detail})`;
  if (state === 'unreachable')
    return { why: `${NAMES[kind]} ${name} does not answer${words}`, next: 'see to what it stands on, then try again.' };
  switch (kind) {
    case 'pool':
      return {
        why: `there is no pool ${name}`,
        next: 'define it (virsh pool-define), or give the disk another source.',
      };
    case 'volume':
      return {
        why: `there is no volume ${name}`,
        next: `put it back into the pool ${of ?? ''}, or give the disk another source.`,
      };
    case 'network':
      if (state === 'stale')
        return {
          why: `the bridge of the network ${name} is gone, and it cannot be stopped and started under ${sharedWith.join(', ')}`,
          next: 'shut those down first, or make the bridge by hand.',
        };
      return {
        why: `there is no network ${name}`,
        next: 'define it (virsh net-define), or give the interface another one.',
      };
    case 'secret':
      return {
        why: `there is no secret of the use ${name}, which the definition names without a UUID`,
        next: 'define it (virsh secret-define) and give it its value (virsh secret-set-value).',
      };
    default:
      return {
        why: `${NAMES[kind]} ${name} is not there${words}`,
        next: 'put it back, or take it out of the definition.',
      };
  }
}

export const NAMES: Readonly<Record<DependencyKind, string>> = {
  pool: 'the pool',
  volume: 'the volume',
  image: 'the image',
  'network-storage': 'the network storage',
  secret: 'the secret',
  network: 'the network',
  bridge: 'the host’s interface',
  'host-device': 'the host device',
  'mediated-device': 'the mediated device',
  nvram: 'the UEFI variable store',
  tpm: 'the TPM',
  share: 'the shared folder',
  'vhost-user': 'the socket',
  memory: 'memory of',
};
