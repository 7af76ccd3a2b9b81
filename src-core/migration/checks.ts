/** Refusals and warnings about the guest and about both hosts: what libvirt would refuse half-way, and what it would not. */
import { attribute, child, children } from '../domain-xml/elements.ts';
import type { XmlElement } from '../domain-xml/document.ts';
import { refusal, warning } from '../rescue/findings.ts';
import { markOfOtherVersion } from '../rescue/session.ts';
import { shellWord } from '../rescue/shell-word.ts';
import { sizeText } from '../rescue/size-text.ts';
import type { Finding, HostFacts } from '../rescue/types.ts';
import type { MigrationContext } from './context.ts';
import { recordProblem } from './rules.ts';
import type { MigrationRequest } from './types.ts';

/** The hosts, without a look at the guest. */
export function hostRefusals({ inputs, from, to }: MigrationContext): Finding[] {
  const { source, destination, request } = inputs;
  const hosts = [
    { name: from, facts: source.host },
    { name: to, facts: destination.host },
  ];
  const drivers = hosts.filter(({ facts }) => facts.driver !== 'QEMU');
  if (drivers.length > 0)
    return drivers.map(({ name, facts }) => refusal('migrate-driver', name, { host: name, driver: facts.driver }));
  const same = source.hostUuid !== null && source.hostUuid === destination.hostUuid;
  return [
    ...hosts
      .filter(({ facts }) => facts.readOnly)
      .map(({ name }) => refusal('migrate-read-only', name, { host: name })),
    ...(same ? [refusal('migrate-same-host', to, { host: to })] : []),
    ...hosts.flatMap(({ name, facts }) => versionRefusals(name, facts, request)),
    ...addressRefusals(request, from, to, destination.host.uri),
  ];
}

/** Since when libvirt has what a migration may use (its release notes), counted as it does. */
function featuresOf({ options, migrateUri, live }: MigrationRequest): readonly (readonly [string, number])[] {
  const asked: readonly (readonly [boolean, string, number])[] = [
    [true, 'a definition of its own for what stays at the destination', 1_003_004],
    [live && options.postCopy, 'post-copy', 1_003_003],
    [live && options.tls, 'TLS between the QEMUs', 3_002_000],
    [live && options.parallel !== null, 'a migration over several connections', 5_002_000],
    [live && migrateUri?.startsWith('unix:') === true, 'a migration over a unix socket', 6_008_000],
  ];
  return asked.flatMap(([is, what, since]) => (is ? [[what, since] as const] : []));
}

function versionRefusals(name: string, { libvirtVersion }: HostFacts, request: MigrationRequest): Finding[] {
  return featuresOf(request)
    .filter(([, since]) => libvirtVersion < since)
    .map(([what, since]) =>
      refusal('migrate-version', name, {
        host: name,
        version: versionText(libvirtVersion),
        what,
        needed: versionText(since),
      }),
    );
}

function versionText(version: number): string {
  return [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000].join('.');
}

function addressRefusals(request: MigrationRequest, from: string, to: string, connected: string): Finding[] {
  const { way, destinationUri, migrateUri, live, options } = request;
  const found: Finding[] = [];
  const uri = destinationUri ?? connected;
  if (way === 'p2p' && isLocal(uri)) found.push(refusal('migrate-p2p-uri', null, { from, to, uri }));
  if (migrateUri === null || !live) return found;
  if (!/^(?:(?:tcp|rdma):\/\/[^/]+|unix:\/\/\/.+)$/.test(migrateUri))
    found.push(refusal('migrate-uri', null, { uri: migrateUri }));
  else if (options.tls && migrateUri.startsWith('unix:'))
    found.push(refusal('migrate-tls-unix', null, { uri: migrateUri }));
  return found;
}

/** Does an address lead to the daemon of whoever opens it? One with a socket of its own may lead anywhere. */
function isLocal(uri: string): boolean {
  return /^[a-z]+(?:\+unix)?:\/\/\//i.test(uri) && !/[?&]socket=/.test(uri);
}

/** The guest as it stands at the source. */
export function guestRefusals(context: MigrationContext): Finding[] {
  const { inputs, domain, on, word, from } = context;
  const { domain: facts, request } = inputs;
  const name = { domain: domain.name, word, from };
  const found: Finding[] = [];
  const refuse = (when: boolean, make: () => Finding) => when && found.push(make());
  refuse(request.live && !on, () => refusal('migrate-off', null, name));
  refuse(!request.live && on, () => refusal('migrate-running', null, name));
  refuse(!request.live && !facts.persistent, () => refusal('migrate-offline-transient', null, name));
  refuse(!request.live && facts.managedSave, () => refusal('migrate-managed-save', null, name));
  refuse(!request.live && hasTpmState(context.devices), () => refusal('migrate-offline-tpm', null, name));
  refuse(facts.job !== null, () => refusal('migrate-job', null, { ...name, job: facts.job ?? '' }));
  const target = facts.blockJobs[0] ?? '';
  refuse(facts.blockJobs.length > 0, () =>
    refusal('migrate-block-job', target, {
      ...name,
      targets: facts.blockJobs.join(', '),
      target: shellWord(target),
    }),
  );
  refuse(facts.snapshots > 0, () => refusal('migrate-snapshots', null, { ...name, count: facts.snapshots }));
  refuse(facts.checkpoints > 0, () => refusal('migrate-checkpoints', null, { ...name, count: facts.checkpoints }));
  if (request.live) found.push(...liveRefusals(context));
  return [...found, ...sessionRefusals(context)];
}

function hasTpmState(devices: XmlElement | null): boolean {
  return children(devices, 'tpm').some((tpm) => attribute(child(tpm, 'backend'), 'type') === 'emulator');
}

/** Devices that stay with their host. */
function liveRefusals({ inputs, domain, devices, from, word }: MigrationContext): Finding[] {
  const transient = domain.disks.filter((disk) => disk.transient).map(({ target }) => target);
  const shares = children(devices, 'filesystem').filter(
    (share) => attribute(child(share, 'driver'), 'type') === 'virtiofs',
  );
  const paused = inputs.request.options.postCopy && inputs.domain.state === 'paused';
  return [
    ...(paused ? [refusal('migrate-paused-post-copy', null, { domain: domain.name, word })] : []),
    ...(transient.length === 0
      ? []
      : [refusal('migrate-transient-disk', transient[0] ?? null, { targets: transient.join(', ') })]),
    ...children(devices).flatMap((device) => {
      const what = ofTheHost(device);
      return what === null ? [] : [refusal('migrate-device', what, { device: what, from })];
    }),
    ...shares.map((share) => refusal('migrate-share', shareName(share), { share: shareName(share), from })),
  ];
}

function shareName(share: XmlElement): string {
  return attribute(child(share, 'target'), 'dir') ?? attribute(child(share, 'source'), 'dir') ?? 'filesystem';
}

/** What a device of the host is called in a sentence; null: it is none. A card that steps in for another is unplugged by libvirt itself. */
function ofTheHost(device: XmlElement): string | null {
  const type = attribute(device, 'type') ?? '';
  switch (device.localName) {
    case 'hostdev':
      return isStandIn(device) ? null : `The host device (${type || 'passthrough'})`;
    case 'interface':
      return type === 'hostdev' && !isStandIn(device)
        ? `The network card ${attribute(child(device, 'mac'), 'address') ?? ''} (hostdev)`
        : null;
    case 'disk':
      return type === 'nvme' ? `The disk ${attribute(child(device, 'target'), 'dev') ?? ''} (an NVMe drive)` : null;
    case 'tpm':
      return attribute(child(device, 'backend'), 'type') === 'passthrough' ? 'The TPM (passthrough)' : null;
    case 'shmem':
      return `The shared memory ${attribute(device, 'name') ?? ''}`.trim();
    default:
      return null;
  }
}

function isStandIn(device: XmlElement): boolean {
  return attribute(child(device, 'teaming'), 'type') === 'transient';
}

/** A rescue goes along with its way back, or not at all. */
function sessionRefusals({ inputs, domain, from, to }: MigrationContext): Finding[] {
  const { definitionXml, liveXml } = inputs.domain;
  const mark = markOfOtherVersion(`${definitionXml}${liveXml ?? ''}`);
  if (mark !== null) return [refusal('migrate-other-version', null, { domain: domain.name, mark })];
  const problem = recordProblem(definitionXml);
  if (problem !== null) return [refusal('migrate-record', null, { domain: domain.name, problem })];
  const stays = inputs.session?.kind === 'until-ended' && !inputs.request.undefineSource;
  const own = inputs.ownNvram;
  const how = own?.seen === 'unknown' ? 'could not be seen' : 'is not';
  return [
    ...(stays ? [refusal('migrate-keep-rescue', null, { domain: domain.name, from })] : []),
    ...(own === null || own.seen === 'there'
      ? []
      : [refusal('migrate-rescue-nvram', own.path, { ...own, domain: domain.name, how, from, to })]),
  ];
}

/** The destination: who is there already, and whether the guest can run there. */
export function destinationFindings(context: MigrationContext): { refusals: Finding[]; warnings: Finding[] } {
  const { inputs, domain, to, word } = context;
  const { destination, request } = inputs;
  const refusals: Finding[] = [];
  const warnings: Finding[] = [];
  const about = { domain: domain.name, to, host: to, word, uri: shellWord(destination.host.uri) };
  if (destination.cpu?.result === 'incompatible')
    refusals.push(
      refusal('migrate-cpu', null, { ...about, why: destination.cpu.why ?? 'it lacks features that the guest has' }),
    );
  if (destination.machineKnown === false)
    refusals.push(refusal('migrate-machine', domain.machine, { ...about, machine: domain.machine }));
  for (const { uuid, name, state, ours } of destination.domains) {
    if (uuid !== domain.uuid) refusals.push(refusal('migrate-name-taken', name, { ...about, uuid }));
    else if (name !== domain.name) refusals.push(refusal('migrate-uuid-taken', name, { ...about, uuid, name }));
    else if (state !== 'shutoff' && state !== 'crashed')
      refusals.push(refusal('migrate-runs-there', name, { ...about, state }));
    else if (ours) warnings.push(warning('migrate-leftover', name, about));
    else refusals.push(refusal('migrate-defined-there', name, about));
  }
  const size = memoryOf(context);
  const free = destination.freeMemory === null ? null : destination.freeMemory * 1024;
  if (request.live && size !== null && free !== null && free < size)
    warnings.push(warning('migrate-memory', null, { ...about, size: sizeText(size), free: sizeText(free) }));
  return { refusals, warnings };
}

/** Bytes of the guest's memory; null: not told. */
export function memoryOf({ domain }: MigrationContext): number | null {
  return domain.memoryKiB === null ? null : domain.memoryKiB * 1024;
}

/** What the administrator should know of the guest, and of the way that was chosen. */
export function guestWarnings(context: MigrationContext): Finding[] {
  const { inputs, domain, root, devices, from, to, word } = context;
  const { request } = inputs;
  const about = { domain: domain.name, from, to, word };
  const found: Finding[] = [];
  const warn = (when: boolean, make: () => Finding) => when && found.push(make());
  const cpu = child(root, 'cpu');
  warn(attribute(cpu, 'mode') === 'host-passthrough', () => warning('migrate-host-cpu', null, about));
  if (request.live)
    for (const share of children(devices, 'filesystem'))
      warn(!['virtiofs', 'virtio-fs'].includes(attribute(child(share, 'driver'), 'type') ?? ''), () =>
        warning('migrate-9p', shareName(share), { share: shareName(share) }),
      );
  warn(request.live && request.way === 'direct', () => warning('migrate-direct', null, about));
  warn(request.live && request.options.postCopy, () => warning('migrate-post-copy', null, about));
  warn(!request.undefineSource && inputs.domain.persistent, () => warning('migrate-keeps-source', null, about));
  return found;
}
