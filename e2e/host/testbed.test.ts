/** The ground the other tests stand on: if it gives way, what they say means nothing. */
import { createHash } from 'node:crypto';
import { access, copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { ROOT_BOOTED, OVMF } from '../testbed/boot-images.ts';
import { startCommand } from '../testbed/command.ts';
import { defineGuest, forceOff, medium, serialPosition, startGuest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { bootEntries } from '../testbed/ovmf-vars.ts';

let host: Hypervisor;
beforeAll(async () => {
  host = await startHypervisor();
});
afterAll(() => host.stop());

describe('boot images', () => {
  /** sha256 of what the Python program wrote with which FACTS B3 and B4 were tried. */
  const TRIED = {
    root: '6b3e98fabfcf00f98fabb3ac9615288cad533c62eecc64c7caee32efd4decdf2',
    medium: '0e3ff22f5ca1bd1902c96e5cc43626d5731731920011a26efc9f72927ff88b2f',
    iso: '7dcf63285f5d24c53c4490bf0ec48100e52a04e19b4a677aa9b6f1c04187c882',
    uefiRoot: '34e2c70ea85fde7e453bbc46fc3b15c3a9a928ae3993b25782193ae099526367',
    uefiMedium: '5eb9d2373e7351dd5d6c054553ca2fea845b9da9b8ee08fdbd03d08dfb70d044',
  } as const;

  test.each(Object.entries(TRIED))('%s is, byte for byte, the image that was tried', async (name, sha256) => {
    const bytes = await readFile(await medium(host, name as keyof typeof TRIED));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  });

  test('the variable store has the one boot entry of the guest, and the template has none', async () => {
    expect(await bootEntries(await medium(host, 'vars'))).toEqual({ Boot0005: 'debian' });
    expect(await bootEntries(OVMF.vars)).toEqual({});
  });
});

describe('guests', () => {
  test.each(['pc', 'q35'] as const)(
    'an obedient %s guest boots its root disk and shuts down when asked',
    async (machine) => {
      const guest = await defineGuest(host, { name: `obedient-${machine}`, machine, obedient: true });
      expect(await startGuest(guest)).toBe(ROOT_BOOTED);
      await host.virsh('shutdown', guest.name);
      await awaitCondition('a graceful shutdown', 20, async () =>
        (await host.virsh('domstate', '--reason', guest.name)).startsWith('shut off (shutdown)'),
      );
    },
  );

  test('a UEFI guest boots through its own boot entry, and not without it', async () => {
    const guest = await defineGuest(host, { name: 'uefi', machine: 'q35', firmware: 'uefi' });
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    expect(await bootEntries(guest.vars)).toMatchObject({ Boot0005: 'debian' });
    await forceOff(guest);
    await copyFile(OVMF.vars, guest.vars);
    const heard = await serialPosition(guest);
    await host.virsh('start', guest.name);
    const said = async () => (await readFile(guest.serialLog, 'latin1')).slice(heard);
    await awaitCondition('the firmware to fall back to its shell', 60, async () => (await said()).includes('Shell> '));
    expect(await said()).not.toContain(ROOT_BOOTED);
    await forceOff(guest);
  });
});

describe('private hosts', () => {
  test('two run side by side and know nothing of each other', async () => {
    const other = await startHypervisor({ hostname: 'otherhost' });
    try {
      await defineGuest(other, { name: 'only-there', machine: 'q35' });
      expect((await other.virsh('hostname')).trim()).toBe('otherhost');
      expect((await host.virsh('hostname')).trim()).toBe('testhost');
      expect((await host.tryVirsh('domstate', 'only-there')).code).not.toBe(0);
    } finally {
      await other.stop();
    }
    await expect(access(other.dir)).rejects.toThrow();
  });

  test('one whose test process is killed leaves no process and no file', async () => {
    const module = join(import.meta.dirname, '../testbed/hypervisor.ts');
    const program = `const { startHypervisor } = await import(${JSON.stringify(module)});
      const host = await startHypervisor(); console.log(host.dir); setInterval(() => {}, 1000);`;
    const child = startCommand(process.execPath, ['--input-type=module', '--eval', program]);
    const dir = await awaitCondition(
      'the private host',
      60,
      () => /^(\/\S+)\n/.exec(child.output().stdout)?.[1] ?? null,
    );
    const daemon = new RegExp(`libvirtd -p ${dir}`);
    expect((await processes()).some((line) => daemon.test(line))).toBe(true);
    child.process.kill('SIGKILL');
    await awaitCondition('its folder to go', 20, () =>
      access(dir).then(
        () => false,
        () => true,
      ),
    );
    expect((await processes()).filter((line) => line.includes(dir))).toEqual([]);
  });

  test('a frozen daemon answers nobody until it is thawed', async () => {
    await host.freeze();
    const asked = startCommand('virsh', ['-q', '-c', host.uri, 'hostname'], { timeoutSeconds: 1 });
    expect((await asked.finished).signal).toBe('SIGKILL');
    await host.thaw();
    expect((await host.virsh('hostname')).trim()).toBe('testhost');
  });

  test('guests survive a restart of their daemon', async () => {
    const guest = await defineGuest(host, { name: 'survivor', machine: 'q35' });
    await startGuest(guest);
    const before = await host.virsh('domid', guest.name);
    await host.restartDaemon();
    expect(await host.virsh('domid', guest.name)).toBe(before);
    await forceOff(guest);
  });
});

/** Command lines of all processes. */
async function processes(): Promise<string[]> {
  const done = await startCommand('ps', ['-eo', 'args']).finished;
  return done.stdout.split('\n');
}
