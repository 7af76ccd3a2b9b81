/** What is different from when the preview of a migration was made, in words. */
import { changedFacts } from '../rescue/changed-facts.ts';
import { powerOf } from '../rescue/session.ts';
import { diskFacts, stayingFacts, withoutBalloon } from './fingerprint.ts';
import type { DiskOnBoth, MigrationInputs } from './types.ts';

/** `before` is null where that preview is no longer known. */
export function describeMigrationDrift(before: MigrationInputs | null, now: MigrationInputs): string {
  if (before === null) return 'its definition, its state or something at the destination has changed';
  const changes: (string | false)[] = [...guestChanges(before, now), ...destinationChanges(before, now)];
  return changes.filter((change) => change !== false).join('; ') || 'something that the plan depends on has changed';
}

const differ = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);

function guestChanges(before: MigrationInputs, now: MigrationInputs): (string | false)[] {
  const was = before.domain;
  const is = now.domain;
  const same = was.definitionXml === is.definitionXml && powerOf(was.state) === powerOf(is.state);
  const running = (inputs: MigrationInputs) => withoutBalloon(inputs.migratableXml);
  const hosts = ({ source, destination }: MigrationInputs) => [
    [source.hostUuid, source.host.uri],
    [destination.hostUuid, destination.host.uri],
  ];
  return [
    ...changedFacts(was, is, powerOf),
    same && running(before) !== running(now) && 'devices of the running guest were changed',
    was.autostart !== is.autostart && 'whether it starts with its host was changed',
    was.snapshots !== is.snapshots && 'its snapshots are others',
    was.checkpoints !== is.checkpoints && 'its checkpoints are others',
    before.session?.id !== now.session?.id && 'its rescue is another one',
    differ(hosts(before), hosts(now)) && 'the connections lead to other hosts',
    differ(before.request, now.request) && 'the request is another one',
  ];
}

function destinationChanges(before: MigrationInputs, now: MigrationInputs): (string | false)[] {
  const { hostname: there, cpu, machineKnown, domains, needed } = now.destination;
  const was = before.destination;
  const disks = [
    ...changedDisks(before.disks, now.disks, diskFacts),
    ...changedDisks(before.staying, now.staying, stayingFacts),
  ];
  const needs = needed.filter((need) =>
    differ(
      need,
      was.needed.find(({ kind, name }) => kind === need.kind && name === need.name),
    ),
  );
  return [
    differ(was.domains, domains) && `the domains of its name or UUID at ${there} are others`,
    disks.length > 0 && `${[...new Set(disks)].join(', ')} is found otherwise on the two hosts`,
    needs.length > 0 &&
      `${needs.map(({ kind, name }) => `the ${kind} ${name}`).join(', ')} at ${there} is not as it was`,
    differ([was.cpu?.result, was.machineKnown], [cpu?.result, machineKnown]) &&
      `whether its CPU and machine type fit ${there} is answered otherwise`,
    differ(before.ownNvram, now.ownNvram) && `its own UEFI variables are found otherwise at ${there}`,
  ];
}

function changedDisks(
  before: readonly DiskOnBoth[],
  now: readonly DiskOnBoth[],
  factsOf: (disk: DiskOnBoth) => unknown,
): string[] {
  const changed = now.filter((disk, index) => {
    const last = before[index];
    return last === undefined || differ(factsOf(last), factsOf(disk));
  });
  return changed.map(({ target }) => target);
}
