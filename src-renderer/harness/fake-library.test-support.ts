/** A library in memory, changed as the real one is; where its media are is what the world says. */
import { errorData } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import type { AppEvent } from '../../src-core/contract/schemas.ts';
import {
  EMPTY_LIBRARY,
  addMedium,
  changeMedium,
  noteSeen,
  removeMedium,
  setDefault,
  takenBy,
} from '../../src-core/library/edit.ts';
import { sourceOn } from '../../src-core/library/source.ts';
import type {
  Library,
  LibraryListing,
  LibraryMedium,
  LibrarySource,
  Whereabouts,
} from '../../src-core/library/types.ts';
import type { FakeHandlers } from './fake-salvor.test-support.ts';
import type { FakeWorld } from './fake-world.test-support.ts';

type LibraryChannel = Extract<keyof FakeHandlers, `library.${string}`>;

const AT = '2026-11-21T08:00:00.000Z';
const FILE = '/home/anna/.local/state/salvor/library/library.json';

/** What the fake's library is, and what it says of hosts. */
export interface FakeLibrary {
  library: Library;
  unread: readonly string[];
  locked: string | null;
  /** By `medium id / host id`; otherwise it is missing there. */
  readonly states: Map<string, Whereabouts['state']>;
}

export function makeLibrary(parts: Partial<FakeLibrary> = {}): FakeLibrary {
  return { library: EMPTY_LIBRARY, unread: [], locked: null, states: new Map(), ...parts };
}

/** Media as an administrator of some years has them. */
export function someLibrary(): FakeLibrary {
  const media = [
    mediumOf('systemrescue', {
      name: 'SystemRescue 12.01',
      note: 'First aid for everything. Root password is set on the kernel command line.',
      properties: { hw_rescue_bus: 'sata', hw_rescue_device: 'cdrom', os_distro: 'arch', os_secure_boot: 'optional' },
      seen: {
        at: '2026-11-20T16:40:00.000Z',
        uri: 'qemu:///system',
        size: 912261120,
        format: 'raw',
        content: {
          ...{ kind: 'iso9660', format: 'raw', bios: true, uefi: true, efiArches: ['x86_64'], hybrid: true },
          ...{ partitions: 'mbr', label: 'RESCUE1201', diskId: null, backingFile: null, dataFile: null },
          ...{ encrypted: false, virtualSize: null },
        },
        hash: { sha256: '5d1f0c9a7be3468f92d07c41aa6b3e8f5d1f0c9a7be3468f92d07c41aa6b3e8f', bytes: 524288 },
      },
      lastUsed: { at: '2026-11-19T22:14:00.000Z', uri: 'qemu:///system', domain: 'web-01' },
    }),
    mediumOf('grml', { name: 'grml small', source: { kind: 'url', url: 'https://download.grml.org/grml-small.iso' } }),
    mediumOf('kernel', {
      name: 'Debian installer kernel',
      source: {
        kind: 'kernel',
        kernel: '/srv/boot/vmlinuz',
        initrd: '/srv/boot/initrd.gz',
        cmdline: 'rescue/enable=true',
      },
    }),
    mediumOf('other', {
      name: 'Windows PE',
      host: 'qemu+ssh://root@kvm2/system',
      source: { kind: 'path', path: '/srv/media/winpe-amd64.iso' },
      told: { size: 4294967296, format: 'iso', checksum: null, hash: null },
      properties: { os_type: 'windows' },
    }),
  ];
  return makeLibrary({
    library: { media, defaults: [{ arch: 'x86_64', firmware: 'uefi', medium: 'systemrescue' }] },
    states: new Map([['systemrescue/demo', 'here']]),
  });
}

export function mediumOf(id: string, parts: Partial<LibraryMedium> = {}): LibraryMedium {
  const source: LibrarySource = { kind: 'volume', pool: 'iso', name: 'systemrescue-12.01-amd64.iso' };
  return {
    ...{ id, name: id, note: '', host: null, source, places: [], properties: {}, told: null, seen: null, whole: null },
    ...{ addedAt: AT, lastUsed: null },
    ...parts,
  };
}

const no = (error: ErrorData) => ({ ok: false as const, error });
const gone = (medium: string) =>
  no(errorData('medium-not-found', { medium, problem: 'the library has none of that name' }));

export function libraryHandlers(
  world: Pick<FakeWorld, 'hosts' | 'library'>,
  emit: (event: AppEvent) => void,
): Pick<FakeHandlers, LibraryChannel> {
  const shelf = world.library;
  const put = (library: Library | null): void => {
    if (library === null) return;
    shelf.library = library;
    emit({ type: 'library-changed' });
  };
  const byId = (id: string) => shelf.library.media.find((medium) => medium.id === id) ?? null;
  return {
    'library.list': (): LibraryListing => {
      const { library, unread, locked } = shelf;
      return { ...library, file: FILE, unread, locked };
    },
    'library.save': ({ id, ...words }) => {
      const taken = takenBy(shelf.library, words.name, id);
      if (taken !== null) return no(errorData('medium-exists', { medium: taken.name }));
      const next = id ?? `medium-${shelf.library.media.length}`;
      const said = { ...words, source: words.source as LibrarySource };
      put(id === null ? addMedium(shelf.library, said, next, AT) : changeMedium(shelf.library, id, said));
      return byId(next) ?? gone(words.name);
    },
    'library.remove': ({ id }) => {
      put(removeMedium(shelf.library, id));
      return null;
    },
    'library.setDefault': ({ arch, firmware, id }) => {
      put(setDefault(shelf.library, { arch, firmware }, id));
      return null;
    },
    'library.where': ({ id, hostId }) =>
      [...world.hosts.values()]
        .filter((host) => host.state === 'connected' && (hostId === null || host.id === hostId))
        .flatMap((host) =>
          shelf.library.media
            .filter((medium) => id === null || medium.id === id)
            .map((medium) => placeOf(shelf, medium, host)),
        ),
    'library.look': ({ id }) => {
      const seen = { at: AT, uri: 'qemu:///system', size: 1024, format: 'raw', content: null, hash: null };
      put(noteSeen(shelf.library, id, seen));
      return byId(id) ?? gone(id);
    },
    'library.export': ({ id }) => `/home/anna/${id}.json`,
    'library.put': ({ id }) => no(errorData('not-supported', { what: id })),
  };
}

function placeOf(
  { states }: FakeLibrary,
  medium: LibraryMedium,
  host: { readonly id: string; readonly name: string; readonly uri: string },
): Whereabouts {
  const source = sourceOn(medium, host.uri);
  const state =
    source === null || source.kind === 'url' ? 'not-asked' : (states.get(`${medium.id}/${host.id}`) ?? 'missing');
  const why = {
    here: 'It is there: its size and the hash of its first 512 KiB are as in the library.',
    other: 'Something of its name is there, and another one: 1 GiB, where the library has 870 MiB.',
    missing: 'It is not there: the pool “iso” has no such volume.',
    'not-asked':
      source === null
        ? `It is for the host ${medium.host ?? ''} alone.`
        : 'A web address: the host’s QEMU opens it when a rescue starts.',
  }[state];
  const usable = state === 'here' || source?.kind === 'url';
  return { medium: medium.id, hostId: host.id, hostName: host.name, state, why, source: usable ? source : null };
}
