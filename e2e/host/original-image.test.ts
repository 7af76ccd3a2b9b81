/** The image that a guest's root disk was made from, on a real host: below one to three layers, in pools and outside of them, and missing. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import { outputOf, runCommand } from '../testbed/command.ts';
import { defineGuest, forceOff, medium, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { refusalCodes } from '../testbed/salvor.ts';
import { codes, planOf, qemuImg, rescueAndEnd } from './media-plans.ts';

let host: Hypervisor;
/** A loop device, where this machine has one to give. */
let loop: string | null = null;

beforeAll(async () => {
  host = await startHypervisor();
  await medium(host, 'medium');
});
afterAll(async () => {
  if (loop !== null) await outputOf('losetup', ['--detach', loop]);
  await host.stop();
});

describe('the original image', () => {
  /**
   * A guest whose root disk stands on `depth` images: the deepest one says on the serial port that the rescue booted, the root disk that
   * the root did, since the boot sector was written anew in it.
   */
  async function chained(
    name: string,
    depth: number,
    base: string | null = null,
  ): Promise<{ guest: Guest; images: string[] }> {
    const guest = await defineGuest(host, { name, machine: 'q35' });
    const first = base ?? join(guest.dir, 'base.img');
    if (base === null) await copyFile(await medium(host, 'medium'), first);
    const images = [first];
    for (let layer = 1; layer <= depth; layer += 1) {
      const next = layer === depth ? join(guest.dir, 'root.qcow2') : join(guest.dir, `layer-${layer}.qcow2`);
      const below = images.at(-1) ?? first;
      await qemuImg('create', '-q', '-f', 'qcow2', '-F', layer === 1 ? 'raw' : 'qcow2', '-b', below, next, '16M');
      images.push(next);
    }
    const root = images.at(-1) ?? first;
    await outputOf('qemu-io', ['-f', 'qcow2', '-c', `write -s ${join(guest.dir, 'root.img')} 0 512`, root]);
    await redefineRoot(guest, `<source file='${root}'/>`, 'file');
    return { guest, images: images.toReversed() };
  }

  async function redefineRoot(guest: Guest, source: string, type: string): Promise<void> {
    const xml = join(guest.dir, 'definition.xml');
    const disk = `<disk type='${type}' device='disk'><driver name='qemu' type='qcow2'/>${source}<target dev='vda'`;
    const definition = await host.virsh('dumpxml', '--inactive', '--security-info', guest.name);
    const own = /<disk type='\w+' device='disk'>\s*<driver (?:(?!<\/disk>)[^])*?<target dev='vda'/;
    expect(definition).toMatch(own);
    await writeFile(xml, definition.replace(own, disk));
    await host.virsh('define', xml);
  }

  test.each([1, 2, 3])('below %i layers, outside of any pool; the guest is off', async (depth) => {
    const { guest, images } = await chained(`outside-${depth}`, depth);
    expect(images).toHaveLength(depth + 1);
    const { plan } = await planOf(guest, ['original']);
    expect(codes(plan.refusals)).toEqual([]);
    expect(plan.rescueDevice?.source).toBe(images.at(-1));
    expect(codes(plan.warnings)).toContain('original-of-root');
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    // The same, told by what runs.
    expect((await planOf(guest, ['original'])).plan.rescueDevice?.source).toBe(images.at(-1));
    await rescueAndEnd(guest, ['original']);
  });

  test.each([1, 2, 3])('below %i layers, the root a volume of a pool', async (depth) => {
    const { guest, images } = await chained(`pooled-${depth}`, depth);
    const pool = join(guest.dir, 'pool.xml');
    await writeFile(
      pool,
      `<pool type='dir'><name>${guest.name}</name><target><path>${guest.dir}</path></target></pool>`,
    );
    await host.virsh('pool-create', pool);
    await redefineRoot(guest, `<source pool='${guest.name}' volume='root.qcow2'/>`, 'volume');
    const { plan } = await planOf(guest, ['original']);
    expect(codes(plan.refusals)).toEqual([]);
    expect(plan.rescueDevice?.source).toBe(images.at(-1));
    await rescueAndEnd(guest, ['original']);
    await host.virsh('pool-destroy', guest.name);
  });

  test('on a block device, where this machine has one to give; else told from a definition that names one', async () => {
    const image = join(host.dir, 'block-base.img');
    await copyFile(await medium(host, 'medium'), image);
    const found = await runCommand('losetup', ['--find', '--show', '--read-only', image]);
    loop = found.code === 0 ? found.stdout.trim() : null;
    const device = loop ?? '/dev/loop-of-nowhere';
    const { guest } = loop === null ? await chained('block', 1) : await chained('block', 2, device);
    if (loop === null) {
      const below = `<backingStore type='block'><format type='raw'/><source dev='${device}'/><backingStore/></backingStore>`;
      await redefineRoot(guest, `<source file='${join(guest.dir, 'root.qcow2')}'/>${below}`, 'file');
    }
    const { plan } = await planOf(guest, ['original'], '--bus', 'usb');
    expect(codes(plan.refusals)).toEqual([]);
    expect(plan.rescueDevice?.source).toBe(device);
    expect(plan.rescueXml).toContain(`<source dev="${device}"/>`);
    if (loop !== null) await rescueAndEnd(guest, ['original'], '--bus', 'usb');
  });

  test('with an image in the middle that is missing: what was looked at, and where it ended', async () => {
    const { guest, images } = await chained('gone', 3);
    const middle = images[2] ?? '';
    await outputOf('rm', [middle]);
    const { answer, plan } = await planOf(guest, ['original']);
    expect(refusalCodes(answer)).toEqual(['original-missing']);
    const message = plan.refusals[0]?.message ?? '';
    expect(message).toContain(`${middle}: there is no such file on the host`);
    expect(message).toContain(`Looked at: ${images.slice(0, 3).join(', ')}`);
  });

  test('in a chain that loops', async () => {
    const { guest } = await chained('looped', 1);
    const [a, b] = [join(guest.dir, 'a.qcow2'), join(guest.dir, 'root.qcow2')];
    await qemuImg('create', '-q', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', b, a, '16M');
    await qemuImg('create', '-q', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', a, b, '16M');
    const { plan } = await planOf(guest, ['original']);
    expect(plan.refusals[0]?.message).toContain(`the chain of images loops at ${b}`);
  });

  test('of a guest on network storage', async () => {
    const guest = await defineGuest(host, { name: 'network', machine: 'q35' });
    await redefineRoot(guest, "<source protocol='rbd' name='pool/root'><host name='mon1'/></source>", 'network');
    const { plan } = await planOf(guest, ['original']);
    expect(plan.refusals[0]?.message).toContain('rbd:pool/root@mon1 is network storage');
  });

  test('whose first bytes say another format than the disk that stands on it: never opened as what it pretends to be', async () => {
    const { guest, images } = await chained('pretender', 1);
    await qemuImg('create', '-q', '-u', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/shadow', images.at(-1) ?? '', '16M');
    const { plan } = await planOf(guest, ['original']);
    expect(plan.refusals[0]?.message).toContain('and begins like a qcow2 image');
  });

  test('named by its path is known for what it is; it is not written to', async () => {
    const { guest, images } = await chained('base-by-path', 2);
    const base = `path:${images.at(-1) ?? ''}`;
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    expect(codes((await planOf(guest, [base])).plan.warnings)).toContain('original-of-root');
    const { plan } = await planOf(guest, [base], '--direct-writes');
    expect(codes(plan.refusals)).toContain('medium-is-guest-disk');
    await forceOff(guest);
  });
});
