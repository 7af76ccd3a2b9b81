/**
 * Looks at a host's volumes that never keep anybody waiting: each and all of them have a time, and a host that has not answered one yet is not
 * asked more. For pages; who needs the answer asks the port itself.
 */
import type { ErrorCode } from '../../src-core/contract/errors.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { errorOf } from './errors.ts';
import { within } from './patience.ts';
import { readVolumeXml } from './storage-xml.ts';
import type { VolumeView } from './storage-xml.ts';
import type { VolumePlace } from './volume-place.ts';

export type Looked =
  | { readonly volume: VolumeView; readonly problem: null }
  /** In words. */
  | { readonly volume: null; readonly problem: string };

export interface StorageLooks {
  /** A volume as its pool describes it; each place is asked for once. */
  readonly volume: (place: VolumePlace) => Promise<Looked>;
  /** Any other question about storage; null: no answer in time, or a failure that says something of this question alone. */
  readonly ask: <T>(question: () => Promise<T>) => Promise<T | null>;
}

/** All looks of one page, and each of them, in milliseconds. */
const PATIENCE_MS = 6000;
const EACH_MS = 2500;
/**
 * Calls that nobody waits for any more and that the host has not answered yet. Each holds one of the few that it serves at a time: no other
 * is begun before they have ended.
 */
const unanswered = new WeakMap<Hypervisor, Set<Promise<unknown>>>();

export const TOO_SLOW = 'the host’s storage does not answer in time';

/** Failures that say something of one volume or pool; others are about the connection. */
const OF_THE_VOLUME: readonly ErrorCode[] = [
  ...(['libvirt', 'pool-not-found', 'not-supported', 'permission-denied', 'read-only', 'timeout'] as const),
  'xml-malformed',
];

/** The answer, or TOO_SLOW. Rejects with what the question rejects with. */
type Bounded = <T>(question: () => Promise<T>) => Promise<T | typeof TOO_SLOW>;

export function storageLooks(hypervisor: Hypervisor, patienceMs = PATIENCE_MS): StorageLooks {
  const until = Date.now() + patienceMs;
  const known = new Map<string, Promise<Looked>>();
  const late = unanswered.get(hypervisor) ?? new Set();
  unanswered.set(hypervisor, late);
  const left = () => Math.max(0, Math.min(until - Date.now(), EACH_MS));
  const bounded: Bounded = async <T>(question: () => Promise<T>) => {
    if (late.size > 0) await within(left(), Promise.allSettled(late), null);
    if (late.size > 0 || left() === 0) return TOO_SLOW;
    const answer = question();
    const told = await within<T, typeof TOO_SLOW>(left(), answer, TOO_SLOW);
    if (told === TOO_SLOW) {
      late.add(answer);
      const forget = () => void late.delete(answer);
      answer.then(forget, forget);
    }
    return told;
  };
  return {
    volume: (place) => {
      const key = JSON.stringify(place);
      const look = known.get(key) ?? lookAt(hypervisor, place, bounded);
      known.set(key, look);
      return look;
    },
    ask: async (question) => {
      try {
        const told = await bounded(question);
        return told === TOO_SLOW ? null : told;
      } catch (error) {
        if (OF_THE_VOLUME.includes(errorOf(error).code)) return null;
        throw error;
      }
    },
  };
}

async function lookAt(hypervisor: Hypervisor, place: VolumePlace, bounded: Bounded): Promise<Looked> {
  try {
    const found = await bounded(() => hypervisor.examineVolume(place, 0));
    if (found === TOO_SLOW) return { volume: null, problem: TOO_SLOW };
    if (found !== null) return { volume: readVolumeXml(found.xml), problem: null };
    if (!('path' in place)) return { volume: null, problem: 'the pool has no such volume' };
    return { volume: null, problem: await whyUnknown(hypervisor, place.path, bounded) };
  } catch (error) {
    const { code, detail, message } = errorOf(error);
    if (!OF_THE_VOLUME.includes(code)) throw error;
    if (code === 'pool-not-found') return { volume: null, problem: 'there is no such storage pool on the host' };
    return { volume: null, problem: code === 'timeout' ? TOO_SLOW : (detail ?? message) };
  }
}

/** No pool knows the path: is there one that should? */
async function whyUnknown(hypervisor: Hypervisor, path: string, bounded: Bounded): Promise<string> {
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const pool = await bounded(() => hypervisor.poolByTarget(folder));
  if (pool === TOO_SLOW) return TOO_SLOW;
  return pool === null
    ? 'no storage pool of the host holds it, and without one it can be looked into only while the guest runs'
    : `the storage pool ${pool} over its folder does not list it: it is missing, cannot be read, or is newer than the pool’s last look`;
}
