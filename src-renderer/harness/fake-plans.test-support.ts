/** What the harness tells of a machine: its details and its plans, by the real engine. */
import { effectiveBootOrder } from '../../src-core/boot/effective-order.ts';
import type { Answer, ChannelInput } from '../../src-core/contract/channels.ts';
import { errorData } from '../../src-core/contract/errors.ts';
import type { MachineDetails, MachineKey, MachineRow, Preview } from '../../src-core/contract/schemas.ts';
import { NO_GUEST_NAMES, guestNames } from '../../src-core/disks/guest-names.ts';
import { diskRoles } from '../../src-core/disks/roles.ts';
import { layoutsOf, storageLayout } from '../../src-core/disks/storage-layout.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import { previewRescue } from '../../src-core/rescue/plan.ts';
import { redactPlan } from '../../src-core/rescue/redact.ts';
import type { OverlayPoolFacts } from '../../src-core/rescue/types.ts';
import { HOST_FACTS, domainFacts } from './fake-facts.test-support.ts';
import { GIB, poolNamed } from './fake-world.test-support.ts';
import type { FakeWorld } from './fake-world.test-support.ts';
import { mediumFacts } from './guests.test-support.ts';

/** The disks and boot order of one XML, as the main process would tell them. */
function disksOf(domain: DomainView): MachineDetails['disks'] {
  const roles = diskRoles(domain);
  const names = guestNames(domain);
  return domain.disks.map((disk, at) => ({
    ...disk,
    layers: [],
    users: [],
    secretStates: [],
    role: roles.get(disk.target)?.role ?? 'data',
    roleWhy: roles.get(disk.target)?.why ?? '',
    guestNames: names.get(disk.target) ?? NO_GUEST_NAMES,
    capacity: disk.source === null ? null : (at + 1) * 20 * GIB,
    allocation: disk.source === null ? null : (at + 1) * 7.3 * GIB,
    physical: null,
  }));
}

export function detailsOf(world: FakeWorld, key: MachineKey): Answer<MachineDetails> {
  const machine = world.machines.get(`${key.hostId}/${key.uuid}`);
  if (machine === undefined)
    return { ok: false, error: errorData('domain-not-found', { domain: key.uuid, uri: key.hostId }) };
  const domain = parseDomain(machine.xml);
  const { session: record } = machine.row;
  const live = record === null ? null : liveOf(machine.xml);
  return {
    ok: true,
    value: {
      row: machine.row,
      complete: true,
      firmware: domain.firmware,
      secureBoot: domain.secureBoot,
      machine: domain.machine,
      arch: domain.arch,
      vcpus: domain.vcpus,
      memoryKiB: domain.memoryKiB,
      disks: disksOf(domain),
      bootOrder: effectiveBootOrder(domain),
      layout: storageLayout(domain),
      live:
        live === null
          ? null
          : {
              disks: disksOf(live.domain),
              bootOrder: effectiveBootOrder(live.domain),
              layout: storageLayout(live.domain),
            },
      definitionXml: machine.xml,
      liveXml: live?.xml ?? (machine.row.state === 'running' ? machine.xml : null),
      managedSave: machine.managedSave,
      snapshots: 0,
    },
  };
}

type Order = Pick<ChannelInput<'rescue.preview'>, 'request' | 'properties'>;

const LIVE_REQUEST: Order['request'] = {
  media: [{ kind: 'path', path: '/srv/iso/systemrescue-12.01-amd64.iso' }],
  device: null,
  bus: null,
  profile: 'recommended',
  session: 'one-shot',
  endAtFirstReboot: false,
  fallThrough: null,
  writes: 'overlay',
  overlayPool: null,
  guestDisks: 'writable',
  stop: { how: 'graceful', timeoutSeconds: 60, onTimeout: 'give-up' },
  allowUnbootable: false,
  transientConsent: false,
};

function liveOf(xml: string): { readonly xml: string; readonly domain: DomainView } | null {
  const { plan } = planOf(
    { xml, state: 'running', persistent: true, managedSave: false },
    { request: LIVE_REQUEST, properties: {} },
  );
  return plan.rescueXml === null ? null : { xml: plan.rescueXml, domain: parseDomain(plan.rescueXml) };
}

type Machine = Pick<MachineRow, 'state' | 'persistent'> & { readonly xml: string; readonly managedSave: boolean };

function overlayPoolOf(name: string): OverlayPoolFacts {
  const { path, available } = poolNamed(name);
  return { kind: 'folder', folder: path ?? '', free: available, overlays: [] };
}

function planOf({ xml, state, persistent, managedSave }: Machine, { request, properties }: Order): Preview {
  const media = request.media.map((spec, at) => ({ ...mediumFacts(spec), properties: at === 0 ? properties : {} }));
  const { plan, choices } = previewRescue({
    domain: domainFacts({ definitionXml: xml, state, persistent, managedSave }),
    host: HOST_FACTS,
    media,
    request,
    stamp: null,
    room: [],
    ...(request.overlayPool === null ? {} : { overlayPool: overlayPoolOf(request.overlayPool) }),
  });
  return { plan: redactPlan(plan), layouts: layoutsOf(xml, plan.rescueXml), choices, media };
}

export function previewOf(
  world: FakeWorld,
  { machine: key, ...order }: ChannelInput<'rescue.preview'>,
): Answer<Preview> {
  const machine = world.machines.get(`${key.hostId}/${key.uuid}`);
  if (machine === undefined)
    return { ok: false, error: errorData('domain-not-found', { domain: key.uuid, uri: key.hostId }) };
  return { ok: true, value: planOf({ ...machine, ...machine.row }, order) };
}
