/** Definitions written by hand for what libvirt does otherwise than one would think. */

const X86 = (machine: string, os: string, devices: string) => `<domain type='qemu'>
  <name>trap</name>
  <uuid>3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2aff</uuid>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='${machine}'>hvm</type>${os}</os>
  <features><acpi/></features>
  <devices>${devices}</devices>
</domain>`;
const pc = (os: string, devices: string) => X86('pc', os, devices);
const q35 = (os: string, devices: string) => X86('q35', os, devices);
const boot = (...classes: string[]) => classes.map((dev) => `<boot dev='${dev}'/>`).join('');
const disk = (target: string, bus: string, more = '', device = 'disk') =>
  `<disk type='file' device='${device}'><source file='/images/${target}.img'/><target dev='${target}' bus='${bus}'/>${more}</disk>`;
const order = (place: number) => `<boot order='${String(place)}'/>`;
const drive = (controller: number, unit: number) =>
  `<address type='drive' controller='${String(controller)}' bus='0' target='0' unit='${String(unit)}'/>`;
const scsi = (index: number, model: string) => `<controller type='scsi' index='${String(index)}' model='${model}'/>`;
const nic = (mac: string) =>
  `<interface type='user'><mac address='52:54:00:00:00:${mac}'/><model type='virtio'/></interface>`;

export const TRAPS: readonly { readonly what: string; readonly xml: string }[] = [
  { what: 'no boot element: libvirt writes one', xml: pc('', disk('vda', 'virtio')) },
  {
    what: 'the sata disk boots before the virtio disk that stands after it',
    xml: q35('', disk('sdb', 'sata') + disk('vda', 'virtio') + disk('sda', 'sata')),
  },
  {
    what: 'a class twice',
    xml: q35(boot('hd', 'cdrom', 'hd'), disk('vda', 'virtio') + disk('sda', 'sata', '', 'cdrom')),
  },
  {
    what: 'an empty cdrom in the order',
    xml: pc(boot('cdrom', 'hd'), disk('hdc', 'ide', '', 'cdrom').replace(/<source[^>]*>/, '') + disk('hda', 'ide')),
  },
  {
    what: 'the network before the disks',
    xml: q35(boot('network', 'hd'), disk('vda', 'virtio') + nic('01') + nic('02')),
  },
  {
    what: 'orders with gaps over all kinds',
    xml: q35(
      '',
      `${disk('vda', 'virtio', order(5))}${disk('vdb', 'virtio', order(1))}<hostdev mode='subsystem' type='usb'><source><address bus='1' device='2'/></source>${order(3)}</hostdev><redirdev bus='usb' type='tcp'><source mode='connect' host='h' service='1'/>${order(9)}</redirdev>`,
    ),
  },
  { what: 'floppies', xml: pc(boot('fd', 'hd'), disk('fdb', 'fdc', '', 'floppy') + disk('hdb', 'ide')) },
  { what: 'two letters', xml: pc('', disk('vdaa', 'virtio') + disk('vdz', 'virtio')) },
  { what: 'a prefix of another bus', xml: pc('', disk('vda', 'virtio') + disk('hdz', 'virtio')) },
  {
    what: 'a full ide bus with its places mixed up',
    xml: pc(
      '',
      disk('hda', 'ide', "<address type='drive' controller='0' bus='1' target='0' unit='1'/>") +
        disk('hdd', 'ide', "<address type='drive' controller='0' bus='0' target='0' unit='0'/>") +
        disk('hdb', 'ide') +
        disk('hdc', 'ide'),
    ),
  },
  { what: 'a free ide place before the last one taken', xml: pc('', disk('hda', 'ide') + disk('hdd', 'ide')) },
  {
    what: 'scsi controllers with a hole',
    xml: q35('', disk('sda', 'scsi', drive(0, 0)) + scsi(0, 'virtio-scsi') + scsi(2, 'virtio-scsi')),
  },
  {
    what: 'virtio-scsi before lsilogic with a disk',
    xml: pc('', disk('sda', 'scsi', drive(1, 3)) + scsi(0, 'virtio-scsi') + scsi(1, 'lsilogic')),
  },
  { what: 'lsilogic alone, as libvirt adds it', xml: pc('', disk('sda', 'scsi')) },
  {
    what: 'scsi units with a target',
    xml: q35(
      '',
      disk('sda', 'scsi', "<address type='drive' controller='0' bus='0' target='2' unit='5'/>") +
        scsi(0, 'virtio-scsi'),
    ),
  },
  {
    what: 'a scsi host device on the controller',
    xml: q35(
      '',
      `${disk('sda', 'scsi', drive(0, 0))}${scsi(0, 'virtio-scsi')}<hostdev mode='subsystem' type='scsi'><source protocol='iscsi' name='iqn.x:y/1'><host name='h' port='3260'/></source>${drive(0, 1)}</hostdev>`,
    ),
  },
  {
    what: 'all usb ports taken',
    xml: pc(
      '',
      disk('vda', 'virtio') +
        "<controller type='usb' index='0' model='piix3-uhci'/>" +
        [1, 2]
          .map(
            (port) =>
              `<redirdev bus='usb' type='tcp'><source mode='connect' host='h' service='1'/><address type='usb' bus='0' port='${String(port)}'/></redirdev>`,
          )
          .join(''),
    ),
  },
  {
    what: 'one usb port left, and more hubs to come',
    xml: pc('', disk('vda', 'virtio') + disk('sda', 'usb') + "<controller type='usb' index='0' model='piix3-uhci'/>"),
  },
  { what: 'no usb', xml: q35('', disk('vda', 'virtio') + "<controller type='usb' model='none'/>") },
  {
    what: 'a direct kernel',
    xml: q35(
      '<kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd</initrd><cmdline>root=/dev/vda</cmdline>',
      disk('vda', 'virtio'),
    ),
  },
  {
    what: 'holes in pci slots before the root disk',
    xml: pc('', disk('vda', 'virtio', "<address type='pci' domain='0' bus='0' slot='0x12' function='0'/>")),
  },
  { what: 'no disk at all', xml: q35(boot('network'), nic('01')) },
];
