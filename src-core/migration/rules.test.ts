/** What each rule changes, and that nothing else changes with it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDomain } from '../domain-xml/domain.ts';
import { parseXml } from '../domain-xml/document.ts';
import { serialiseXml } from '../domain-xml/serialise.ts';
import { definitionToPutBack } from '../rescue/put-back.ts';
import { encodeRecord, hashDefinition, withoutSecrets } from '../rescue/record.ts';
import { sessionOfDomainXml } from '../rescue/session.ts';
import { NO_RULES, applyRules, mapPath, recordProblem, withOriginalHash } from './rules.ts';
import type { MigrationRules } from './types.ts';

const paths = (...maps: [string, string][]) => maps.map(([from, to]) => ({ from, to }));

describe('paths', () => {
  test.each([
    ['/a/x', [['/a', '/b']], '/b/x'],
    ['/a', [['/a', '/b']], '/b'],
    ['/ab', [['/a', '/b']], '/ab'],
    ['/a/x', [['/a/', '/b/']], '/b/x'],
    [
      '/a/x/y',
      [
        ['/a', '/b'],
        ['/a/x', '/c'],
      ],
      '/c/y',
    ],
    [
      '/a/x/y',
      [
        ['/a/x', '/c'],
        ['/a', '/b'],
      ],
      '/c/y',
    ],
    [
      '/a/x',
      [
        ['/a', '/b'],
        ['/b', '/c'],
      ],
      '/b/x',
    ],
    ['/x', [['/', '/root']], '/root/x'],
    ['/a/x', [['/a', '/']], '/x'],
    ['/a', [['/a', '/']], '/'],
    ['/a/disk', [['/a/disk', '/b/other']], '/b/other'],
    ['/A/x', [['/a', '/b']], '/A/x'],
  ] as [string, [string, string][], string][])('%s by %j is %s', (path, maps, after) => {
    expect(mapPath(paths(...maps), path)).toBe(after);
  });
});

/** In libvirt's own notation, with one of everything that a rule can name. */
const guest = (metadata = '') => `<domain type='kvm'>
  <name>guest</name>
  <uuid>3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01</uuid>
  <title>it&apos;s &lt;/a/title&gt;</title>${metadata}
  <memory unit='KiB'>1048576</memory>
  <vcpu placement='static' cpuset='0-1'>2</vcpu>
  <cputune>
    <shares>2048</shares>
    <vcpupin vcpu='0' cpuset='0'/>
    <emulatorpin cpuset='0'/>
    <iothreadpin iothread='1' cpuset='1'/>
    <vcpusched vcpus='0' scheduler='fifo' priority='1'/>
  </cputune>
  <numatune>
    <memory mode='strict' nodeset='0'/>
  </numatune>
  <os>
    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
    <loader readonly='yes' type='pflash'>/a/firmware/CODE.fd</loader>
    <nvram template='/a/firmware/VARS.fd'>/a/nvram/guest_VARS.fd</nvram>
    <kernel>/a/vmlinuz</kernel>
    <initrd>/a/initrd</initrd>
    <cmdline>root=/a/nothing</cmdline>
    <dtb>/a/dtb</dtb>
    <acpi>
      <table type='slic'>/a/slic</table>
    </acpi>
  </os>
  <devices>
    <emulator>/a/bin/qemu</emulator>
    <!-- /a/comment > -->
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/a/top.qcow2' index='1'>
        <dataStore type='file'>
          <format type='raw'/>
          <source file='/a/data.raw'/>
        </dataStore>
      </source>
      <backingStore type='file'>
        <format type='qcow2'/>
        <source file='/a/middle.qcow2'/>
        <backingStore type='block'>
          <format type='raw'/>
          <source dev='/a/lv'/>
          <backingStore/>
        </backingStore>
      </backingStore>
      <mirror type='file' file='/a/mirror.raw' format='raw' job='copy'>
        <source file='/a/mirror.raw'/>
      </mirror>
      <target dev='vda' bus='virtio'/>
      <serial>/a/serial</serial>
    </disk>
    <disk type='volume' device='disk'>
      <source pool='fast' volume='fast'/>
      <target dev='vdb' bus='virtio'/>
    </disk>
    <disk type='network' device='disk'>
      <source protocol='nbd' name='/a/export'>
        <host transport='unix' socket='/a/nbd.sock'/>
      </source>
      <target dev='vdc' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'>
      <source file='/a/cd &amp; more.iso'/>
      <target dev='sda' bus='sata'/>
      <readonly/>
    </disk>
    <disk type='file' device='floppy'>
      <source file='/a/floppy.img'/>
      <target dev='fda' bus='fdc'/>
    </disk>
    <filesystem type='mount'>
      <driver type='virtiofs'/>
      <binary path='/a/virtiofsd'/>
      <source dir='/a/share'/>
      <target dir='/a'/>
    </filesystem>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='lan'/>
    </interface>
    <interface type='bridge'>
      <mac address='52:54:00:00:00:02'/>
      <source bridge='br0'/>
    </interface>
    <interface type='direct'>
      <mac address='52:54:00:00:00:03'/>
      <source dev='eth0' mode='bridge'/>
    </interface>
    <interface type='vhostuser'>
      <mac address='52:54:00:00:00:04'/>
      <source type='unix' path='/a/vhost.sock' mode='server'/>
    </interface>
    <serial type='file'>
      <source path='/a/serial.txt'/>
      <log file='/a/serial.log' append='on'/>
      <target port='0'/>
    </serial>
    <console type='file'>
      <source path='/a/serial.txt'/>
      <log file='/a/serial.log' append='on'/>
      <target type='serial' port='0'/>
    </console>
    <parallel type='file'>
      <source path='/a/parallel.txt'/>
      <target port='0'/>
    </parallel>
    <graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='se&apos;cret'>
      <listen type='address' address='127.0.0.1'/>
    </graphics>
    <graphics type='spice' autoport='yes'>
      <listen type='address'/>
    </graphics>
    <graphics type='vnc' port='5999' autoport='no'>
      <listen type='network' network='lan'/>
    </graphics>
    <rng model='virtio'>
      <backend model='random'>/a/random</backend>
    </rng>
    <memory model='nvdimm'>
      <source>
        <path>/a/nvdimm</path>
      </source>
    </memory>
  </devices>
</domain>
`;

/** The lines that a rule changes, before and after. */
function changed(rules: Partial<MigrationRules>, xml = guest()): [string, string][] {
  const before = xml.split('\n');
  const after = applyRules(xml, { ...NO_RULES, ...rules }).split('\n');
  expect(after.length).toBe(before.length);
  return before.flatMap((line, at): [string, string][] =>
    line === after[at] ? [] : [[line.trim(), after[at]?.trim() ?? '']],
  );
}

describe('the places that a rule changes', () => {
  test('paths: images all the way down, variables, kernels, shares, logs; neither firmware nor programs, and no words', () => {
    const lines = changed({ paths: paths(['/a', '/there']) });
    expect(lines.map(([before]) => before)).toEqual([
      "<nvram template='/a/firmware/VARS.fd'>/a/nvram/guest_VARS.fd</nvram>",
      '<kernel>/a/vmlinuz</kernel>',
      '<initrd>/a/initrd</initrd>',
      '<dtb>/a/dtb</dtb>',
      "<table type='slic'>/a/slic</table>",
      "<source file='/a/top.qcow2' index='1'>",
      "<source file='/a/data.raw'/>",
      "<source file='/a/middle.qcow2'/>",
      "<source dev='/a/lv'/>",
      "<mirror type='file' file='/a/mirror.raw' format='raw' job='copy'>",
      "<source file='/a/mirror.raw'/>",
      "<host transport='unix' socket='/a/nbd.sock'/>",
      "<source file='/a/cd &amp; more.iso'/>",
      "<source file='/a/floppy.img'/>",
      "<source dir='/a/share'/>",
      "<source type='unix' path='/a/vhost.sock' mode='server'/>",
      "<source path='/a/serial.txt'/>",
      "<log file='/a/serial.log' append='on'/>",
      "<source path='/a/serial.txt'/>",
      "<log file='/a/serial.log' append='on'/>",
      "<source path='/a/parallel.txt'/>",
      '<path>/a/nvdimm</path>',
    ]);
    for (const [before, after] of lines)
      expect(after).toBe(
        before
          .replaceAll("'/a/", "'/there/")
          .replaceAll('>/a/', '>/there/')
          .replace("template='/there/", "template='/a/"),
      );
  });

  test('firmware and programs, where a rule names the very file', () => {
    const files = ['/a/firmware/CODE.fd', '/a/firmware/VARS.fd', '/a/bin/qemu', '/a/virtiofsd'];
    const lines = changed({ paths: files.map((from) => ({ from, to: `/there${from}` })) });
    expect(lines.map(([, after]) => after)).toEqual([
      "<loader readonly='yes' type='pflash'>/there/a/firmware/CODE.fd</loader>",
      "<nvram template='/there/a/firmware/VARS.fd'>/a/nvram/guest_VARS.fd</nvram>",
      '<emulator>/there/a/bin/qemu</emulator>',
      "<binary path='/there/a/virtiofsd'/>",
    ]);
  });

  test('pools, networks, bridges: whole names, each of its own kind', () => {
    const rename = (name: string) => [{ from: name, to: 'other' }];
    expect(changed({ pools: rename('fast') })).toEqual([
      ["<source pool='fast' volume='fast'/>", "<source pool='other' volume='fast'/>"],
    ]);
    expect(changed({ networks: rename('lan') })).toEqual([
      ["<source network='lan'/>", "<source network='other'/>"],
      ["<listen type='network' network='lan'/>", "<listen type='network' network='other'/>"],
    ]);
    expect(changed({ bridges: [...rename('br0'), ...rename('eth0')] })).toEqual([
      ["<source bridge='br0'/>", "<source bridge='other'/>"],
      ["<source dev='eth0' mode='bridge'/>", "<source dev='other' mode='bridge'/>"],
    ]);
    expect(changed({ pools: rename('fas'), networks: rename('fast'), bridges: rename('lan') })).toEqual([]);
  });

  test('listen: consoles that listen at an address, in libvirt’s own order of attributes', () => {
    expect(changed({ listen: '0.0.0.0' })).toEqual([
      [
        "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='se&apos;cret'>",
        "<graphics type='vnc' port='-1' autoport='yes' listen='0.0.0.0' passwd='se&apos;cret'>",
      ],
      ["<listen type='address' address='127.0.0.1'/>", "<listen type='address' address='0.0.0.0'/>"],
      ["<graphics type='spice' autoport='yes'>", "<graphics type='spice' autoport='yes' listen='0.0.0.0'>"],
      ["<listen type='address'/>", "<listen type='address' address='0.0.0.0'/>"],
    ]);
  });

  test('pinning goes with its lines, and <cputune> where nothing else is in it', () => {
    const drop = { ...NO_RULES, pinning: 'drop' } as const;
    const lines = (xml: string) => xml.split('\n').filter((line) => /cpu|pin|numa|nodeset|sched|shares/.test(line));
    const after = applyRules(guest(), drop);
    expect(lines(after).map((line) => line.trim())).toEqual([
      "<vcpu placement='static'>2</vcpu>",
      '<cputune>',
      '<shares>2048</shares>',
      '</cputune>',
    ]);
    const alone = applyRules(guest().replace('    <shares>2048</shares>\n', ''), drop);
    expect(lines(alone).map((line) => line.trim())).toEqual(["<vcpu placement='static'>2</vcpu>"]);
    expect(alone.split('\n').filter((line) => line.trim() === '')).toEqual(['']);
  });

  test('what a rule names stays text, whatever is in it', () => {
    const after = applyRules(guest(), { ...NO_RULES, paths: paths(['/a', `/b'"<>&`]) });
    expect(parseDomain(after).disks[0]?.source).toBe(`/b'"<>&/top.qcow2`);
    expect(parseDomain(after).disks).toHaveLength(5);
  });
});

const word = fc.constantFrom('/a', '/a/nvram', '/a/top.qcow2', '/b', 'fast', 'lan', 'br0', 'eth0', '/nowhere', 'x');
const target = fc.constantFrom('/t1', '/t2/deeper', 't3', "/t'4");
const maps = fc.array(fc.record({ from: word, to: target }), { maxLength: 4 });
const rules: fc.Arbitrary<MigrationRules> = fc.record({
  paths: maps,
  pools: maps,
  networks: maps,
  bridges: maps,
  pinning: fc.constantFrom('keep', 'drop'),
  listen: fc.constantFrom(null, '::', '10.0.0.1'),
});

describe('whatever the rules', () => {
  test('rules that name nothing change not a byte', () => {
    for (const xml of [guest(), guest().replaceAll("'", '"'), guest().replaceAll('\n', '\r\n')]) {
      expect(applyRules(xml, NO_RULES)).toBe(xml);
      const others = { ...NO_RULES, paths: paths(['/nowhere', '/x']), pools: paths(['x', 'y']) };
      expect(applyRules(xml, others)).toBe(xml);
    }
  });

  test('a second time changes nothing, where no target is a source', () => {
    fc.assert(
      fc.property(rules, (each) => {
        const once = applyRules(guest(), each);
        expect(applyRules(once, each)).toBe(once);
      }),
    );
  });

  test('devices, names and order of the elements stay, and all is well-formed', () => {
    const skeleton = (xml: string) =>
      serialiseXml(parseXml(xml))
        .replace(/="[^"]*"/g, '')
        .replace(/>[^<]*</g, '><')
        .replace(/ (listen|address)(?=[ />])/g, '');
    fc.assert(
      fc.property(rules, (each) => {
        const after = applyRules(guest(), { ...each, pinning: 'keep' });
        expect(skeleton(after)).toBe(skeleton(guest()));
        const view = parseDomain(after);
        const before = parseDomain(guest());
        expect(view.disks.map(({ target: name, bus, device }) => [name, bus, device])).toEqual(
          before.disks.map(({ target: name, bus, device }) => [name, bus, device]),
        );
        expect([view.name, view.uuid, view.machine]).toEqual([before.name, before.uuid, before.machine]);
      }),
    );
  });
});

describe('a rescue', () => {
  const OWN = guest();
  const mark = (original: string | null, hash: string) =>
    `\n  <metadata>
    <salvor:rescue xmlns:salvor="urn:salvor:rescue:1" version="1" kind="${original === null ? 'one-shot' : 'until-ended'}" id="ours" power="on" definition="${hash}" overlay-pool="fast" overlays="sdb">${original === null ? '' : `<salvor:original>${original}</salvor:original>`}</salvor:rescue>
  </metadata>`;
  const moved = { ...NO_RULES, paths: paths(['/a', '/there']), pools: [{ from: 'fast', to: 'slow' }], listen: '::' };

  test('until it is ended: the record inside is the guest’s own definition by the same rules, and can be put back', () => {
    const rescue = guest(mark(encodeRecord(OWN), hashDefinition(OWN)));
    const after = applyRules(rescue, moved);
    const back = definitionToPutBack(after, null, null);
    expect(back.problem).toBeNull();
    expect(back.definitionXml).toBe(applyRules(OWN, moved));
    expect(sessionOfDomainXml(after)?.definition).toBe(hashDefinition(applyRules(OWN, moved)));
    expect(sessionOfDomainXml(after)?.overlays?.pool).toBe('slow');
    // The copy that a journal keeps, by the same rules, is that record.
    const copy = applyRules(withoutSecrets(OWN), moved);
    expect(definitionToPutBack(after, copy, null)).toEqual(back);
    expect(applyRules(after, moved)).toBe(after);
  });

  test('a record that does not fit is told, and stays as it is', () => {
    const rescue = guest(mark(encodeRecord(OWN), hashDefinition(`${OWN} `)));
    expect(recordProblem(rescue)).toBe('the record is damaged: its hash is another one');
    expect(sessionOfDomainXml(applyRules(rescue, moved))?.definition).toBe(hashDefinition(`${OWN} `));
    expect(recordProblem(guest(mark(encodeRecord(OWN), hashDefinition(OWN))))).toBeNull();
    expect(recordProblem(OWN)).toBeNull();
  });

  test('one-shot: the mark names the definition that stays there', () => {
    const live = guest(mark(null, hashDefinition(OWN)));
    const after = withOriginalHash(applyRules(live, moved), OWN, applyRules(OWN, moved));
    expect(sessionOfDomainXml(after)?.definition).toBe(hashDefinition(applyRules(OWN, moved)));
    const others = guest(mark(null, hashDefinition('another')));
    expect(withOriginalHash(others, OWN, applyRules(OWN, moved))).toBe(others);
  });
});
