/**
 * Tiny programs that say on the first serial port (COM1, 0x3f8) that they were booted, so that a test can tell from outside
 * which disk a guest came up from. Hand-assembled: a few dozen bytes need no assembler on the test machine.
 */

const BOOT_SECTOR_ADDRESS = 0x7c00;

/** The text a program prints: the line, CR LF, and the zero that ends it. */
function printed(line: string): Buffer {
  return Buffer.from(`${line}\r\n\0`, 'latin1');
}

/** 16-bit code for 0x7c00: write `line` to COM1, then halt for good. Such a guest ignores the power button. */
export function biosCode(line: string): Buffer {
  // xor ax,ax; mov ds,ax; cld; mov dx,0x3f8; mov si,<text>
  const start = Buffer.from('31c08ed8fcbaf803be', 'hex');
  // next: lodsb; test al,al; jz halt; out dx,al; jmp next; halt: cli; hlt; jmp halt
  const rest = Buffer.from('ac84c07403eeebf8f4ebfd', 'hex');
  return withText(start, rest, line);
}

/**
 * 16-bit code for 0x7c00: write `line` to COM1, then wait for the ACPI power button and switch the machine off, as an operating
 * system does on a graceful shutdown. SeaBIOS puts the power management registers of pc and q35 at 0x600.
 */
export function obedientBiosCode(line: string): Buffer {
  const start = Buffer.from('31c08ed8fcbaf803be', 'hex');
  const rest = Buffer.from(
    'ac84c07403eeebf8' + // print as above, then
      'ba0206b80001ef' + // mov dx,0x602 (PM1 enable); mov ax,0x0100 (power button); out dx,ax
      'fbf4' + // wait: sti; hlt (the timer wakes us)
      'ba0006ed' + // mov dx,0x600 (PM1 status); in ax,dx
      'f6c401' + // test ah,1 (power button pressed)
      '74f5' + // jz wait
      'ba0406b80020ef' + // mov dx,0x604 (PM1 control); mov ax,0x2000 (S5); out dx,ax
      'f4ebfd', // hlt, for good
    'hex',
  );
  return withText(start, rest, line);
}

/** 16-bit code for 0x7c00: write `line` to COM1, tell the panic device (<panic model='isa'/>) of a panic, as a kernel does, and halt. */
export function panickingBiosCode(line: string): Buffer {
  const start = Buffer.from('31c08ed8fcbaf803be', 'hex');
  const rest = Buffer.from(
    'ac84c07403eeebf8' + // print as above, then
      'ba0505b001ee' + // mov dx,0x505; mov al,1 (panicked); out dx,al
      'f4ebfd', // hlt, for good
    'hex',
  );
  return withText(start, rest, line);
}

/**
 * 16-bit code for 0x7c00: write `line` to COM1, then write to the disk it came from, 64 sectors at a time from sector 64 on, without an
 * end. On a disk that takes no more it is QEMU that stops the guest.
 */
export function fillingBiosCode(line: string): Buffer {
  // push dx (dl: the drive it came from); xor ax,ax; mov ds,ax; cld; mov dx,0x3f8; mov si,<text>
  const start = Buffer.from('5231c08ed8fcbaf803be', 'hex');
  const rest = Buffer.from(
    'ac84c07403eeebf8' + // print as above, then
      '5a' + // pop dx
      // The packet of an extended write at 0000:0600: its length, 64 sectors, from 1000:0000, to sector 64
      'c70600061000' + // mov word [0x600],0x0010
      'c70602064000' + // mov word [0x602],64
      'c70604060000' + // mov word [0x604],0
      'c70606060010' + // mov word [0x606],0x1000
      'c70608064000' + // mov word [0x608],64
      'c7060a060000' + // mov word [0x60a],0
      'c7060c060000' + // mov word [0x60c],0
      'c7060e060000' + // mov word [0x60e],0
      'be0006' + // next: mov si,0x600
      'b80043' + // mov ax,0x4300 (extended write, no verify)
      'cd13' + // int 13h
      '8306080640' + // add word [0x608],64
      '83160a0600' + // adc word [0x60a],0
      'ebec', // jmp next
    'hex',
  );
  return withText(start, rest, line);
}

/**
 * 16-bit code for 0x7c00: write `line` to COM1, fill memory from 1 MiB on (a word in every page, so that none of them is empty), write `filled`,
 * then at each tick of the BIOS's timer (18.2 a second) write to the next `pagesPerTick` pages, round and round, and sleep in between: memory
 * is dirtied at an even rate, with hardly any work for the CPU. 0 pages: it only sleeps. For TCG, which knows no limits of segments.
 */
export function dirtyingBiosCode(line: string, filled: string, mib: number, pagesPerTick: number): Buffer {
  const code = Buffer.from(
    'fafc31c08ed88ec08ed0bc007c' + // cli; cld; xor ax,ax; mov ds,ax; mov es,ax; mov ss,ax; mov sp,0x7c00
      'e4920c02e692' + // in al,0x92; or al,2; out 0x92,al (all address lines)
      '0f0116a07c' + // lgdt [0x7ca0]
      '0f20c00c010f22c0' + // mov eax,cr0; or al,1; mov cr0,eax
      'bb08008ee3' + // mov bx,8; mov fs,bx (all of memory)
      '24fe0f22c0' + // and al,0xfe; mov cr0,eax (real mode again, for the sake of the BIOS's timer)
      '31db8ee3fb' + // xor bx,bx; mov fs,bx; sti
      'beac7ce84900' + // mov si,LINE; call print
      '66bf00001000' + // mov edi,0x100000
      '646766893f' + // fill: mov fs:[edi],edi
      '6681c700100000' + // add edi,4096
      '663b3ea67c72ed' + // cmp edi,[top]; jb fill
      'be0000e82a00' + // mov si,FILLED; call print
      '66bf00001000' + // mov edi,0x100000
      'f4' + // tick: hlt
      '8b0eaa7ce3f9' + // mov cx,[pages]; jcxz tick
      '646766ff07' + // page: inc dword fs:[edi]
      '6681c700100000' + // add edi,4096
      '663b3ea67c7206' + // cmp edi,[top]; jb next
      '66bf00001000' + // mov edi,0x100000
      'e2e5ebdc' + // next: loop page; jmp tick
      'baf803ac84c07403eeebf8c3', // print: mov dx,0x3f8; again: lodsb; test al,al; jz done; out dx,al; jmp again; done: ret
    'hex',
  );
  const data = Buffer.alloc(0x1c);
  data.write('ffff00000092cf00', 0x08, 'hex'); // of the table of segments its second entry: data, from 0, 4 GiB
  data.write('0f00907c0000', 0x10, 'hex'); // its length and address
  data.writeUInt32LE((1 + mib) * 2 ** 20, 0x16); // top
  data.writeUInt16LE(pagesPerTick, 0x1a); // pages
  const first = printed(line);
  code.writeUInt16LE(BOOT_SECTOR_ADDRESS + 0xac + first.length, code.indexOf('be0000e8', 'hex') + 1);
  return Buffer.concat([code, Buffer.alloc(0x90 - code.length), data, first, printed(filled)]);
}

/**
 * 16-bit code for 0x7c00: write `line` to COM1, write itself to the second sector of the BIOS's second hard disk (the next one in the boot
 * order), say `ok` or `failed`, and halt.
 */
export function writingBiosCode(line: string, ok: string, failed: string): Buffer {
  const print = Buffer.from('baf803' + 'ac84c07403eeebf8c3', 'hex'); // mov dx,0x3f8; next: lodsb; …; ret
  const texts = [printed(line), printed(ok), printed(failed)];
  // xor ax,ax; mov ds,ax; mov es,ax; mov ss,ax; mov sp,0x7c00; cld
  const start = Buffer.from('31c08ed88ec08ed0bc007cfc', 'hex');
  // mov ax,0x0301 (write one sector); mov cx,2; mov dx,0x0081; mov bx,0x7c00; int 0x13
  const write = Buffer.from('b80103b90200ba8100bb007ccd13', 'hex');
  const halt = Buffer.from('faf4ebfd', 'hex');
  // mov si,TEXT and call PRINT have three bytes each, jnc +3 two.
  const length = start.length + 6 + write.length + 3 + 2 + 3 + 3 + halt.length;
  const addresses = texts.map(
    (_text, index) =>
      BOOT_SECTOR_ADDRESS + length + print.length + texts.slice(0, index).reduce((sum, text) => sum + text.length, 0),
  );
  const si = (index: number) => Buffer.from([0xbe, (addresses[index] ?? 0) & 0xff, (addresses[index] ?? 0) >> 8]);
  const call = (at: number) => Buffer.from([0xe8, (length - at - 3) & 0xff, ((length - at - 3) >> 8) & 0xff]);
  const jnc = Buffer.from('7303', 'hex');
  const first = Buffer.concat([start, si(0), call(start.length + 3), write, si(1), jnc, si(2)]);
  return Buffer.concat([first, call(first.length), halt, print, ...texts]);
}

/**
 * 16-bit code for 0x7c00: write `line` to COM1; where the second sector of the disk it came from has its mark, say `again`, else put the mark
 * there and say `first`, or `failed` where that cannot be done; then halt.
 */
export function rememberingBiosCode(line: string, first: string, again: string, failed: string): Buffer {
  const print = Buffer.from('baf803' + 'ac84c07403eeebf8c3', 'hex'); // mov dx,0x3f8; next: lodsb; …; ret
  const texts = [line, first, again, failed].map(printed);
  // xor ax,ax; mov ds,ax; mov es,ax; mov ss,ax; mov sp,0x7c00; cld; mov [0x500],dl (the drive it came from)
  const start = Buffer.from('31c08ed88ec08ed0bc007cfc' + '88160005', 'hex');
  // mov cx,2 (second sector); mov dl,[0x500]; mov dh,0; mov bx,0x600; int 0x13
  const sector = 'b90200' + '8a160005' + 'b600' + 'bb0006' + 'cd13';
  const read = Buffer.from('b80102' + sector + '813e00064f56', 'hex'); // mov ax,0x0201; …; cmp word [0x600],0x564f
  const write = Buffer.from('c70600064f56' + 'b80103' + sector, 'hex'); // mov word [0x600],0x564f; mov ax,0x0301; …
  const halt = Buffer.from('faf4ebfd', 'hex');
  // mov si,TEXT and call PRINT have three bytes each, short jumps two.
  const length = start.length + 6 + read.length + 3 + 2 + write.length + 3 + 2 + 3 + 3 + halt.length;
  const addressOf = (index: number) =>
    BOOT_SECTOR_ADDRESS + length + print.length + texts.slice(0, index).reduce((sum, text) => sum + text.length, 0);
  const si = (index: number) => Buffer.from([0xbe, addressOf(index) & 0xff, addressOf(index) >> 8]);
  const call = (at: number) => Buffer.from([0xe8, (length - at - 3) & 0xff, ((length - at - 3) >> 8) & 0xff]);
  const jump = (opcode: number, distance: number) => Buffer.from([opcode, distance]);
  const head = Buffer.concat([start, si(0), call(start.length + 3), read, si(2)]);
  const rest = Buffer.concat([write, si(3), jump(0x72, 3), si(1)]); // jc: failed
  const said = Buffer.concat([head, jump(0x74, rest.length), rest]); // je: again
  return Buffer.concat([said, call(said.length), halt, print, ...texts]);
}

/** Where the code of kernelImage begins: behind the header, in the segment that its setup is started in (0x200 bytes into the file). */
const KERNEL_CODE = 0x80;

/**
 * The smallest x86 Linux kernel that QEMU's -kernel takes (Documentation/arch/x86/boot.rst): all of it is the real-mode setup, which
 * writes `line` to COM1 and halts.
 */
export function kernelImage(line: string): Buffer {
  const kernel = Buffer.alloc(2048);
  kernel.writeUInt8(1, 0x1f1); // sectors of setup
  kernel.writeUInt16LE(0xaa55, 0x1fe);
  kernel.write('eb7e', 0x200, 'hex'); // jmp 0x280
  kernel.write('HdrS', 0x202, 'latin1');
  kernel.writeUInt16LE(0x0203, 0x206); // protocol 2.03: knows a limit for the initrd
  kernel.writeUInt8(1, 0x211); // loaded high
  kernel.writeUInt32LE(0x37ff_ffff, 0x22c); // the initrd may lie up to there
  // cli; push cs; pop ds; cld; mov dx,0x3f8; mov si,<text>
  const start = Buffer.from('fa0e1ffcbaf803be', 'hex');
  const rest = Buffer.from('ac84c07403eeebf8f4ebfd', 'hex');
  const address = Buffer.alloc(2);
  address.writeUInt16LE(KERNEL_CODE + start.length + 2 + rest.length);
  Buffer.concat([start, address, rest, printed(line)]).copy(kernel, 0x200 + KERNEL_CODE);
  return kernel;
}

/** Code, the address of the text that follows it, more code, the text. */
function withText(start: Buffer, rest: Buffer, line: string): Buffer {
  const address = Buffer.alloc(2);
  address.writeUInt16LE(BOOT_SECTOR_ADDRESS + start.length + 2 + rest.length);
  return Buffer.concat([start, address, rest, printed(line)]);
}

/** A PE32+ EFI application for x86_64 that writes `line` to COM1 and waits for ever. */
export function efiProgram(line: string): Buffer {
  // mov dx,0x3f8; next: lodsb; test al,al; jz wait; out dx,al; jmp next; wait: pause; jmp wait
  const body = Buffer.from('66baf803ac84c07403eeebf8f390ebfc', 'hex');
  const distance = Buffer.alloc(4);
  distance.writeInt32LE(body.length);
  // cld; lea rsi,[rip + distance]
  return efiApplication(PE_X86_64, Buffer.concat([Buffer.from('fc488d35', 'hex'), distance, body, printed(line)]));
}

const PE_X86_64 = 0x8664;

/** A PE32+ EFI application: code that runs wherever it is loaded, at most 512 bytes of it. */
export function efiApplication(machine: number, code: Buffer): Buffer {
  const headers = Buffer.concat([dosHeader(), coffHeader(machine), optionalHeader(), textSection()]);
  return Buffer.concat([padded(headers, 0x200), padded(code, 0x200)]);
}

function padded(bytes: Buffer, size: number): Buffer {
  if (bytes.length > size)
    throw new Error(`${String(bytes.length)} bytes do not fit into ${String(size)}: shorten the line`);
  return Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}

function dosHeader(): Buffer {
  const header = Buffer.alloc(0x40);
  header.write('MZ', 0, 'latin1');
  header.writeUInt32LE(0x40, 0x3c);
  return header;
}

function coffHeader(machine: number): Buffer {
  const header = Buffer.alloc(24);
  header.write('PE\0\0', 0, 'latin1');
  header.writeUInt16LE(machine, 4);
  header.writeUInt16LE(1, 6); // one section
  header.writeUInt16LE(0xf0, 20); // size of the optional header
  header.writeUInt16LE(0x22, 22); // executable, large addresses
  return header;
}

function optionalHeader(): Buffer {
  const header = Buffer.alloc(0xf0);
  header.writeUInt16LE(0x20b, 0); // PE32+
  header.writeUInt32LE(0x200, 4); // size of code
  header.writeUInt32LE(0x1000, 16); // entry point
  header.writeUInt32LE(0x1000, 20); // base of code
  header.writeBigUInt64LE(0x400000n, 24); // image base
  header.writeUInt32LE(0x1000, 32); // section alignment
  header.writeUInt32LE(0x200, 36); // file alignment
  header.writeUInt32LE(0x2000, 56); // size of image
  header.writeUInt32LE(0x200, 60); // size of headers
  header.writeUInt16LE(10, 68); // subsystem: EFI application
  header.writeUInt32LE(16, 108); // number of data directories
  return header;
}

function textSection(): Buffer {
  const header = Buffer.alloc(40);
  header.write('.text', 0, 'latin1');
  header.writeUInt32LE(0x200, 8); // virtual size
  header.writeUInt32LE(0x1000, 12); // virtual address
  header.writeUInt32LE(0x200, 16); // size of raw data
  header.writeUInt32LE(0x200, 20); // pointer to raw data
  header.writeUInt32LE(0x60000020, 36); // code, executable, readable
  return header;
}
