import { describe, expect, test } from 'vitest';
import { mediumOf } from '../../../harness/fake-library.test-support.ts';
import { filterMedia, sizeOf } from '../../components/library-filter.ts';
import { NEW_MEDIUM, editOf, formOf, withImage, withRow } from './form-state.ts';
import { poolsFor, putObstacle, roomFor } from './put-state.ts';

const pool = (name: string, available: number | null, parts: object = {}) => ({
  ...{ name, type: 'dir', active: true, persistent: true, path: '/x', capacity: null, allocation: null, problem: null },
  available,
  ...parts,
});

describe('the form', () => {
  test.each([
    { kind: 'volume', pool: 'iso', name: 'a "b".iso' },
    { kind: 'path', path: '/srv/x y.iso' },
    { kind: 'url', url: 'https://host/x.iso' },
    { kind: 'kernel', kernel: '/k', initrd: null, cmdline: 'a=b' },
  ] as const)('of a medium that is there says what it is: $kind', (source) => {
    const medium = mediumOf('x', { source, note: 'n', host: 'qemu:///system', properties: { hw_rescue_bus: 'usb' } });
    const { id, name, note, host, properties, told } = medium;
    expect(editOf(formOf(medium))).toEqual({ edit: { id, name, note, host, source, properties, told } });
  });

  test('says what is wrong, and leaves empty rows out', () => {
    expect(editOf(NEW_MEDIUM)).toEqual({ problem: 'A medium needs a name that can be seen.' });
    const whole = { ...NEW_MEDIUM, name: 'x', pool: 'p', volume: 'v' };
    const rows = withRow(withRow([], 'os_type'), 'os_type').map((row) => ({ ...row, value: 'linux' }));
    expect(editOf({ ...whole, properties: rows })).toEqual({ twice: 'os_type' });
    expect(editOf({ ...whole, properties: withRow([], '') })).toMatchObject({ edit: { properties: {} } });
    expect(editOf({ ...whole, properties: withRow([], 'os_type') })).toEqual({
      problem: 'The property os_type has no value.',
    });
  });

  test('takes what Glance says, and keeps a name that was typed', () => {
    const image = { name: 'From Glance', properties: { os_type: 'linux' }, told: null };
    expect(withImage(NEW_MEDIUM, image)).toMatchObject({ name: 'From Glance', properties: [{ name: 'os_type' }] });
    expect(withImage({ ...NEW_MEDIUM, name: 'Mine' }, image).name).toBe('Mine');
  });
});

test('every word of the filter is looked for in name, note, place and properties; the order is by name', () => {
  const media = [
    mediumOf('b', { name: 'Rescue 10', properties: { hw_rescue_bus: 'usb' } }),
    mediumOf('a', { name: 'Rescue 9', note: 'old' }),
  ];
  expect(filterMedia(media, '').map(({ id }) => id)).toEqual(['a', 'b']);
  expect(filterMedia(media, 'rescue OLD').map(({ id }) => id)).toEqual(['a']);
  expect(filterMedia(media, 'rescue_bus=usb').map(({ id }) => id)).toEqual(['b']);
  expect(filterMedia(media, 'nothing')).toEqual([]);
});

describe('putting it onto a host', () => {
  const medium = mediumOf('x', { told: { size: 100, format: null, checksum: null, hash: null } });
  test('room, and what is not known of it', () => {
    expect(sizeOf(medium)).toBe(100);
    expect(roomFor(medium, pool('p', 99))).toMatchObject({ fits: false });
    expect(roomFor(medium, pool('p', 100))).toMatchObject({ fits: true });
    expect(roomFor(medium, pool('p', null))).toMatchObject({ fits: null });
    expect(roomFor(mediumOf('y'), pool('p', 1))).toMatchObject({ fits: null });
  });

  test('pools that take files, its usual one first', () => {
    const pools = [
      pool('default', 1),
      pool('iso', 1),
      pool('off', 1, { active: false }),
      pool('disks', 1, { type: 'iscsi' }),
      pool('ceph', 1, { type: 'rbd' }),
    ];
    expect(poolsFor(pools, medium).map(({ name }) => name)).toEqual(['iso', 'default']);
  });

  test.each([
    [mediumOf('u', { source: { kind: 'url', url: 'https://h/x' } }), 'url'],
    [mediumOf('k', { source: { kind: 'kernel', kernel: '/k', initrd: null, cmdline: null } }), 'kernel'],
    [mediumOf('h', { host: 'qemu:///other' }), 'otherHost'],
    [medium, null],
  ] as const)('%#: %s', (of, obstacle) => {
    expect(putObstacle(of, { uri: 'qemu:///system', readOnly: false })).toBe(obstacle);
  });

  test('a read-only host', () => {
    expect(putObstacle(medium, { uri: 'qemu:///system', readOnly: true })).toBe('readOnly');
  });
});
