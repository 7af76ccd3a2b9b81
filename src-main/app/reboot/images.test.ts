/** What a hard reboot finds beyond the definition: images below images, pools behind folders, secrets of pools, secrets that are named by their use. */
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { StoragePool } from '../../libvirt/port.ts';
import { errorOf } from '../errors.ts';
import { REQUEST, UUID, fileVolume } from '../fake-hypervisor.test-support.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { rescueBy } from '../resume.test-support.ts';
import { previewReboot } from './preview.ts';
import { FORCED, ILLS, NEEDY, SECRET, VALUE, needyHost, reboot } from './reboot.test-support.ts';

const OTHER = '5a5a5a5a-0000-4000-8000-000000000002';

function define(host: FakeHost, xml: string): void {
  const live = xml.replace("<domain type='kvm'", "<domain type='kvm' id='1'");
  Object.assign(host, { definition: xml, live });
}

const volumesOf = (host: FakeHost) => host.volumes as Record<string, ReturnType<typeof fileVolume>>;

/** What is planned about one thing; undefined: it is not in the plan. */
async function planned(host: FakeHost, name: string, given: readonly string[] = []) {
  const { plan } = await previewReboot(host.hypervisor, UUID, FORCED, given);
  const found = plan.dependencies.find((each) => each.name === name);
  return found && { kind: found.kind, state: found.state, action: found.action, users: found.users, of: found.of };
}

const image = (users: readonly string[], state: string, action: string) => ({
  ...{ kind: 'image', state, action, users },
});

describe('images below those that the definition names', () => {
  const chain = (host: FakeHost, last: string | null = null) => {
    volumesOf(host)['/i/l.qcow2'] = fileVolume('/i/l.qcow2', null, '/base/mid.qcow2', 'qcow2');
    volumesOf(host)['/base/mid.qcow2'] = fileVolume('/base/mid.qcow2', null, '../base/low.img', 'qcow2');
    volumesOf(host)['/base/low.img'] = fileVolume('/base/low.img', null, last, 'qcow2');
  };

  test('are followed to the end, with all that use them', async () => {
    const host = needyHost();
    chain(host);
    expect(await planned(host, '/base/mid.qcow2')).toMatchObject(image(['vdc'], 'ready', 'none'));
    expect(await planned(host, '/base/low.img')).toMatchObject(image(['vdc'], 'ready', 'none'));
  });

  test('one that is missing is found before anything is touched', async () => {
    const host = needyHost();
    chain(host);
    delete volumesOf(host)['/base/low.img'];
    expect(await planned(host, '/base/low.img')).toMatchObject(image(['vdc'], 'missing', 'blocked'));
    const error = await reboot(host).catch((thrown: unknown) => errorOf(thrown));
    expect(error).toMatchObject({ code: 'reboot-refused', unchanged: 'Nothing was touched.' });
    expect(host.changes).toEqual([]);
  });

  test('of a volume, too; in circles no further than once around', async () => {
    const host = needyHost();
    define(host, NEEDY.replace("volume='a.raw'/>", "volume='a.raw'/><driver name='qemu' type='qcow2'/>"));
    volumesOf(host)['/images/a.raw'] = fileVolume('/images/a.raw', null, '/i/l.qcow2', 'qcow2');
    chain(host, '/i/l.qcow2');
    expect((await planned(host, '/base/low.img'))?.users).toEqual(['vdc']);
    expect((await planned(host, '/i/l.qcow2'))?.users).toEqual(['vdc', 'vdb']);
  });

  test('a raw image stands on nothing, whatever its first bytes say; nor one whose end the definition tells', async () => {
    for (const [from, to] of [
      ["type='qcow2'/><source file='/i/l.qcow2'>", "type='raw'/><source file='/i/l.qcow2'>"],
      ["<target dev='vdc'", "<backingStore/><target dev='vdc'"],
    ] as const) {
      const host = needyHost();
      define(host, NEEDY.replace(from, to));
      chain(host);
      expect(host.definition).toContain(to);
      expect(await planned(host, '/base/mid.qcow2')).toBeUndefined();
    }
  });

  test('those that QEMU has open are known where no header can be read', async () => {
    const host = needyHost();
    const below =
      "<backingStore type='file'><format type='raw'/><source file='/gone/base.img'/><backingStore/></backingStore>";
    host.live = (host.live ?? '').replace("<target dev='vdc'", `${below}<target dev='vdc'`);
    expect(await planned(host, '/gone/base.img')).toMatchObject(image(['vdc'], 'missing', 'blocked'));
  });
});

describe('an image in the folder of a pool that is off', () => {
  const pool = (name: string, type: string, path: string): StoragePool => ({
    ...{ name, active: false, persistent: true },
    xml: `<pool type='${type}'><name>${name}</name><target><path>${path}</path></target></pool>`,
  });
  const lost = (...pools: readonly StoragePool[]) => {
    const host = needyHost();
    delete volumesOf(host)['/i/l.qcow2'];
    for (const each of pools) host.pools.set(each.name, each);
    return host;
  };

  test('which mounts it: the pool is started, then it is looked for', async () => {
    const host = lost(pool('share', 'netfs', '/i'));
    expect(await planned(host, 'share')).toMatchObject({ kind: 'pool', state: 'inactive', action: 'start-pool' });
    expect(await planned(host, '/i/l.qcow2')).toMatchObject({ action: 'check', of: 'share' });
    host.after.startPool = () => void (volumesOf(host)['/i/l.qcow2'] = fileVolume('/i/l.qcow2'));
    await reboot(host);
    expect(host.state).toBe('running');
    expect(host.pools.get('share')?.active).toBe(true);
  });

  test('and it is not there even then: the guest runs on', async () => {
    const host = lost(pool('share', 'fs', '/i'));
    const error = await reboot(host).catch((thrown: unknown) => errorOf(thrown));
    expect(error).toMatchObject({ code: 'not-stopped' });
    expect(host).toMatchObject({ state: 'running' });
    expect(host.changes).not.toContain('destroyDomain');
  });

  test.each([
    ['a folder alone', [pool('folder', 'dir', '/i')]],
    ['another folder', [pool('share', 'netfs', '/in')]],
    ['two that claim it alike', [pool('one', 'iscsi', '/i'), pool('two', 'iscsi', '/i')]],
  ])('%s brings nothing', async (_what, pools) => {
    const host = lost(...pools);
    expect(await planned(host, '/i/l.qcow2')).toMatchObject({ state: 'missing', action: 'blocked' });
  });
});

describe('secrets', () => {
  const AUTH = `<source><device path='iqn.x:t'/><auth type='chap' username='u'><secret uuid='${OTHER}'/></auth></source>`;
  const withAuth = (auth: string) => {
    const host = needyHost();
    const images = host.pools.get('images');
    if (images !== undefined)
      host.pools.set('images', { ...images, xml: images.xml?.replace('<target>', `${auth}<target>`) ?? null });
    return host;
  };

  test('of a pool are in the plan, and are set before it is started', async () => {
    const host = withAuth(AUTH);
    ILLS['the pool is off']?.make(host);
    expect(await planned(host, OTHER)).toMatchObject({ state: 'missing', users: ['pool images'], of: 'iscsi iqn.x:t' });
    host.before.startPool = () => {
      if (!host.moves.secrets.has(OTHER)) throw new SalvorError('libvirt', { call: 'fake' }, 'no secret');
    };
    host.moves.secrets.set(OTHER, { xml: `<secret><uuid>${OTHER}</uuid></secret>`, value: null });
    expect(await planned(host, OTHER)).toMatchObject({ action: 'set-secret' });
    const { plan } = await previewReboot(host.hypervisor, UUID, FORCED, []);
    expect(plan.secrets).toMatchObject([{ uuid: OTHER, required: true }]);
    const ids = plan.steps.map(({ id }) => id);
    expect(ids.slice(0, 4)).toEqual(['check', 'secrets', 'pools', 'stop']);
  });

  test('one that is named by its use is known by its UUID where the host has it', async () => {
    const byUse = withAuth(AUTH.replace(`uuid='${OTHER}'`, "usage='mine'"));
    expect(await planned(byUse, 'iscsi mine')).toMatchObject({ state: 'missing', action: 'blocked' });
    const xml = `<secret><uuid>${OTHER}</uuid><usage type='iscsi'><target>mine</target></usage></secret>`;
    byUse.moves.secrets.set(OTHER, { xml, value: null });
    const secrets = async () => [
      ...((await byUse.hypervisor.secrets()) ?? []).filter(({ uuid }) => uuid !== OTHER),
      { uuid: OTHER, usage: 'mine', hasValue: false },
    ];
    const hypervisor = { ...byUse.hypervisor, secrets };
    const { plan } = await previewReboot(hypervisor, UUID, FORCED, []);
    expect(plan.dependencies.filter(({ kind }) => kind === 'secret').map(({ name, of }) => [name, of])).toEqual([
      [SECRET, 'volume /i/l.qcow2'],
      [OTHER, 'iscsi mine'],
    ]);
    expect(plan.secrets).toMatchObject([{ uuid: OTHER, usage: 'iscsi mine', required: true }]);
    expect(plan.refusals.map(({ code }) => code)).toEqual(['reboot-secret-needed']);
  });

  test('a value that nothing needs is refused, not left out without a word', async () => {
    const host = needyHost();
    define(host, NEEDY.replace(/<encryption[^]*?<\/encryption>/, ''));
    const error = errorOf(await reboot(host).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: 'reboot-refused', unchanged: 'Nothing was touched.' });
    expect(error.message).toContain(`depends on no secret ${SECRET}`);
    expect(host.changes).toEqual([]);
  });
});

test('a rescue for one run that is over is nothing that a hard reboot leads back into', async () => {
  const host = needyHost();
  const journal = memoryJournal();
  await rescueBy(host.hypervisor, journal, REQUEST);
  const { plan } = await previewReboot(host.hypervisor, UUID, FORCED, []);
  expect(plan.warnings.map(({ code }) => code)).toContain('reboot-one-shot-may-end');
  host.before.createDomain = () =>
    Promise.reject(new SalvorError('libvirt', { call: 'fake' }, 'Invalid password, cannot unlock any keyslot'));
  const error = errorOf(await reboot(host, { journal, value: VALUE }).catch((thrown: unknown) => thrown));
  expect(error.code).toBe('secret-wrong');
  expect(error.unchanged).toContain('Its one-shot rescue is over');
  expect(error.next).toContain('which starts the guest itself now, and rescue it anew');
});
