/** What a plan leaves alone: what others use, what nothing would be left of, what a start does without; and a crashed guest, which is not off. */
import { describe, expect, it, test } from 'vitest';
import { DOMAIN_STATES } from '../rescue/types.ts';
import { MDEV, NETWORK, PCI, VOLUME_DISK, rebootInputs } from './inputs.test-support.ts';
import type { RebootParts } from './inputs.test-support.ts';
import { planReboot } from './plan.ts';
import { POWER_ACTIONS, isActive, powerPossible } from './power.ts';
import type { FoundDependency } from './types.ts';

const plan = (parts: RebootParts = {}) => planReboot(rebootInputs(parts));
const BRIDGE = `<interface type='bridge'><mac address='m'/><source bridge='virbr7'/></interface>`;
const ON_NETWORK = { devices: NETWORK, states: { 'network lan': 'stale' } } as const;
const ON_BRIDGE = { devices: BRIDGE, states: { 'bridge virbr7': 'stale' } } as const;

describe.each([
  ['a network whose bridge is gone', ON_NETWORK, {}],
  ['a bridge that is gone under its network', ON_BRIDGE, { of: 'lan' }],
] as const)('%s', (_what, parts, of) => {
  const found = (more: Partial<FoundDependency>) => plan({ ...parts, found: { ...of, ...more } });

  it('is made anew by the network', () => {
    const { dependencies, refusals, virsh } = found({});
    expect(dependencies[0]?.action).toBe('restart-network');
    expect(refusals).toEqual([]);
    expect(virsh.filter((line) => line.includes('net-'))).toEqual([
      expect.stringMatching(/ net-destroy lan$/),
      expect.stringMatching(/ net-start lan$/),
    ]);
  });

  test.each([
    [{ sharedWith: ['neighbour'] }, 'cannot be stopped and started under neighbour'],
    [{ held: 'users-unknown' }, 'whether other guests use it cannot be told'],
    [{ held: 'no-definition' }, 'nothing would be left of it if it were stopped'],
    [{ held: 'no-definition', sharedWith: ['neighbour'] }, 'nothing would be left of it'],
  ] as const)('%j: stays as it is', (more, why) => {
    const { dependencies, refusals, virsh } = found(more);
    expect(dependencies[0]?.action).toBe('blocked');
    expect(refusals.map(({ message }) => message)).toEqual([expect.stringContaining(why)]);
    expect(refusals[0]?.message).toContain('the bridge of the network lan is gone');
    expect(virsh.join()).not.toContain('net-');
  });
});

it('a guest that is on a network in two ways: one pair of commands', () => {
  const { virsh } = plan({
    devices: `${NETWORK}${BRIDGE}`,
    states: { 'network lan': 'stale', 'bridge virbr7': 'stale' },
    found: { of: 'lan' },
  });
  expect(virsh.filter((line) => line.includes('net-'))).toHaveLength(2);
});

it('says of a bridge that it is not there, and which network makes it', () => {
  const [bridge] = plan({ ...ON_BRIDGE, found: { of: 'lan' } }).dependencies;
  expect(bridge).toMatchObject({ now: { text: 'not there' }, does: { params: { network: 'lan' } } });
  // Nobody of libvirt's makes it.
  expect(plan(ON_BRIDGE).dependencies[0]?.action).toBe('blocked');
});

it('never refreshes a pool that would be gone should that fail', () => {
  const stale = { devices: VOLUME_DISK, states: { 'pool images': 'stale', 'volume images/a.raw': 'stale' } } as const;
  expect(plan(stale).virsh.join()).toContain('pool-refresh');
  const { refusals, virsh } = plan({ ...stale, found: { held: 'no-definition' } });
  expect(refusals.map(({ message }) => message)).toEqual([expect.stringContaining('has no definition')]);
  expect(virsh.join()).not.toContain('pool-');
});

test.each([
  ['PCI', PCI],
  ['mediated', MDEV],
])('a %s device that another guest has is refused: the start would fail', (_kind, devices) => {
  const { refusals, warnings } = plan({ devices, found: { sharedWith: ['neighbour'] } });
  expect(refusals.map(({ code, message }) => [code, message])).toEqual([
    ['reboot-blocked', expect.stringContaining('is in use by neighbour')],
  ]);
  expect(warnings).toEqual([]);
});

it('does not look for an optional medium behind its pool, which a start does without', () => {
  const optional = `<disk type='volume' device='cdrom'><source pool='isos' volume='a.iso' startupPolicy='optional'/><target dev='sda' bus='sata'/></disk>`;
  const { dependencies, refusals } = plan({
    devices: optional,
    states: { 'pool isos': 'inactive', 'volume isos/a.iso': 'not-checked' },
  });
  expect(dependencies.map(({ action, does }) => [action, does.code])).toEqual([
    ['none', 'reboot-does-left-out'],
    ['none', 'reboot-does-left-to-start'],
  ]);
  expect(refusals).toEqual([]);
});

describe('a crashed guest that libvirt keeps', () => {
  it('has a QEMU: it can be reset and forced off, and nothing else', () => {
    expect(POWER_ACTIONS.filter((action) => powerPossible(action, 'crashed'))).toEqual(['reset', 'force-off']);
    expect(DOMAIN_STATES.filter((state) => !isActive(state))).toEqual(['shutoff']);
  });

  it('is forced off whatever the stop, since it can be asked for nothing', () => {
    const { steps, virsh } = plan({ devices: '', domain: { state: 'crashed' } });
    expect(steps.map(({ id, what }) => [id, what.code])).toContainEqual(['stop', 'step-stop-force']);
    expect(virsh[0]).toMatch(/ destroy --domain guest$/);
  });

  it('is another machine than one that is off, or that runs', () => {
    const print = (state: 'crashed' | 'shutoff' | 'running') => plan({ domain: { state } }).fingerprint.inputs;
    expect(new Set([print('crashed'), print('shutoff'), print('running')]).size).toBe(3);
  });
});
