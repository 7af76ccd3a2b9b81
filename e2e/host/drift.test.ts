/**
 * What changed between the preview and the start. Here the services are called as the window calls them, with the fingerprint of the
 * preview that was confirmed; the changes come from virsh and the file system, from outside.
 */
import { spawnSync } from 'node:child_process';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import type { RescueInputs, RescueRequest } from '../../src-core/rescue/types.ts';
import { memoryJournal } from '../../src-main/app/journal.test-support.ts';
import { collectInputs } from '../../src-main/app/collect.ts';
import { runRescue } from '../../src-main/app/rescue-run.ts';
import type { RescueRunReport } from '../../src-main/app/rescue-run.ts';
import { openLibvirt } from '../../src-main/libvirt/libvirt-hypervisor.ts';
import type { DomainRef, Hypervisor as Port } from '../../src-main/libvirt/port.ts';
import { RESCUE_BOOTED } from '../testbed/boot-images.ts';
import {
  definitionOf,
  defineGuest,
  forceOff,
  medium,
  nextBoot,
  observe,
  serialPosition,
  startGuest,
} from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';

let host: Hypervisor;
let port: Port;
let guest: Guest;
let domain: DomainRef;
let image: string;
let count = 0;

beforeAll(async () => {
  host = await startHypervisor();
  port = await openLibvirt(host.uri, { readOnly: false, onLost: () => undefined });
});
afterAll(async () => {
  await port.close();
  await host.stop();
});

beforeEach(async () => {
  count += 1;
  guest = await defineGuest(host, { name: `guest-${count}`, machine: 'q35' });
  image = join(guest.dir, 'medium.img');
  await copyFile(await medium(host, 'medium'), image);
  await startGuest(guest);
  domain = await port.findDomain(guest.name);
});
afterEach(() => forceOff(guest));

function request(): RescueRequest {
  return {
    media: [{ kind: 'path', path: image }],
    device: 'disk',
    bus: 'usb',
    profile: 'recommended',
    session: 'one-shot',
    endAtFirstReboot: false,
    fallThrough: null,
    writes: 'overlay',
    overlayPool: null,
    guestDisks: 'writable',
    stop: { how: 'force', timeoutSeconds: 30, onTimeout: 'give-up' },
    allowUnbootable: false,
    transientConsent: false,
  };
}

interface Confirmed {
  readonly fingerprint: string;
  readonly inputs: RescueInputs;
}

/** The preview that the administrator sees and confirms. */
async function preview(): Promise<Confirmed> {
  const inputs = await collectInputs(port, domain.uuid, { request: request(), properties: {}, stamp: null });
  const plan = planRescue(inputs);
  expect(plan.refusals).toEqual([]);
  return { fingerprint: plan.fingerprint.inputs, inputs };
}

const SILENT: RescueRunReport = {
  steps: () => undefined,
  step: () => undefined,
  note: () => undefined,
  cancellable: () => undefined,
  planned: () => undefined,
};

function start(confirmed: Confirmed, report: Partial<RescueRunReport> = {}) {
  const stamp = {
    id: '0e4e6a9e-58b1-4d0b-8f0e-6f2d3c0b7a11',
    startedAt: '2026-01-01T00:00:00Z',
    startedBy: 'tester@here',
  };
  const order = { domain, request: request(), properties: {}, confirmed, stamp, journal: memoryJournal() };
  return runRescue(port, order, { ...SILENT, ...report }, new AbortController().signal);
}

async function codeOf(run: Promise<unknown>): Promise<{ code: string; message: string }> {
  const problem: unknown = await run.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(problem).toBeInstanceOf(SalvorError);
  return (problem as SalvorError).data;
}

/** Give the guest another definition, as another administrator would. */
async function redefine(): Promise<void> {
  const xml = join(guest.dir, 'changed.xml');
  await writeFile(xml, (await definitionOf(guest)).replace('<vcpu ', '<title>changed meanwhile</title>\n  <vcpu '));
  await host.virsh('define', xml);
}

test('nothing changed: the preview that was confirmed is carried out', async () => {
  const confirmed = await preview();
  const heard = await serialPosition(guest);
  const plan = await start(confirmed);
  expect(plan.fingerprint.inputs).toBe(confirmed.fingerprint);
  expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
});

test('the definition was changed', async () => {
  const confirmed = await preview();
  await redefine();
  const before = await observe(guest);
  expect(await codeOf(start(confirmed))).toMatchObject({
    code: 'drift',
    message: expect.stringContaining('definition') as unknown,
  });
  expect(await observe(guest)).toEqual(before);
});

test('the guest was shut off', async () => {
  const confirmed = await preview();
  await forceOff(guest);
  const before = await observe(guest);
  expect(await codeOf(start(confirmed))).toMatchObject({ code: 'drift' });
  expect(await observe(guest)).toEqual(before);
});

test('the medium vanished', async () => {
  const confirmed = await preview();
  await rm(image);
  const before = await observe(guest);
  expect(await codeOf(start(confirmed))).toMatchObject({
    code: 'drift',
    message: expect.stringContaining(image) as unknown,
  });
  expect(await observe(guest)).toEqual(before);
});

test('the medium was replaced by another one', async () => {
  const confirmed = await preview();
  await copyFile(await medium(host, 'iso'), image);
  const before = await observe(guest);
  expect(await codeOf(start(confirmed))).toMatchObject({ code: 'drift' });
  expect(await observe(guest)).toEqual(before);
});

test('its memory was saved', async () => {
  const confirmed = await preview();
  await host.virsh('managedsave', guest.name);
  const before = await observe(guest);
  expect(await codeOf(start(confirmed))).toMatchObject({ code: 'drift' });
  expect(await observe(guest)).toEqual(before);
});

test('somebody else started a rescue', async () => {
  const confirmed = await preview();
  await start(confirmed);
  const before = await observe(guest);
  const { code } = await codeOf(start(confirmed));
  expect(['drift', 'refused', 'busy']).toContain(code);
  expect(await observe(guest)).toEqual(before);
});

test('the definition was changed after the last check, right before the stop', async () => {
  const confirmed = await preview();
  const xml = join(guest.dir, 'changed.xml');
  await writeFile(xml, (await definitionOf(guest)).replace('<vcpu ', '<title>changed meanwhile</title>\n  <vcpu '));
  // The check has just been made when the plan is reported: change the definition before anything else can happen.
  const planned = () => void spawnSync('virsh', ['-q', '-c', host.uri, 'define', xml]);
  const before = await observe(guest);
  expect(await codeOf(start(confirmed, { planned }))).toMatchObject({ code: 'drift' });
  expect(await definitionOf(guest)).toContain('changed meanwhile');
  expect({ ...(await observe(guest)), definition: '' }).toEqual({ ...before, definition: '' });
});
