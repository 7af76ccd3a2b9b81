import { describe, expect, test } from 'vitest';
import { knowsMachine, parseCapabilities } from './capabilities.ts';

const XML = `<capabilities>
  <host>
    <uuid>aaaaaaaa-0000-4000-8000-000000000001</uuid>
    <cpu><arch>x86_64</arch><model>EPYC</model></cpu>
  </host>
  <guest>
    <os_type>hvm</os_type>
    <arch name='aarch64'>
      <machine maxCpus='512'>virt-7.2</machine>
    </arch>
  </guest>
  <guest>
    <os_type>hvm</os_type>
    <arch name='x86_64'>
      <wordsize>64</wordsize>
      <emulator>/usr/bin/qemu-system-x86_64</emulator>
      <machine maxCpus='255' canonical='pc-i440fx-7.2'>pc</machine>
      <machine maxCpus='255'>pc-i440fx-7.2</machine>
      <domain type='qemu'/>
      <domain type='kvm'>
        <machine maxCpus='288'>pc-q35-7.2</machine>
      </domain>
    </arch>
  </guest>
</capabilities>`;

describe('capabilities of a host', () => {
  test('its UUID, and the machine types of an architecture', () => {
    const found = parseCapabilities(XML, 'x86_64');
    expect(found.uuid).toBe('aaaaaaaa-0000-4000-8000-000000000001');
    expect(found.machines).toEqual(['pc', 'pc-i440fx-7.2', 'pc-q35-7.2']);
    expect(knowsMachine(found, 'pc-q35-7.2')).toBe(true);
    expect(knowsMachine(found, 'pc-q35-9.0')).toBe(false);
    expect(parseCapabilities(XML, 'aarch64').machines).toEqual(['virt-7.2']);
    expect(knowsMachine(parseCapabilities(XML, 'riscv64'), 'virt-7.2')).toBeNull();
  });

  test('however it is quoted', () => {
    expect(parseCapabilities(XML.replaceAll("'", '"'), 'x86_64')).toEqual(parseCapabilities(XML, 'x86_64'));
  });

  test('no host UUID, no guests', () => {
    expect(parseCapabilities('<capabilities><host/></capabilities>', 'x86_64')).toEqual({ uuid: null, machines: [] });
  });

  test('other XML is refused, and what has no end', () => {
    expect(() => parseCapabilities('<domainCapabilities/>', 'x86_64')).toThrow('xml-malformed');
    const cut = XML.slice(0, XML.lastIndexOf('</guest>'));
    expect(() => parseCapabilities(cut, 'x86_64')).toThrow('xml-malformed');
    expect(() => parseCapabilities(cut, 'aarch64')).toThrow('xml-malformed');
  });

  test('what is not read is not parsed: other architectures, CPUs, topology', () => {
    const many = Array.from({ length: 30_000 }, () => '<machine>m</machine>').join('');
    const other = `<guest><arch name='ppc64'>${many}</arch></guest>`;
    const host = `<topology>${many}</topology><cpu>${many}</cpu></host>`;
    const found = parseCapabilities(XML.replace('<guest>', `${other}<guest>`).replace('</host>', host), 'x86_64');
    expect(found).toEqual(parseCapabilities(XML, 'x86_64'));
  });
});
