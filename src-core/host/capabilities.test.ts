import { describe, expect, test } from 'vitest';
import { knowsMachine, parseCapabilities } from './capabilities.ts';

const XML = `<capabilities>
  <host>
    <uuid>aaaaaaaa-0000-4000-8000-000000000001</uuid>
    <cpu><arch>x86_64</arch><model>EPYC</model></cpu>
  </host>
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
  test('its UUID, and the machine types of each architecture', () => {
    const found = parseCapabilities(XML);
    expect(found.uuid).toBe('aaaaaaaa-0000-4000-8000-000000000001');
    expect(found.machines.get('x86_64')).toEqual(['pc', 'pc-i440fx-7.2', 'pc-q35-7.2']);
    expect(knowsMachine(found, 'x86_64', 'pc-q35-7.2')).toBe(true);
    expect(knowsMachine(found, 'x86_64', 'pc-q35-9.0')).toBe(false);
    expect(knowsMachine(found, 'aarch64', 'virt-7.2')).toBeNull();
  });

  test('no host UUID, no guests', () => {
    expect(parseCapabilities('<capabilities><host/></capabilities>')).toEqual({ uuid: null, machines: new Map() });
  });

  test('other XML is refused', () => {
    expect(() => parseCapabilities('<domainCapabilities/>')).toThrow('xml-malformed');
  });
});
