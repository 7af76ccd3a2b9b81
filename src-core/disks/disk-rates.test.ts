import { expect, test } from 'vitest';
import { diskRates, totalRate } from './disk-rates.ts';
import type { DiskReading } from './disk-rates.ts';
import type { DiskStats } from './types.ts';

const disk = (target: string, counters: Partial<DiskStats> = {}): DiskStats => ({
  target,
  readBytes: 0,
  readRequests: 0,
  writeBytes: 0,
  writeRequests: 0,
  ...counters,
});
const reading = (at: number, ...disks: DiskStats[]): DiskReading => ({ at, disks });

test('what was done in two seconds is halved', () => {
  const rates = diskRates(
    reading(1000, disk('vda', { readBytes: 4096, readRequests: 1, writeBytes: 100, writeRequests: 7 })),
    reading(3000, disk('vda', { readBytes: 12_288, readRequests: 5, writeBytes: 100, writeRequests: 8 })),
  );
  expect(rates.get('vda')).toEqual({ readBytes: 4096, readRequests: 2, writeBytes: 0, writeRequests: 0.5 });
});

test('a disk that does nothing has rates of nothing, which is not the same as none', () => {
  expect(diskRates(reading(0, disk('vda')), reading(2000, disk('vda'))).get('vda')).toEqual({
    readBytes: 0,
    readRequests: 0,
    writeBytes: 0,
    writeRequests: 0,
  });
});

test.each(['readBytes', 'readRequests', 'writeBytes', 'writeRequests'] as const)(
  'a disk whose %s went back was started anew: nothing is known of it until the next reading',
  (name) => {
    const first = reading(0, disk('vda', { [name]: 5000 }), disk('vdb'));
    const second = reading(2000, disk('vda', { [name]: 40 }), disk('vdb'));
    const third = reading(4000, disk('vda', { [name]: 60 }), disk('vdb'));
    expect([...diskRates(first, second).keys()]).toEqual(['vdb']);
    expect(diskRates(second, third).get('vda')?.[name]).toBe(10);
  },
);

test('disks that come and go have no rate, and take none from the others', () => {
  const rates = diskRates(
    reading(0, disk('vda'), disk('vdb')),
    reading(1000, disk('vdb', { readBytes: 9 }), disk('vdc')),
  );
  expect([...rates.entries()].map(([target, { readBytes }]) => [target, readBytes])).toEqual([['vdb', 9]]);
});

test.each([-1, Number.NaN])('what libvirt does not count (%d) is not known', (nothing) => {
  const uncounted = disk('vda', { writeRequests: nothing });
  expect(diskRates(reading(0, uncounted), reading(1000, uncounted)).size).toBe(0);
  expect(diskRates(reading(0, uncounted), reading(1000, disk('vda', { writeRequests: 3 }))).size).toBe(0);
});

test.each([0, -2000])('a clock that went %d ms tells nothing', (step) => {
  expect(diskRates(reading(5000, disk('vda')), reading(5000 + step, disk('vda', { readBytes: 1 }))).size).toBe(0);
});

test('all disks together', () => {
  const one = { readBytes: 1, readRequests: 2, writeBytes: 3, writeRequests: 4 };
  expect(totalRate([one, one, one])).toEqual({ readBytes: 3, readRequests: 6, writeBytes: 9, writeRequests: 12 });
  expect(totalRate([])).toBeNull();
});
