import { expect, test } from 'vitest';
import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';
import { madeDisk } from '../../../harness/made-disk.test-support.ts';
import { runningChanges } from './running-changes.ts';

const own = [
  madeDisk({ target: 'vda', source: '/srv/root.qcow2' }),
  madeDisk({ target: 'vdb', source: '/srv/data.qcow2' }),
];
const changed = (change: Partial<MachineDisk>) => [
  ...runningChanges(own, [madeDisk({ target: 'vda', source: '/srv/root.qcow2', ...change }), ...own.slice(1)]).running,
];

test('what runs as it is defined has changed in nothing, whatever its place in the boot order and its size', () => {
  expect(changed({ bootOrder: 2, capacity: 5, allocation: 4, alias: 'virtio-disk0' })).toEqual([]);
});

test('what only runs is added, what does not run is absent', () => {
  const { running, absent } = runningChanges(own, [...own.slice(0, 1), madeDisk({ target: 'sdb' })]);
  expect([...running]).toEqual([['sdb', 'added']]);
  expect(absent).toEqual(['vdb']);
});

test.each<[string, Partial<MachineDisk>, string]>([
  ['a disk that can only be read', { readonly: true }, 'read-only'],
  [
    'a disk behind an overlay, whose source libvirt names instead',
    { transient: true, source: '/srv/o.qcow2' },
    'overlay',
  ],
  ['another source', { source: '/srv/other.qcow2' }, 'changed'],
  ['another place', { address: { type: 'usb', bus: 0, port: '1' } }, 'changed'],
  ['another bus', { bus: 'scsi' }, 'changed'],
  ['another serial', { serial: 'X' }, 'changed'],
  ['an overlay elsewhere', { transient: true, bus: 'sata' }, 'changed'],
])('%s', (_what, change, expected) => {
  expect(changed(change)).toEqual([['vda', expected]]);
});

test('a disk that was read-only and can be written is more than that', () => {
  const before = [madeDisk({ target: 'vda', readonly: true })];
  expect([...runningChanges(before, [madeDisk({ target: 'vda' })]).running]).toEqual([['vda', 'changed']]);
});
