/** What the journal of a migration is good for afterwards: a report without secrets, and what is not left over on the host it left. */
import { expect, test } from 'vitest';
import { historyDocument, historyReport } from '../../../src-core/journal/report.ts';
import { UUID } from '../fake-hypervisor.test-support.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { leftoversAmong } from '../left-behind.ts';
import type { Seen } from '../left-behind.ts';
import { SECRET, laden, move } from './migrate.test-support.ts';

async function migrated() {
  const two = laden();
  const journal = memoryJournal();
  await move(two, journal, { secrets: 'carry', disks: { vda: 'copy' }, way: 'p2p' });
  const { entries } = await journal.read();
  const [entry] = entries;
  if (entry === undefined) throw new Error('nothing was written');
  return { journal, entries, entry: await journal.entry(entry.began.id), outline: entry };
}

test('the report says where to, how, what was copied and carried; passwords are in none of it', async () => {
  const { entry } = await migrated();
  const report = historyReport([entry], []);
  expect(report).toContain('Migration: patient');
  expect(report).toContain(`peer to peer; copied: vda; secrets carried: ${SECRET}`);
  expect(report).toContain('(the same as before)');
  const all = `${report}${JSON.stringify(historyDocument([entry], []))}`;
  for (const secret of ['s3cret', 'hush-hush']) expect(all).not.toContain(secret);
});

test('a file that its guest may use on the other host is told, and not offered for removal', async () => {
  const { entries, outline } = await migrated();
  const path = `/var/lib/libvirt/qemu/nvram/patient_VARS.fd.salvor-${UUID}`;
  const domain = { uuid: UUID, name: 'patient', on: false, session: null, xml: '<domain/>', snapshots: [] };
  const seen = (of: Seen['entries']): Seen => ({
    host: outline.began.host,
    domains: [domain],
    files: [{ path, size: 1 }],
    entries: of,
  });
  expect(leftoversAmong(seen([]))).toMatchObject([{ kind: 'nvram', removable: true }]);
  const [left] = leftoversAmong(seen(entries));
  expect(left).toMatchObject({ kind: 'nvram', removable: false });
  expect(left?.why).toContain('was migrated to');
  const failed = { ...outline, ended: { ...outline.ended, outcome: 'failed', code: 'migration-failed' } };
  expect(leftoversAmong(seen([failed as typeof outline]))).toMatchObject([{ removable: true }]);
});
