/** Where a running guest is not what its definition says, and who else has its disks. */
import { describe, expect, it } from 'vitest';
import { parseDomain } from '../domain-xml/domain.ts';
import { diskXml, domainXml, inputs } from './inputs.test-support.ts';
import { pendingOf } from './pending.ts';
import { planRescue } from './plan.ts';
import { sizeText } from './size-text.ts';
import type { DiskUser } from './types.ts';

const pending = (definition: string, live: string, persistent = true, sessionXml: string | null = null) =>
  pendingOf(parseDomain(domainXml({ devices: definition })), {
    liveXml: domainXml({ devices: live }),
    persistent,
    sessionXml,
  });

const VDA = diskXml('vda', 'virtio');
const NIC = "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>";
const USB =
  "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/></source><address type='usb' bus='0' port='1'/></hostdev>";

describe('pending changes', () => {
  it.each([
    ['none', VDA, VDA, []],
    [
      'a disk that was plugged in',
      VDA,
      VDA + diskXml('vdb', 'virtio'),
      ['vdb (/images/vdb.img) is in the running guest alone'],
    ],
    [
      'a disk that was plugged out',
      VDA,
      '',
      ['vda (/images/vda.img) is in the definition, and not in the running guest'],
    ],
    [
      'an image that was moved',
      VDA,
      VDA.replace('/images/', '/new/'),
      ['vda is /new/vda.img now, and /images/vda.img in the definition'],
    ],
    [
      'a medium that was ejected',
      diskXml('hda', 'ide', 'cdrom'),
      "<disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk>",
      [],
    ],
    [
      'a medium that was put in',
      "<disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk>",
      diskXml('hda', 'ide', 'cdrom'),
      ['hda is /images/hda.img now, and an empty drive in the definition'],
    ],
    [
      'a transient disk runs from its overlay',
      diskXml('vda', 'virtio', 'disk', '<transient/>'),
      diskXml('vda', 'virtio', 'disk', '<transient/>').replace('vda.img', 'vda.img.TRANSIENT-guest'),
      [],
    ],
    ['an interface', VDA, VDA + NIC, ['the network interface 52:54:00:00:00:01 is in the running guest alone']],
    [
      'what libvirt adds to one that runs',
      NIC,
      NIC.replace("network='default'", "network='default' bridge='virbr0'"),
      [],
    ],
    ['a host device', USB, '', ['the host device usb is in the definition, and not in the running guest']],
    [
      'where the host device sits on the host',
      USB,
      USB.replace('</source>', "<address bus='1' device='4'/></source>"),
      [],
    ],
  ])('%s', (_what, definition, live, expected) => {
    expect(pending(definition, live)).toEqual(expected);
  });

  it('are none of a guest that is off, of a transient one, or where the live XML cannot be read', () => {
    const view = parseDomain(domainXml());
    expect(pendingOf(view, { liveXml: null, persistent: true, sessionXml: null })).toEqual([]);
    expect(pendingOf(view, { liveXml: '<broken', persistent: true, sessionXml: null })).toEqual([]);
    expect(pending(VDA, '', false)).toEqual([]);
    expect(pending(VDA, '', true, '<salvor:rescue/>'), 'in rescue').toEqual([]);
  });

  it('count as drift', () => {
    const fingerprint = (liveXml: string) => planRescue(inputs({ domain: { liveXml } })).fingerprint.inputs;
    expect(fingerprint(domainXml())).not.toBe(fingerprint(domainXml({ devices: VDA })));
    expect(fingerprint(domainXml())).toBe(fingerprint(domainXml().replace('<vcpu', '<!-- ballooned --><vcpu')));
  });
});

describe('users of the guest’s disks', () => {
  const user = (parts: Partial<DiskUser>): DiskUser => ({
    target: 'vda',
    domain: 'other',
    host: null,
    writes: true,
    as: 'same',
    ...parts,
  });
  const found = (shareable: string, ...diskUsers: DiskUser[]) => {
    const xml = domainXml({ devices: diskXml('vda', 'virtio', 'disk', shareable) });
    const { refusals, warnings } = planRescue(inputs({ xml, domain: { diskUsers } }));
    return [...refusals, ...warnings]
      .filter(({ subject, code }) => subject === 'vda' && code !== 'shareable-disk')
      .map(({ code, params }) => [code, params['users']]);
  };
  it.each([
    ['a writer', '', user({}), [['disk-in-use', 'other']]],
    ['a reader', '', user({ writes: false }), []],
    ['a writer on another host, of a network disk', '', user({ host: 'h2' }), [['disk-in-use', 'other on h2']]],
    ['the same path on another host', '', user({ host: 'h2', as: 'path' }), []],
    ['of a shareable one', '<shareable/>', user({}), [['shareable-in-use', 'other']]],
    ['of a shareable one, for reading', '<shareable/>', user({ writes: false }), [['shareable-in-use', 'other']]],
    [
      'perhaps of a shareable one',
      '<shareable/>',
      user({ host: 'h2', as: 'path' }),
      [['shareable-elsewhere', 'other on h2']],
    ],
  ] as const)('%s', (_what, shareable, one, expected) => {
    expect(found(shareable, one)).toEqual(expected);
  });
});

it.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1536, '1.5 KiB'],
  [20 * 2 ** 30, '20 GiB'],
  [153.4 * 2 ** 30, '153 GiB'],
])('%d bytes', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
