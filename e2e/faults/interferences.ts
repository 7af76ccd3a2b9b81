/** What somebody else may do to a domain while Salvor acts on it, and what of it is theirs to keep. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guest } from '../testbed/guests.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';

export interface Interference {
  readonly name: string;
  /** Do it; what virsh said, in a line. */
  readonly act: (host: Hypervisor, guest: Guest) => Promise<string>;
  /** Differences that are their doing, not ours. */
  readonly allow: (difference: string) => boolean;
}

/** Whether the guest runs, is paused or is saved is for whoever acted last. */
const power = (difference: string) =>
  /^domain: was \{"state":"[^"]+".* is \{"state":"(running|shut off|paused)"/.test(difference);

async function virsh(host: Hypervisor, ...args: string[]): Promise<string> {
  const done = await host.tryVirsh(...args);
  return (done.code === 0 ? 'done' : done.stderr.trim()).split('\n')[0] ?? '';
}

const DESCRIPTION = '<description>somebody else was here</description>';

/** What was defined in between stays, or the guest's own comes back: nothing else. */
const onlyTheirs = (mark: RegExp) => (difference: string) =>
  power(difference) ||
  (difference.startsWith('definition: ') &&
    difference
      .slice('definition: '.length)
      .split(' | ')
      .every((line) => mark.test(line)));

export const INTERFERENCES: readonly Interference[] = [
  { name: 'start', act: (host, { name }) => virsh(host, 'start', name), allow: power },
  {
    name: 'destroy',
    act: (host, { name }) => virsh(host, 'destroy', name),
    // A transient guest that they destroy before Salvor has written anything down is gone by their hand.
    allow: (difference) =>
      power(difference) ||
      /^domain: was .*"persistent":"no".*, is null$|^own XML: was there, is none$|^domains: /.test(difference),
  },
  { name: 'suspend', act: (host, { name }) => virsh(host, 'suspend', name), allow: power },
  {
    name: 'define',
    act: async (host, guest) => {
      const seen = await host.tryVirsh('dumpxml', '--inactive', '--security-info', guest.name);
      if (seen.code !== 0) return seen.stderr.trim();
      const file = join(host.dir, `theirs-${guest.name}.xml`);
      await writeFile(file, seen.stdout.replace('</name>', `</name>${DESCRIPTION}`));
      return virsh(host, 'define', file);
    },
    // A transient guest has the definition then that they gave it.
    allow: (difference) =>
      onlyTheirs(/^\+<description>somebody else was here<\/description>$/)(difference) ||
      /^(definition: was none, is there|own XML: was there, is none)$/.test(difference) ||
      /^left over: .*\/etc\/libvirt\/qemu\/[^/]*\.xml$/.test(difference),
  },
  {
    name: 'undefine',
    act: (host, { name }) => virsh(host, 'undefine', '--keep-nvram', name),
    // Their doing; that the journal gives the definition back is looked at by the test.
    allow: (difference) =>
      power(difference) ||
      /^(domain|definition|own XML|domains|in a session): /.test(difference) ||
      /^gone: .*\/etc\/libvirt\/qemu\//.test(difference),
  },
  {
    name: 'attach-disk',
    act: async (host, guest) => {
      const image = join(guest.dir, 'data2.img');
      await writeFile(image, Buffer.alloc(1024 * 1024));
      return virsh(host, 'attach-disk', guest.name, image, 'vdz', '--config');
    },
    allow: (difference) =>
      difference.endsWith('data2.img') ||
      onlyTheirs(
        /^\+<(?:\/?disk|driver name='qemu' type='raw'|source file='[^']*data2\.img'|target dev='vdz'|address )/,
      )(difference),
  },
  {
    name: 'managedsave',
    act: (host, { name }) => virsh(host, 'managedsave', name),
    allow: (difference) => power(difference) || /^left over: .*\/qemu\/save\//.test(difference),
  },
];
