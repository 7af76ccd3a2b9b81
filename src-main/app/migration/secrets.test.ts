/** Secrets that are carried: none that somebody else has come to use is changed or taken away. */
import { describe, expect, test } from 'vitest';
import { DEFINITION, DOMAIN } from '../fake-hypervisor.test-support.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { ENCRYPTED, SECRET, laden, move } from './migrate.test-support.ts';
import { carrySecret, takeSecretsBack } from './secrets.ts';

const USAGE = '/images/root.img';
const OTHER = 'eeeeeeee-1111-4222-8333-444455556666';
const bytes = (text: string) => new TextEncoder().encode(text);
const xmlOf = (uuid: string) =>
  `<secret ephemeral='no' private='no'><uuid>${uuid}</uuid><usage type='volume'><volume>${USAGE}</volume></usage></secret>`;

async function carry(there: readonly (readonly [string, Uint8Array | null])[], name: string) {
  const two = laden();
  for (const [uuid, value] of there) two.destination.moves.secrets.set(uuid, { xml: xmlOf(uuid), value });
  const made: unknown[] = [];
  const { source, destination } = two;
  const wanted = { uuid: SECRET, name };
  const run = carrySecret(source.hypervisor, destination.hypervisor, wanted, 'patient', (each) => made.push(each));
  const what = await run.then(
    () => null,
    (error: unknown) => error,
  );
  return { made, what, changes: destination.changes, secrets: destination.moves.secrets };
}

describe('carried', () => {
  test('where it is missing', async () => {
    const { made, changes, secrets } = await carry([], SECRET);
    expect(made).toEqual([{ uuid: SECRET, defined: true }]);
    expect(changes).toEqual(['defineSecret', 'setSecretValue']);
    expect(secrets.get(SECRET)?.value).toEqual(bytes('hush-hush'));
  });

  test('one that has no value gets it, also where that usage has another UUID there', async () => {
    for (const [uuid, name] of [
      [SECRET, SECRET],
      [OTHER, USAGE],
    ] as const) {
      const { made, changes, secrets } = await carry([[uuid, null]], name);
      expect(made).toEqual([{ uuid, defined: false }]);
      expect(changes).toEqual(['setSecretValue']);
      expect(secrets.get(uuid)?.value).toEqual(bytes('hush-hush'));
    }
  });

  test('one that has got a value meanwhile stays as it is, and is not ours to take back', async () => {
    const { made, changes, secrets } = await carry([[SECRET, bytes('theirs')]], SECRET);
    expect([made, changes]).toEqual([[], []]);
    expect(secrets.get(SECRET)?.value).toEqual(bytes('theirs'));
  });

  test('one of that UUID for something else is left alone', async () => {
    const { made, changes, what } = await carry([[SECRET, null]], 'another usage');
    expect(what).toMatchObject({ data: { code: 'migration-failed' } });
    expect([made, changes]).toEqual([[], []]);
  });
});

describe('taken back', () => {
  const neighbour = { uuid: 'other', name: 'neighbour', state: 'shutoff', persistent: true, autostart: false } as const;
  async function takeBack(domain: typeof neighbour | (typeof neighbour & { uuid: string }), xml: string) {
    const { destination } = laden();
    destination.moves.secrets.set(SECRET, { xml: xmlOf(SECRET), value: bytes('hush-hush') });
    const host = new Proxy(destination.hypervisor, {
      get: (target, name: keyof Hypervisor) => {
        if (name === 'listDomains') return () => Promise.resolve([{ ...domain, disks: null }]);
        if (name === 'domainXml') return () => Promise.resolve(xml);
        return target[name];
      },
    });
    const made = { hostname: 'host-b', secrets: [{ uuid: SECRET, defined: true }], domain: DOMAIN.uuid };
    const left = await takeSecretsBack(host, made);
    return { left: left.join(' '), there: destination.moves.secrets.has(SECRET) };
  }

  test('where nobody uses it', async () => {
    expect(await takeBack(neighbour, DEFINITION)).toEqual({ left: '', there: false });
  });

  test.each([
    ['by its UUID', ENCRYPTED],
    ['by its usage', ENCRYPTED.replace(`uuid='${SECRET}'`, `usage='${USAGE}'`)],
  ])('another guest needs it by now, %s: it stays, and that is told', async (_how, xml) => {
    const { left, there } = await takeBack(neighbour, xml);
    expect(left).toContain('neighbour uses it by now');
    expect(there).toBe(true);
  });

  test('its own definition, which an earlier migration has left there, is no other user', async () => {
    expect(await takeBack({ ...neighbour, ...DOMAIN } as never, ENCRYPTED)).toEqual({ left: '', there: false });
  });

  test('whether anybody uses it cannot be found out: it stays', async () => {
    const { left, there } = await takeBack(neighbour, 'no definition');
    expect(left).toContain('could not be taken away');
    expect(there).toBe(true);
  });
});

test('one that the guest names by its usage is written down by its UUID', async () => {
  const two = laden();
  const byUsage = ENCRYPTED.replace(`uuid='${SECRET}'`, `usage='${USAGE}'`);
  Object.assign(two.source, { definition: byUsage, live: byUsage });
  const journal = memoryJournal();
  await move(two, journal, { secrets: 'carry', disks: { vda: 'copy' } });
  expect(journal.written[0]).toMatchObject({ order: { migration: { makes: { secrets: [SECRET] } } } });
  expect(two.destination.moves.secrets.has(SECRET)).toBe(true);
});
