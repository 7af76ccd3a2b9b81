/** What a preview asks of the host: the first everything, a change of bus nothing, and all again when something has happened. */
import { describe, expect, test } from 'vitest';
import type { RescueRequest } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { DEFINITION, DOMAIN, REQUEST, UUID, fakeHost } from './fake-hypervisor.test-support.ts';
import { createPreviews } from './preview.ts';

/** A host that notes what it is asked. */
function watchedHost() {
  const host = fakeHost();
  const calls: string[] = [];
  for (const name of Object.keys(host.hypervisor) as (keyof Hypervisor)[])
    if (typeof host.hypervisor[name] === 'function') host.before[name] = () => void calls.push(name);
  return { host, calls };
}

function open(clock = { now: 0 }) {
  const { host, calls } = watchedHost();
  const previews = createPreviews(() => clock.now);
  const preview = (change: Partial<RescueRequest> = {}) =>
    previews.preview(host.hypervisor, UUID, { request: { ...REQUEST, ...change }, properties: {}, remembered: null });
  return { host, calls, clock, previews, preview };
}

describe('a preview', () => {
  test('a change of bus, device or session asks the host nothing, and makes another plan', async () => {
    const { calls, preview } = open();
    const first = await preview();
    expect(calls).toContain('domainXml');
    calls.length = 0;
    const buses = ['virtio', 'scsi', 'sata', null];
    const plans = await Promise.all(buses.map((bus) => preview({ bus })));
    await preview({ device: 'cdrom', bus: null });
    await preview({ fallThrough: 'none', session: 'until-ended' });
    expect(calls).toEqual([]);
    expect(plans.map(({ plan }) => plan.rescueDevice?.bus)).toEqual(['virtio', 'scsi', 'sata', 'usb']);
    expect(new Set([first, ...plans].map(({ plan }) => plan.fingerprint.inputs)).size).toBe(5);
  });

  test('another medium is looked at; the domain is not asked for again', async () => {
    const { calls, preview } = open();
    await preview();
    calls.length = 0;
    const { plan } = await preview({ media: [{ kind: 'path', path: '/media/other.img' }] });
    expect(plan.refusals.map(({ code }) => code)).toContain('medium-missing');
    expect(calls).toContain('examineVolume');
    expect(calls).not.toContain('domainXml');
  });

  test('shows a definition that was changed as soon as that has happened', async () => {
    const { host, preview } = open();
    await preview();
    host.definition = DEFINITION.replace('<vcpu', '<title>Changed</title>\n  <vcpu');
    host.emit(DOMAIN);
    const { plan } = await preview();
    expect(plan.diff.map(({ text }) => text).join('\n')).toContain('<title>Changed</title>');
  });

  test('what no event tells is asked for again after half a minute, and after a start', async () => {
    const { host, calls, clock, previews, preview } = open();
    await preview();
    calls.length = 0;
    clock.now = 29_000;
    await preview();
    expect(calls).toEqual([]);
    clock.now = 31_000;
    await preview();
    expect(calls).toContain('domainObstacles');
    calls.length = 0;
    previews.forget(host.hypervisor);
    await preview();
    expect(calls).toContain('domainObstacles');
  });

  test('a failure is not kept', async () => {
    const { host, preview } = open();
    host.before.domainObstacles = () => Promise.reject(new Error('gone for a moment'));
    await expect(preview()).rejects.toThrow('gone for a moment');
    delete host.before.domainObstacles;
    expect((await preview()).plan.refusals).toEqual([]);
  });

  test('a host without events keeps nothing', async () => {
    const { host, calls, preview } = open();
    host.before.watchDomains = () => Promise.reject(new Error('not supported'));
    await preview();
    calls.length = 0;
    await preview();
    expect(calls).toContain('domainXml');
  });

  test('image properties, and what is remembered, are those of the medium that boots', async () => {
    const { host } = watchedHost();
    const previews = createPreviews(() => 0);
    const request: RescueRequest = { ...REQUEST, device: null, bus: null };
    const properties = { hw_rescue_device: 'cdrom', hw_rescue_bus: 'scsi' };
    const { plan } = await previews.preview(host.hypervisor, UUID, { request, properties, remembered: null });
    expect(plan.request.bus).toMatchObject({ value: 'scsi', from: 'property' });
    const remembered = { device: 'disk', bus: 'virtio' };
    const again = await previews.preview(host.hypervisor, UUID, { request, properties: {}, remembered });
    expect(again.plan.request.bus).toMatchObject({ value: 'virtio', from: 'remembered' });
  });
});
