/** What of a migration's inputs makes its plan another one. */
import { hashText } from '../rescue/fingerprint.ts';
import { powerOf } from '../rescue/session.ts';
import type { DiskOnBoth, MigrationInputs, MigrationPlan } from './types.ts';

/** What changes as the guest runs plays no part: its balloon, free room, how fast it writes. */
export function fingerprintOf(inputs: MigrationInputs): MigrationPlan['fingerprint'] {
  const { domain, source, destination, disks, staying, migratableXml, session, request } = inputs;
  const definition = hashText(domain.definitionXml);
  const rest = {
    definition,
    running: withoutBalloon(migratableXml),
    power: powerOf(domain.state),
    facts: [domain.persistent, domain.autostart, domain.managedSave, domain.snapshots, domain.checkpoints],
    jobs: [domain.job, domain.blockJobs],
    hosts: [source.hostUuid, destination.hostUuid, source.host.uri, destination.host.uri],
    fits: [destination.cpu?.result ?? null, destination.machineKnown],
    domains: destination.domains,
    needed: destination.needed,
    staying: staying.map(stayingFacts),
    disks: disks.map(diskFacts),
    session: session?.id ?? null,
    ownNvram: inputs.ownNvram,
    request,
  };
  return { definition, inputs: hashText(JSON.stringify(rest)) };
}

/** Of what runs the balloon follows the guest. */
export function withoutBalloon(migratableXml: string | null): string | null {
  return migratableXml?.replace(/<currentMemory\b[^<]*<\/currentMemory>/, '') ?? null;
}

export function diskFacts({ target, source, destination, format, capacity, seen, pool, there, users }: DiskOnBoth) {
  return [target, source, destination, format, capacity, seen, pool, there, users];
}

export function stayingFacts({ target, destination, seen }: DiskOnBoth) {
  return [target, destination, seen];
}
