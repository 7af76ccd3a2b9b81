import { expect, test } from 'vitest';
import { deviceLines, hasAgent, isLive } from './devices.ts';

const domain = (devices: string, id = " id='3'") => `<domain type='kvm'${id}><devices>${devices}</devices></domain>`;

test('a line for each device that can be attached, in words', () => {
  const xml = domain(`
    <emulator>/usr/bin/qemu</emulator>
    <disk type='file' device='disk'><source file='/a.img' index='2'/><target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
    <controller type='usb' index='0'/>
    <interface type='network'><mac address='52:54:00:00:00:01'/><target dev='vnet3'/></interface>
    <hostdev mode='subsystem' type='usb'><alias name='hostdev0'/></hostdev>
    <memballoon model='virtio'/>`);
  expect(deviceLines(xml)).toEqual([
    'disk vda (/a.img)',
    'disk sda (empty)',
    'interface 52:54:00:00:00:01',
    'hostdev hostdev0',
  ]);
});

test('what changes by itself while a guest runs makes no difference', () => {
  const channel = (state: string) =>
    domain(
      `<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='${state}'/><alias name='channel0'/></channel>`,
    );
  expect(deviceLines(channel('connected'))).toEqual(deviceLines(channel('disconnected')));
});

test.each([
  ["<target type='virtio' name='org.qemu.guest_agent.0' state='connected'/>", true],
  ["<target type='virtio' name='org.qemu.guest_agent.0' state='disconnected'/>", false],
  ["<target type='virtio' name='org.qemu.guest_agent.0'/>", false],
  ["<target type='virtio' name='com.redhat.spice.0' state='connected'/>", false],
])('an agent listens at %s: %s', (target, listens) => {
  expect(hasAgent(domain(`<channel type='unix'>${target}</channel>`))).toBe(listens);
});

test('XML of a domain that has just gone off is its definition', () => {
  expect(isLive(domain(''))).toBe(true);
  expect(isLive(domain('', ''))).toBe(false);
});
