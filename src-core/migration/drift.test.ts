import { expect, it, test } from 'vitest';
import { domainXml } from '../rescue/inputs.test-support.ts';
import { describeMigrationDrift } from './drift.ts';
import { GUEST_UUID, diskOnBoth, migrationInputs, needed } from './inputs.test-support.ts';
import type { MigrationParts } from './inputs.test-support.ts';
import { planMigration } from './plan.ts';
import { NO_RULES } from './rules.ts';

const NETWORK = needed();
const STAYING = diskOnBoth({ target: 'sda', seen: 'absent' });
const BASE: MigrationParts = { destination: { needed: [NETWORK] }, staying: [STAYING] };
const VARIABLES = { path: '/n', destination: '/n', seen: 'absent' } as const;

/** What makes another plan, and how it is named. */
const CHANGES: readonly (readonly [MigrationParts, string])[] = [
  [{ xml: domainXml({ top: '\n  <title>other</title>' }) }, 'its definition was changed'],
  [{ domain: { state: 'shutoff' }, request: { live: true } }, 'it was running and is shutoff'],
  [{ domain: { persistent: false } }, 'it was undefined'],
  [{ domain: { autostart: true } }, 'whether it starts with its host was changed'],
  [{ domain: { managedSave: true } }, 'its memory was saved'],
  [{ domain: { job: 'unbounded' } }, 'a job has begun'],
  [{ domain: { blockJobs: ['vda'] } }, 'its block jobs are others'],
  [{ domain: { snapshots: 1 } }, 'its snapshots are others'],
  [{ domain: { checkpoints: 1 } }, 'its checkpoints are others'],
  [{ running: domainXml({ top: '\n  <x/>' }) }, 'devices of the running guest were changed'],
  [{ to: { uri: 'qemu+ssh://gamma/system' } }, 'the connections lead to other hosts'],
  [
    {
      destination: { needed: [NETWORK], domains: [{ uuid: GUEST_UUID, name: 'guest', state: 'shutoff', ours: true }] },
    },
    'the domains of its name or UUID at beta are others',
  ],
  [{ disks: [diskOnBoth({ seen: 'differs' })] }, 'vda is found otherwise on the two hosts'],
  [{ disks: [diskOnBoth({ there: 5 })] }, 'vda is found otherwise on the two hosts'],
  [{ disks: [diskOnBoth({ users: ['neighbour'] })] }, 'vda is found otherwise on the two hosts'],
  [{ staying: [{ ...STAYING, seen: 'same-bytes' }] }, 'sda is found otherwise on the two hosts'],
  [{ destination: { needed: [{ ...NETWORK, state: 'inactive' }] } }, 'the network lan at beta is not as it was'],
  [
    { destination: { needed: [NETWORK], machineKnown: false } },
    'whether its CPU and machine type fit beta is answered otherwise',
  ],
  [{ rest: { ownNvram: VARIABLES } }, 'its own UEFI variables are found otherwise at beta'],
  [{ request: { rules: { ...NO_RULES, pinning: 'drop' } } }, 'the request is another one'],
];

test.each(CHANGES)('%j: %s', (parts, words) => {
  const before = migrationInputs(BASE);
  const now = migrationInputs({ ...BASE, ...parts });
  expect(planMigration(now).fingerprint.inputs).not.toBe(planMigration(before).fingerprint.inputs);
  expect(describeMigrationDrift(before, now).split('; ')).toContain(words);
});

it('says no more of what is not known, nor of what makes no other plan', () => {
  const before = migrationInputs(BASE);
  expect(describeMigrationDrift(null, before)).toMatch(/has changed$/);
  expect(describeMigrationDrift(before, migrationInputs({ ...BASE, domain: { state: 'paused' } }))).toBe(
    'something that the plan depends on has changed',
  );
});
