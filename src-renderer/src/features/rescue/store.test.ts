import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import type { Preview } from '../../../../src-core/contract/schemas.ts';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld } from '../../../harness/fake-world.test-support.ts';
import { resetStores, installFake } from '../../../harness/render.test-support.tsx';
import { FIRST_DRAFT, orderOf } from './draft.ts';
import type { Order } from './draft.ts';
import { changeDraft, requestPreview, selectDraft, selectPreview, startRescue, useRescue } from './store.ts';

const machine = { hostId: 'demo', uuid: '6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a01' };
const KEY = `demo/${machine.uuid}`;

function order(path: string, bus: string | null = null): Order {
  const made = orderOf({ ...FIRST_DRAFT, media: [{ kind: 'path', path }], bus });
  if (made === null) throw new Error('a draft with a medium is a request');
  return made;
}

function shownMedium(): unknown {
  return selectPreview(useRescue.getState(), KEY).preview?.media[0]?.spec;
}

beforeEach(() => {
  vi.useFakeTimers();
  resetStores();
});
afterEach(() => vi.useRealTimers());

test('a click asks at once, each with its own question', async () => {
  const fake = fakeSalvor();
  installFake(fake);
  requestPreview(machine, order('/srv/a.iso'));
  await vi.advanceTimersByTimeAsync(1000);
  fake.calls.length = 0;
  requestPreview(machine, order('/srv/a.iso', 'usb'));
  expect(fake.calls.map((call) => call.channel)).toEqual(['rescue.preview']);
  requestPreview(machine, order('/srv/a.iso', 'scsi'));
  expect(fake.calls.map((call) => call.channel)).toEqual(['rescue.preview', 'rescue.preview']);
  await vi.advanceTimersByTimeAsync(0);
  expect(selectPreview(useRescue.getState(), KEY).preview?.plan.request.bus.value).toBe('scsi');
});

test('a medium that is not typed is asked for at once too', () => {
  const fake = fakeSalvor();
  installFake(fake);
  const volume = orderOf({ ...FIRST_DRAFT, media: [{ kind: 'volume', pool: 'iso', name: 'a.iso' }] });
  requestPreview(machine, volume);
  expect(fake.calls).toHaveLength(1);
});

test('letters typed in quick succession ask once', async () => {
  const fake = fakeSalvor();
  installFake(fake);
  for (const path of ['/a', '/ab', '/abc.iso']) requestPreview(machine, order(path));
  await vi.advanceTimersByTimeAsync(200);
  expect(fake.calls.filter((call) => call.channel === 'rescue.preview')).toHaveLength(1);
  expect(shownMedium()).toEqual({ kind: 'path', path: '/abc.iso' });
});

test('a late answer is dropped, and what is shown stays until the new one is there', async () => {
  const world = makeWorld();
  const planner = fakeSalvor(world);
  const delays: Record<string, number> = { '/first.iso': 10, '/slow.iso': 500, '/fast.iso': 20 };
  installFake(
    fakeSalvor(world, {
      'rescue.preview': async (input) => {
        const [spec] = input.request.media;
        await new Promise((done) => setTimeout(done, spec?.kind === 'path' ? delays[spec.path] : 0));
        const answer = await planner.api['rescue.preview'](input);
        if (!answer.ok) throw new Error('the planner plans');
        return answer.value;
      },
    }),
  );
  requestPreview(machine, order('/first.iso'));
  await vi.advanceTimersByTimeAsync(200);
  requestPreview(machine, order('/slow.iso'));
  await vi.advanceTimersByTimeAsync(200);
  expect(shownMedium()).toEqual({ kind: 'path', path: '/first.iso' });
  expect(selectPreview(useRescue.getState(), KEY).pending).toBe(true);
  requestPreview(machine, order('/fast.iso'));
  await vi.advanceTimersByTimeAsync(200);
  expect(shownMedium()).toEqual({ kind: 'path', path: '/fast.iso' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(shownMedium()).toEqual({ kind: 'path', path: '/fast.iso' });
  expect(selectPreview(useRescue.getState(), KEY).pending).toBe(false);
});

test('a start that is refused as drift shows why, and the preview of what is now', async () => {
  let asked = 0;
  const drift = errorData('drift', { domain: 'web-01', what: 'its definition has changed' });
  const fake = fakeSalvor(makeWorld(), {
    'rescue.start': () => ({ ok: false, error: drift }),
    'rescue.preview': () => {
      asked += 1;
      return { plan: {}, choices: [], media: [] } as unknown as Preview;
    },
  });
  installFake(fake);
  const started = startRescue(machine, order('/a.iso'), 'f'.repeat(64));
  await vi.advanceTimersByTimeAsync(200);
  await started;
  expect(useRescue.getState().errors[KEY]).toEqual(drift);
  expect(asked).toBe(1);
});

test('a change of the draft takes the last error with it', () => {
  useRescue.setState({ errors: { [KEY]: errorData('busy', { domain: 'web-01', what: 'a rescue' }) } });
  changeDraft(KEY, { device: 'disk' });
  expect(useRescue.getState().errors[KEY]).toBeNull();
  expect(selectDraft(useRescue.getState(), KEY).device).toBe('disk');
});
