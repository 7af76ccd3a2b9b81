/** The media library from the command line, its whole life: into it, looked for on hosts, into a rescue, onto a second host, out again. */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RESCUE_BOOTED } from '../testbed/boot-images.ts';
import { defineGuest, mediaFolder, medium, nextBoot, serialPosition, startGuest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { errorCode, rescueArguments, salvor } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';

const NAME = 'Rescue 12';

let state: string;
let host: Hypervisor;
let other: Hypervisor;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'salvor-library-'));
  [host, other] = await Promise.all([startHypervisor(), startHypervisor()]);
});
afterAll(async () => {
  await Promise.all([host.stop(), other.stop()]);
  await rm(state, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<SalvorAnswer> =>
  salvor([...args, '--json'], { env: { SALVOR_STATE: state } });

async function done<T>(...args: readonly string[]): Promise<T> {
  const answer = await run(...args);
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  return answer.json as T;
}

interface Where {
  readonly hosts: readonly { readonly state: string; readonly why: string; readonly source: unknown }[];
}

test('a medium from Glance’s description, in a rescue, on a second host', async () => {
  const iso = await medium(host, 'iso');
  await host.virsh('pool-create-as', 'media', 'dir', '--target', await mediaFolder(host));
  const image = join(state, 'image.json');
  const properties = { hw_rescue_device: 'cdrom', hw_rescue_bus: 'scsi' };
  await writeFile(image, JSON.stringify({ name: NAME, disk_format: 'iso', properties }));

  await done('media', 'import', image, '--source', 'volume:media/medium.iso', '--note', 'with a “note”\nof two lines');
  expect(errorCode(await run('media', 'add', 'RESCUE 12', 'path:/x'))).toBe('medium-exists');
  expect(errorCode(await run('media', 'show', 'nobody'))).toBe('medium-not-found');
  const seen = await done<{ seen: { content: { kind: string }; size: number } }>(
    'media',
    'look',
    NAME,
    '--uri',
    host.uri,
  );
  expect(seen.seen).toMatchObject({ content: { kind: 'iso9660', bios: true }, size: (await stat(iso)).size });

  // A rescue of it by its name: its properties count, and that it was used is noted.
  const guest = await defineGuest(host, { name: 'patient', machine: 'q35' });
  await startGuest(guest);
  const heard = await serialPosition(guest);
  const rescued = await done<{ plan: { request: { bus: { value: string; from: string } } } }>(
    ...rescueArguments(host.uri, guest.name, `library:${NAME}`).filter((word) => word !== '--json'),
  );
  expect(rescued.plan.request.bus).toMatchObject({ value: 'scsi', from: 'property' });
  expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
  const used = await done<{ lastUsed: unknown }>('media', 'show', NAME);
  expect(used.lastUsed).toMatchObject({ uri: host.uri, domain: 'patient' });

  // On the second host it is missing, until it is put there, into a pool of another name.
  const where = () =>
    done<Where>(
      'media',
      'where',
      NAME,
      '--uri',
      host.uri,
      '--uri',
      other.uri,
      '--uri',
      'qemu:///nowhere?socket=/nowhere',
    );
  expect((await where()).hosts.map((each) => each.state)).toEqual(['here', 'missing', 'not-asked']);
  const target = join(dirname(await mediaFolder(other)), 'pool');
  await mkdir(target, { recursive: true });
  await other.virsh('pool-create-as', 'tools', 'dir', '--target', target);
  const put = ['media', 'put', NAME, '--from', host.uri, '--to', other.uri, '--pool', 'tools'];
  const { transfer } = await done<{ transfer: { sha256: string } }>(...put);
  expect(transfer.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(Buffer.compare(await readFile(join(target, 'medium.iso')), await readFile(iso))).toBe(0);
  expect((await where()).hosts[1]).toMatchObject({ state: 'here', source: { pool: 'tools', name: 'medium.iso' } });
  expect(errorCode(await run(...put))).toBe('volume-exists');
  const shown = await done<{ whole: { sha256: string } }>('media', 'show', NAME);
  expect(shown.whole.sha256).toBe(transfer.sha256);

  // What has another content there is not it.
  await writeFile(join(target, 'medium.iso'), Buffer.alloc((await stat(iso)).size, 1));
  expect((await where()).hosts[1]).toMatchObject({ state: 'other', source: null });

  const out = await done<{ name: string; properties: unknown; os_hash_value: string }>('media', 'export', NAME);
  expect(out).toMatchObject({ name: NAME, properties, os_hash_value: transfer.sha256 });
});

test('processes that write at once lose nothing; a file that cannot be read is not written over', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  await Promise.all(names.map((name) => done('media', 'add', `at once ${name}`, `path:/srv/${name}.iso`)));
  const { media } = await done<{ media: { name: string }[] }>('media', 'list');
  for (const name of names) expect(media.map((each) => each.name)).toContain(`at once ${name}`);
  await done('media', 'remove', 'at once a', '--yes');
  expect(errorCode(await run('media', 'remove', 'at once b'))).toBe('usage');
  const file = join(state, 'library/library.json');
  await writeFile(file, '{"version":9}');
  expect(errorCode(await run('media', 'add', 'one more', 'path:/x'))).toBe('library-unwritable');
  expect(errorCode(await run('media', 'list'))).toBe('file-unreadable');
  expect(await readFile(file, 'utf8')).toBe('{"version":9}');
});
