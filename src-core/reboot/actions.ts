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
  const pool = (kind === 'volume' || kind === 'image') && of !== null ? pools.get(of) : undefined;
  return pool === 'inactive' || pool === 'stale';
}

/** libvirt gives a PCI or mediated device to one guest at a time, and refuses the start of the second. */
function isTaken({ kind, name, sharedWith }: FoundDependency): boolean {
  if (sharedWith.length === 0) return false;
  return kind === 'mediated-device' || (kind === 'host-device' && name.startsWith('pci_'));
}

function mayBeStopped({ sharedWith, held }: FoundDependency): boolean {
  return sharedWith.length === 0 && held === undefined;
}

function isOptional({ users }: FoundDependency, { optional }: Circumstances): boolean {
  return users.length > 0 && users.every((user) => optional.has(user));
}

function actionOf(found: FoundDependency, around: Circumstances): RebootAction {
  const { kind, state } = found;
  if (kind === 'secret') return secretAction(found, around.given);
  if (isTaken(found)) return 'blocked';
  if (state === 'ready') return 'none';
  // A start does without it: no reason to fail after the stop.
  if (isOptional(found, around)) return 'none';
  if (isBehindPool(found, around)) return 'check';
  if (state === 'not-checked' || state === 'value-unknown') return 'none';
  switch (kind) {
    case 'pool':
      if (state === 'inactive') return 'start-pool';
      return state === 'stale' && found.held === undefined ? 'refresh-pool' : 'blocked';
    case 'volume':
      return state === 'stale' ? 'check' : 'blocked';
    case 'network':
      if (state === 'inactive') return 'start-network';
      return state === 'stale' && mayBeStopped(found) ? 'restart-network' : 'blocked';
    case 'bridge':
      if (found.of === null) return 'blocked';
      if (state === 'inactive') return 'start-network';
      return state === 'stale' && mayBeStopped(found) ? 'restart-network' : 'blocked';
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
  if (state === 'no-value') return isUuid(name) ? 'set-secret' : 'blocked';
  if (given.has(name)) return 'set-secret';
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
      if (kind === 'bridge') return sentence('reboot-is-missing');
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
      if (state !== 'ready' && state !== 'not-checked' && isOptional(found, around))
        return sentence('reboot-does-left-out');
      return sentence(
        state === 'not-checked' || state === 'value-unknown' ? 'reboot-does-left-to-start' : 'reboot-does-nothing',
      );
    case 'start-network':
      return kind === 'bridge'
        ? sentence('reboot-does-start-network-of', { network: found.of ?? '' })
        : sentence('reboot-does-start-network');
    case 'restart-network':
      return kind === 'bridge'
        ? sentence('reboot-does-restart-network-of', { network: found.of ?? '' })
        : sentence('reboot-does-restart-network');
    case 'set-secret':
      return sentence(replacesValue(found, action) ? 'reboot-does-replace-secret' : 'reboot-does-set-secret');
    case 'blocked':
      return sentence('reboot-does-blocked', { why: blockedBy(found).why });
    default:
      return sentence(`reboot-does-${action}`);
  }
}

/** Has it a value, or may it have one, that the one at hand takes the place of? */
export function replacesValue({ state }: FoundDependency, action: RebootAction): boolean {
  return action === 'set-secret' && state !== 'no-value';
}

/** Why it cannot be set up, and what a person does. `why` stands behind a colon; `next` stands behind a colon, too, and ends with a full stop. */
export function blockedBy(found: FoundDependency): { why: string; next: string } {
  const { kind, name, state, sharedWith, detail, of } = found;
  const words = detail === null ? '' : ` (${detail})`;
  if (state === 'unreachable')
    return { why: `${NAMES[kind]} ${name} does not answer${words}`, next: 'see to what it stands on, then try again.' };
  if (isTaken(found))
    return {
      why: `${NAMES[kind]} ${name} is in use by ${sharedWith.join(', ')}`,
      next: 'shut that down first, or take the device out of the definition.',
    };
  if (state === 'stale' && kind === 'network') return bridgeGone(name, found);
  if (state === 'stale' && kind === 'bridge' && of !== null) return bridgeGone(of, found);
  switch (kind) {
    case 'pool':
      if (state === 'stale')
        return {
          why: `the pool ${name} does not list what is there, and has no definition: if its refresh failed it would be gone`,
          next: 'define it (virsh pool-dumpxml, then virsh pool-define), or refresh it by hand (virsh pool-refresh).',
        };
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
      return {
        why: `there is no network ${name}`,
        next: 'define it (virsh net-define), or give the interface another one.',
      };
    case 'secret':
      return {
        why: `there is no secret of the use ${name} that has a value, and the definition names it without a UUID`,
        next: 'define it (virsh secret-define) and give it its value (virsh secret-set-value).',
      };
    default:
      return {
        why: `${NAMES[kind]} ${name} is not there${words}`,
        next: 'put it back, or take it out of the definition.',
      };
  }
}

function bridgeGone(network: string, { sharedWith, held }: FoundDependency): { why: string; next: string } {
  const gone = `the bridge of the network ${network} is gone`;
  if (held === 'no-definition')
    return {
      why: `${gone}, and the network has no definition: nothing would be left of it if it were stopped`,
      next: 'define it (virsh net-dumpxml, then virsh net-define), or make the bridge by hand.',
    };
  if (sharedWith.length > 0)
    return {
      why: `${gone}, and it cannot be stopped and started under ${sharedWith.join(', ')}`,
      next: 'shut those down first, or make the bridge by hand.',
    };
  return {
    why: `${gone}, and whether other guests use it cannot be told, so that it is not stopped`,
    next: 'try again when all guests of the host answer libvirt, or make the bridge by hand.',
  };
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
