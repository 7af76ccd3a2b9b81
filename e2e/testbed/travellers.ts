/** Small guests that go from host to host: one disk, one network card where asked for, memory that stays as it is or is written to. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awaitCondition } from './await-condition.ts';
import { dirtyingBiosCode, obedientBiosCode } from './boot-code.ts';
import { ROOT_BOOTED } from './boot-images.ts';
import { biosDisk } from './disk-images.ts';
import { startGuest } from './guests.ts';
import type { Guest } from './guests.ts';
import type { Hypervisor } from './hypervisor.ts';

export interface TravellerOptions {
  readonly name: string;
  /** MiB; default 64. */
  readonly memory?: number;
  /** It fills so much of its memory once, and writes to so many pages 18 times a second from then on. Without: it idles, and obeys the power button. */
  readonly writes?: { readonly mib: number; readonly pagesPerTick: number };
  /** Another <source/>, <driver/> and so on of its disk; default a raw file in its folder. */
  readonly disk?: (path: string) => string;
  readonly machine?: 'pc' | 'q35';
  /** More devices, as libvirt XML. */
  readonly devices?: string;
  /** More elements below <domain>, as libvirt XML. */
  readonly elements?: string;
}

const MIB = 1024 * 1024;
const FILLED = 'MEMORY-FILLED';

/** Define it; it stays off. Its disk is DIR/root.img, of 4 MiB. */
export async function defineTraveller(host: Hypervisor, options: TravellerOptions): Promise<Guest> {
  const dir = join(host.dir, 'guests', options.name);
  await mkdir(dir, { recursive: true });
  const guest = { name: options.name, host, dir, serialLog: join(dir, 'serial.log'), vars: join(dir, 'VARS.fd') };
  const { writes } = options;
  const code =
    writes === undefined
      ? obedientBiosCode(ROOT_BOOTED)
      : dirtyingBiosCode(ROOT_BOOTED, FILLED, writes.mib, writes.pagesPerTick);
  const disk = join(dir, 'root.img');
  await writeFile(disk, biosDisk(code, 4 * MIB));
  await writeFile(guest.serialLog, '');
  const definition = join(dir, 'definition.xml');
  await writeFile(definition, travellerXml(guest, disk, options));
  await host.virsh('define', definition);
  return guest;
}

function travellerXml(guest: Guest, path: string, options: TravellerOptions): string {
  const disk =
    options.disk?.(path) ??
    `<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/><source file='${path}'/><target dev='vda' bus='virtio'/></disk>`;
  return `<domain type='qemu'>
  <name>${guest.name}</name>
  ${options.elements ?? ''}
  <memory unit='MiB'>${String(options.memory ?? 64)}</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='${options.machine ?? 'pc'}'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    ${disk}
    <serial type='file'><source path='${guest.serialLog}' append='on'/></serial>
    <graphics type='vnc' port='-1' listen='127.0.0.1' passwd='s3cret'/>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
    ${options.devices ?? ''}
  </devices>
</domain>`;
}

/** Start it and wait until its memory is as it will be. */
export async function startTraveller(guest: Guest, options: TravellerOptions): Promise<void> {
  await startGuest(guest);
  if (options.writes === undefined) return;
  const said = async () => (await readFile(guest.serialLog, 'latin1')).trimEnd().endsWith(FILLED);
  await awaitCondition(`${guest.name} to fill its memory`, 60, said);
}

/** The same guest, looked for at another host. */
export function at(host: Hypervisor, guest: Guest): Guest {
  return { ...guest, host };
}
