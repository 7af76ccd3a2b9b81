/** Disks that are taken for others: each refusal and warning says what is the case, and is said for the right disks alone. */
import { describe, expect, it } from 'vitest';
import { domainXml } from '../rescue/inputs.test-support.ts';
import { encodeRecord, hashDefinition } from '../rescue/record.ts';
import { diskOnBoth, migrationInputs } from './inputs.test-support.ts';
import type { MigrationParts } from './inputs.test-support.ts';
import { planMigration } from './plan.ts';
import { NO_RULES, recordedOriginal } from './rules.ts';
import { diskNames, disksStaying } from './there.ts';
import type { DiskOnBoth } from './types.ts';

const found = (disk: Partial<DiskOnBoth>, request: MigrationParts['request'] = {}, parts: MigrationParts = {}) => {
  const { refusals, warnings } = planMigration(migrationInputs({ disks: [diskOnBoth(disk)], request, ...parts }));
  return [...refusals, ...warnings].map(({ code }) => code).filter((code) => code !== 'migrate-unsafe');
};
const shared = { disks: { vda: 'shared' } } as const;
const copy = { disks: { vda: 'copy' } } as const;
const MEDIUM = { readOnly: true, device: 'cdrom' } as const;
const OWN = { readOnly: true, device: 'disk' } as const;

describe('a disk that is read-only', () => {
  it.each<[string, Partial<DiskOnBoth>, MigrationParts['request'], string[]]>([
    ['a medium that is another there', { ...MEDIUM, seen: 'differs' }, {}, ['migrate-read-only-there']],
    ['a medium that cannot be looked at', { ...MEDIUM, seen: 'unknown' }, {}, ['migrate-read-only-there']],
    ['its own, another', { ...OWN, seen: 'differs' }, {}, ['migrate-disk-differs', 'migrate-read-only-there']],
    [
      'its own, another by word',
      { ...OWN, seen: 'differs' },
      shared,
      ['migrate-disk-differs', 'migrate-read-only-there'],
    ],
    [
      'a lun that is another',
      { ...OWN, device: 'lun', seen: 'differs' },
      {},
      ['migrate-disk-differs', 'migrate-read-only-there'],
    ],
    ['its own, not told', { ...OWN, seen: 'unknown' }, {}, ['migrate-disk-unclear', 'migrate-read-only-there']],
    ['its own, by word', { ...OWN, seen: 'unknown' }, shared, ['migrate-read-only-there']],
    ['its own', OWN, {}, []],
  ])('%s', (_what, disk, request, codes) => {
    expect(found(disk, request)).toEqual(codes);
  });

  it('says of what is there what was seen', () => {
    const said = (disk: Partial<DiskOnBoth>) =>
      planMigration(migrationInputs({ disks: [diskOnBoth({ ...MEDIUM, ...disk })] })).warnings[0]?.message;
    expect(said({ seen: 'differs' })).toContain('where something else is');
    expect(said({ seen: 'unknown' })).toContain('could not be told');
  });
});

describe('a disk that another guest of the destination has', () => {
  it.each<[string, Partial<DiskOnBoth>, MigrationParts['request'], string[]]>([
    ['copied over', { seen: 'unknown', there: 10 * 1024 ** 3 }, copy, ['migrate-copy-in-use', 'migrate-overwrites']],
    ['made for its name', { seen: 'absent', pool: 'fast' }, {}, ['migrate-copy-in-use']],
    ['shared', {}, {}, ['migrate-shared-in-use']],
    ['shared by word', { seen: 'unknown' }, shared, ['migrate-shared-in-use']],
    ['read-only', MEDIUM, {}, []],
  ])('%s', (_what, disk, request, codes) => {
    expect(found({ ...disk, users: ['neighbour'] }, request)).toEqual(codes);
  });
});

it('a copy over what may be the original says so', () => {
  const plan = planMigration(
    migrationInputs({ disks: [diskOnBoth({ seen: 'unknown', there: 10 * 1024 ** 3 })], request: copy }),
  );
  expect(plan.warnings[0]).toMatchObject({
    code: 'migrate-overwrites',
    message: expect.stringContaining('its data is destroyed') as string,
  });
});

it('post-copy of a paused guest is refused, of one that runs it is not', () => {
  const codes = (state: 'paused' | 'running') => found({}, {}, { domain: { state }, options: { postCopy: true } });
  expect(codes('paused')).toContain('migrate-paused-post-copy');
  expect(codes('running')).toEqual(['migrate-post-copy']);
});

const network = (hosts: string, source = "protocol='nbd' name='a'") =>
  domainXml({
    devices: `<disk type='network'><source ${source}>${hosts}</source><target dev='vda' bus='virtio'/></disk>`,
  });

describe('one server for both hosts', () => {
  it.each([
    ["<host name='nas.example' port='10809'/>", true],
    ["<host name='10.0.0.7'/><host name='10.0.0.8'/>", true],
    ["<host name='fd00::7'/>", true],
    ["<host name='localhost' port='10809'/>", false],
    ["<host name='localhost.localdomain'/>", false],
    ["<host name='127.0.0.1' port='3260'/>", false],
    ["<host name='::1'/>", false],
    ["<host name='10.0.0.7'/><host name='127.1.2.3'/>", false],
    ["<host transport='unix' socket='/run/nbd.sock'/>", false],
    ['', false],
  ])('%s', (hosts, same) => {
    expect(diskNames(network(hosts), NO_RULES)[0]?.sameServer).toBe(same);
  });

  it('Ceph finds its servers by itself; a file has none', () => {
    expect(diskNames(network('', "protocol='rbd' name='pool/image'"), NO_RULES)[0]?.sameServer).toBe(true);
    expect(diskNames(domainXml(), NO_RULES)[0]?.sameServer).toBe(false);
  });
});

describe('disks of what stays', () => {
  const disk = (path: string) => `<disk type='file'><source file='${path}'/><target dev='vda' bus='virtio'/></disk>`;
  const own = domainXml({ devices: disk('/images/own.img') });

  it('are those that what migrates has not, each once, by the rules', () => {
    const rules = { ...NO_RULES, paths: [{ from: '/images', to: '/srv' }] };
    const next = domainXml({ devices: disk('/images/next.img') });
    const names = disksStaying(domainXml({ devices: disk('/images/live.img') }), [next, own, own], rules);
    expect(names.map(({ destination }) => destination)).toEqual(['/srv/next.img', '/srv/own.img']);
    expect(disksStaying(own, [own], rules)).toEqual([]);
  });

  it('also of the definition in the record of a rescue', () => {
    const mark = `<salvor:rescue xmlns:salvor='urn:salvor:rescue:1' version='1' kind='until-ended' id='x' power='on' definition='${hashDefinition(own)}'><salvor:original>${encodeRecord(own)}</salvor:original></salvor:rescue>`;
    expect(recordedOriginal(domainXml({ metadata: mark }))).toBe(own);
    expect(recordedOriginal(own)).toBeNull();
  });

  it('are named where they are not there, or something else is', () => {
    const codes = (seen: DiskOnBoth['seen']) =>
      planMigration(migrationInputs({ staying: [diskOnBoth({ seen })] })).warnings.filter(
        ({ code }) => code === 'migrate-stays-disk',
      ).length;
    expect((['absent', 'differs', 'unknown', 'same-bytes', 'network'] as const).map(codes)).toEqual([1, 1, 0, 0, 0]);
  });
});
