/** The disk snapshot of a rescue: taken behind the stop, and taken back only where it is ours. */
import { expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { DOMAIN, fakeHost } from './fake-hypervisor.test-support.ts';
import { removeSnapshot, takeSnapshot } from './snapshot.ts';

const SNAPSHOT = { name: 'salvor-c0ffee00', description: 'Salvor: before the rescue <ours>', targets: ['vda', 'vdb'] };

test('each of the disks by name, inside its image; names are text', async () => {
  let given = '';
  const { hypervisor } = fakeHost();
  await takeSnapshot(
    { ...hypervisor, createSnapshot: (_uuid, xml) => Promise.resolve(void (given = xml)) },
    DOMAIN,
    SNAPSHOT,
  );
  expect(given).toBe(
    '<domainsnapshot><name>salvor-c0ffee00</name><description>Salvor: before the rescue &lt;ours&gt;</description>' +
      '<disks><disk name="vda" snapshot="internal"/><disk name="vdb" snapshot="internal"/></disks></domainsnapshot>',
  );
});

test('what libvirt refuses is a failure of this step; a lost connection is one of the connection', async () => {
  const host = fakeHost();
  host.before.createSnapshot = () => Promise.reject(new SalvorError('libvirt', { call: 'c' }, 'no qcow2'));
  await expect(takeSnapshot(host.hypervisor, DOMAIN, SNAPSHOT)).rejects.toMatchObject({
    data: { code: 'snapshot-failed', detail: 'no qcow2' },
  });
  host.before.createSnapshot = () => Promise.reject(new SalvorError('connection-lost', { uri: 'u' }));
  await expect(takeSnapshot(host.hypervisor, DOMAIN, SNAPSHOT)).rejects.toMatchObject({
    data: { code: 'connection-lost' },
  });
});

test('only the one with our name and our description is removed', async () => {
  const removed: string[] = [];
  const { hypervisor } = fakeHost();
  const withSnapshots = (...known: { name: string; description: string | null }[]) => ({
    ...hypervisor,
    listSnapshots: () => Promise.resolve(known),
    deleteSnapshot: (_uuid: string, name: string) => Promise.resolve(void removed.push(name)),
  });
  await removeSnapshot(withSnapshots({ name: SNAPSHOT.name, description: 'somebody’s' }), DOMAIN, SNAPSHOT);
  await removeSnapshot(withSnapshots({ name: 'mine', description: SNAPSHOT.description }), DOMAIN, SNAPSHOT);
  expect(removed).toEqual([]);
  await removeSnapshot(withSnapshots({ name: 'mine', description: null }, SNAPSHOT), DOMAIN, SNAPSHOT);
  expect(removed).toEqual([SNAPSHOT.name]);
});
