/** Transfers of the fake: files of a computer that is none, going to pools that are none, at a speed one can watch. */
import { errorData } from '../../src-core/contract/errors.ts';
import type { AppEvent } from '../../src-core/contract/schemas.ts';
import type { OfferedFile, RoomForTransfer, Transfer, VolumePlace } from '../../src-core/contract/transfer.ts';
import { recognise } from '../../src-core/media/recognise.ts';
import type { MediumContent } from '../../src-core/media/recognise.ts';
import type { FakeHandlers } from './fake-salvor.test-support.ts';
import { GIB, POOLS, VOLUMES } from './fake-world.test-support.ts';
import type { FakeWorld } from './fake-world.test-support.ts';

type TransferChannel = Extract<keyof FakeHandlers, `transfers.${string}` | 'files.choose'>;

export function transfer(parts: Partial<Transfer> = {}): Transfer {
  return {
    id: 'upload-1',
    kind: 'upload',
    name: 'systemrescue-12.02-amd64.iso',
    from: null,
    to: { hostId: 'demo', pool: 'iso', name: 'systemrescue-12.02-amd64.iso' },
    file: '/home/anna/Downloads/systemrescue-12.02-amd64.iso',
    state: 'running',
    size: 1.2 * GIB,
    done: 0.52 * GIB,
    sent: 0.52 * GIB,
    sparse: false,
    rate: 108 * 1024 ** 2,
    secondsLeft: 7,
    startedAt: '2026-11-21T08:30:00Z',
    endedAt: null,
    sha256: null,
    resumable: false,
    error: null,
    ...parts,
  };
}

export const ISO: MediumContent = { ...recognise(isoHead(), 1.2 * GIB), bios: true, uefi: true, hybrid: true };
/** As Debian's cloud images: called .img, and a qcow2. */
export const QCOW2: MediumContent = { ...ISO, kind: 'image', format: 'qcow2', label: null, hybrid: false };

export function offered(parts: Partial<OfferedFile> = {}): OfferedFile {
  return {
    token: 'file-1',
    name: 'systemrescue-12.02-amd64.iso',
    size: 1.2 * GIB,
    allocated: 1.2 * GIB,
    content: ISO,
    ...parts,
  };
}

/** The least that is a CD image. */
function isoHead(): Uint8Array {
  const bytes = new Uint8Array(0x8800);
  bytes.set(new TextEncoder().encode('\u0001CD001\u0001'), 0x8000);
  bytes.set(new TextEncoder().encode('RESCUE1202'.padEnd(32)), 0x8028);
  return bytes;
}

const at = (pool: string, name: string, hostId = 'demo'): VolumePlace => ({ hostId, pool, name });

/** One of each kind that needs somebody's eye, for looking at the page. */
export function fillTransfers(world: FakeWorld): void {
  const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const all: Transfer[] = [
    transfer(),
    transfer({
      id: 'sparse',
      kind: 'download',
      name: 'web-01.qcow2',
      from: at('images', 'web-01.qcow2'),
      to: null,
      file: '/home/anna/web-01 before the repair.qcow2',
      size: 20 * GIB,
      done: 16 * GIB,
      sent: 1.1 * GIB,
      sparse: true,
      secondsLeft: 190,
      startedAt: '2026-11-21T08:29:00Z',
    }),
    transfer({
      id: 'next',
      name: 'grml64-full.iso',
      state: 'waiting',
      done: 0,
      sent: 0,
      rate: null,
      secondsLeft: null,
    }),
    transfer({
      id: 'cut',
      name: 'virtio-win-0.1.262.iso',
      state: 'interrupted',
      done: 0.3 * GIB,
      sent: 0.3 * GIB,
      rate: null,
      secondsLeft: null,
      resumable: true,
      error: errorData('connection-lost', { uri: 'qemu+ssh://root@kvm-7.example.net/system' }, 'end of file'),
      startedAt: '2026-11-21T08:12:00Z',
    }),
    transfer({
      id: 'full',
      name: 'backup-of-everything.img',
      to: at('images', 'backup-of-everything.img'),
      file: '/home/anna/backup-of-everything.img',
      state: 'failed',
      size: 400 * GIB,
      done: 211 * GIB,
      sent: 211 * GIB,
      rate: null,
      secondsLeft: null,
      error: errorData(
        'no-room',
        {
          place: 'The pool “images”',
          name: 'backup-of-everything.img',
          needed: '400 GiB',
          available: '212 GiB',
          unchanged: 'What was written of it was removed.',
        },
        'No space left on device',
      ),
      endedAt: '2026-11-21T08:20:00Z',
      startedAt: '2026-11-21T07:50:00Z',
    }),
    transfer({
      id: 'copied',
      kind: 'copy',
      name: 'rescue-tools.qcow2',
      from: at('images', 'rescue-tools.qcow2'),
      to: at('media', 'rescue-tools.qcow2', 'big'),
      file: null,
      state: 'done',
      size: 2 * GIB,
      done: 2 * GIB,
      sent: 0.7 * GIB,
      sparse: true,
      rate: null,
      secondsLeft: null,
      sha256,
      endedAt: '2026-11-21T07:41:00Z',
      startedAt: '2026-11-21T07:40:00Z',
    }),
  ];
  for (const one of all) world.transfers.set(one.id, one);
}

const TICKS = 20;

export function transferHandlers(
  world: FakeWorld,
  emit: (event: AppEvent) => void,
): Pick<FakeHandlers, TransferChannel> {
  const put = (one: Transfer): Transfer => {
    world.transfers.set(one.id, one);
    emit({ type: 'transfer-changed', transfer: one });
    return one;
  };
  const files = new Map(world.files.map((file) => [file.token, file]));
  /** It goes on by itself, where the world lets time pass. */
  const go = (first: Transfer): Transfer => {
    const step = (): void => {
      const now = world.transfers.get(first.id);
      if (now?.state !== 'running' || now.size === null) return;
      const done = Math.min(now.size, now.done + now.size / TICKS);
      const over = done >= now.size;
      put({
        ...now,
        done,
        sent: done,
        state: over ? 'done' : 'running',
        rate: over ? null : now.size,
        secondsLeft: over ? null : (now.size - done) / now.size,
        endedAt: over ? '2026-11-21T08:31:00Z' : null,
      });
      if (!over) setTimeout(step, world.stepDelay);
    };
    if (world.stepDelay > 0) setTimeout(step, world.stepDelay);
    return put(first);
  };
  const room = (size: number, needed: number, { pool, name }: VolumePlace): RoomForTransfer => {
    const available = POOLS.find((one) => one.name === pool)?.available ?? null;
    const taken = (VOLUMES[pool] ?? []).some((one) => one.name === name);
    const place = `The pool “${pool}”`;
    const problem = taken
      ? errorData('volume-exists', { pool, name })
      : available !== null && needed > available
        ? errorData('no-room', { place, name, needed: `${needed} bytes`, available: `${available} bytes` })
        : null;
    return { size, needed, available, problem };
  };
  const fresh = { done: 0, sent: 0, rate: null, secondsLeft: null } as const;
  let count = 0;
  const newId = () => `transfer-${(count += 1)}`;
  return {
    'files.choose': () => [...world.files],
    'transfers.list': () => [...world.transfers.values()],
    'transfers.room': ({ token, to }) => {
      const file = files.get(token ?? '');
      return room(file?.size ?? 2 * GIB, file?.allocated ?? GIB, to);
    },
    'transfers.upload': ({ token, to }) => {
      const file = files.get(token);
      const size = file?.size ?? null;
      return go(transfer({ ...fresh, id: newId(), name: to.name, to, size, file: `/home/anna/${file?.name ?? ''}` }));
    },
    'transfers.download': ({ from }) =>
      go(
        transfer({
          ...fresh,
          id: newId(),
          kind: 'download',
          name: from.name,
          from,
          to: null,
          file: `/home/anna/${from.name}`,
        }),
      ),
    'transfers.copy': ({ from, to }) =>
      go(transfer({ ...fresh, id: newId(), kind: 'copy', name: to.name, from, to, file: null })),
    'transfers.cancel': ({ transferId }) => {
      const one = world.transfers.get(transferId);
      if (one !== undefined)
        put({ ...one, state: 'cancelled', rate: null, secondsLeft: null, resumable: false, error: null });
      return null;
    },
    'transfers.resume': ({ transferId }) => {
      const one = world.transfers.get(transferId);
      if (one === undefined) return { ok: false, error: errorData('transfer-not-found') };
      return go({ ...one, state: 'running', error: null });
    },
    'transfers.forget': ({ transferId }) => {
      world.transfers.delete(transferId);
      emit({ type: 'transfer-removed', transferId });
      return null;
    },
  };
}
