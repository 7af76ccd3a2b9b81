import { expect, test } from 'vitest';
import { NO_GUEST_NAMES } from '../../../../src-core/disks/guest-names.ts';
import type { PlannedDisk } from '../../../../src-core/rescue/plan-types.ts';
import { FIRST_DRAFT, hasUnusual, mediumName, orderOf } from './draft.ts';
import { countDevices } from './summary.ts';

function disk(parts: Partial<PlannedDisk>): PlannedDisk {
  return {
    target: 'vda',
    bus: 'virtio',
    device: 'disk',
    address: null,
    serial: null,
    source: null,
    guestNames: NO_GUEST_NAMES,
    kernelBefore: null,
    original: true,
    unchanged: true,
    protection: null,
    ...parts,
  };
}

test('own disks that stay, that are kept from writes, that would not stay, and what is added', () => {
  expect(
    countDevices([
      disk({}),
      disk({ protection: 'snapshot' }),
      disk({ unchanged: false, protection: 'read-only' }),
      disk({ unchanged: false, protection: 'overlay' }),
      disk({ unchanged: false }),
      disk({ original: false, unchanged: false }),
    ]),
  ).toEqual({ unchanged: 2, kept: 2, changed: 1, added: 1 });
});

test.each([
  [{ kind: 'volume', pool: 'iso', name: 'rescue.iso' } as const, 'rescue.iso'],
  [{ kind: 'path', path: '/srv/iso/rescue.iso' } as const, 'rescue.iso'],
  [{ kind: 'original' } as const, null],
])('name of a medium', (medium, name) => {
  expect(mediumName(medium)).toBe(name);
});

test('without a medium there is nothing to ask for; with one, what was not chosen is left to the plan', () => {
  expect(orderOf(FIRST_DRAFT)).toBeNull();
  expect(orderOf({ ...FIRST_DRAFT, media: [{ kind: 'original' }, null] })).toEqual({
    request: {
      media: [{ kind: 'original' }],
      device: null,
      bus: null,
      profile: 'recommended',
      session: null,
      endAtFirstReboot: false,
      fallThrough: null,
      transientConsent: false,
      writes: 'overlay',
      overlayPool: null,
      guestDisks: 'writable',
      stop: { how: 'graceful', timeoutSeconds: 120, onTimeout: 'give-up' },
      allowUnbootable: false,
    },
    properties: {},
  });
});

test('what was chosen beyond the usual is not folded away', () => {
  expect(hasUnusual(FIRST_DRAFT)).toBe(false);
  expect(hasUnusual({ ...FIRST_DRAFT, session: 'until-ended' })).toBe(true);
  expect(hasUnusual({ ...FIRST_DRAFT, guestDisks: 'overlay' })).toBe(true);
  expect(hasUnusual({ ...FIRST_DRAFT, properties: { file: null, values: {} } })).toBe(true);
});
