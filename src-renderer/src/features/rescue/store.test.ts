import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { errorData } from '../../../../src-core/contract/errors.ts';
import type { Preview } from '../../../../src-core/contract/schemas.ts';
import { fakeSalvor, makeWorld } from '../../../harness/fake-salvor.test-support.ts';
import { resetStores, installFake } from '../../../harness/render.test-support.tsx';
import { FIRST_DRAFT, requestOf } from './draft.ts';
import type { WireRequest } from './draft.ts';
import {
  DEBOUNCE_MS,
  changeDraft,
  requestPreview,
  selectDraft,
  selectPreview,
  startRescue,
  useRescue,
} from './store.ts';

const machine = { hostId: 'demo', uuid: '6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a01' };
const KEY = `demo/${machine.uuid}`;

function request(path: string): WireRequest {
  const made = requestOf({ ...FIRST_DRAFT, medium: { kind: 'path', path } });
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

test('a preview follows each change within 50 ms', () => {
  expect(DEBOUNCE_MS).toBeLessThanOrEqual(50);
});

test('changes in quick succession ask once', async () => {
  const fake = fakeSalvor();
  installFake(fake);
  for (const path of ['/a', '/ab', '/abc.iso']) requestPreview(machine, request(path));
  await vi.advanceTimersByTimeAsync(100);
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
  requestPreview(machine, request('/first.iso'));
  await vi.advanceTimersByTimeAsync(100);
  requestPreview(machine, request('/slow.iso'));
  await vi.advanceTimersByTimeAsync(60);
  expect(shownMedium()).toEqual({ kind: 'path', path: '/first.iso' });
  expect(selectPreview(useRescue.getState(), KEY).pending).toBe(true);
  requestPreview(machine, request('/fast.iso'));
  await vi.advanceTimersByTimeAsync(60);
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
  const started = startRescue(machine, request('/a.iso'), 'f'.repeat(64));
  await vi.advanceTimersByTimeAsync(100);
  expect(await started).toBe(false);
  expect(useRescue.getState().errors[KEY]).toEqual(drift);
  expect(asked).toBe(1);
});

test('a change of the draft takes the last error with it', () => {
  useRescue.setState({ errors: { [KEY]: errorData('busy', { domain: 'web-01', what: 'a rescue' }) } });
  changeDraft(KEY, { device: 'disk' });
  expect(useRescue.getState().errors[KEY]).toBeNull();
  expect(selectDraft(useRescue.getState(), KEY).device).toBe('disk');
});
