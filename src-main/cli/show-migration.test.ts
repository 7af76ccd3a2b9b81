import { describe, expect, test } from 'vitest';
import { diffLines } from '../../src-core/domain-xml/line-diff.ts';
import type { MigrationPlan, MigrationProgress } from '../../src-core/migration/types.ts';
import { refusal, sentence } from '../../src-core/rescue/findings.ts';
import { duration, migrationProgressText, migrationText } from './show-migration.ts';

const SAID = sentence('migrate-step-check');

const pair = (before: string, after: string) => ({ before, after, diff: diffLines(before, after) });

const PLAN: MigrationPlan = {
  planVersion: 1,
  domain: { uuid: '11111111-2222-4333-8444-555555555555', name: 'web\u001b[31m' },
  from: { uri: 'qemu:///system', hostname: 'host-a' },
  to: { uri: 'qemu+ssh://b/system', hostname: 'host-b' },
  request: {
    live: true,
    rules: { paths: [], pools: [], networks: [], bridges: [], pinning: 'keep', listen: null },
    disks: {},
    way: 'direct',
    destinationUri: null,
    migrateUri: null,
    secrets: 'leave',
    options: { tls: false, bandwidth: null, postCopy: false, autoConverge: false, parallel: null, maxDowntime: null },
    undefineSource: true,
  },
  fingerprint: { definition: 'd', inputs: 'i' },
  refusals: [],
  warnings: [],
  disks: [
    {
      target: 'vda',
      source: '/images/a.raw',
      destination: '/srv/a.raw',
      format: 'raw',
      capacity: 4 * 2 ** 30,
      allocation: null,
      readOnly: false,
      device: 'disk',
      seen: 'absent',
      pool: 'fast',
      free: null,
      there: null,
      users: [],
      way: 'copy',
      why: SAID,
      bytes: 2 ** 30,
    },
  ],
  needs: [
    { kind: 'network', name: 'lan', users: ['52:54:00:11:22:33'], state: 'inactive', carriable: false, does: SAID },
  ],
  names: { networks: ['lan'], bridges: [] },
  running: pair('one\ntwo\nthree\nfour\nfive\nsix', 'one\nTWO\nthree\nfour\nfive\nSIX'),
  persistent: pair('same', 'same'),
  session: null,
  flags: ['LIVE', 'PERSIST_DEST'],
  parameters: { bandwidth: 20, migrate_disks: ['vda', 'vdb'] },
  estimate: { low: 10, high: null, why: SAID },
  steps: [{ id: 'check', what: SAID, inverse: null }],
  virsh: ['virsh migrate …'],
};

describe('the plan of a migration as text', () => {
  const text = migrationText(PLAN);

  test('says from where to where, and lets no control character through', () => {
    expect(text).toMatch(/^Migration of web\S*\[31m \(1{8}-.*\) from host-a to host-b, as it runs\n/);
    expect(text).not.toContain('\u001b');
  });

  test('disks, needs, the call, how long it takes', () => {
    expect(text).toMatch(/^ {2}vda +\/images\/a\.raw +\/srv\/a\.raw +4 GiB +copy +1 GiB +Look again/m);
    expect(text).toMatch(/^ {2}network +lan +52:54:00:11:22:33 +inactive +Look again/m);
    expect(text).toContain('  LIVE | PERSIST_DEST\n  bandwidth=20\n  migrate_disks=vda,vdb');
    expect(text).toContain('  10 s or more: Look again');
  });

  test('of the definitions what changes, each with the lines beside it', () => {
    expect(text).toContain('What runs there\n   one\n  -two\n  +TWO\n   three\n  …\n   five\n  -six\n  +SIX');
    expect(text).toContain('What stays there\n  as it is here, line for line');
  });

  test('a refused plan says why, and nothing of what would follow', () => {
    const refused = migrationText({ ...PLAN, refusals: [refusal('no-medium', null)] });
    expect(refused).toMatch(/^Refused\n {2}no-medium: /m);
    expect(refused).not.toContain('Steps');
  });
});

const PROGRESS: MigrationProgress = {
  phase: 'memory',
  total: 2 ** 30,
  processed: 2 ** 29,
  remaining: 2 ** 28,
  rate: 20 * 2 ** 20,
  dirtyRate: 5 * 2 ** 20,
  iteration: 2,
  downtime: 44,
  throttle: null,
  elapsed: 10,
  left: 17,
  stalled: 0,
  mayPostCopy: false,
};

describe('the line of figures', () => {
  test('rate, what remains, pass, downtime, seconds to go', () => {
    expect(migrationProgressText(PROGRESS)).toBe(
      'memory 75 % of 1 GiB, 256 MiB to go, 20 MiB/s, 17 s left, pass 2, it writes 5 MiB/s, would stand still 44 ms',
    );
  });

  test('where nothing is told yet, nothing is made up; a link that is silent is named', () => {
    const nothing = { total: null, processed: null, remaining: null, rate: null, dirtyRate: null, iteration: null };
    expect(migrationProgressText({ ...PROGRESS, ...nothing, phase: 'setup', downtime: null, left: null })).toBe(
      'setting up',
    );
    expect(migrationProgressText({ ...PROGRESS, left: null, stalled: 12, throttle: 30 })).toMatch(
      /nothing goes over since 12 s: is the link down\?, .*slowed down by 30 %/,
    );
  });

  test.each([
    [0.4, '0 s'],
    [119, '119 s'],
    [600, '10 min'],
    [9000, '2 h 30 min'],
  ])('%d seconds are %s', (seconds, expected) => expect(duration(seconds)).toBe(expected));
});
