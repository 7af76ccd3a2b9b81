import { expect, test } from 'vitest';
import type { StoragePool } from '../libvirt/port.ts';
import { DOMAIN, fakeHost, inRescue } from './fake-hypervisor.test-support.ts';
import { listSessions, removeLeftovers } from './sessions.ts';

const pool = (name: string, more: Partial<StoragePool> = {}): StoragePool => ({
  name,
  active: true,
  persistent: true,
  xml: `<pool type='dir'><name>${name}</name><target><path>/${name}</path></target></pool>`,
  ...more,
});

function setUp(
  state: 'running' | 'shutoff',
  names: readonly string[],
  pools = [pool('media'), pool('off', { active: false })],
) {
  const host = fakeHost({ state, pools });
  const deleted: unknown[] = [];
  const base = host.hypervisor;
  const hypervisor = new Proxy(base, {
    get: (target, name: keyof typeof base) => {
      if (name === 'listVolumeNames') return (of: string) => Promise.resolve(of === 'media' ? names : []);
      if (name === 'deleteVolume') return (where: unknown) => Promise.resolve(deleted.push(where));
      if (name === 'stopPool') return (of: string) => Promise.resolve(deleted.push(of));
      return target[name];
    },
  });
  return { host, hypervisor, deleted };
}

test('a running domain with our mark is a session, whoever put it there', async () => {
  const { host, hypervisor } = setUp('running', []);
  expect((await listSessions(hypervisor)).sessions).toEqual([]);
  host.live = inRescue('alice@desk');
  expect((await listSessions(hypervisor)).sessions).toMatchObject([
    { domain: DOMAIN, session: { startedBy: 'alice@desk' } },
  ]);
});

test('an overlay is left over when its domain is there and off, and then only', async () => {
  const names = [
    'medium.img',
    'medium.img.TRANSIENT-patient',
    'medium.img.TRANSIENT-somebody-else',
    'TRANSIENT-patient',
  ];
  const overlay = { kind: 'overlay', pool: 'media', name: 'medium.img.TRANSIENT-patient', domain: 'patient' } as const;
  const running = setUp('running', names);
  expect((await listSessions(running.hypervisor)).leftovers).toEqual([]);
  const off = setUp('shutoff', names);
  expect((await listSessions(off.hypervisor)).leftovers).toEqual([overlay]);
  expect(await removeLeftovers(off.hypervisor, [overlay])).toEqual([overlay]);
  expect(off.deleted).toEqual([overlay]);
});

test('an overlay whose domain was started in the meantime is not removed', async () => {
  const { host, hypervisor, deleted } = setUp('shutoff', ['m.TRANSIENT-patient']);
  const { leftovers } = await listSessions(hypervisor);
  await host.hypervisor.startDomain(DOMAIN.uuid);
  expect(await removeLeftovers(hypervisor, leftovers)).toEqual([]);
  expect(deleted).toEqual([]);
});

test('a transient pool of ours that stays is left over; a defined pool of that name is not ours', async () => {
  const ours = pool('salvor-0123456789abcdef', { persistent: false });
  const { hypervisor, deleted } = setUp(
    'shutoff',
    [],
    [ours, pool('salvor-fedcba9876543210'), pool('salvor-mine', { persistent: false })],
  );
  const { leftovers } = await listSessions(hypervisor);
  expect(leftovers).toEqual([{ kind: 'pool', name: ours.name }]);
  await removeLeftovers(hypervisor, leftovers);
  expect(deleted).toEqual([ours.name]);
}, 10_000);
