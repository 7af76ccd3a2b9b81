import { expect, test } from 'vitest';
import { planRescue } from '../../src-core/rescue/plan.ts';
import type { MediumSpec, RescueRequest } from '../../src-core/rescue/types.ts';
import { createAttachments } from './attachments.ts';
import { collectInputs } from './collect.ts';
import { REQUEST, UUID, fakeHost } from './fake-hypervisor.test-support.ts';
import { createSettings } from './settings.ts';

const MEDIUM: MediumSpec = { kind: 'path', path: '/media/rescue.img' };
const URI = 'qemu:///system';

function memory() {
  let stored: unknown = {};
  return createSettings({ read: () => stored, write: (value) => void (stored = value) });
}

async function planOf(request: Partial<RescueRequest>) {
  const asked = { request: { ...REQUEST, ...request }, properties: {}, stamp: null };
  return planRescue(await collectInputs(fakeHost().hypervisor, UUID, asked));
}

test('what was chosen is remembered for that medium of that host, and outlives the application', async () => {
  const settings = memory();
  createAttachments(settings).remember(URI, await planOf({ device: null, bus: 'scsi' }));
  const attachments = createAttachments(settings);
  expect(attachments.of(URI, MEDIUM)).toEqual({ device: 'disk', bus: 'scsi' });
  expect(attachments.of('qemu+ssh://other/system', MEDIUM)).toBeNull();
  expect(attachments.of(URI, { kind: 'path', path: '/media/other.img' })).toBeNull();
});

test('the last choice counts; a default is not remembered, nor is a kernel or an original image', async () => {
  const attachments = createAttachments(memory());
  attachments.remember(URI, await planOf({ bus: 'scsi' }));
  attachments.remember(URI, await planOf({ bus: 'virtio' }));
  expect(attachments.of(URI, MEDIUM)).toEqual({ device: 'disk', bus: 'virtio' });
  const fresh = createAttachments(memory());
  fresh.remember(URI, await planOf({ device: null, bus: null }));
  expect(fresh.of(URI, MEDIUM)).toBeNull();
  fresh.remember(URI, await planOf({ media: [{ kind: 'original' }], bus: 'scsi' }));
  expect(fresh.of(URI, { kind: 'original' })).toBeNull();
});

test('no more than so many are kept, the newest of them', async () => {
  const attachments = createAttachments(memory());
  const plan = await planOf({ bus: 'scsi' });
  for (let at = 0; at < 250; at += 1) {
    const media: MediumSpec[] = [{ kind: 'path', path: `/media/${at}` }];
    attachments.remember(URI, { ...plan, request: { ...plan.request, media } });
  }
  expect(attachments.of(URI, { kind: 'path', path: '/media/49' })).toBeNull();
  expect(attachments.of(URI, { kind: 'path', path: '/media/50' })).toEqual({ device: 'disk', bus: 'scsi' });
});

test('settings that were written by hand cannot break it', () => {
  const attachments = createAttachments(createSettings({ read: () => ({ attachments: 'x' }), write: () => undefined }));
  expect(attachments.of(URI, MEDIUM)).toBeNull();
});
