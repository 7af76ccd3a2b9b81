/**
 * A boot sector that writes "READY\r\n" to the first serial port and then sends back every byte it gets there.
 * 16-bit code at 0x7c00, assembled by hand.
 */
export function echoBootSector(): Buffer {
  const text = Buffer.from('READY\r\n\0', 'latin1');
  const code = Buffer.from([
    ...[0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0, 0xbc, 0x00, 0x7c], // cli; ax = ds = ss = 0; sp = 0x7c00
    ...[0xbe, 0x40, 0x7c], // mov si, 0x7c40: the text
    ...[0xac, 0x84, 0xc0, 0x74, 0x05], // next: lodsb; test al, al; jz echo
    ...[0xe8, 0x12, 0x00, 0xeb, 0xf6], // call send; jmp next
    ...[0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xf8], // echo: mov dx, 0x3fd; in al, dx; test al, 1; jz echo
    ...[0xb2, 0xf8, 0xec], // mov dl, 0xf8; in al, dx
    ...[0xe8, 0x02, 0x00, 0xeb, 0xf0], // call send; jmp echo
    ...[0x88, 0xc4], // send: mov ah, al
    ...[0xba, 0xfd, 0x03, 0xec, 0xa8, 0x20, 0x74, 0xf8], // wait: mov dx, 0x3fd; in al, dx; test al, 0x20; jz wait
    ...[0x88, 0xe0, 0xb2, 0xf8, 0xee, 0xc3], // mov al, ah; mov dl, 0xf8; out dx, al; ret
  ]);
  const sector = Buffer.alloc(512);
  code.copy(sector, 0);
  text.copy(sector, 0x40);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/**
 * A boot sector that writes something into each page from 1 MiB to 24 MiB, says "F" on the first serial port, and rests: memory that takes
 * a while to send. 16-bit code at 0x7c00, then 32-bit code, assembled by hand.
 */
export function fillBootSector(): Buffer {
  const code = Buffer.from([
    ...[0xfa, 0x31, 0xc0, 0x8e, 0xd8], // cli; ax = ds = 0
    ...[0xe4, 0x92, 0x0c, 0x02, 0xe6, 0x92], // address line 20 on
    ...[0x0f, 0x01, 0x16, 0x60, 0x7c], // lgdt [0x7c60]
    ...[0x0f, 0x20, 0xc0, 0x66, 0x83, 0xc8, 0x01, 0x0f, 0x22, 0xc0], // protected mode
    ...[0xea, 0x1f, 0x7c, 0x08, 0x00], // jmp 8:0x7c1f
    ...[0xb8, 0x10, 0x00, 0x00, 0x00, 0x8e, 0xd8], // ds = 16
    ...[0xbf, 0x00, 0x00, 0x10, 0x00], // edi = 1 MiB
    ...[0x89, 0x3f, 0x81, 0xc7, 0x00, 0x10, 0x00, 0x00], // fill: [edi] = edi; edi += 4096
    ...[0x81, 0xff, 0x00, 0x00, 0x80, 0x01, 0x72, 0xf0], // below 24 MiB: jb fill
    ...[0x66, 0xba, 0xf8, 0x03, 0xb0, 0x46, 0xee], // out 0x3f8, 'F'
    ...[0xf4, 0xeb, 0xfd], // rest: hlt; jmp rest
  ]);
  const descriptors = Buffer.from([
    ...[0, 0, 0, 0, 0, 0, 0, 0],
    ...[0xff, 0xff, 0, 0, 0, 0x9a, 0xcf, 0], // code: all of memory
    ...[0xff, 0xff, 0, 0, 0, 0x92, 0xcf, 0], // data: the same
    ...[23, 0, 0x48, 0x7c, 0, 0], // the table's size and place
  ]);
  const sector = Buffer.alloc(512);
  code.copy(sector, 0);
  descriptors.copy(sector, 0x48);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** A guest that boots `image` by BIOS, with a serial port, a VNC display and a CD-ROM drive whose medium is
 * missing, which libvirt drops at the start. Runs without KVM, too. */
export function guestDefinition(name: string, image: string): string {
  return `
<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>32</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os>
  <features><acpi/></features>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/><source file='${image}'/><target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'>
      <source file='/nonexistent/medium.iso' startupPolicy='optional'/><target dev='sda' bus='sata'/><readonly/>
    </disk>
    <controller type='scsi' model='virtio-scsi'/>
    <serial type='pty'><target port='0'/></serial>
    <console type='pty'><target type='serial' port='0'/></console>
    <graphics type='vnc' autoport='yes'><listen type='none'/></graphics>
    <video><model type='vga'/></video>
    <memballoon model='virtio'/>
  </devices>
</domain>`;
}
