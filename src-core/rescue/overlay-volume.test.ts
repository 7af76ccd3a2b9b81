/** Media behind volumes of a pool, as plans have them. */
import { describe, expect, test } from 'vitest';
import { isOverlayOf, overlayVolumeOf, sessionOfOverlayVolume } from '../disks/overlay.ts';
import { ISO, content, inputs, medium } from './inputs.test-support.ts';
import type { InputParts } from './inputs.test-support.ts';
import { overlayVolumeXml } from './overlay-volume.ts';
import { planRescue } from './plan.ts';
import type { OverlayPoolFacts } from './types.ts';
import { overlayVolumesOf, sessionOfDomainXml } from './session.ts';
import { verifyRescue } from './verify.ts';

const GIB = 1024 ** 3;
const FAST = { kind: 'folder', folder: '/fast', free: 10 * GIB, overlays: [] } as const;
const stamp = { id: '0a1b2c3d-1111-4222-8333-444455556666', startedAt: '2026-11-01T10:00:00Z', startedBy: 'ada@desk' };

const planOf = ({ request, ...parts }: InputParts = {}, overlayPool: OverlayPoolFacts = FAST) =>
  planRescue({
    ...inputs({
      ...parts,
      request: { device: 'disk', bus: 'usb', ...request, overlayPool: 'fast' },
      overlayPool,
    }),
    stamp,
  });
const diskOf = (xml: string | null, target: string) =>
  (xml ?? '').split('<disk').find((part) => part.includes(`dev="${target}"`)) ?? '';

describe('a name', () => {
  test('is the session’s and the disk’s, and tells both again', () => {
    const name = overlayVolumeOf(stamp.id, 'sdb');
    expect(name).toBe('salvor-0a1b2c3d-sdb.qcow2');
    expect(isOverlayOf(stamp.id, `/any/where/${name}`)).toBe(true);
    expect(sessionOfOverlayVolume(`/any/${name}`)).toBe('0a1b2c3d');
    expect(overlayVolumeOf(null, 'vdc')).toBe('salvor-…-vdc.qcow2');
  });

  test.each([
    'salvor-0a1b2c3d-sdb.qcow2.bak',
    'x-salvor-0a1b2c3d-sdb.qcow2',
    'salvor-0a1b2c3-sdb.qcow2',
    'salvor-0a1b2c3d-s.b.qcow2',
  ])('%s is none of ours', (name) => {
    expect(sessionOfOverlayVolume(name)).toBeNull();
    expect(isOverlayOf(stamp.id, name)).toBe(false);
  });
});

describe('a disk medium', () => {
  test('is below the volume, with the whole chain written out, and forgets nothing at power-off', () => {
    const plan = planOf();
    const { overlays, rescueXml } = plan;
    expect(overlays).toMatchObject([
      {
        target: 'sda',
        pool: 'fast',
        name: 'salvor-0a1b2c3d-sda.qcow2',
        path: '/fast/salvor-0a1b2c3d-sda.qcow2',
        backingFormat: 'raw',
      },
    ]);
    const disk = diskOf(rescueXml, 'sda');
    expect(disk).toContain('<driver name="qemu" type="qcow2"/>');
    expect(disk).toContain('<source file="/fast/salvor-0a1b2c3d-sda.qcow2"/>');
    expect(disk.replace(/>\s+</g, '><')).toContain(
      '<backingStore type="file"><format type="raw"/><source file="/media/rescue.img"/><backingStore/></backingStore>',
    );
    expect(disk).not.toContain('transient');
    expect(plan.request.writes).toMatchObject({ value: 'overlay-volume', from: 'request' });
  });

  test('is shown with the room that it may take; too little is a warning, hardly any a refusal', () => {
    const media = [medium({ size: 3 * GIB, content: content({ virtualSize: 3 * GIB }) })];
    const file = { path: '/fast/salvor-0a1b2c3d-sda.qcow2', atMost: 3 * GIB };
    expect(planOf({ media }).files).toMatchObject([{ ...file, free: 10 * GIB }]);
    const little = planOf({ media }, { ...FAST, free: GIB });
    expect(little.warnings.map(({ code, subject }) => [code, subject])).toContainEqual(['little-space', '/fast']);
    const none = planOf({ media }, { ...FAST, free: 1024 * 1024 });
    expect(none.refusals.map(({ code, subject }) => [code, subject])).toEqual([['no-space', '/fast']]);
  });

  test('may be a block device, on a bus that has no read-only disks', () => {
    const media = [medium({ source: { type: 'block', dev: '/dev/vg/rescue' } })];
    const plan = planOf({ media, request: { bus: 'sata' } });
    expect(plan.refusals).toEqual([]);
    expect(diskOf(plan.rescueXml, plan.rescueDevice?.target ?? '')).toMatch(
      /^ type="file"[\s\S]*<backingStore type="block">[\s\S]*<source dev="\/dev\/vg\/rescue"\/>/,
    );
  });

  test('and those that ride along get one each; an ISO none', () => {
    const rider = medium({
      spec: { kind: 'path', path: '/media/tools.img' },
      source: { type: 'file', file: '/media/tools.img' },
    });
    const iso = medium({
      spec: { kind: 'path', path: '/media/tools.iso' },
      source: { type: 'file', file: '/media/tools.iso' },
      content: ISO,
    });
    const plan = planOf({ media: [medium(), rider, iso] });
    expect(plan.overlays.map(({ backing }) => backing)).toEqual([
      { type: 'file', file: '/media/tools.img' },
      { type: 'file', file: '/media/rescue.img' },
    ]);
    const session = sessionOfDomainXml(plan.rescueXml ?? '');
    if (session === null) throw new Error('it carries a session');
    expect(overlayVolumesOf(session)).toEqual(plan.overlays.map(({ pool, name }) => ({ pool, name })));
  });

  test('is verified by what the guest runs from', () => {
    const plan = planOf();
    const live = plan.rescueXml ?? '';
    expect(verifyRescue(plan, live)).toEqual([]);
    expect(verifyRescue(plan, live.replace('/fast/salvor-0a1b2c3d-sda.qcow2', '/fast/other.qcow2'))).toEqual([
      'sda has /fast/other.qcow2 in it, not its overlay /fast/salvor-0a1b2c3d-sda.qcow2',
    ]);
  });
});

test('a cdrom needs no volume, which is said; the pool is not even looked at', () => {
  const plan = planOf(
    { media: [medium({ content: ISO })], request: { device: 'cdrom', bus: 'ide' } },
    { kind: 'unfit', why: 'gone' },
  );
  expect(plan.refusals).toEqual([]);
  expect([plan.overlays, plan.files]).toEqual([[], []]);
  expect(plan.request.writes.why.text).toContain('nothing has to go into the pool fast');
});

test('a plan from files cannot know the pool', () => {
  const { overlayPool: _pool, ...rest } = inputs({ request: { device: 'disk', bus: 'usb', overlayPool: 'fast' } });
  expect(planRescue(rest).refusals.map(({ code }) => code)).toEqual(['overlay-pool']);
});

test('the mark names no volume: one that somebody else wrote cannot have any other removed', () => {
  const record = sessionOfDomainXml(planOf().rescueXml ?? '');
  if (record === null) throw new Error('it carries a session');
  const mark = (id: string, targets: readonly string[]) => ({ ...record, id, overlays: { pool: 'fast', targets } });
  expect(overlayVolumesOf(mark('../../../etc', ['sda']))).toEqual([]);
  const xml = (overlays: string) =>
    `<domain><metadata><rescue xmlns="urn:salvor:rescue:1" id="0a1b2c3d" overlay-pool="fast" overlays="${overlays}"/></metadata></domain>`;
  expect(sessionOfDomainXml(xml('sda ../root.qcow2 SDB sdc'))?.overlays).toEqual({
    pool: 'fast',
    targets: ['sda', 'sdc'],
  });
  expect(sessionOfDomainXml(xml('/'))?.overlays).toBeNull();
});

test('libvirt is told the format below and never asked to find out; hostile paths stay text', () => {
  const path = `/m/<a> & "b"'.img`;
  const media = [
    medium({
      spec: { kind: 'path', path },
      source: { type: 'file', file: path },
      size: 4096,
      content: null,
      format: 'qcow2',
    }),
  ];
  const [overlay] = planOf({ media }).overlays;
  if (overlay === undefined) throw new Error('it has one');
  expect(overlayVolumeXml(overlay)).toBe(
    `<volume><name>salvor-0a1b2c3d-sda.qcow2</name><capacity unit="bytes">0</capacity><allocation unit="bytes">0</allocation>` +
      `<target><format type="qcow2"/></target><backingStore><path>/m/&lt;a&gt; &amp; "b"'.img</path><format type="qcow2"/></backingStore></volume>`,
  );
});
