/** Definitions of any size, as libvirt dumps them: every device with its address, every bus with its root port. */
import { indexLetters } from '../src-core/disks/target-names.ts';

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

const rootPort = (index: number): string => `    <controller type='pci' index='${index}' model='pcie-root-port'>
      <model name='pcie-root-port'/>
      <target chassis='${index}' port='${hex(index + 15)}'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='${hex(2 + Math.floor((index - 1) / 8))}' function='0x${(index - 1) % 8}'${(index - 1) % 8 === 0 ? " multifunction='on'" : ''}/>
    </controller>
`;

const bootOrder = (order: number | null): string => (order === null ? '' : `      <boot order='${order}'/>\n`);

const virtioDisk = (place: number, bus: number, order: number | null): string => `    <disk type='block' device='disk'>
      <driver name='qemu' type='raw' cache='none' io='native' discard='unmap'/>
      <source dev='/dev/vg-guests/store-${place}'/>
      <target dev='vd${indexLetters(place)}' bus='virtio'/>
${bootOrder(order)}      <serial>STORE${String(place).padStart(4, '0')}</serial>
      <address type='pci' domain='0x0000' bus='${hex(bus)}' slot='0x00' function='0x0'/>
    </disk>
`;

const scsiDisk = (place: number, order: number | null): string => `    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='none' io='native'/>
      <source file='/var/lib/libvirt/images/store-${place}.qcow2'/>
      <target dev='sd${indexLetters(place)}' bus='scsi'/>
${bootOrder(order)}      <serial>FILE${String(place).padStart(4, '0')}</serial>
      <address type='drive' controller='0' bus='0' target='${Math.floor(place / 256)}' unit='${place % 256}'/>
    </disk>
`;

/**
 * A q35 guest with that many disks: half of them virtio, one a root port, as long as there are ports (60); the rest on virtio-scsi.
 * `ordered`: each disk has a place in the boot order of its own, instead of <boot dev='hd'/> for all.
 */
export function domainWithDisks(count: number, ordered = false): string {
  const orderOf = (disk: number) => (ordered ? disk + 1 : null);
  const virtio = Math.min(60, Math.ceil(count / 2));
  const ports = virtio + 4;
  const numbers = (length: number): number[] => Array.from({ length }, (_, i) => i);
  return `<domain type='kvm'>
  <name>bench-${count}</name>
  <uuid>6a9a3f5e-4c2f-4b0a-9d4e-${String(count).padStart(12, '0')}</uuid>
  <metadata>
    <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
      <libosinfo:os id="http://debian.org/debian/12"/>
    </libosinfo:libosinfo>
  </metadata>
  <memory unit='KiB'>8388608</memory>
  <currentMemory unit='KiB'>8388608</currentMemory>
  <vcpu placement='static'>4</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
${ordered ? '' : "    <boot dev='hd'/>\n"}  </os>
  <features>
    <acpi/>
    <apic/>
  </features>
  <cpu mode='host-passthrough' check='none' migratable='on'/>
  <clock offset='utc'>
    <timer name='rtc' tickpolicy='catchup'/>
    <timer name='pit' tickpolicy='delay'/>
    <timer name='hpet' present='no'/>
  </clock>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
${numbers(virtio)
  .map((place) => virtioDisk(place, place + 5, orderOf(place)))
  .join('')}${numbers(count - virtio)
    .map((place) => scsiDisk(place, orderOf(virtio + place)))
    .join('')}    <controller type='scsi' index='0' model='virtio-scsi'>
      <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/>
    </controller>
    <controller type='usb' index='0' model='qemu-xhci'>
      <address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>
    </controller>
    <controller type='sata' index='0'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x1f' function='0x2'/>
    </controller>
    <controller type='pci' index='0' model='pcie-root'/>
${numbers(ports)
  .map((index) => rootPort(index + 1))
  .join('')}    <interface type='network'>
      <mac address='52:54:00:6d:40:49'/>
      <source network='default'/>
      <model type='virtio'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </interface>
    <serial type='pty'>
      <target type='isa-serial' port='0'>
        <model name='isa-serial'/>
      </target>
    </serial>
    <console type='pty'>
      <target type='serial' port='0'/>
    </console>
    <graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='secret'>
      <listen type='address' address='127.0.0.1'/>
    </graphics>
    <video>
      <model type='vga' vram='16384' heads='1' primary='yes'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x0'/>
    </video>
    <memballoon model='virtio'>
      <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
    </memballoon>
  </devices>
</domain>
`;
}
