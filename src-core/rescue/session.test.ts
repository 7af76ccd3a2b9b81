import { describe, expect, it } from 'vitest';
import { diskXml, domainXml, inputs } from './inputs.test-support.ts';
import { planRescue } from './plan.ts';
import { hashDefinition } from './record.ts';
import { redactPlan, redactXml } from './redact.ts';
import { readSession, sessionOfDomainXml } from './session.ts';
import { verifyRescue } from './verify.ts';

const stamp = { id: 'id-1', startedAt: '2026-11-01T10:00:00Z', startedBy: 'ada@desk <&"' };

describe('the session mark', () => {
  it('comes back from the rescue definition as it was written', () => {
    const plan = planRescue({ ...inputs(), stamp });
    expect(sessionOfDomainXml(plan.rescueXml ?? '')).toEqual({
      version: 1,
      kind: 'one-shot',
      id: 'id-1',
      startedAt: '2026-11-01T10:00:00Z',
      startedBy: 'ada@desk <&"',
      target: 'sda',
      medium: '/media/rescue.img',
      powerBefore: 'on',
      definition: hashDefinition(inputs().domain.definitionXml),
      overlays: null,
      transient: false,
    });
  });

  it('goes into metadata that is there, beside what others wrote', () => {
    const xml = domainXml({ metadata: '<a:b xmlns:a="urn:a"/>' });
    expect(planRescue(inputs({ xml })).rescueXml).toMatch(
      /<a:b xmlns:a="urn:a"\/>\s*<salvor:rescue xmlns:salvor="urn:salvor:rescue:1"/,
    );
  });

  it.each([
    ['nothing', null],
    ['an empty text', ''],
    ['broken XML', '<rescue'],
    ['another element', '<other version="1"/>'],
  ])('is not read from %s', (_title, text) => {
    expect(readSession(text)).toBeNull();
  });

  it('reads a tampered mark without trusting it', () => {
    const record = readSession(`<rescue version='x' kind='evil' power='maybe' by='${'a'.repeat(10_000)}'/>`);
    expect(record).toMatchObject({ version: 1, kind: 'one-shot', powerBefore: 'off', target: null });
    expect(record?.startedBy).toHaveLength(500);
  });
});

describe('redaction', () => {
  it('hides passwords, whatever the quotes', () => {
    expect(redactXml(`<graphics passwd='a"b' x="1"/><graphics passwd="c'd" passwdValidTo='y'/>`)).toBe(
      `<graphics passwd='***' x="1"/><graphics passwd="***" passwdValidTo='y'/>`,
    );
  });

  it('leaves no password anywhere in a plan', () => {
    const cookies = "<cookies><cookie name='session'>hunter2</cookie></cookies>";
    const source = `<source protocol='https' name='x'><host name='h'/>${cookies}</source><target dev='vdb' bus='virtio'/>`;
    const xml = domainXml({
      devices: `${diskXml('vda', 'virtio')}<disk type='network'>${source}</disk><graphics type='vnc' passwd='hunter2'/>`,
    });
    const plan = planRescue(inputs({ xml }));
    expect(JSON.stringify(plan)).toContain('hunter2');
    expect(JSON.stringify(redactPlan(plan))).not.toContain('hunter2');
  });

  it('hides cookies, also where the XML breaks off', () => {
    expect(redactXml("<cookies><cookie name='a'>x&amp;y</cookie><cookie name='b'>z")).toBe(
      "<cookies><cookie name='a'>***</cookie><cookie name='b'>***",
    );
  });

  it('leaves no password of a web address, and the rest of the address as it was', () => {
    const url = 'https://root:hun@ter2@example.org/a@b:c.iso';
    const request = { ...inputs().request, media: [{ kind: 'url' as const, url }] };
    const shown = redactPlan(planRescue({ ...inputs(), request }));
    expect(JSON.stringify(shown)).not.toMatch(/hun|ter2/);
    expect(shown.request.media).toEqual([{ kind: 'url', url: 'https://root:***@example.org/a@b:c.iso' }]);
  });
});

describe('verification of the running domain', () => {
  const xml = domainXml({
    devices: diskXml('vda', 'virtio', 'disk', "<address type='pci' domain='0' bus='0' slot='5' function='0'/>"),
  });
  const plan = planRescue(inputs({ xml }));
  const live = plan.rescueXml ?? '';

  it('is content with the rescue definition itself', () => {
    expect(verifyRescue(plan, live)).toEqual([]);
  });

  it.each([
    ['a moved disk', live.replace('slot="5"', 'slot="6"'), ['vda is at 0000:00:06.0, not at 0000:00:05.0']],
    [
      'a swapped source',
      live.replace('/images/vda.img', '/images/other.img'),
      ['vda has /images/other.img in it, not /images/vda.img'],
    ],
    ['another order', live.replace('order="1"', 'order="3"'), ['the boot order is vda, sda, not sda, vda']],
    ['the rescue device gone', xml, ['sda is missing', 'the boot order is vda, not sda, vda']],
    ['a disk more', live.replace('<disk ', `${diskXml('vdq', 'virtio')}<disk `), ['vdq was not planned']],
    ['another bus', live.replace('dev="sda" bus="usb"', 'dev="sda" bus="sata"'), ['sda is on sata, not on usb']],
  ])('notices %s', (_title, running, differences) => {
    expect(verifyRescue(plan, running)).toEqual(differences);
  });
});
