import { expect, test } from 'vitest';
import type { MediumContent } from '../../../src-core/media/recognise.ts';
import { ISO, QCOW2 } from '../../harness/fake-transfers.test-support.ts';
import { bootsBy, nameProblem } from './content-words.ts';

const content = (parts: Partial<MediumContent>): MediumContent => ({ ...QCOW2, kind: 'disk', format: 'raw', ...parts });

test.each([
  ['rescue.iso', ISO, null],
  ['RESCUE.ISO', ISO, null],
  ['rescue.img', ISO, null],
  ['disk.qcow2', QCOW2, null],
  ['disk', QCOW2, null],
  ['disk.v2.backup', QCOW2, null],
  ['disk.img', content({}), null],
  ['disk.img', QCOW2, { kind: 'differs', said: 'img', is: 'qcow2' }],
  ['rescue.iso', QCOW2, { kind: 'differs', said: 'iso', is: 'qcow2' }],
  ['rescue.iso', content({}), { kind: 'differs', said: 'iso', is: 'disk' }],
  ['rescue.iso', content({ kind: 'unknown' }), { kind: 'differs', said: 'iso', is: 'unknown' }],
  ['disk.qcow2', content({}), { kind: 'differs', said: 'qcow2', is: 'disk' }],
  ['disk.vhd', content({ kind: 'image', format: 'vpc' }), null],
  ['disk.img.xz', content({ kind: 'image', format: 'xz' }), { kind: 'packed', said: 'xz', is: 'xz' }],
  ['appliance.ova', content({ kind: 'image', format: 'tar' }), { kind: 'packed', said: 'ova', is: 'tar' }],
  ['x.__proto__', QCOW2, null],
  ['rescue.iso', null, null],
])('what the name %j promises', (name, is, problem) => {
  expect(nameProblem(name, is)).toEqual(problem);
});

test('which firmware has something to boot', () => {
  const by = (bios: boolean | null, uefi: boolean | null) => bootsBy({ bios, uefi });
  expect([by(true, true), by(true, null), by(false, true), by(false, null), by(null, null)]).toEqual([
    'both',
    'bios',
    'uefi',
    'none',
    'unknown',
  ]);
});
