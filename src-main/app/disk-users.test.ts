/** Who else has an image as a disk, as services find it out: here, elsewhere, on or off; and what has come up right before a change. */
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import type { RescueInputs } from '../../src-core/rescue/types.ts';
import type { DomainSources, Hypervisor } from '../libvirt/port.ts';
import { collectInputs } from './collect.ts';
import type { Elsewhere } from './disk-users.ts';
import { DEFINITION, REQUEST, UUID, fakeHost, fileVolume } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import { obstaclesNow } from './obstacles.ts';

const SHAREABLE = DEFINITION.replace("<target dev='vda'", "<shareable/><target dev='vda'");
const NETWORK = DEFINITION.replace("<disk type='file'", "<disk type='network'").replace(
  "<source file='/images/root.img'/>",
  "<source protocol='rbd' name='pool/root'><host name='mon'/></source>",
);

interface Other extends DomainSources {
  readonly xml: string;
}

const other = (name: string, xml: string, sources: readonly string[] | null = ['/images/root.img']): Other => ({
  uuid: name,
  name,
  sources,
  xml,
});

/** A host on which those other domains run, or are off. */
function withOthers(host: FakeHost, running: readonly Other[], off: readonly Other[] = []): FakeHost {
  const all = [...running, ...off];
  const methods = new Proxy(host.hypervisor, {
    get: (target, name: keyof Hypervisor) => {
      if (name === 'runningDisks') return () => Promise.resolve(running);
      if (name === 'offDisks') return () => Promise.resolve(off);
      if (name !== 'domainXml') return target[name];
      return (uuid: string, kind: 'live') =>
        all.some((one) => one.uuid === uuid)
          ? Promise.resolve(all.find((one) => one.uuid === uuid)?.xml)
          : target.domainXml(uuid, kind);
    },
  });
  return Object.assign(host, { hypervisor: methods });
}

function collected(host: FakeHost, elsewhere: readonly Elsewhere[] = []): Promise<RescueInputs> {
  return collectInputs(host.hypervisor, UUID, { request: REQUEST, properties: {}, stamp: null, elsewhere });
}

const guest = (definition: string) => Object.assign(fakeHost({ state: 'shutoff' }), { definition });
const users = async (host: FakeHost, elsewhere: readonly Elsewhere[] = []) =>
  (await collected(host, elsewhere)).domain.diskUsers;

describe('the guest’s own disks in the hands of others', () => {
  test('on the same host: by what their live XML says, not by the statistics', async () => {
    const host = withOthers(guest(DEFINITION), [
      other('helper', DEFINITION),
      other('reader', DEFINITION.replace('<target', '<readonly/><target')),
      other('not-any-more', DEFINITION.replace('/images/root.img', '/other.img')),
      other('elsewhere', DEFINITION, ['/other.img']),
    ]);
    expect(await users(host)).toEqual([
      { target: 'vda', domain: 'helper', host: null, writes: true, as: 'same' },
      { target: 'vda', domain: 'reader', host: null, writes: false, as: 'same' },
    ]);
  });

  test('the guest itself is no other', async () => {
    expect(await users(withOthers(fakeHost(), [{ ...other('patient', DEFINITION), uuid: UUID }]))).toEqual([]);
  });

  test('on another host: a network disk by its address, a file only where it is shareable, and as a guess', async () => {
    const there = (xml: string, sources: readonly string[]): Elsewhere[] => [
      { name: 'second', hypervisor: withOthers(fakeHost(), [other('far', xml, sources)]).hypervisor },
    ];
    expect(await users(guest(NETWORK), there(NETWORK, ['pool/root']))).toEqual([
      { target: 'vda', domain: 'far', host: 'second', writes: true, as: 'same' },
    ]);
    expect(await users(guest(NETWORK), there(NETWORK.replace('mon', 'other-mon'), ['pool/root']))).toEqual([]);
    expect(await users(guest(DEFINITION), there(DEFINITION, ['/images/root.img']))).toEqual([]);
    expect(await users(guest(SHAREABLE), there(SHAREABLE, ['/images/root.img']))).toMatchObject([{ as: 'path' }]);
  });

  test('a host that does not answer is no obstacle; the same daemon by another address is no other host', async () => {
    const deaf = fakeHost();
    deaf.before.runningDisks = () => Promise.reject(new SalvorError('connection-lost', { uri: 'u' }));
    expect(await users(guest(SHAREABLE), [{ name: 'deaf', hypervisor: deaf.hypervisor }])).toEqual([]);
    const here = withOthers(guest(SHAREABLE), [other('node', SHAREABLE)]);
    const again = withOthers(guest(SHAREABLE), [other('node', SHAREABLE)]);
    expect(await users(here, [{ name: 'again', hypervisor: again.hypervisor }])).toMatchObject([{ host: null }]);
  });
});

test('a medium that is the disk of guests that are off', async () => {
  const owner = other('sleeper', DEFINITION.replace('/images/root.img', '/media/rescue.img'), ['/media/rescue.img']);
  const reader = { ...owner, uuid: 'reader', name: 'reader', xml: owner.xml.replace('<target', '<readonly/><target') };
  const { media } = await collected(withOthers(guest(DEFINITION), [], [owner, reader]));
  expect(media[0]?.owners).toEqual(['sleeper']);
});

describe('room', () => {
  test('of the medium’s folder by the pool that is there, looked at afresh where its figure is too small', async () => {
    let free = 1000;
    const host = fakeHost();
    const asked: string[] = [];
    const methods = new Proxy(host.hypervisor, {
      get: (target, name: keyof Hypervisor) => {
        if (name === 'poolByTarget') return () => Promise.resolve('media');
        if (name === 'freeSpace') return () => Promise.resolve(free);
        if (name !== 'refreshPool') return target[name];
        return (pool: string) => {
          asked.push(pool);
          free = 2 ** 40;
          return Promise.resolve();
        };
      },
    });
    const { room } = await collected(Object.assign(host, { hypervisor: methods }));
    expect(room).toEqual([{ image: '/media/rescue.img', capacity: 8_388_608, free: 2 ** 40, leftOverlay: false }]);
    expect(asked).toEqual(['media']);
  });
});

describe('right before a change', () => {
  async function found(change: (host: FakeHost) => FakeHost): Promise<string[]> {
    const volumes = { '/media/rescue.img': fileVolume('/media/rescue.img') };
    const host = fakeHost({ volumes });
    const inputs = await collected(host);
    const plan = planRescue(inputs);
    expect(plan.refusals).toEqual([]);
    const { hypervisor } = change(host);
    return (await obstaclesNow(hypervisor, inputs, plan)).map(({ code }) => code);
  }

  test.each<[string, (host: FakeHost) => FakeHost, string[]]>([
    ['nothing', (host) => host, []],
    ['its memory was saved', (host) => Object.assign(host, { managedSave: true }), ['managed-save']],
    ['a job began', (host) => Object.assign(host, { job: 'unbounded' }), ['job']],
    ['somebody runs its disk', (host) => withOthers(host, [other('helper', DEFINITION)]), ['disk-in-use']],
    [
      'somebody writes to the medium',
      (host) =>
        withOthers(host, [
          other('writer', DEFINITION.replace('/images/root.img', '/media/rescue.img'), ['/media/rescue.img']),
        ]),
      ['medium-in-use'],
    ],
    [
      'an overlay lies there',
      (host) => {
        const there = fileVolume('/media/rescue.img.TRANSIENT-patient');
        return Object.assign(host, {
          hypervisor: new Proxy(host.hypervisor, {
            get: (target, name: keyof Hypervisor) =>
              name === 'examineVolume' ? () => Promise.resolve(there) : target[name],
          }),
        });
      },
      ['overlay-left-behind'],
    ],
  ])('%s', async (_what, change, expected) => {
    expect(await found(change)).toEqual(expected);
  });
});
