/** A rescue and its end on a host in memory, a life that ends at any moment of them, and another one that goes on. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Unfinished } from '../../src-core/contract/journal-schemas.ts';
import type { Way } from '../../src-core/journal/resume.ts';
import type { RescueRequest } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { endRescue } from './end-run.ts';
import type { PowerAfter } from './end-run.ts';
import { DOMAIN, REQUEST, STAMP } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import type { Journal } from './journal-port.ts';
import { runRescue } from './rescue-run.ts';
import { resumeOperation } from './resume.ts';
import { listUnfinished } from './unfinished.ts';

export const FORCE = { how: 'force', timeoutSeconds: 1, onTimeout: 'give-up' } as const;
export const REPORT = {
  steps: () => undefined,
  step: () => undefined,
  note: () => undefined,
  cancellable: () => undefined,
};
export const NEVER = new AbortController().signal;
export const BY = 'tester@here';

let ids = 0;
const newId = () => `new-${(ids += 1)}`;

export const rescueBy = (hypervisor: Hypervisor, journal: Journal, request: RescueRequest, id: string = STAMP.id) =>
  runRescue(
    hypervisor,
    { domain: DOMAIN, request, properties: {}, confirmed: null, stamp: { ...STAMP, id }, journal },
    { ...REPORT, planned: () => undefined },
    NEVER,
  );
export const endBy = (hypervisor: Hypervisor, journal: Journal, power: PowerAfter = 'as-before') =>
  endRescue(hypervisor, { domain: DOMAIN, stop: FORCE, power, by: BY, journal }, REPORT, NEVER);
export const resume = (host: FakeHost, journal: Journal, { operationId, situation }: Unfinished, way: Way) =>
  resumeOperation(
    host.hypervisor,
    { operationId, way, seen: situation, stop: FORCE, by: BY, newId, journal },
    REPORT,
    NEVER,
  );
export const listed = (host: FakeHost, journal: Journal) =>
  listUnfinished(journal, [{ id: 'here', hypervisor: host.hypervisor }]);

export const stands = ({ definition, live, state, persistent }: FakeHost) => ({ definition, live, state, persistent });

/** A life that ends before the n-th thing that it does to the host or the journal, or right behind it: nothing gets through from then on. `more`: what besides counts as a change of the host. */
export function mortal(end: number, behind: boolean, more: readonly (keyof Hypervisor)[] = []) {
  let done = 0;
  let dead = false;
  const gone = () => new SalvorError('internal');
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    if (dead) throw gone();
    done += 1;
    if (done === end && !behind) dead = true;
    if (dead) throw gone();
    const result = await work();
    if (done === end) dead = true;
    if (dead) throw gone();
    return result;
  };
  const CHANGES: readonly string[] = [
    'createDomain',
    'startDomain',
    'defineDomain',
    'undefineDomain',
    'shutdownDomain',
    'destroyDomain',
    'deleteVolume',
    'makeVolume',
    ...more,
  ];
  const hypervisor = (real: Hypervisor): Hypervisor =>
    new Proxy(real, {
      get: (target, name: keyof Hypervisor) => {
        const method: unknown = target[name];
        if (typeof method !== 'function') return method;
        return (...given: unknown[]) => {
          const call = () => (method as (...given: unknown[]) => Promise<unknown>)(...given);
          if (CHANGES.includes(name)) return attempt(call);
          return dead ? Promise.reject(gone()) : call();
        };
      },
    });
  const journal = (real: Journal): Journal => ({
    ...real,
    begin: async (record) => {
      const writer = await attempt(() => real.begin(record));
      const quiet = (write: () => Promise<void>) => attempt(write).catch(() => undefined);
      return {
        ...writer,
        step: (id, state) => quiet(() => writer.step(id, state)),
        note: (text) => quiet(() => writer.note(text)),
        ended: (ended) => quiet(() => writer.ended(ended)),
        closed: (how, by) => quiet(() => writer.closed(how, by)),
      };
    },
    reopen: (id) => (dead ? Promise.reject(gone()) : real.reopen(id)),
  });
  return { hypervisor, journal, alive: () => !dead };
}

export const LASTING: RescueRequest = { ...REQUEST, session: 'until-ended' };
