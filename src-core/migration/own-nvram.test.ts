/** Which UEFI variables a migration leaves behind, and which it takes along. */
import { expect, test } from 'vitest';
import { UEFI, domainXml } from '../rescue/inputs.test-support.ts';
import { diskOnBoth, migrationInputs } from './inputs.test-support.ts';
import { nvramLeftBehind } from './own-nvram.ts';
import { planMigration } from './plan.ts';
import { NO_RULES } from './rules.ts';

const OWN = '/var/lib/nvram/guest_VARS.fd';
const SCRATCH = `${OWN}.salvor-3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01`;
const host = { uri: 'qemu+ssh://alpha/system', driver: 'QEMU' };
const rules = { ...NO_RULES, paths: [{ from: '/var/lib/nvram', to: '/srv/nvram' }] };
const back = domainXml({ os: UEFI });
const rescue = back.replace(OWN, SCRATCH);

test('of a rescue on variables of its own the guest’s stay, by both hosts’ names', () => {
  expect(nvramLeftBehind({ xml: rescue, back, host, rules })).toEqual({
    path: OWN,
    destination: '/srv/nvram/guest_VARS.fd',
  });
});

test('what runs on the guest’s own takes them along, and so does what has none', () => {
  expect(nvramLeftBehind({ xml: back, back, host, rules })).toBeNull();
  expect(nvramLeftBehind({ xml: domainXml(), back: domainXml(), host, rules })).toBeNull();
});

test('where the definition does not say, libvirt’s own place counts, on both hosts', () => {
  const silent = back.replace(`<nvram>${OWN}</nvram>`, '');
  const path = '/var/lib/libvirt/qemu/nvram/guest_VARS.fd';
  const scratch = back.replace(OWN, `${path}.salvor-3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01`);
  expect(nvramLeftBehind({ xml: scratch, back: silent, host, rules: NO_RULES })).toEqual({ path, destination: path });
  // It runs on what libvirt chose, wherever that is.
  expect(nvramLeftBehind({ xml: back, back: silent, host, rules: NO_RULES })).toBeNull();
});

const plan = (seen: 'there' | 'absent' | 'unknown', live = true) => {
  const ownNvram = { path: OWN, destination: '/srv/nvram/guest_VARS.fd', seen };
  const disks = [diskOnBoth({ seen: 'network' })];
  const domain = live ? {} : ({ state: 'shutoff' } as const);
  return planMigration(migrationInputs({ xml: rescue, disks, domain, rest: { ownNvram } }));
};

test('once they are there nothing is refused, and of the rescue’s it is not asked to copy them', () => {
  for (const seen of ['absent', 'unknown'] as const)
    for (const live of [true, false])
      expect(plan(seen, live).refusals.map(({ code }) => code)).toEqual(['migrate-rescue-nvram']);
  expect(plan('unknown').refusals[0]?.message).toContain('/srv/nvram/guest_VARS.fd could not be seen on beta');
  expect(plan('there').refusals).toEqual([]);
  expect(plan('there', false).warnings.map(({ code }) => code)).not.toContain('migrate-offline-nvram');
  expect(plan('there').fingerprint.inputs).not.toBe(plan('absent').fingerprint.inputs);
});

test('post-copy is told of copies only where there are any', () => {
  const codes = (seen: 'network' | 'absent', postCopy: boolean) =>
    planMigration(migrationInputs({ disks: [diskOnBoth({ seen, pool: 'fast' })], options: { postCopy } })).warnings.map(
      ({ code }) => code,
    );
  expect(codes('absent', true)).toContain('migrate-post-copy-disks');
  expect(codes('network', true)).not.toContain('migrate-post-copy-disks');
  expect(codes('absent', false)).not.toContain('migrate-post-copy-disks');
});
