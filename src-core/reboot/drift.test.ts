import { expect, it } from 'vitest';
import { describeRebootDrift } from './drift.ts';
import { LUKS_DISK, NETWORK, SECRET, SESSION, rebootInputs } from './inputs.test-support.ts';
import type { RebootParts } from './inputs.test-support.ts';

const devices = LUKS_DISK;

it('names what has changed since the preview', () => {
  const before = rebootInputs({ devices });
  const drift = (parts: RebootParts) => describeRebootDrift(before, rebootInputs({ devices, ...parts }));
  expect(drift({ states: { 'image /i/l.qcow2': 'missing' } })).toBe('/i/l.qcow2 was ready and is missing');
  expect(drift({ domain: { state: 'shutoff' } })).toBe('it was running and is shutoff');
  expect(drift({ devices: NETWORK })).toMatch(/definition was changed; it depends on lan, which it did not/);
  expect(drift({ domain: { state: 'crashed' } })).toBe('it was running and is crashed');
  const crashed = rebootInputs({ devices, domain: { state: 'crashed' } });
  expect(describeRebootDrift(crashed, rebootInputs({ devices, domain: { state: 'shutoff' } }))).toBe(
    'it was crashed and is shutoff',
  );
  expect(drift({ devices: '' })).toContain('it does not depend on /i/l.qcow2 any more');
  expect(drift({ found: { users: ['vdz'] } })).toContain('/i/l.qcow2 was for vda and is for vdz');
  expect(drift({ found: { of: 'images' } })).toBe(
    `/i/l.qcow2 was in no pool and is in the pool images; ${SECRET} was of the use volume /i/l.qcow2 and is of the use images`,
  );
  expect(drift({ session: SESSION })).toBe('it is in another rescue');
  expect(describeRebootDrift(null, before)).toMatch(/has changed$/);
});
