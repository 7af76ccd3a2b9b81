/**
 * A small real Linux for guests: Debian's kernel and udev with nothing but busybox around them. It writes to the serial port what it calls
 * its disks. Made from packages that apt fetches, unpacked in a folder: nothing is installed here.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { outputOf, runCommand } from './command.ts';
import { cpioArchive } from './cpio.ts';
import type { CpioEntry } from './cpio.ts';
import { moduleFiles } from './kernel-modules.ts';

export interface LinuxImages {
  readonly kernel: string;
  readonly initrd: string;
  /** Boots the same by BIOS from a cdrom. */
  readonly iso: string;
}

/** What begins the first sector of a disk, before its name: so the guest knows which is which. */
export const DISK_MARK = 'SALVOR-DISK ';
/** Without what takes an emulated processor long, or goes wrong on a slow one. */
export const CMDLINE = 'console=ttyS0 quiet panic=-1 no_timer_check tsc=reliable mitigations=off 8250.nr_uarts=1';

/** Drivers of everything that QEMU's pc and q35 have for disks, loaded in this order; usb as the last, as its disks are found. */
const DRIVERS = [
  'virtio_pci',
  'virtio_blk',
  'sd_mod',
  'sr_mod',
  'ata_piix',
  'ahci',
  'virtio_scsi',
  'sym53c8xx',
  'floppy',
];
const USB_DRIVERS = ['xhci_pci', 'ehci_pci', 'uhci_hcd', 'uas', 'usb_storage'];

/** udev's own part of /lib/udev, and what of its rules names block devices. */
const RULES = /\/(50-udev-default|60-block|60-cdrom_id|60-persistent-storage)\.rules$/;
const HELPERS = /\/(ata_id|cdrom_id|scsi_id)$/;

/** Prints its disks again and again: usb disks come seconds later, and whoever listens knows how many there are. */
const INIT = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /run /tmp
/bin/busybox --install -s /bin 2>/dev/null
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs run /run
for module in $(cat /modules/order); do insmod /modules/$module || echo "NAMES-PROBLEM $module"; done
/bin/udevadm-daemon/systemd-udevd --daemon
udevadm trigger --subsystem-match=block --action=add
while :; do
  udevadm settle
  echo NAMES-BEGIN
  for device in /sys/block/*; do
    name=\${device##*/}
    [ -e /run/mark.$name ] || head -c 64 /dev/$name 2>/dev/null | head -n 1 >/run/mark.$name
    echo "NAMES $name|$(cat /run/mark.$name)|$(udevadm info --query=symlink --name=/dev/$name)"
  done
  echo NAMES-END
  sleep 1
done
`;

const ISOLINUX = `default rescue
label rescue
  kernel /vmlinuz
  append initrd=/initrd.gz ${CMDLINE}
`;

/** The images, made where they are not there yet: kept from run to run, and anew when a package or this file is another. */
export async function linuxImages(): Promise<LinuxImages> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'salvor');
  await mkdir(cache, { recursive: true });
  const packages = await packageNames();
  const files = await apt(cache, ['download', '--print-uris', ...packages]);
  const key = createHash('sha256')
    .update(files)
    .update(await readFile(import.meta.filename))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cache, `linux-guest-${key}`);
  const images = imagesIn(folder);
  if ((await stat(images.iso).catch(() => null)) !== null) return images;
  const work = await mkdtemp(join(cache, 'linux-guest-making-'));
  try {
    await makeImages(work, packages);
    for (const name of await readdir(cache)) {
      if (/^linux-guest-[0-9a-f]{16}$/.test(name)) await rm(join(cache, name), { recursive: true, force: true });
    }
    await rename(join(work, 'images'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return images;
}

function imagesIn(folder: string): LinuxImages {
  return { kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd.gz'), iso: join(folder, 'rescue.iso') };
}

/** By their names of this release: the kernel that the metapackage stands for, and udev's libraries with theirs. */
async function packageNames(): Promise<string[]> {
  const depends = async (...args: string[]) =>
    (await runCommand('apt-cache', ['depends', '--important', ...args])).stdout;
  let kernel = /^ +Depends: (linux-image-\S+)/m.exec(await depends('linux-image-amd64'))?.[1];
  if (kernel === undefined) {
    await outputOf('apt-get', ['update']);
    kernel = /^ +Depends: (linux-image-\S+)/m.exec(await depends('linux-image-amd64'))?.[1];
  }
  if (kernel === undefined) throw new Error('apt knows no linux-image-amd64: the Linux guest needs a Debian system');
  const own = [...(await depends('udev')).matchAll(/^ +Depends: (lib\S+)/gm)].map(([, name]) => name ?? '');
  const below = (await depends('--recurse', ...own)).split('\n').filter((name) => name.startsWith('lib'));
  return [kernel, 'udev', 'busybox-static', 'isolinux', 'syslinux-common', ...new Set([...own, ...below])];
}

/** Lists of packages that are old name versions that the server holds no more: fetched anew then. */
async function apt(cwd: string, args: readonly string[]): Promise<string> {
  const done = await runCommand('apt-get', ['-q', ...args], { cwd });
  if (done.code === 0) return done.stdout;
  await outputOf('apt-get', ['-q', 'update']);
  return outputOf('apt-get', ['-q', ...args], { cwd });
}

async function makeImages(work: string, packages: readonly string[]): Promise<void> {
  const [debs, root, iso, images] = ['debs', 'root', 'iso', 'images'].map((name) => join(work, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const folder of [debs, root, iso, images]) await mkdir(folder);
  await apt(debs, ['download', ...packages]);
  for (const deb of await readdir(debs)) await outputOf('dpkg-deb', ['-x', join(debs, deb), root]);
  const kernel = (await readdir(join(root, 'boot'))).find((name) => name.startsWith('vmlinuz-'));
  if (kernel === undefined) throw new Error('the kernel’s package has no kernel');
  const made = imagesIn(images);
  await copyFile(join(root, 'boot', kernel), made.kernel);
  await writeFile(made.initrd, gzipSync(cpioArchive(await initramfs(root))));
  await copyFile(made.kernel, join(iso, 'vmlinuz'));
  await copyFile(made.initrd, join(iso, 'initrd.gz'));
  await copyFile(join(root, 'usr/lib/ISOLINUX/isolinux.bin'), join(iso, 'isolinux.bin'));
  await copyFile(join(root, 'usr/lib/syslinux/modules/bios/ldlinux.c32'), join(iso, 'ldlinux.c32'));
  await writeFile(join(iso, 'isolinux.cfg'), ISOLINUX);
  const elTorito = [
    '-b',
    'isolinux.bin',
    '-c',
    'boot.cat',
    '-no-emul-boot',
    '-boot-load-size',
    '4',
    '-boot-info-table',
  ];
  await outputOf('genisoimage', ['-quiet', '-R', '-V', 'NAMES', ...elTorito, '-o', made.iso, iso]);
}

async function initramfs(root: string): Promise<CpioEntry[]> {
  const all = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name));
  const find = (name: string) => all.find((file) => basename(file) === name);
  const programs = ['udevadm', 'busybox'].map((name) => `/bin/${name}`);
  const modules = await moduleFiles(all, [...DRIVERS, ...USB_DRIVERS]);
  const needed = [...programs.map((path) => join(root, path)), ...all.filter((file) => HELPERS.test(file))];
  const entries: CpioEntry[] = [
    { path: 'init', mode: 0o100755, data: Buffer.from(INIT) },
    { path: 'lib64/ld-linux-x86-64.so.2', mode: 0o100755, data: await readFile(find('ld-linux-x86-64.so.2') ?? '') },
    // udevadm is the daemon when it is called by its name.
    { path: 'bin/udevadm-daemon/systemd-udevd', mode: 0o120777, data: Buffer.from('/bin/udevadm') },
    { path: 'modules/order', mode: 0o100644, data: Buffer.from(modules.map((file) => basename(file)).join('\n')) },
  ];
  const put = async (file: string, path: string) => {
    entries.push({ path, mode: 0o100755, data: await readFile(file) });
  };
  for (const file of needed) await put(file, file.slice(root.length + 1).replace(/^usr\//, ''));
  for (const file of await libraries(needed, find)) await put(file, `lib/x86_64-linux-gnu/${basename(file)}`);
  for (const file of all.filter((each) => RULES.test(each))) await put(file, `lib/udev/rules.d/${basename(file)}`);
  for (const file of modules) await put(file, `modules/${basename(file)}`);
  return entries;
}

/** Every library whose name is in one of the programs or in a library that is: their dynamic sections name them so. */
async function libraries(
  programs: readonly string[],
  find: (name: string) => string | undefined,
): Promise<readonly string[]> {
  const found = new Set<string>();
  const waiting = [...programs];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const text = (await readFile(file)).toString('latin1');
    for (const [name] of text.matchAll(/lib[\w.+-]*\.so(?:\.\d+)+/g)) {
      const library = find(name);
      if (library === undefined || found.has(library)) continue;
      found.add(library);
      waiting.push(library);
    }
  }
  return [...found];
}

/** A disk as the guest has it: names as whole paths. */
export interface SeenDisk {
  readonly kernel: string;
  readonly links: readonly string[];
}

/** The last whole list in what the guest wrote to its serial port, by the names in the marks; `` for a disk without one. */
export function disksSeen(log: string): ReadonlyMap<string, SeenDisk> {
  const lists = [...log.matchAll(/NAMES-BEGIN\r?\n([^]*?)NAMES-END/g)];
  const lines = (lists.at(-1)?.[1] ?? '').matchAll(/^NAMES ([^|\r\n]+)\|([^|\r\n]*)\|([^|\r\n]*)\r?$/gm);
  return new Map(
    [...lines].map(([, name = '', mark = '', links = '']) => [
      mark.startsWith(DISK_MARK) ? mark.slice(DISK_MARK.length) : '',
      { kernel: `/dev/${name}`, links: [...links.matchAll(/\S+/g)].map(([link]) => `/dev/${link}`) },
    ]),
  );
}
