/** Hard reboots that do not come to their end: steps that fail, refusals, cancels, and what others do meanwhile. */
import { describe, expect, test, vi } from 'vitest';
import { needsAttention } from '../../../src-core/journal/resume.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { DOMAIN, UUID } from '../fake-hypervisor.test-support.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import { lockDomain } from '../domain-lock.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { previewReboot } from './preview.ts';
import { FORCED, ILLS, NEEDY, SECRET, besides, failure, libvirt, needyHost, reboot } from './reboot.test-support.ts';

const CHAP = '5a5a5a5a-0000-4000-8000-0000000000c4';

const BEFORE_STOP: readonly (keyof Hypervisor)[] = ['startPool', 'refreshPool', 'defineSecret', 'setSecretValue'];

test('a pool whose password is refused names the secret; the guest runs on, and nobody is bothered about it', async () => {
  const host = needyHost();
  const auth = `<auth type='chap' username='u'><secret uuid='${CHAP}'/></auth>`;
  const source = `<source><host name='san'/><device path='iqn.x:t'/>${auth}</source>`;
  const xml = `<pool type='iscsi-direct'><name>images</name>${source}</pool>`;
  host.pools.set('images', { name: 'images', active: false, persistent: true, xml });
  host.moves.secrets.set(CHAP, { xml: `<secret><uuid>${CHAP}</uuid></secret>`, value: Uint8Array.of(1) });
  const refused = 'Failed to login: Failed to log in to target. Status: Authentication failure(513)';
  host.before.startPool = () => Promise.reject(libvirt(refused));
  const journal = memoryJournal();
  expect(await failure(host, { journal })).toMatchObject({
    code: 'secret-wrong',
    params: { uuid: CHAP, users: 'pool images' },
    unchanged: 'patient runs as before, with its definition as it was.',
    detail: refused,
  });
  expect((await journal.read()).entries.map(needsAttention)).toEqual([false]);
  expect(host.changes).not.toContain('destroyDomain');
});

test('a start that takes long says so, and what ends it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const host = needyHost();
    const notes: (string | null)[] = [];
    let comeUp: () => void = () => undefined;
    const up = new Promise<void>((resolve) => (comeUp = resolve));
    const starts = host.before.startDomain;
    const asked = new Promise<void>((resolve) => {
      host.before.startDomain = async () => {
        resolve();
        await up;
        await starts?.();
      };
    });
    const note = (id: string, text: string | null) => {
      if (id === 'start') notes.push(text);
    };
    const rebooted = reboot(host, { report: { note } });
    await asked;
    expect(notes).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(notes).toEqual([expect.stringContaining('virsh destroy --domain patient ends')]);
    comeUp();
    await rebooted;
    expect(notes.at(-1), 'and no longer than it takes').toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

describe('a step that cannot succeed leaves the domain off, or running where it comes before the stop, its definition as it was, and says what is missing', () => {
  const cases: readonly (readonly [string, string, keyof Hypervisor, string, string])[] = [
    ['the pool is off', 'startPool', 'startPool', 'dependency-missing', 'the pool images could not be started'],
    ['its pool does not know the volume', 'refreshPool', 'refreshPool', 'dependency-missing', 'could not be refreshed'],
    ['the secret is lost', 'defineSecret', 'defineSecret', 'dependency-missing', 'could not be defined'],
    ['the secret is lost', 'setSecretValue', 'setSecretValue', 'dependency-missing', 'could not be given its value'],
    [
      'the network is off',
      'startNetwork',
      'startNetwork',
      'dependency-missing',
      'the network lan could not be started',
    ],
    ['the mediated device is off', 'startNodeDevice', 'startNodeDevice', 'dependency-missing', 'mediated device'],
  ];
  test.each(cases)('%s, and %s fails', async (ill, _name, call, code, words) => {
    const host = needyHost();
    ILLS[ill]?.make(host);
    const heals = host.before[call];
    host.before[call] = () => Promise.reject(libvirt('libvirt’s own words'));
    const journal = memoryJournal();
    const error = await failure(host, { journal });
    const runsOn = BEFORE_STOP.includes(call);
    const found = runsOn ? 'not-stopped' : code;
    expect(error).toMatchObject({ code: found, detail: 'libvirt’s own words' });
    expect(error.message).toContain(words);
    expect(error.unchanged).toBe(`patient ${runsOn ? 'runs as before' : 'is off'}, with its definition as it was.`);
    expect(host).toMatchObject({ state: runsOn ? 'running' : 'shutoff', definition: NEEDY, persistent: true });
    if (runsOn) expect(host.changes).not.toContain('destroyDomain');
    const { entries } = await journal.read();
    expect(entries[0]?.ended).toMatchObject({ outcome: 'failed', code: found });
    // Nobody is bothered about a guest that runs on.
    expect(entries.map(needsAttention)).toEqual([!runsOn]);

    // One that is off already was not started again.
    if (runsOn) await host.hypervisor.destroyDomain(UUID);
    if (runsOn) expect(await failure(host)).toMatchObject({ code: 'dependency-missing' });

    // Mended, it goes on from there, and nobody is asked about the first one any more.
    host.before[call] = heals ?? (() => undefined);
    await reboot(host, { journal });
    expect(host.state).toBe('running');
    expect((await journal.read()).entries.map(({ closed }) => closed?.how)).toEqual([
      undefined,
      runsOn ? undefined : 'finished',
    ]);
  });

  test('a volume that is not in its pool even then', async () => {
    const host = needyHost();
    ILLS['its pool does not know the volume']?.make(host);
    delete host.before.refreshPool;
    const error = await failure(host);
    expect(error).toMatchObject({ code: 'not-stopped' });
    expect(error.message).toContain('the pool images has no volume a.raw');
    expect(host.state, 'QEMU may have the only copy of it open').toBe('running');
    expect(host.changes).not.toContain('destroyDomain');
  });

  test('a refresh that turns a pool off under the guest: started again at once, or told', async () => {
    const host = needyHost();
    ILLS['its pool does not know the volume']?.make(host);
    host.before.refreshPool = () => {
      ILLS['the pool is off']?.make(host);
      throw libvirt('Failed to connect');
    };
    host.before.startPool = () => Promise.reject(libvirt('nobody there'));
    const error = await failure(host);
    expect(error).toMatchObject({ code: 'not-stopped', detail: 'nobody there' });
    expect(error.message).toContain('after a refresh had turned it off: it is off now');
    expect(host.state).toBe('running');
  });

  test('a wrong value, and one that is lost meanwhile', async () => {
    const host = needyHost();
    ILLS['the secret is lost']?.make(host);
    const wrong = await failure(host, { value: new TextEncoder().encode('wrong') });
    expect(wrong).toMatchObject({ code: 'secret-wrong', params: { uuid: SECRET, users: 'vdc' } });
    expect(wrong.unchanged).toBe('patient is off, with its definition as it was.');
    // libvirt keeps it private: whether it has a value cannot be asked, and the right one is set.
    await reboot(host);

    // Behind the stop nobody looks for it any more: the start tells.
    host.after.destroyDomain = () => host.moves.secrets.clear();
    const lost = await failure(host, { value: null });
    expect(lost).toMatchObject({ code: 'secret-needed', params: { uuid: SECRET, usage: 'volume /i/l.qcow2' } });
    expect(host.state).toBe('shutoff');
  });

  test('a start that fails for a reason of its own, and one that is not what was asked for', async () => {
    const host = needyHost();
    host.before.startDomain = () => Promise.reject(libvirt('something of QEMU’s'));
    expect(await failure(host)).toMatchObject({ code: 'start-failed', detail: 'something of QEMU’s' });
    delete host.before.startDomain;
    host.after.startDomain = () => void (host.live = NEEDY.replace(/<interface[^]*?<\/interface>/, ''));
    const journal = memoryJournal();
    const differs = await failure(host, { journal });
    expect(differs).toMatchObject({ code: 'reboot-differs' });
    expect((await journal.read()).entries.map(needsAttention), 'it waits for somebody').toEqual([true]);
    expect(differs.next).toContain('salvor resume');
    expect(differs.message).toContain('it runs without the interface 52:54:00:11:22:33');
    expect(differs.unchanged).toBe('patient runs now, with its definition as it was.');
  });
});

describe('refused beforehand, with nothing touched', () => {
  test.each([
    ['a value is needed', 'secret-needed', (host: FakeHost) => host.moves.secrets.clear()],
    ['the network is gone', 'reboot-refused', (host: FakeHost) => host.moves.networks.clear()],
    ['the pool is gone', 'reboot-refused', (host: FakeHost) => host.pools.clear()],
    [
      'it is half of a migration',
      'reboot-refused',
      (host: FakeHost) => {
        host.state = 'paused';
        host.moves.reason = 'post-copy failed';
      },
    ],
    ['its memory is saved', 'reboot-refused', (host: FakeHost) => (host.managedSave = true)],
    ['a job runs', 'reboot-refused', (host: FakeHost) => (host.job = 'unbounded')],
    ['it is transient', 'reboot-refused', (host: FakeHost) => (host.persistent = false)],
    [
      'an image is gone',
      'reboot-refused',
      (host: FakeHost) => delete (host.volumes as Record<string, unknown>)['/i/l.qcow2'],
    ],
  ])('%s', async (_name, code, make) => {
    const host = needyHost();
    make(host);
    const journal = memoryJournal();
    expect(await failure(host, { value: null, journal })).toMatchObject({ code, unchanged: 'Nothing was touched.' });
    expect(host.changes).toEqual([]);
    expect(journal.written).toEqual([]);
  });

  test('another machine than was confirmed', async () => {
    const host = needyHost();
    const { plan } = await previewReboot(host.hypervisor, UUID, FORCED, [SECRET]);
    ILLS['the network is off']?.make(host);
    const confirmed = { fingerprint: plan.fingerprint.inputs, inputs: null };
    expect(await failure(host, { confirmed })).toMatchObject({ code: 'drift' });
    expect(host.changes).toEqual([]);
  });

  test('somebody is at it, a journal that cannot be written, a cancel, a read-only connection', async () => {
    const host = needyHost();
    const { hostname } = await host.hypervisor.identity();
    const letGo = await lockDomain(hostname, DOMAIN, 'a rescue');
    expect(await failure(host)).toMatchObject({ code: 'busy' });
    letGo();
    const journal = memoryJournal();
    journal.fail('No space left on device');
    expect(await failure(host, { journal })).toMatchObject({ code: 'journal-unwritable' });
    expect(await failure(host, { signal: AbortSignal.abort() })).toMatchObject({ code: 'cancelled' });
    const readOnly = { ...host.hypervisor, readOnly: true };
    expect(await failure(host, { hypervisor: readOnly })).toMatchObject({ code: 'read-only' });
    expect(host.changes).toEqual([]);
  });
});

describe('the stop', () => {
  test('a guest that does not shut down runs on, and nothing else was touched', async () => {
    const host = needyHost();
    host.obedient = false;
    const stop = { how: 'graceful', timeoutSeconds: 1, onTimeout: 'give-up' } as const;
    const error = await failure(host, { request: { stop, session: 'keep' }, value: null });
    expect(error).toMatchObject({ code: 'stop-timeout' });
    expect(error.unchanged).toMatch(/runs as before \(it was asked to shut down/);
    expect(besides(host)).toEqual([]);
  });

  test('a cancel before it leaves the guest as it is', async () => {
    const host = needyHost();
    ILLS['the pool is off']?.make(host);
    const controller = new AbortController();
    host.after.startPool = () => controller.abort();
    const error = await failure(host, { signal: controller.signal });
    expect(error).toMatchObject({
      code: 'cancelled',
      unchanged: 'patient runs as before, with its definition as it was.',
    });
    expect(host.changes).not.toContain('destroyDomain');
  });

  test('a cancel after it leaves the guest off, and says so', async () => {
    const host = needyHost();
    ILLS['the network is off']?.make(host);
    const controller = new AbortController();
    host.after.startNetwork = () => controller.abort();
    const error = await failure(host, { signal: controller.signal });
    expect(error).toMatchObject({ code: 'cancelled', unchanged: 'patient is off, with its definition as it was.' });
    expect(host.changes).not.toContain('startDomain');
  });

  test('what somebody else does behind it leaves the guest off, which waits for somebody', async () => {
    const host = needyHost();
    const journal = memoryJournal();
    host.after.destroyDomain = () => void (host.definition = NEEDY.replace('262144', '524288'));
    expect(await failure(host, { journal })).toMatchObject({
      code: 'drift',
      unchanged: 'patient is off, with a definition that somebody else gave it meanwhile.',
    });
    expect((await journal.read()).entries.map(needsAttention)).toEqual([true]);
  });

  test('what somebody else does right before it', async () => {
    const host = needyHost();
    const journal = memoryJournal(({ type }) => {
      if (type === 'began') host.definition = NEEDY.replace('262144', '524288');
    });
    expect(await failure(host, { journal })).toMatchObject({ code: 'drift' });
    expect(host.changes).toEqual([]);
    expect((await journal.read()).entries.map(needsAttention)).toEqual([false]);
  });
});
