/** Plain actions and hard reboots of the harness: the plan is the real engine's, what was found of each dependency is made up. */
import type { Answer, ChannelInput } from '../../src-core/contract/channels.ts';
import { errorData } from '../../src-core/contract/errors.ts';
import type { AppEvent, MachineKey, Operation } from '../../src-core/contract/schemas.ts';
import { parseXml } from '../../src-core/domain-xml/document.ts';
import { dependenciesOf } from '../../src-core/reboot/dependencies.ts';
import { planReboot } from '../../src-core/reboot/plan.ts';
import type { PowerAction } from '../../src-core/reboot/power.ts';
import type { FoundDependency, RebootPlan } from '../../src-core/reboot/types.ts';
import type { DomainState } from '../../src-core/rescue/types.ts';
import { HOST_FACTS, domainFacts } from './fake-facts.test-support.ts';
import type { FakeHandlers } from './fake-salvor.test-support.ts';
import { run } from './fake-run.test-support.ts';
import type { FakeWorld } from './fake-world.test-support.ts';

/** The secret of web-01's data disk, whose value went with a restart of its host's libvirt. */
export const LOST_SECRET = '5a5a5a5a-0000-4000-8000-00000000c0de';

export function found(parts: Partial<FoundDependency> & Pick<FoundDependency, 'kind' | 'name'>): FoundDependency {
  return { users: ['vda'], of: null, state: 'ready', detail: null, sharedWith: [], ...parts };
}

/** All that web-01 depends on: a pool that is off, with a volume in it; an encrypted disk; a network that is off, and what is ready. */
export const SOME_FOUND: readonly FoundDependency[] = [
  found({ kind: 'pool', name: 'images', users: ['vda', 'vdc', 'vdd'], state: 'ready' }),
  found({ kind: 'image', name: '/var/lib/libvirt/images/web-01.qcow2', of: 'images' }),
  found({ kind: 'image', name: '/var/lib/libvirt/images/web-01-logs.raw', of: 'images', users: ['vdc'] }),
  found({ kind: 'image', name: '/var/lib/libvirt/images/web-01-swap.raw', of: 'images', users: ['vdd'] }),
  found({ kind: 'pool', name: 'vg-archive', users: ['vdb'], state: 'inactive' }),
  found({ kind: 'volume', name: 'vg-archive/web-01-data', users: ['vdb'], of: 'vg-archive', state: 'stale' }),
  found({
    kind: 'secret',
    name: LOST_SECRET,
    users: ['vdb'],
    of: 'volume /dev/vg-archive/web-01-data',
    state: 'missing',
  }),
  found({ kind: 'network', name: 'storage', users: ['52:54:00:6b:1f:02'], state: 'inactive' }),
  found({ kind: 'network', name: 'default', users: ['52:54:00:6b:1f:01'], sharedWith: ['build-07'] }),
];

/** Everything as it should be. */
export function allReady(xml: string): FoundDependency[] {
  return dependenciesOf(parseXml(xml)).map((dependency) => found(dependency));
}

/** The plan of a machine of the world; `look` tells what was found. */
export function rebootPlanOf(
  world: FakeWorld,
  { machine: key, request, secrets }: ChannelInput<'reboot.preview'>,
  look?: readonly FoundDependency[],
): Answer<RebootPlan> {
  const machine = world.machines.get(`${key.hostId}/${key.uuid}`);
  if (machine === undefined)
    return { ok: false, error: errorData('domain-not-found', { domain: key.uuid, uri: key.hostId }) };
  const { row, xml, managedSave } = machine;
  const value = planReboot({
    domain: domainFacts({ definitionXml: xml, state: row.state, persistent: row.persistent, managedSave }),
    host: { ...HOST_FACTS, readOnly: world.hosts.get(key.hostId)?.readOnly === true },
    found: look ?? (row.name === 'web-01' ? SOME_FOUND : allReady(xml)),
    request,
    session: row.session,
    control: row.state === 'running' ? 'ok' : null,
    pausedReason: null,
    secretsGiven: secrets,
  });
  return { ok: true, value };
}

const AFTER: Readonly<Record<PowerAction, DomainState>> = {
  start: 'running',
  shutdown: 'shutoff',
  reboot: 'running',
  reset: 'running',
  'force-off': 'shutoff',
  pause: 'paused',
  resume: 'running',
};

/** One step, and the machine is as that action leaves it. */
function act(world: FakeWorld, emit: (event: AppEvent) => void, key: MachineKey, action: PowerAction): Operation {
  const machine = world.machines.get(`${key.hostId}/${key.uuid}`);
  const at = (state: 'running' | 'done'): Operation => ({
    id: `power-${action}`,
    kind: 'power',
    machine: key,
    machineName: machine?.row.name ?? '',
    state,
    cancellable: action === 'shutdown',
    startedAt: new Date().toISOString(),
    steps: [{ id: 'act', text: `Carry out: ${action}`, state, note: action === 'shutdown' ? '114 s left' : null }],
    remarks: [],
    error: null,
  });
  setTimeout(() => {
    if (machine === undefined) return;
    emit({ type: 'operation-changed', operation: at('done') });
    machine.row = { ...machine.row, state: AFTER[action] };
    emit({ type: 'machine-changed', machine: machine.row });
  }, world.stepDelay);
  return at('running');
}

type RebootChannel = 'power.act' | 'reboot.preview' | 'reboot.start';

export function rebootHandlers(world: FakeWorld, emit: (event: AppEvent) => void): Pick<FakeHandlers, RebootChannel> {
  return {
    'power.act': ({ machine, action }) => act(world, emit, machine, action),
    'reboot.preview': (order) => rebootPlanOf(world, order),
    'reboot.start': ({ machine, request }) => {
      const session = world.machines.get(`${machine.hostId}/${machine.uuid}`)?.row.session ?? null;
      return run(world, emit, machine, 'hard-reboot', request.session === 'keep' ? session : null);
    },
  };
}
