/** The journal of the harness: operations as the main process would tell of them, and what can be done about them. */
import type { HistoryRow, Leftover, Unfinished } from '../../src-core/contract/journal-schemas.ts';
import { errorData } from '../../src-core/contract/errors.ts';
import type { AppEvent } from '../../src-core/contract/schemas.ts';
import type { BeganRecord, EndedRecord, JournalEntry } from '../../src-core/journal/types.ts';
import type { FakeHandlers } from './fake-salvor.test-support.ts';
import { run } from './fake-run.test-support.ts';
import type { FakeWorld } from './fake-world.test-support.ts';
import { WEB } from './guests.test-support.ts';

const HASH = '5d1f0c9a7be3468f92d07c41aa6b3e8f5d1f0c9a7be3468f92d07c41aa6b3e8f';
const RESCUE_HASH = 'c07be2518f3da64490e1b7f3d25c8a06c07be2518f3da64490e1b7f3d25c8a06';
const WEB_UUID = '6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a01';

type Rest = JournalEntry['records'];

/** A rescue of web-01 that went well; `parts` make another of it. */
export function journalEntry(parts: Partial<BeganRecord> = {}, rest: Rest = doneSteps(), problems: string[] = []) {
  const began: BeganRecord = {
    type: 'began',
    version: 1,
    at: '2026-11-21T08:12:00.000Z',
    id: '0f6f3c1e-7d54-4c55-b1cd-2b6a4f1f7b10',
    kind: 'rescue',
    by: 'anna@ops-3',
    host: { uri: 'test:///usr/share/salvor/demo.xml', hostname: 'demo' },
    domain: { uuid: WEB_UUID, name: 'web-01' },
    session: { id: '0f6f3c1e-7d54-4c55-b1cd-2b6a4f1f7b10', kind: 'one-shot', transient: false },
    order: {
      kind: 'rescue',
      request: {
        media: [{ kind: 'volume', pool: 'iso', name: 'systemrescue-12.01-amd64.iso' }],
        device: null,
        bus: null,
        profile: 'recommended',
        session: 'one-shot',
        endAtFirstReboot: false,
        fallThrough: null,
        transientConsent: false,
        writes: 'overlay',
        overlayPool: null,
        guestDisks: 'writable',
        stop: { how: 'graceful', timeoutSeconds: 120, onTimeout: 'give-up' },
        allowUnbootable: false,
      },
      properties: {},
    },
    before: { state: 'running', persistent: true, autostart: false, definition: HASH, definitionXml: WEB },
    rescueDefinition: RESCUE_HASH,
    steps: [
      { id: 'check', text: 'Check again that everything is as it was in the preview' },
      { id: 'stop', text: 'Shut web-01 down, wait up to 120 s, then give up' },
      { id: 'start', text: 'Start web-01 from the rescue definition' },
      { id: 'verify', text: 'Compare what runs with the plan' },
    ],
    files: [],
    ...parts,
  };
  const entry: JournalEntry = {
    began,
    records: rest,
    ended: rest.find((record) => record.type === 'ended') ?? null,
    closed: rest.findLast((record) => record.type === 'closed') ?? null,
    problems,
  };
  return entry;
}

export function ended(parts: Partial<EndedRecord> = {}): EndedRecord {
  return {
    type: 'ended',
    at: '2026-11-21T08:12:48.000Z',
    outcome: 'done',
    code: null,
    message: null,
    unchanged: null,
    definition: HASH,
    ...parts,
  };
}

export function doneSteps(): Rest {
  return [
    { type: 'step', at: '2026-11-21T08:12:00.100Z', id: 'check', state: 'running' },
    { type: 'step', at: '2026-11-21T08:12:00.440Z', id: 'check', state: 'done' },
    { type: 'step', at: '2026-11-21T08:12:00.450Z', id: 'stop', state: 'running' },
    { type: 'step', at: '2026-11-21T08:12:44.450Z', id: 'stop', state: 'done' },
    { type: 'step', at: '2026-11-21T08:12:44.500Z', id: 'start', state: 'running' },
    { type: 'step', at: '2026-11-21T08:12:46.700Z', id: 'start', state: 'done' },
    { type: 'step', at: '2026-11-21T08:12:46.710Z', id: 'verify', state: 'running' },
    { type: 'step', at: '2026-11-21T08:12:47.000Z', id: 'verify', state: 'done' },
    ended(),
  ];
}

/** A rescue that was killed while the guest was shut down: it is off, its definition as it was. */
export function cutShort(): Unfinished {
  return {
    operationId: 'aaaa3c1e-7d54-4c55-b1cd-2b6a4f1f7b10',
    kind: 'rescue',
    at: '2026-11-21T09:30:00.000Z',
    by: 'anna@ops-3',
    host: { uri: 'test:///usr/share/salvor/demo.xml', hostname: 'demo' },
    domain: { uuid: WEB_UUID, name: 'web-01' },
    machine: { hostId: 'demo', uuid: WEB_UUID },
    situation: 'rescue-stop-off',
    happened: 'Salvor stopped after it had shut web-01 down, before the rescue was started.',
    stands: 'web-01 is off. Its definition is as it was.',
    offers: [
      {
        way: 'roll-back',
        recommended: true,
        does: 'Start web-01 again from its own definition.',
        reason: null,
        stops: false,
      },
      {
        way: 'finish',
        recommended: false,
        does: 'Start the rescue as it was asked for.',
        reason: 'the medium is not there any more',
        stops: true,
      },
      {
        way: 'forget',
        recommended: false,
        does: 'Leave web-01 as it is, and stop telling.',
        reason: null,
        stops: false,
      },
    ],
  };
}

export function leftover(parts: Partial<Leftover> = {}): Leftover {
  return {
    id: 'overlay-1',
    kind: 'overlay',
    name: '/var/lib/libvirt/images/.salvor-0f6f3c1e-sdb.qcow2',
    size: 196_608,
    domain: { uuid: WEB_UUID, name: 'web-01' },
    why: 'This computer’s journal names it: made by the rescue of 21 November.',
    removable: true,
    ...parts,
  };
}

function rowOf({ began, records, ended: end, closed, problems }: JournalEntry): HistoryRow {
  const { order } = began;
  const [medium] = order.kind === 'rescue' ? order.request.media : [];
  return {
    id: began.id,
    kind: began.kind,
    session: began.session?.id ?? null,
    at: began.at,
    endedAt: end?.at ?? null,
    by: began.by,
    host: began.host,
    domain: began.domain,
    medium: medium?.kind === 'volume' ? `${medium.pool}/${medium.name}` : null,
    outcome: end?.outcome ?? (closed === null ? 'unfinished' : 'failed'),
    closed: closed?.how ?? null,
    backup: records.some(({ type }) => type === 'backup'),
    problems: problems.length,
  };
}

type JournalChannel =
  | 'history.list'
  | 'history.entry'
  | 'history.export'
  | 'unfinished.list'
  | 'unfinished.resume'
  | 'unfinished.forget'
  | 'nvram.restore'
  | 'leftovers.list'
  | 'leftovers.remove';

export function journalHandlers(world: FakeWorld, emit: (event: AppEvent) => void): Pick<FakeHandlers, JournalChannel> {
  const settle = (operationId: string): void => {
    world.unfinished = world.unfinished.filter((one) => one.operationId !== operationId);
    emit({ type: 'unfinished-changed' });
  };
  return {
    'history.list': ({ uuid }) => ({
      folder: '/home/anna/.local/state/salvor/journal',
      rows: world.journal.filter(({ began }) => uuid === null || began.domain.uuid === uuid).map(rowOf),
      unreadable: uuid === null ? world.unreadable : [],
    }),
    'history.entry': ({ id }) =>
      world.journal.find(({ began }) => began.id === id) ?? { ok: false, error: errorData('entry-not-found', { id }) },
    'history.export': ({ format }) => `/home/anna/Documents/salvor-history.${format === 'json' ? 'json' : 'txt'}`,
    'unfinished.list': () => world.unfinished,
    'unfinished.resume': ({ operationId, machine }) => {
      const operation = run(world, emit, machine, 'resume', null);
      settle(operationId);
      return operation;
    },
    'unfinished.forget': ({ operationId }) => {
      settle(operationId);
      return null;
    },
    'nvram.restore': ({ machine }) => run(world, emit, machine, 'nvram', null),
    'leftovers.list': () => world.leftovers,
    'leftovers.remove': ({ ids }) => {
      world.leftovers = {
        ...world.leftovers,
        leftovers: world.leftovers.leftovers.filter(({ id }) => !ids.includes(id)),
      };
      return ids.map((id) => ({ id, problem: null }));
    },
  };
}

/** A journal with something of each kind, for looking at it: `?journal` of the harness. */
export function fillJournal(world: FakeWorld): void {
  const failed = ended({
    outcome: 'failed',
    code: 'stop-timeout',
    message: 'web-01 did not shut down within 120 seconds.',
    unchanged: 'It keeps running; its definition was not touched.',
  });
  const cut = doneSteps().slice(0, 3);
  const copy = {
    type: 'backup' as const,
    at: '2026-11-21T08:12:44.460Z',
    path: '/var/lib/libvirt/qemu/nvram/mail-02_VARS.fd',
    size: 540_672,
    sha256: RESCUE_HASH,
  };
  const mail = [...world.machines.values()].find(({ row }) => row.name === 'mail-02')?.row;
  world.journal.push(
    journalEntry({ id: cutShort().operationId, at: cutShort().at }, cut, ['The last line was cut off.']),
    journalEntry(),
    journalEntry({ id: 'bbbb3c1e-7d54-4c55-b1cd-2b6a4f1f7b10', at: '2026-11-21T07:55:00.000Z', by: 'ben@ops-1' }, [
      ...doneSteps().slice(0, 3),
      { type: 'step', at: '2026-11-21T08:12:44.450Z', id: 'stop', state: 'failed' },
      failed,
    ]),
    journalEntry(
      {
        id: 'cccc3c1e-7d54-4c55-b1cd-2b6a4f1f7b10',
        at: '2026-11-20T17:02:00.000Z',
        domain: { uuid: mail?.uuid ?? '', name: 'mail-02' },
      },
      [
        copy,
        ...doneSteps(),
        {
          type: 'note',
          at: '2026-11-20T17:09:00.000Z',
          text: 'The UEFI variables differ from before the rescue: BootOrder.',
        },
      ],
    ),
  );
  world.unreadable.push(
    { file: '20261118T101112Z-6b1f0a52.jsonl', why: 'damaged', problem: 'its first line is no record' },
    { file: '20261119T101112Z-6b1f0a52.jsonl', why: 'newer', problem: 'version 4, this Salvor reads 1' },
  );
  world.unfinished.push(cutShort(), {
    ...cutShort(),
    operationId: 'dddd3c1e-7d54-4c55-b1cd-2b6a4f1f7b10',
    kind: 'end',
    host: { uri: 'qemu+ssh://root@kvm-7/system', hostname: 'kvm-7' },
    domain: { uuid: 'x', name: 'build-07' },
    machine: null,
    happened: 'Salvor stopped while the rescue of build-07 was being ended.',
    stands: 'Its host is not connected, so it cannot be looked at.',
    offers: [],
  });
  world.leftovers = {
    leftovers: [
      leftover(),
      leftover({
        id: 'nvram-1',
        kind: 'nvram',
        name: '/var/lib/libvirt/qemu/nvram/.salvor-0f6f3c1e_VARS.fd',
        size: 540_672,
      }),
      leftover({
        id: 'other',
        name: '/var/lib/libvirt/images/.salvor-rescue.qcow2',
        domain: null,
        removable: false,
        why: 'No record of this computer names it, and no mark in it says who made it.',
      }),
    ],
    endedUnseen: [
      {
        session: 's',
        domain: 'legacy-erp',
        at: '2026-11-19T08:00:00Z',
        by: 'anna@ops-3',
        told: 'Begun on 19 November by anna@ops-3; it was powered off since, and is back at its own definition.',
      },
    ],
  };
}
