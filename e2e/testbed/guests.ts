/** Guests with four disks of their own, whose boot code tells on the serial port which disk they came up from. */
import { copyFile, mkdir, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { awaitCondition } from './await-condition.ts';
import { pflashXml } from './acceleration.ts';
import type { DomainType } from './acceleration.ts';
import { IMAGES, writeBootImages } from './boot-images.ts';
import type { Hypervisor } from './hypervisor.ts';

export interface GuestOptions {
  readonly name: string;
  readonly machine: 'pc' | 'q35';
  readonly firmware?: 'bios' | 'uefi';
  /** Default `qemu` (TCG): tiny boot code is up in half a second with it, and it works everywhere. */
  readonly type?: DomainType;
  /** Its root disk obeys the power button (BIOS only). */
  readonly obedient?: boolean;
  /** More devices, as libvirt XML. */
  readonly devices?: string;
  /** More elements below <domain>, as libvirt XML. */
  readonly elements?: string;
  /** More elements below <os>, as libvirt XML. */
  readonly os?: string;
}

export interface Guest {
  readonly name: string;
  readonly host: Hypervisor;
  /** Holds its disks, its NVRAM and its serial log. */
  readonly dir: string;
  readonly serialLog: string;
  readonly vars: string;
}

const MIB = 1024 * 1024;
const OWN_DISKS = { data: 8, swap: 4, config: 2 } as const;
/** Longest time from power-on to the line on the serial port: TCG on a busy machine. */
const BOOT_SECONDS = 60;

const mediaFolders = new Map<string, Promise<string>>();

/** Where the media of a host are; made on first use, whoever asks first. */
export function mediaFolder(host: Hypervisor): Promise<string> {
  const known = mediaFolders.get(host.dir) ?? makeMediaFolder(join(host.dir, 'media'));
  mediaFolders.set(host.dir, known);
  return known;
}

async function makeMediaFolder(dir: string): Promise<string> {
  await mkdir(dir);
  await writeBootImages(dir);
  return dir;
}

/** The path of one of IMAGES on that host. */
export async function medium(host: Hypervisor, name: keyof typeof IMAGES): Promise<string> {
  return join(await mediaFolder(host), IMAGES[name]);
}

/** Define a guest (it stays off) with virtio disks vda (root) and vdc, a sata disk sdb, and a config drive on the machine's cdrom bus. */
export async function defineGuest(host: Hypervisor, options: GuestOptions): Promise<Guest> {
  const dir = join(host.dir, 'guests', options.name);
  await mkdir(dir, { recursive: true });
  const images = await mediaFolder(host);
  const copy = (image: string, name: string) =>
    copyFile(join(images, image), join(dir, name), constants.COPYFILE_FICLONE);
  const uefi = options.firmware === 'uefi';
  await copy(uefi ? IMAGES.uefiRoot : options.obedient === true ? IMAGES.obedientRoot : IMAGES.root, 'root.img');
  await copy(IMAGES.vars, 'VARS.fd');
  for (const [name, size] of Object.entries(OWN_DISKS)) {
    await writeFile(join(dir, `${name}.img`), '');
    await truncate(join(dir, `${name}.img`), size * MIB);
  }
  const guest = { name: options.name, host, dir, serialLog: join(dir, 'serial.log'), vars: join(dir, 'VARS.fd') };
  await writeFile(guest.serialLog, '');
  const xml = join(dir, 'definition.xml');
  await writeFile(xml, guestXml(guest, options, options.type ?? 'qemu'));
  await host.virsh('define', xml);
  return guest;
}

function guestXml(guest: Guest, options: GuestOptions, type: string): string {
  const disk = (name: string, target: string, more = '', device = 'disk') =>
    `<disk type='file' device='${device}'><driver name='qemu' type='raw'/><source file='${guest.dir}/${name}.img'/>${target}${more}</disk>`;
  const cdrom = options.machine === 'q35' ? "<target dev='sdc' bus='sata'/>" : "<target dev='hdc' bus='ide'/>";
  const firmware = options.firmware === 'uefi' ? pflashXml(guest.vars) : '';
  return `<domain type='${type}'>
  <name>${guest.name}</name>
  <memory unit='MiB'>${options.firmware === 'uefi' ? '256' : '64'}</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='${options.machine}'>hvm</type>${firmware}${options.os ?? ''}</os>
  <features><acpi/></features>
  ${options.elements ?? ''}
  <devices>
    ${disk('root', "<target dev='vda' bus='virtio'/>", '<serial>ROOT0001</serial>')}
    ${disk('data', "<target dev='vdc' bus='virtio'/>")}
    ${disk('swap', "<target dev='sdb' bus='sata'/>")}
    ${disk('config', cdrom, '<readonly/>', 'cdrom')}
    <serial type='file'><source path='${guest.serialLog}' append='on'/></serial>
    <graphics type='vnc' port='-1' passwd='s3cret'/>
    ${options.devices ?? ''}
  </devices>
</domain>`;
}

/** How much its serial port has said; give it to nextBoot to hear only what comes later. */
export async function serialPosition(guest: Guest): Promise<number> {
  return (await readFile(guest.serialLog)).length;
}

/** What the guest boots next, after that position of its serial log: `ROOT-BOOTED` or `RESCUE-BOOTED`. */
export async function nextBoot(guest: Guest, after: number): Promise<string> {
  return awaitCondition(`${guest.name} to say on its serial port what it booted`, BOOT_SECONDS, async () => {
    const said = (await readFile(guest.serialLog)).subarray(after).toString('latin1');
    return /^.*?(\w+-BOOTED)\r?\n/s.exec(said)?.[1] ?? null;
  });
}

/** Start it normally and wait for its boot. */
export async function startGuest(guest: Guest): Promise<string> {
  const from = await serialPosition(guest);
  await guest.host.virsh('start', guest.name);
  return nextBoot(guest, from);
}

/** Force it off if it runs. */
export async function forceOff(guest: Guest): Promise<void> {
  if ((await guest.host.virsh('domstate', guest.name)).trim() !== 'shut off')
    await guest.host.virsh('destroy', guest.name);
}

/** Its definition, byte for byte, passwords included. */
export function definitionOf(guest: Guest): Promise<string> {
  return guest.host.virsh('dumpxml', '--inactive', '--security-info', guest.name);
}

/** All that Salvor could have touched, seen without Salvor. Two of these are equal when nothing was touched. */
export interface Observation {
  readonly definition: string;
  readonly state: string;
  /** Of the running QEMU process: libvirt's id and the pid; null when off. */
  readonly qemu: string | null;
  /** Of the live metadata, `urn:salvor:rescue:1`. */
  readonly session: string;
  /** Files in the folders of guest, media and libvirt. */
  readonly files: readonly string[];
  /** The domains, pools and secrets that libvirt knows. */
  readonly known: string;
}

export async function observe(guest: Guest): Promise<Observation> {
  const { host, name } = guest;
  const state = (await host.virsh('domstate', '--reason', name)).trim();
  const running = !state.startsWith('shut off');
  const pidFile = join(host.dir, 'run/libvirt/qemu', `${name}.pid`);
  const qemu = running ? `${(await host.virsh('domid', name)).trim()} ${await readFile(pidFile, 'utf8')}` : null;
  return {
    definition: await definitionOf(guest),
    state,
    qemu,
    session: (
      await host.tryVirsh('metadata', name, 'urn:salvor:rescue:1', ...(running ? ['--live'] : ['--config']))
    ).stdout.trim(),
    files: await filesOf(guest),
    known: await knownTo(host),
  };
}

async function knownTo(host: Hypervisor): Promise<string> {
  const lists = [['list', '--all', '--name'], ['pool-list', '--all', '--name'], ['secret-list']];
  return (await Promise.all(lists.map((list) => host.virsh(...list)))).join('--\n');
}

/** All below it. A folder of a QEMU that ends meanwhile goes while it is read: then once more. */
async function listFolder(folder: string) {
  const list = () => readdir(folder, { recursive: true, withFileTypes: true });
  return awaitCondition(`the files of ${folder}`, 10, () => list().catch(() => null));
}

/** Files that a rescue could leave behind: beside the guest's disks, beside the media, in libvirt's own folders. */
export async function filesOf(guest: Guest): Promise<readonly string[]> {
  const folders = [
    guest.dir,
    await mediaFolder(guest.host),
    join(guest.host.dir, 'etc/libvirt/qemu'),
    join(guest.host.dir, 'var/lib/libvirt'),
  ];
  const listed = await Promise.all(folders.map(listFolder));
  return (
    listed
      .flat()
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      // libvirt's own, one folder for each running QEMU, named by its number.
      .filter((file) => !/\/qemu\/domain-\d+-[^/]+\/master-key\.aes$/.test(file))
      .sort()
  );
}
