/** libvirt's words, what a rescue starts from again, secrets that are defined again, verification, the words of plain actions. */
import { describe, expect, it, test } from 'vitest';
import { parseXml } from '../domain-xml/document.ts';
import { domainXml } from '../rescue/inputs.test-support.ts';
import { DOMAIN_STATES } from '../rescue/types.ts';
import { dependenciesOf } from './dependencies.ts';
import { LUKS_DISK, NETWORK, SECRET, VOLUME_DISK } from './inputs.test-support.ts';
import { POWER_ACTIONS, powerPossible } from './power.ts';
import { powerObstacle, powerSentences } from './power-words.ts';
import { secretXml } from './secrets.ts';
import { startFailure } from './start-failure.ts';
import { sessionStartXml } from './start-xml.ts';
import { verifyReboot } from './verify.ts';

const LOGIN = '5a5a5a5a-0000-4000-8000-0000000000c4';
const dependencies = dependenciesOf(parseXml(domainXml({ devices: LUKS_DISK })));

/** As libvirt 9.0 and QEMU 7.2 said them. */
test.each([
  [`Secret not found: no secret with matching uuid '${SECRET}'`, { kind: 'secret-needed', uuid: SECRET }],
  [`Secret not found: secret '${SECRET}' does not have a value`, { kind: 'secret-needed', uuid: SECRET }],
  [
    "unsupported configuration: storage pool 'pa' containing volume 'v.raw' is not active",
    { kind: 'missing', what: 'the pool pa is not active' },
  ],
  ["Storage pool not found: no storage pool with matching name 'pa'", { kind: 'missing', what: 'there is no pool pa' }],
  [
    "Storage volume not found: no storage vol with matching name 'v.raw'",
    { kind: 'missing', what: 'there is no volume v.raw' },
  ],
  [
    "Cannot access storage file '/i/g1.raw': No such file or directory",
    { kind: 'missing', what: 'the image /i/g1.raw cannot be opened on the host' },
  ],
  ["'file' driver requires '/i/x' to be a regular file", { kind: 'missing', what: '/i/x is no regular file' }],
  ["Network not found: no network with matching name 'iso'", { kind: 'missing', what: 'there is no network iso' }],
  [
    "Requested operation is not valid: network 'iso' is not active",
    { kind: 'missing', what: 'the network iso is not active' },
  ],
  ["Cannot get interface MTU on 'virbr7': No such device", { kind: 'bridge-gone', bridge: 'virbr7' }],
  [
    'internal error: qemu unexpectedly closed the monitor: iSCSI: Failed to connect to LUN : iscsi_service failed with : iscsi_service_reconnect_if_loggedin. Can not reconnect right now.',
    { kind: 'missing', what: 'the iSCSI target does not answer' },
  ],
  [
    'Failed to get "write" lock Is another process using the image',
    { kind: 'missing', what: 'another process on the host has one of its disks open' },
  ],
  [
    'internal error: hugetlbfs filesystem is not mounted or disabled by administrator config',
    { kind: 'missing', what: 'no huge pages are mounted for libvirt on the host' },
  ],
  [
    'internal error: process exited while connecting to monitor: qemu-system-x86_64: unable to map backing store for guest RAM: Cannot allocate memory',
    { kind: 'missing', what: 'the host has not enough free huge pages' },
  ],
  ['internal error: something else', null],
] as const)('%s', (detail, expected) => {
  expect(startFailure(detail, dependencies)).toEqual(expected);
});

test('a wrong value names all secrets that it may be of', () => {
  const words =
    'internal error: qemu unexpectedly closed the monitor: 2026-11-21T23:00:00Z qemu: Invalid password, cannot unlock any keyslot';
  const found = startFailure(words, dependencies);
  expect(found).toMatchObject({ kind: 'secret-wrong', secrets: [{ kind: 'secret', name: SECRET }] });
});

test.each([
  'internal error: Failed to login: Failed to log in to target. Status: Authentication failure(513)',
  'internal error: process exited while connecting to monitor: qemu-system-x86_64: -blockdev {"driver":"iscsi"}: iSCSI: Failed to connect to LUN : Failed to log in to target. Status: Authentication failure(513)',
])('a login that an iSCSI target refuses is the fault of a secret for iSCSI, and of no other: %s', (words) => {
  const auth = `<auth username='u'><secret type='iscsi' uuid='${LOGIN}'/></auth>`;
  const source = `<source protocol='iscsi' name='iqn.x:t/1'><host name='san'/>${auth}</source>`;
  const iscsi = `<disk type='network' device='disk'>${source}<target dev='vdb' bus='virtio'/></disk>`;
  const both = dependenciesOf(parseXml(domainXml({ devices: `${LUKS_DISK}${iscsi}` })));
  expect(startFailure(words, both)).toMatchObject({
    kind: 'secret-wrong',
    secrets: [{ name: LOGIN, of: 'iscsi iqn.x:t' }],
  });
  expect(startFailure(words, dependencies)).toEqual({ kind: 'missing', what: 'the iSCSI target refuses the login' });
});

describe('a secret that was lost', () => {
  test.each([
    ['volume /i/a & b.qcow2', "<usage type='volume'><volume>/i/a &amp; b.qcow2</volume></usage>"],
    ['iscsi iqn.x:t', "<usage type='iscsi'><target>iqn.x:t</target></usage>"],
    ['ceph client.x secret', "<usage type='ceph'><name>client.x secret</name></usage>"],
    [`vtpm ${SECRET}`, `<usage type='vtpm'><name>${SECRET}</name></usage>`],
    ['constructor x', ''],
    [null, ''],
  ])('%s', (usage, element) => {
    const xml = secretXml(SECRET, usage);
    expect(xml).toBe(`<secret ephemeral='yes' private='yes'><uuid>${SECRET}</uuid>${element}</secret>`);
    expect(parseXml(xml).documentElement?.localName).toBe('secret');
  });
});

describe('what a one-shot rescue starts from again', () => {
  const disk = (inside: string) =>
    domainXml({ devices: `<disk type='file' device='disk'>${inside}<target dev='sda' bus='usb'/><transient/></disk>` });
  const OVERLAID = "<driver name='qemu' type='qcow2'/><source file='/m/r.img.TRANSIENT-guest' index='2'/>";

  it('is what it ran from, byte for byte, where nothing is overlaid', () => {
    const xml = disk("<driver name='qemu' type='raw'/><source file='/m/r.img'/>");
    expect(sessionStartXml(xml, 'guest')).toBe(xml);
    const others = disk("<source file='/m/r.img.TRANSIENT-another'/>");
    expect(sessionStartXml(others, 'guest')).toBe(others);
  });

  it('has the image behind an overlay that is gone, and what that stands on', () => {
    const chain =
      "<backingStore type='file' index='1'><format type='raw'/><source file='/m/r.img'/><backingStore/></backingStore>";
    const back = sessionStartXml(disk(`${OVERLAID}${chain}`), 'guest');
    expect(back).not.toMatch(/TRANSIENT|index=/);
    expect(back).toMatch(/<driver name=.qemu. type=.raw.\/><source file=.\/m\/r.img.\/><backingStore\/>/);
    expect(back).toContain('<transient/>');
  });

  it('does without the chain where libvirt does not tell it', () => {
    const back = sessionStartXml(disk(OVERLAID), 'guest');
    expect(back).toContain('/m/r.img"');
    expect(back).not.toContain('TRANSIENT');
  });
});

describe('verification', () => {
  const start = domainXml({ devices: `${VOLUME_DISK}${NETWORK}` });
  it('finds nothing where it runs as defined', () => {
    expect(verifyReboot(start, start)).toEqual([]);
  });

  test.each([
    [domainXml({ devices: VOLUME_DISK }), ['it runs without the interface 52:54:00:11:22:33']],
    [domainXml({ devices: NETWORK }), ['it runs without vda on virtio']],
    [
      domainXml({ devices: `${VOLUME_DISK}${NETWORK}${VOLUME_DISK.replace('vda', 'vdz')}` }),
      ['vdz was not in what it was started from'],
    ],
    [
      domainXml({ devices: `${VOLUME_DISK.replace('a.raw', 'b.raw')}${NETWORK}` }),
      ['vda has images/b.raw in it, not images/a.raw'],
    ],
  ])('names what differs (%#)', (live, expected) => {
    expect(verifyReboot(start, live)).toEqual(expected);
  });

  it('takes an overlay, and an optional medium that was left out, as they are', () => {
    const own = (source: string, more = '') =>
      domainXml({
        devices: `<disk type='file'><source file='${source}' ${more}/><target dev='vda' bus='virtio'/><transient/></disk>`,
      });
    expect(verifyReboot(own('/a'), own('/a.TRANSIENT-guest'))).toEqual([]);
    expect(verifyReboot(own('/a', "startupPolicy='optional'"), domainXml({ devices: '' }))).toEqual([]);
  });
});

describe('plain actions', () => {
  it('say why they cannot be done, or can', () => {
    for (const action of POWER_ACTIONS)
      for (const state of DOMAIN_STATES) {
        const obstacle = powerObstacle(action, state, false);
        expect(obstacle === null, `${action} ${state}`).toBe(powerPossible(action, state));
        expect(powerObstacle(action, state, true)?.code).toBe('power-impossible-read-only');
        expect(obstacle?.text ?? '').not.toContain('{{');
      }
  });

  const once = { kind: 'one-shot' } as const;
  const lasting = { kind: 'until-ended' } as const;
  test.each([
    ['start', null, ['power-start']],
    ['start', lasting, ['power-start-until-ended']],
    ['shutdown', once, ['power-shutdown', 'power-ends-session']],
    ['force-off', once, ['power-force-off', 'power-ends-session']],
    ['force-off', lasting, ['power-force-off', 'power-keeps-session']],
    ['force-off', null, ['power-force-off']],
    ['reset', once, ['power-reset', 'power-stays-in-session']],
    ['reboot', { ...once, endAtFirstReboot: true }, ['power-reboot', 'power-first-reboot-ends']],
    ['pause', once, ['power-pause']],
    ['resume', lasting, ['power-resume']],
  ] as const)('%s, %j', (action, session, expected) => {
    expect(powerSentences(action, session).map(({ code }) => code)).toEqual(expected);
  });
});
