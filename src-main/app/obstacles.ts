/** What has come up against a rescue since it was planned: asked again right before a change, in a few calls. */
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import type { RescuePlan } from '../../src-core/rescue/plan-types.ts';
import type { Finding, RescueInputs } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { looks, usersHere, writersOf } from './disk-users.ts';
import { IN_FLIGHT, mapLimited } from './patience.ts';
import { withFinder } from './volume-finder.ts';

/**
 * Refusals that the plan had not: a managed save, a job, a running domain that has taken one of the disks or a medium, an overlay that lies
 * in the way.
 */
export async function obstaclesNow(
  hypervisor: Hypervisor,
  inputs: RescueInputs,
  plan: RescuePlan,
): Promise<readonly Finding[]> {
  const { uuid } = plan.domain;
  if (uuid === null) return [];
  const view = parseDomain(inputs.domain.definitionXml);
  const [{ managedSave, job }, running, left] = await Promise.all([
    hypervisor.domainObstacles(uuid),
    hypervisor.runningDisks(),
    leftOverlays(hypervisor, plan),
  ]);
  const look = looks(hypervisor, 'live');
  const diskUsers = await usersHere(hypervisor, uuid, view, running, look);
  const media = await mapLimited(inputs.media, 1, async (medium) => {
    const path = medium.source?.type === 'file' ? medium.source.file : null;
    return path === null ? medium : { ...medium, writers: await writersOf(running, look, uuid, path) };
  });
  const now: RescueInputs = {
    ...inputs,
    domain: { ...inputs.domain, managedSave, job, diskUsers },
    media,
    room: inputs.room.map((room) => ({ ...room, leftOverlay: left.has(room.image) })),
  };
  return planRescue(now).refusals;
}

/** The images whose overlay of this session is there already. */
async function leftOverlays(hypervisor: Hypervisor, { files, domain }: RescuePlan): Promise<Set<string>> {
  const end = `.TRANSIENT-${domain.name}`;
  const overlays = files.map(({ path }) => path).filter((path) => path.endsWith(end));
  if (overlays.length === 0) return new Set();
  const there = await withFinder(hypervisor, (finder) =>
    mapLimited(overlays, IN_FLIGHT, async (path) => ((await finder.glimpse(path)) ? [path.slice(0, -end.length)] : [])),
  );
  return new Set(there.flat());
}
