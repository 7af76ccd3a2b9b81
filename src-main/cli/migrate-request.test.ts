import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { migrationRequest } from './migrate-request.ts';
import type { MigrateOptions } from './migrate-request.ts';

const PLAIN: MigrateOptions = {
  uri: 'qemu:///system',
  to: 'qemu+ssh://b/system',
  plan: false,
  dropPinning: false,
  p2p: false,
  carrySecrets: false,
  tls: false,
  postCopy: false,
  autoConverge: false,
  keepSource: false,
  yes: true,
  json: false,
};

function problem(options: Partial<MigrateOptions>): unknown {
  try {
    return migrationRequest({ ...PLAIN, ...options }, true);
  } catch (error) {
    return error instanceof SalvorError ? error.data.params['problem'] : error;
  }
}

describe('the words of salvor migrate', () => {
  test('without any: as it runs, directly, what can be shared is chosen by the plan, the source is left without it', () => {
    expect(migrationRequest(PLAIN, true)).toEqual({
      live: true,
      rules: { paths: [], pools: [], networks: [], bridges: [], pinning: 'keep', listen: null },
      disks: {},
      way: 'direct',
      destinationUri: null,
      migrateUri: null,
      secrets: 'leave',
      options: {
        tls: false,
        bandwidth: null,
        postCopy: false,
        autoConverge: false,
        parallel: null,
        maxDowntime: null,
      },
      undefineSource: true,
    });
  });

  test('a machine that is off moves as its definition; a word for it counts', () => {
    expect(migrationRequest(PLAIN, false).live).toBe(false);
    expect(migrationRequest({ ...PLAIN, live: true }, false).live).toBe(true);
    expect(migrationRequest({ ...PLAIN, offline: true }, true).live).toBe(false);
  });

  test('all of them', () => {
    const all = migrationRequest(
      {
        ...PLAIN,
        mapPath: ['/a=b/x=/c', '/one=/two'],
        mapPool: ['fast=slow'],
        mapNetwork: ['lan=lan=2'],
        mapBridge: ['br0=br1'],
        dropPinning: true,
        listen: '0.0.0.0',
        disk: ['vda=copy', 'vdb=shared'],
        p2p: true,
        destinationUri: 'qemu+tls://b/system',
        migrateUri: 'tcp://10.0.0.2',
        carrySecrets: true,
        tls: true,
        bandwidth: '50',
        postCopy: true,
        autoConverge: true,
        parallel: '4',
        maxDowntime: '200',
        keepSource: true,
      },
      true,
    );
    expect(all.rules).toEqual({
      // An equals sign within a path is a part of it.
      paths: [
        { from: '/a=b/x', to: '/c' },
        { from: '/one', to: '/two' },
      ],
      pools: [{ from: 'fast', to: 'slow' }],
      networks: [{ from: 'lan', to: 'lan=2' }],
      bridges: [{ from: 'br0', to: 'br1' }],
      pinning: 'drop',
      listen: '0.0.0.0',
    });
    expect(all).toMatchObject({
      disks: { vda: 'copy', vdb: 'shared' },
      way: 'p2p',
      destinationUri: 'qemu+tls://b/system',
      migrateUri: 'tcp://10.0.0.2',
      secrets: 'carry',
      options: { tls: true, bandwidth: 50, postCopy: true, autoConverge: true, parallel: 4, maxDowntime: 200 },
      undefineSource: false,
    });
  });

  test.each([
    [{ live: true, offline: true }, /--live or --offline, not both/],
    [{ destinationUri: 'qemu+tls://b/system' }, /goes with --p2p/],
    [{ mapPath: ['images=/there'] }, /\/FROM=\/TO/],
    [{ mapPath: ['/images=there'] }, /\/FROM=\/TO/],
    [{ mapNetwork: ['lan'] }, /--map-network is written FROM=TO/],
    [{ mapPool: ['=slow'] }, /--map-pool is written FROM=TO/],
    [{ mapBridge: ['br0='] }, /--map-bridge is written FROM=TO/],
    [{ disk: ['vda'] }, /--disk vda is one of shared, copy, copy-top/],
    [{ disk: ['=copy'] }, /--disk is written TARGET=WAY/],
    [{ bandwidth: '0' }, /--bandwidth is a number of MiB a second from 1/],
    [{ parallel: '1' }, /--parallel is a number of connections from 2 to 64/],
    [{ maxDowntime: 'long' }, /--max-downtime is a number of milliseconds/],
  ] satisfies [Partial<MigrateOptions>, RegExp][])('%j is wrong usage', (options, expected) => {
    expect(problem(options)).toMatch(expected);
  });
});
