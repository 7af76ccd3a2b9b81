/**
 * The proof of the main job, from outside: a guest is rescued by bin/salvor, and the serial port and virsh tell whether the medium
 * booted, whether every disk stayed where it was, and whether everything was as before when the rescue had ended.
 */
import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DomainType } from '../testbed/acceleration.ts';
import { IMAGES, RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { disksIn } from '../testbed/domain-xml.ts';
import {
  defineGuest,
  definitionOf,
  filesOf,
  forceOff,
  medium,
  nextBoot,
  serialPosition,
  startGuest,
} from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { bootEntries } from '../testbed/ovmf-vars.ts';
import { salvor } from '../testbed/salvor.ts';

export interface RescueCase {
  readonly machine: 'pc' | 'q35';
  readonly firmware: 'bios' | 'uefi';
  readonly device: 'disk' | 'cdrom' | 'floppy';
  readonly bus: string;
  /** The power state the guest is rescued from, and back to. */
  readonly from: 'running' | 'stopped';
  readonly type: DomainType;
  /** More devices of the guest's own, as libvirt XML. */
  readonly devices?: string;
}

const SESSION = 'urn:salvor:rescue:1';

/** Define a guest, rescue it, end the rescue; every expectation of the main job on the way. */
export async function proveRescue(host: Hypervisor, case_: RescueCase): Promise<void> {
  const { machine, firmware, device, bus, from, type } = case_;
  const name = `${type}-${machine}-${firmware}-${bus}-${device}-${from}${case_.devices === undefined ? '' : '-more'}`;
  const guest = await defineGuest(host, { ...case_, name });
  const image = await ownMedium(guest, case_);
  const before = {
    definition: await definitionOf(guest),
    files: await filesNamedFor(guest),
    medium: await sha256(image),
  };
  if (from === 'running')
    expect(await startGuest(guest), 'the guest boots its root disk to begin with').toBe(ROOT_BOOTED);

  let heard = await serialPosition(guest);
  const how = ['--medium', `path:${image}`, '--device', device, '--bus', bus, '--stop', 'force', '--yes', '--json'];
  const rescue = await salvor(['rescue', '--uri', host.uri, guest.name, ...how]);
  expect(rescue, `${rescue.stdout}${rescue.stderr}`).toMatchObject({ code: 0 });
  expect(rescue.json, 'one JSON document on standard output').toBeDefined();
  expect(await nextBoot(guest, heard), 'the medium boots').toBe(RESCUE_BOOTED);
  await expectRescued(guest, case_, before.definition);

  heard = await serialPosition(guest);
  const end = await salvor(['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json']);
  expect(end, `${end.stdout}${end.stderr}`).toMatchObject({ code: 0 });
  if (from === 'running') expect(await nextBoot(guest, heard), 'the system boots again').toBe(ROOT_BOOTED);
  else {
    expect((await host.virsh('domstate', guest.name)).trim(), 'back off, as it was').toBe('shut off');
    expect(await startGuest(guest), 'the system boots').toBe(ROOT_BOOTED);
  }
  expect(await sessionOf(guest), 'no session left').toBe('');
  if (firmware === 'uefi')
    expect(Object.values(await bootEntries(guest.vars)), "the guest's own boot entry").toContain('debian');
  await forceOff(guest);
  const after = {
    definition: await definitionOf(guest),
    files: await filesNamedFor(guest),
    medium: await sha256(image),
  };
  expect(after, 'definition, files and medium as before').toEqual(before);
}

/** What must hold while the guest runs from the medium, as libvirt tells it. */
async function expectRescued(guest: Guest, case_: RescueCase, definition: string): Promise<void> {
  const live = disksIn(await guest.host.virsh('dumpxml', guest.name));
  const own = disksIn(definition);
  for (const [target, disk] of Object.entries(own)) {
    expect(disk.address, `${target} has an address to keep`).not.toBeNull();
    expect({ ...live[target], bootOrder: null }, `${target} is where it was`).toEqual({ ...disk, bootOrder: null });
  }
  const added = Object.entries(live).filter(([target]) => !(target in own));
  expect(added.map(([, disk]) => disk)).toEqual([
    expect.objectContaining({ device: case_.device, bus: case_.bus, bootOrder: '1' }),
  ]);
  expect(live['vda']?.bootOrder, 'the root disk keeps a place behind the medium').toBe('2');
  expect(await definitionOf(guest), 'the definition is not touched').toBe(definition);
  expect(await sessionOf(guest), 'the session is marked in the metadata').toMatch(/^<(\w+:)?rescue\b/);
}

async function sessionOf(guest: Guest): Promise<string> {
  return (await guest.host.tryVirsh('metadata', guest.name, SESSION, '--live')).stdout.trim();
}

/** A medium in the guest's own folder, so that whatever is left beside it shows. */
async function ownMedium(guest: Guest, case_: RescueCase): Promise<string> {
  const disk = case_.firmware === 'uefi' ? 'uefiMedium' : 'medium';
  const image = case_.device === 'cdrom' ? 'iso' : case_.device === 'floppy' ? 'floppy' : disk;
  const path = join(guest.dir, IMAGES[image]);
  await copyFile(await medium(guest.host, image), path);
  return path;
}

/** Cases run side by side on one host: only what bears this guest's name is its own. */
async function filesNamedFor(guest: Guest): Promise<string[]> {
  return (await filesOf(guest)).filter((file) => file.includes(guest.name));
}

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
