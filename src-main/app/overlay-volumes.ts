/**
 * Overlays of media in a pool of the host: what the pool is like, the step that makes them before the guest is touched, and their removal.
 * Nothing but libvirt's own storage driver makes and removes them, so that it works from anywhere.
 */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { overlayVolumeXml } from '../../src-core/rescue/overlay-volume.ts';
import { FILE_POOL_TYPES } from '../../src-core/rescue/policy.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import type { OverlayVolume } from '../../src-core/rescue/session.ts';
import type { RescuePlan } from '../../src-core/rescue/plan-types.ts';
import type { OverlayPoolFacts, RescueInputs } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { errorOf, isUnanswered } from './errors.ts';
import { readPoolXml, readVolumeXml } from './storage-xml.ts';

const unfit = (why: string): OverlayPoolFacts => ({ kind: 'unfit', why });

/**
 * `afresh`: what is free there and which volumes it has is looked at now, and not as the pool remembers it. Rejects with the connection's own
 * failures alone.
 */
export async function overlayPoolFacts(
  hypervisor: Hypervisor,
  pool: string,
  afresh: boolean,
): Promise<OverlayPoolFacts> {
  const found = (await hypervisor.listPools()).find(({ name }) => name === pool);
  if (found === undefined) return unfit('the host has no such pool');
  if (found.xml === null) return unfit('it does not answer');
  const { type, targetPath } = readPoolXml(found.xml);
  if (targetPath === null || !FILE_POOL_TYPES.includes(type))
    return unfit(`it is a pool of type ${type}, whose volumes are no files, and an overlay is a qcow2 file`);
  if (!found.active) return unfit('it is not active; start it first (virsh pool-start)');
  try {
    if (!afresh) return { kind: 'folder', folder: targetPath, free: await hypervisor.freeSpace(pool), overlays: [] };
    await hypervisor.refreshPool(pool);
    const [free, names] = await Promise.all([hypervisor.freeSpace(pool), hypervisor.listVolumeNames(pool)]);
    const overlays = names.filter((name) => name.startsWith('salvor-') && name.endsWith('.qcow2'));
    return { kind: 'folder', folder: targetPath, free, overlays };
  } catch (error) {
    const { code, detail, message } = errorOf(error);
    if (code === 'libvirt' || code === 'pool-not-found') return unfit((detail ?? message).replace(/\.$/, ''));
    throw error;
  }
}

/** A rescue as far as its overlays need it. */
export interface OverlayRun {
  readonly hypervisor: Hypervisor;
  readonly domain: DomainRef;
  readonly inputs: RescueInputs;
  readonly plan: RescuePlan;
  /** Those that were made, or may have been. */
  readonly made: OverlayVolume[];
}

/**
 * The step. The pool is looked at once more, right before: throws drift where it could not have them any more, and overlay-failed. What was
 * made until then is in `made`.
 */
export async function makeOverlays({ hypervisor, domain, inputs, plan, made }: OverlayRun): Promise<void> {
  const pool = plan.overlays[0]?.pool;
  if (pool === undefined) return;
  const now = planRescue({ ...inputs, overlayPool: await overlayPoolFacts(hypervisor, pool, true) });
  if (now.refusals.length > 0) {
    const what = now.refusals.map(({ message }) => message).join(' ');
    throw new SalvorError('drift', { domain: domain.name, what: what.replace(/\.$/, '') });
  }
  for (const overlay of plan.overlays) {
    const path = await hypervisor.makeVolume(overlay.pool, overlayVolumeXml(overlay)).catch((error: unknown) => {
      const { message, detail } = errorOf(error);
      if (isUnanswered(error)) {
        made.push(overlay);
        throw error;
      }
      const what = `${overlay.name} could not be made in the pool ${overlay.pool}`;
      throw new SalvorError('overlay-failed', { domain: domain.name, what }, detail ?? message);
    });
    made.push(overlay);
    if (path === overlay.path) continue;
    const what = `${overlay.name} lies at ${path}, and not at ${overlay.path}`;
    throw new SalvorError('overlay-failed', { domain: domain.name, what });
  }
}

/** Throws drift: an overlay that was made has gone, and the guest would not start from it. */
export async function assertOverlays({ hypervisor, domain, made }: OverlayRun): Promise<void> {
  for (const { pool, name } of made) {
    // A description is read from the file: one that was taken away behind libvirt's back has none.
    if ((await hypervisor.examineVolume({ pool, name }, 0)) !== null) continue;
    throw new SalvorError('drift', { domain: domain.name, what: `somebody removed its overlay ${name}` });
  }
}

/** One that is there, and where. */
export interface FoundOverlay extends OverlayVolume {
  readonly path: string;
}

/** Those of the volumes that there are. A pool that cannot be asked now is told of when they are to be removed. */
export async function findOverlays(hypervisor: Hypervisor, volumes: readonly OverlayVolume[]): Promise<FoundOverlay[]> {
  const found = await Promise.all(
    volumes.map(async ({ pool, name }): Promise<FoundOverlay[]> => {
      const unknown = { pool, name, path: `${pool}/${name}` };
      try {
        const volume = await hypervisor.examineVolume({ pool, name }, 0);
        return volume === null ? [] : [{ ...unknown, path: readVolumeXml(volume.xml).path ?? unknown.path }];
      } catch (error) {
        const { code } = errorOf(error);
        if (code === 'libvirt' || code === 'pool-not-found') return [unknown];
        throw error;
      }
    }),
  );
  return found.flat();
}

/** Remove them; what could not be removed, and why, in words; empty: they are gone. Never rejects. */
export async function removeOverlays(hypervisor: Hypervisor, volumes: readonly OverlayVolume[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { pool, name } of volumes) {
    try {
      await hypervisor.deleteVolume({ pool, name });
    } catch (error) {
      const { message, detail } = errorOf(error);
      // Taken away behind libvirt's back: it is gone, as it should be.
      if ((await hypervisor.examineVolume({ pool, name }, 0).catch(() => undefined)) === null) continue;
      problems.push(`${name} in the pool ${pool}: ${detail ?? message}`);
    }
  }
  return problems;
}
