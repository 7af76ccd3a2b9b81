/** What a life that goes on takes for true, whom it tells, and what it makes of bad input. */
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { JournalRecord } from '../../src-core/journal/types.ts';
import { encodeRecord, hashDefinition, withoutSecrets } from '../../src-core/rescue/record.ts';
import type { RescueRequest } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { endRescue } from './end-run.ts';
import { DEFINITION, DOMAIN, REQUEST, UUID, fakeHost } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import type { Journal } from './journal-port.ts';
import { memoryJournal } from './journal.test-support.ts';
import { forgetOperation } from './resume.ts';
import { countUnfinished, listUnfinished } from './unfinished.ts';
import {
  FORCE,
  REPORT,
  NEVER,
  BY,
  rescueBy,
  endBy,
  resume,
  listed,
  stands,
  mortal,
  LASTING,
} from './resume.test-support.ts';

/** A rescue that was cut off once the guest was stopped. */
async function stopped(request: RescueRequest = REQUEST) {
  const host = fakeHost();
  const journal = memoryJournal();
  const life = mortal(5, true);
  await rescueBy(life.hypervisor(host.hypervisor), life.journal(journal), request).catch(() => undefined);
  const [unfinished] = await listed(host, journal);
  if (unfinished?.situation !== 'stopped') throw new Error(unfinished?.situation ?? 'nothing');
  return { host, journal, unfinished };
}

/** An open session until ended, and the journal of who began it. */
async function lasting() {
  const host = fakeHost();
  const journal = memoryJournal();
  await rescueBy(host.hypervisor, journal, LASTING);
  return { host, journal };
}

/** The end of it, cut off right behind the stop. */
async function halfEnded(change: (host: FakeHost) => void = () => undefined) {
  const { host, journal } = await lasting();
  const life = mortal(5, true);
  await endBy(life.hypervisor(host.hypervisor), life.journal(journal)).catch(() => undefined);
  expect(host.live).toBeNull();
  change(host);
  const [unfinished, ...others] = await listed(host, journal);
  expect(others).toEqual([]);
  if (unfinished === undefined) throw new Error('nothing is unfinished');
  return { host, journal, unfinished };
}

describe('what was seen counts', () => {
  test('it is another situation by then: nothing is done, and the entry waits on', async () => {
    const { host, journal, unfinished } = await stopped();
    await host.hypervisor.startDomain(UUID);
    const changes = host.changes.length;
    await expect(resume(host, journal, unfinished, 'roll-back')).rejects.toMatchObject({ data: { code: 'drift' } });
    expect(host.changes).toHaveLength(changes);
    expect(await listed(host, journal)).toMatchObject([{ situation: 'as-before' }]);
  });

  test('it becomes another one between the look and the lock', async () => {
    const { host, journal, unfinished } = await stopped();
    let looks = 0;
    host.before.domainStatus = () => {
      looks += 1;
      if (looks === 2) Object.assign(host, { live: host.definition, state: 'running' });
    };
    const changes = host.changes.length;
    await expect(resume(host, journal, unfinished, 'roll-back')).rejects.toMatchObject({ data: { code: 'drift' } });
    expect(host.changes).toHaveLength(changes);
  });

  test('a way that is not offered, an entry that waits for nobody, and one that is not there', async () => {
    const { host, journal, unfinished } = await halfEnded();
    host.managedSave = true;
    const way = { ...unfinished, situation: 'saved-memory' };
    await expect(resume(host, journal, way, 'finish')).rejects.toMatchObject({ data: { code: 'way-not-open' } });
    await forgetOperation(journal, unfinished.operationId, BY);
    await expect(resume(host, journal, way, 'forget')).rejects.toMatchObject({ data: { code: 'nothing-to-resume' } });
    const other = { ...unfinished, operationId: 'nobody' };
    await expect(resume(host, journal, other, 'forget')).rejects.toMatchObject({ data: { code: 'entry-not-found' } });
  });

  test('a request whose password was not written down is not gone on with: the guest would boot with something else', async () => {
    const { host, journal, unfinished } = await stopped();
    const cmdline = 'inst.ks=https://admin:***@media.example/ks.cfg';
    const media = [{ kind: 'kernel', kernel: '/boot/vmlinuz', initrd: null, cmdline }] as const;
    const starred: Journal = {
      ...journal,
      entry: async (id) => {
        const entry = await journal.entry(id);
        const { began } = entry;
        if (began.order.kind !== 'rescue') throw new Error('no rescue');
        return { ...entry, began: { ...began, order: { ...began.order, request: { ...began.order.request, media } } } };
      },
    };
    const changes = host.changes.length;
    await expect(resume(host, starred, unfinished, 'finish')).rejects.toMatchObject({ data: { code: 'way-not-open' } });
    expect(host.changes).toHaveLength(changes);
    await resume(host, starred, unfinished, 'roll-back');
    expect(stands(host)).toEqual(stands(fakeHost()));
  });

  test('a rescue that is gone on with restores the power from before the first one', async () => {
    const { host, journal, unfinished } = await stopped();
    await resume(host, journal, unfinished, 'finish');
    expect(host.live).toContain('power="on"');
    await endBy(host.hypervisor, journal);
    expect(stands(host)).toEqual(stands(fakeHost()));
  });
});

test('an end that succeeds closes what was left of its session: the rescue, and an end that was cut off', async () => {
  const { host, journal } = await halfEnded();
  await endBy(host.hypervisor, journal);
  expect(await listed(host, journal)).toEqual([]);
  const { entries } = await journal.read();
  expect(entries.map(({ closed }) => closed?.how ?? null)).toEqual([null, 'finished', 'finished']);
});

describe('who is told', () => {
  test('what is under way is not unfinished', async () => {
    const host = fakeHost();
    const journal = memoryJournal();
    const seen: number[] = [];
    host.before.createDomain = async () => {
      seen.push(await countUnfinished(journal, host.hypervisor), (await listed(host, journal)).length);
    };
    await rescueBy(host.hypervisor, journal, REQUEST);
    expect(seen).toEqual([0, 0]);
  });

  test('a host that is not connected, or read-only: what happened, and nothing to choose', async () => {
    const { host, journal } = await stopped();
    const [away] = await listUnfinished(journal, []);
    expect(away).toMatchObject({
      situation: 'unreachable',
      machine: null,
      offers: [],
      stands: 'Its host is not connected.',
    });
    expect(away?.happened).toContain('was interrupted after this step: Force patient off');
    const readOnly = new Proxy(host.hypervisor, {
      get: (target, name: keyof Hypervisor) => (name === 'readOnly' ? true : target[name]),
    });
    expect(await listUnfinished(journal, [{ id: 'here', hypervisor: readOnly }])).toMatchObject([{ offers: [] }]);
  });

  test.each([
    ['fake:///host', 'the same', 1],
    ['fake+ssh://root@somewhere/host?keyfile=/k', 'by another way', 1],
    ['fake:///session', 'another daemon of it', 0],
    ['fake+unix:///host?socket=/run/other', 'another daemon at a socket of its own', 0],
    ['other:///host', 'another driver', 0],
  ])('%s is %s', async (uri, _title, count) => {
    const { host, journal } = await stopped();
    const there = new Proxy(host.hypervisor, {
      get: (target, name: keyof Hypervisor) => (name === 'uri' ? uri : target[name]),
    });
    expect(await countUnfinished(journal, there)).toBe(count);
  });

  test('a host that fails while it is looked at: told, and the others all the same', async () => {
    const { host, journal } = await stopped();
    host.before.domainStatus = () => {
      throw new SalvorError('timeout', { call: 'virDomainGetState', seconds: 30 });
    };
    const [failed] = await listed(host, journal);
    expect(failed).toMatchObject({ situation: 'unreachable', offers: [] });
    expect(failed?.stands).toContain('did not answer');
  });
});

describe('bad input', () => {
  /** What the definition of the domain was changed to while nobody looked, and what is said of it. */
  const tampered = (change: (xml: string) => string) => (host: FakeHost) =>
    void (host.definition = change(host.definition));
  const other = DEFINITION.replace('262144', '524288');
  const foreign = DEFINITION.replaceAll(UUID, UUID.replace('c0ffee00', 'deadbeef'));
  const original = (xml: string, hash = hashDefinition(xml)) =>
    tampered((now) =>
      now
        .replace(/<salvor:original>[^<]*/, `<salvor:original>${encodeRecord(xml)}`)
        .replace(/ definition=(['"])[0-9a-f]{64}\1/, ` definition="${hash}"`),
    );

  test.each([
    [
      'a letter of the record altered',
      tampered((xml) => xml.replace(/(<salvor:original>)./, '$1x')),
      'the record is damaged',
    ],
    [
      'a hash altered',
      tampered((xml) => xml.replace(/ definition=(['"])[0-9a-f]{8}/, ' definition=$100000000')),
      'its hash is another one',
    ],
    ['no hash', tampered((xml) => xml.replace(/ definition=(['"])[0-9a-f]{64}\1/, '')), 'does not name its hash'],
    ['another domain’s definition', original(foreign), 'definition of another domain'],
    ['no record', tampered((xml) => xml.replace(/<salvor:original>[^<]*<\/salvor:original>/, '')), 'carries no record'],
    [
      'a record of a newer version',
      tampered((xml) => xml.replace(/ version=(['"])1\1/, ' version="2"')),
      'a newer Salvor',
    ],
    [
      'a console more',
      tampered((xml) => xml.replace('<graphics', "<graphics type='spice' passwd='x'/>\n    <graphics")),
      'their number is another one',
    ],
  ] as const)('%s: the record is not acted on, the journal’s copy is, on wish', async (_title, change, problem) => {
    const { host, journal, unfinished } = await halfEnded(change);
    expect(unfinished).toMatchObject({ situation: 'record-damaged', offers: [{ way: 'finish' }, { way: 'forget' }] });
    expect(unfinished.stands).toContain(problem);
    await expect(endBy(host.hypervisor, journal)).rejects.toMatchObject({ data: { code: 'record-unusable' } });
    expect(host.changes.at(-1), 'nothing was touched').toBe('destroyDomain');
    const { notes } = await resume(host, journal, unfinished, 'finish');
    expect(withoutSecrets(host.definition)).toBe(withoutSecrets(DEFINITION));
    if (problem.includes('number')) expect(notes[0]).toContain('passwords are left empty');
    else expect(host.definition).toBe(DEFINITION);
    expect(host.live).toBe(host.definition);
    expect(await listed(host, journal)).toEqual([]);
  });

  test('a whole record that the journal contradicts: neither is recommended, neither acted on by itself', async () => {
    const { host, journal, unfinished } = await halfEnded(original(other));
    expect(unfinished.situation).toBe('records-differ');
    expect(unfinished.offers.some(({ recommended }) => recommended)).toBe(false);
    await expect(endBy(host.hypervisor, journal)).rejects.toMatchObject({ data: { code: 'records-differ' } });
    await resume(host, journal, unfinished, 'finish');
    expect(host.definition).toBe(DEFINITION);
  });

  test('a mark that calls a guest transient that was not: it would lose its definition, so neither is acted on', async () => {
    const { host, journal } = await lasting();
    const mark = tampered((xml) => xml.replace(/(<salvor:rescue[^>]*)>/, '$1 transient="yes">'));
    mark(host);
    host.live = host.definition;
    await expect(endBy(host.hypervisor, journal)).rejects.toMatchObject({ data: { code: 'records-differ' } });
    expect(host.changes.at(-1)).toBe('startDomain');
    const order = { domain: DOMAIN, stop: FORCE, power: 'as-before', by: BY, journal, record: 'journal' } as const;
    await endRescue(host.hypervisor, order, REPORT, NEVER);
    expect(stands(host)).toEqual(stands(fakeHost()));
    const half = await halfEnded(mark);
    expect(half.unfinished.situation).toBe('records-differ');
  });

  test('an end by choice: the record in the metadata, or the journal’s', async () => {
    for (const [record, expected] of [
      ['metadata', other],
      ['journal', DEFINITION],
    ] as const) {
      const { host, journal } = await lasting();
      original(other)(host);
      const order = { domain: DOMAIN, stop: FORCE, power: 'as-before', by: BY, journal, record } as const;
      await endRescue(host.hypervisor, order, REPORT, NEVER);
      expect(host.definition).toBe(expected);
    }
  });

  test('from another computer, whose journal knows nothing, a whole record is put back as it is', async () => {
    const { host } = await lasting();
    await endBy(host.hypervisor, memoryJournal());
    expect(stands(host)).toEqual(stands(fakeHost()));
  });

  test('a mark of another version of the namespace is somebody else’s', async () => {
    const { host, unfinished } = await halfEnded(
      tampered((xml) => xml.replaceAll('urn:salvor:rescue:1', 'urn:salvor:rescue:2')),
    );
    expect(unfinished).toMatchObject({ situation: 'other-rescue', offers: [{ way: 'forget' }] });
    expect(unfinished.stands).toContain('another version of Salvor');
    expect(host.changes.at(-1)).toBe('destroyDomain');
  });

  test('a mark with another session’s id is somebody else’s', async () => {
    const { unfinished } = await halfEnded(tampered((xml) => xml.replace(/ id=(['"])ours\1/, ' id="theirs"')));
    expect(unfinished.situation).toBe('other-rescue');
  });

  /** The host, asked for domains by name and by UUID as libvirt answers. */
  const knowing = (host: FakeHost, domains: readonly { uuid: string; name: string }[]): FakeHost => {
    const findDomain: Hypervisor['findDomain'] = (word) => {
      const found = domains.find(({ uuid, name }) => uuid === word || name === word);
      return found === undefined
        ? Promise.reject(new SalvorError('domain-not-found', { domain: word, uri: 'fake:///host' }))
        : Promise.resolve(found);
    };
    const hypervisor = new Proxy(host.hypervisor, {
      get: (target, name: keyof Hypervisor) => (name === 'findDomain' ? findDomain : target[name]),
    });
    return { ...host, hypervisor };
  };

  test('a domain that is gone, or whose name is another’s now: nothing is defined again by itself, and where to find it is said', async () => {
    const { host, journal, unfinished } = await halfEnded();
    const replaced = [{ uuid: UUID.replace('c0ffee00', 'deadbeef'), name: 'patient' }];
    for (const [domains, situation] of [
      [[], 'gone'],
      [replaced, 'replaced'],
    ] as const) {
      const [found] = await listed(knowing(host, domains), journal);
      expect(found).toMatchObject({ situation, machine: null, offers: [{ way: 'forget', recommended: false }] });
      expect(found?.stands).toContain(`salvor history show ${unfinished.operationId} --out xml`);
    }
    const changes = host.changes.length;
    await forgetOperation(journal, unfinished.operationId, BY);
    expect(host.changes).toHaveLength(changes);
    expect(await listed(host, journal)).toEqual([]);
  });

  test('a domain that was renamed is put back under its new name, from the journal, on wish', async () => {
    const { host, journal } = await halfEnded(tampered((xml) => xml.replace('<name>patient<', '<name>renamed<')));
    const renamed = knowing(host, [{ uuid: UUID, name: 'renamed' }]);
    const [found] = await listed(renamed, journal);
    if (found === undefined) throw new Error('nothing is unfinished');
    expect(found).toMatchObject({ situation: 'record-damaged', machine: { uuid: UUID } });
    expect(found.stands).toContain('It was called patient before.');
    const { notes } = await resume(renamed, journal, found, 'finish');
    expect(notes).toEqual(['Its name stays renamed; it was patient before.']);
    expect(host.definition).toBe(DEFINITION.replace('<name>patient<', '<name>renamed<'));
  });

  test('a definition that was taken away while the guest runs: the guest is not stopped', async () => {
    const host = fakeHost();
    const journal = memoryJournal();
    const life = mortal(8, true);
    await rescueBy(life.hypervisor(host.hypervisor), life.journal(journal), REQUEST).catch(() => undefined);
    expect(host.live).not.toBeNull();
    host.persistent = false;
    expect(await listed(host, journal)).toMatchObject([{ situation: 'definition-lost', offers: [{ way: 'forget' }] }]);
  });

  test('a copy in the journal that is not what the journal says is none', async () => {
    const { host, journal, unfinished } = await halfEnded(
      tampered((xml) => xml.replace(/(<salvor:original>)./, '$1x')),
    );
    expect(unfinished.offers).toHaveLength(2);
    const changed = (record: JournalRecord & { type: 'began' }) => ({
      ...record,
      before: { ...record.before, definitionXml: other },
    });
    const altered: Journal = {
      ...journal,
      entry: async (id) => {
        const entry = await journal.entry(id);
        return { ...entry, began: changed(entry.began) };
      },
    };
    expect(await listed(host, altered)).toMatchObject([{ situation: 'record-damaged', offers: [{ way: 'forget' }] }]);
  });
});
