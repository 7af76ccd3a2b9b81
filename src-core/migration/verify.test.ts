import { describe, expect, test } from 'vitest';
import { notArrived } from './verify.ts';

const GIVEN = `<domain type="kvm">
  <name>patient</name>
  <memory unit="KiB">65536</memory>
  <cputune><vcpupin vcpu="0" cpuset="1"/></cputune>
  <devices>
    <disk type="file" device="disk"><source file="/new/root.img"/><target dev="vda" bus="virtio"/></disk>
    <controller type="usb" index="0" model="qemu-xhci"/>
    <interface type="network"><mac address="52:54:00:11:22:33"/><source network="lanB"/></interface>
    <graphics type="vnc" port="-1" listen="10.0.0.2" passwd="s3cret"/>
  </devices>
</domain>`;

/** As libvirt writes it: single quotes, another order, things of its own. */
const FOUND = `<domain type='kvm' id='7'>
  <name>patient</name>
  <memory unit='KiB'>65536</memory>
  <cputune>
    <vcpupin vcpu='0' cpuset='1'/>
  </cputune>
  <devices>
    <controller type='pci' index='0' model='pcie-root'/>
    <disk type='file' device='disk'>
      <source file='/new/root.img' index='1'/>
      <backingStore/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <controller type='usb' index='0' model='qemu-xhci'/>
    <interface type='network'>
      <mac address='52:54:00:11:22:33'/>
      <source network='lanB' portid='x'/>
    </interface>
    <graphics type='vnc' port='-1' passwd='s3cret' listen='10.0.0.2'/>
  </devices>
</domain>`;

describe('what was given is there', () => {
  test('however libvirt writes it, and whatever it adds', () => {
    expect(notArrived(GIVEN, FOUND, 'definition')).toEqual([]);
  });

  test.each([
    [
      "file='/new/root.img'",
      "file='/old/root.img'",
      'devices disk vda source file is “/old/root.img”, not “/new/root.img”',
    ],
    ["network='lanB'", "network='lan'", 'devices interface 52:54:00:11:22:33 source network is “lan”, not “lanB”'],
    ["listen='10.0.0.2'", "listen='127.0.0.1'", 'devices graphics listen is “127.0.0.1”, not “10.0.0.2”'],
    ["vcpupin vcpu='0' cpuset='1'", "vcpupin vcpu='0' cpuset='3'", 'cputune vcpupin 0 cpuset is “3”, not “1”'],
    ['>65536<', '>131072<', 'memory is “131072”, not “65536”'],
  ])('%s is %s', (part, other, told) => {
    expect(notArrived(GIVEN, FOUND.replace(part, other), 'definition')).toEqual([told]);
  });

  test('a device that is missing, told in few words; passwords in none', () => {
    const without = FOUND.replace(/<graphics.*\/>/, '').replace(/<interface[^]*<\/interface>/, '');
    const told = notArrived(GIVEN, without, 'definition');
    expect(told.at(-1)).toMatch(/^and \d more like these$/);
    expect(told.join()).toContain('devices interface 52:54:00:11:22:33');
    expect(told.join()).not.toContain('s3cret');
    expect(notArrived(GIVEN, FOUND.replace('s3cret', 'other'), 'definition').join()).not.toContain('s3cret');
  });

  test('of what runs, the balloon and the CPU as QEMU has made it are libvirt’s', () => {
    const given = GIVEN.replace(
      '<cputune>',
      '<currentMemory unit="KiB">65536</currentMemory><cpu mode="custom"/><cputune>',
    );
    const found = FOUND.replace(
      '<cputune>',
      "<currentMemory unit='KiB'>40000</currentMemory><cpu mode='host-model'/><cputune>",
    );
    expect(notArrived(given, found, 'running')).toEqual([]);
    expect(notArrived(given, found, 'definition')).toHaveLength(2);
  });
});
