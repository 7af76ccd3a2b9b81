/** Migrations that go through, and what they leave. */
import { describe, expect, test } from 'vitest';
import { DEFINITION, DOMAIN, UUID, fileVolume } from '../fake-hypervisor.test-support.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { NEVER } from '../resume.test-support.ts';
import { ALL_HERE, MOVE, NOTHING_THERE, REPORT, move, orderOf, stands, twoHosts } from './migrate.test-support.ts';
import { previewMigration } from './preview.ts';
import { migrate } from './run.ts';

const MOVED = { paths: [{ from: '/images', to: '/srv/images' }] };
const RULES = { pools: [], networks: [], bridges: [], pinning: 'keep', listen: '10.0.0.2', ...MOVED } as const;

describe('a guest goes to another host', () => {
  test('live, and by nobody but libvirt: it runs there from what it ran from, and keeps its definition', async () => {
    const two = twoHosts();
    const journal = memoryJournal();
    const { remarks } = await move(two, journal);
    expect(remarks).toEqual([]);
    expect(stands(two.source)).toEqual(NOTHING_THERE);
    expect(stands(two.destination)).toEqual(ALL_HERE);
    expect(two.source.changes).toEqual(['migrateTo']);
    expect(two.destination.changes).toEqual([]);
    const [first] = journal.written;
    expect(first).toMatchObject({ type: 'began', kind: 'migrate', version: 2, domain: DOMAIN, session: null });
    expect(journal.written.at(-1)).toMatchObject({ type: 'ended', outcome: 'done' });
  });

  test('with the destination’s own paths and address, in both definitions', async () => {
    const two = twoHosts({}, { volumes: { '/srv/images/root.img': fileVolume('/srv/images/root.img') } });
    await move(two, memoryJournal(), { rules: RULES, disks: { vda: 'shared' } });
    const [call] = two.source.moves.migrations;
    expect(call?.flags).toEqual(['LIVE', 'PERSIST_DEST', 'UNDEFINE_SOURCE', 'UNSAFE']);
    for (const xml of [two.destination.live, two.destination.definition]) {
      expect(xml).toContain('/srv/images/root.img');
      expect(xml).toContain('10.0.0.2');
      expect(xml).not.toContain("'/images/root.img'");
    }
  });

  test('peer to peer: the source’s daemon is given the address that this computer uses, or another', async () => {
    const two = twoHosts();
    await move(two, memoryJournal(), { way: 'p2p' });
    expect(two.source.changes).toEqual(['migrateToUri']);
    const others = twoHosts();
    others.source.moves.peers.set('qemu+tls://b/system', others.destination);
    await move(others, memoryJournal(), { way: 'p2p', destinationUri: 'qemu+tls://b/system' });
    expect(stands(others.destination)).toEqual(ALL_HERE);
  });

  test('its definition alone, while it is off', async () => {
    const two = twoHosts({ state: 'shutoff' });
    await move(two, memoryJournal(), { live: false });
    expect(stands(two.source)).toEqual(NOTHING_THERE);
    expect(stands(two.destination)).toEqual({ ...ALL_HERE, state: 'shutoff', live: null });
  });

  test('autostart goes along; where the definition stays at the source it is not started there any more', async () => {
    const two = twoHosts();
    two.source.autostart = true;
    await move(two);
    expect(two.destination.autostart).toBe(true);
    const kept = twoHosts();
    kept.source.autostart = true;
    const { remarks } = await move(kept, memoryJournal(), { undefineSource: false });
    expect(kept.destination.autostart).toBe(true);
    expect(stands(kept.source)).toMatchObject({ state: 'shutoff', persistent: true, autostart: false });
    expect(remarks.join()).toContain('is not started with');
  });

  test('a transient guest stays one', async () => {
    const two = twoHosts({ persistent: false });
    await move(two);
    expect(stands(two.source)).toEqual(NOTHING_THERE);
    expect(stands(two.destination)).toEqual({ ...ALL_HERE, persistent: false, definition: null });
    expect(two.source.moves.migrations[0]).toMatchObject({ flags: ['LIVE', 'UNSAFE'], persistentXml: null });
  });

  test('a disk that is not there is copied, and its figures are told', async () => {
    const pool = {
      name: 'images',
      active: true,
      persistent: true,
      xml: `<pool type='dir'><name>images</name><target><path>/images</path></target></pool>`,
    };
    const two = twoHosts({}, { volumes: {}, pools: [pool] });
    two.source.moves.jobStats = {
      type: 'unbounded',
      values: { disk_total: 100, disk_processed: 50, data_processed: 50 },
    };
    two.source.moves.migrating = () => new Promise((resolve) => setTimeout(resolve, 700));
    const notes: (string | null)[] = [];
    const phases: string[] = [];
    await move(
      two,
      memoryJournal(),
      {},
      {
        ...REPORT,
        note: (_id, note) => notes.push(note),
        progress: ({ phase }) => phases.push(phase),
      },
    );
    expect(two.source.moves.migrations[0]).toMatchObject({
      flags: ['LIVE', 'PERSIST_DEST', 'UNDEFINE_SOURCE', 'NON_SHARED_DISK'],
      disks: ['vda'],
    });
    expect(phases).toEqual(['disks']);
    expect(notes.join()).toContain('disks, 50 %');
  });
});

describe('refused, and nothing is done', () => {
  test('without write access, to the same host, of a guest that is off', async () => {
    const two = twoHosts({ state: 'shutoff' });
    await expect(move(two)).rejects.toMatchObject({ data: { code: 'migration-refused' } });
    const same = twoHosts({ hostUuid: 'bbbbbbbb-0000-4000-8000-000000000002' });
    await expect(move(same)).rejects.toMatchObject({ data: { code: 'migration-refused' } });
    expect([...two.source.changes, ...same.source.changes, ...same.destination.changes]).toEqual([]);
  });

  test('while somebody else has it in hand, on either host', async () => {
    const two = twoHosts();
    let release = (): void => undefined;
    two.source.moves.migrating = () => new Promise((resolve) => (release = resolve));
    const first = move(two);
    await expect(move(two)).rejects.toMatchObject({ data: { code: 'busy' } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    await first;
    expect(stands(two.destination)).toEqual(ALL_HERE);
  });

  test('what has changed since the preview is named', async () => {
    const two = twoHosts();
    const { plan, inputs } = await previewMigration(two.source.hypervisor, two.destination.hypervisor, UUID, MOVE);
    expect(plan.refusals).toEqual([]);
    two.source.definition = DEFINITION.replace('262144', '524288');
    const order = { ...orderOf(memoryJournal()), confirmed: { fingerprint: plan.fingerprint.inputs, inputs } };
    const run = migrate(two.source.hypervisor, two.destination.hypervisor, order, REPORT, NEVER);
    await expect(run).rejects.toMatchObject({
      data: { code: 'drift', params: { what: 'its definition was changed' } },
    });
    expect(two.source.changes).toEqual([]);
  });
});
