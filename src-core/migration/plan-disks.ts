/**
 * Each disk: shared, or copied. What both hosts reach or have is shared, what is not there is copied, and where that cannot be told a person
 * says: a copy onto itself, and two guests on what one takes for a copy, are what destroys data here.
 */
import { refusal, sentence, warning } from '../rescue/findings.ts';
import { sizeText } from '../rescue/size-text.ts';
import type { Finding, Sentence } from '../rescue/types.ts';
import type { MigrationContext } from './context.ts';
import type { DiskOnBoth, DiskWay, PlannedMigrationDisk } from './types.ts';

export interface PlannedDisks {
  readonly disks: readonly PlannedMigrationDisk[];
  /** Targets that are copied. */
  readonly copied: readonly string[];
  /** One that libvirt cannot see to be shared is: it has to be told. */
  readonly unsafe: boolean;
  readonly refusals: readonly Finding[];
  readonly warnings: readonly Finding[];
}

export function planDisks(context: MigrationContext): PlannedDisks {
  const { inputs } = context;
  const planned = inputs.disks.map((disk) => planDisk(context, disk));
  const disks = planned.map(({ disk }) => disk);
  const copies = disks.filter(({ way }) => way !== 'shared');
  const unsafe = inputs.request.live ? disks.filter((disk) => isUnsafe(context, disk)) : [];
  const targets = inputs.disks.map(({ target }) => target);
  const unknown = Object.keys(inputs.request.disks).filter((target) => !targets.includes(target));
  const mixed = new Set(copies.map(({ way }) => way)).size > 1;
  return {
    disks,
    copied: copies.map(({ target }) => target),
    unsafe: unsafe.length > 0,
    refusals: [
      ...unknown.map((target) => refusal('migrate-disk-unknown', target, { target, targets: targets.join(', ') })),
      ...planned.flatMap(({ refusals }) => refusals),
      ...(mixed ? [refusal('migrate-copy-mixed', null)] : []),
      ...(!inputs.request.live && copies.length > 0
        ? [refusal('migrate-offline-copy', null, { targets: copies.map(({ target }) => target).join(', ') })]
        : []),
    ],
    warnings: [
      ...planned.flatMap(({ warnings }) => warnings),
      ...unsafeWarning(unsafe),
      ...inputs.staying.flatMap((disk) => stayingWarning(context, disk)),
    ],
  };
}

/** libvirt takes a file for shared only on a file system that it knows for one (NFS, GFS2, …); a block device and a network always. */
function isUnsafe(
  { domain }: MigrationContext,
  { target, way, source, readOnly, seen }: PlannedMigrationDisk,
): boolean {
  const type = domain.disks.find((disk) => disk.target === target)?.sourceType;
  return (
    way === 'shared' && source !== null && !readOnly && seen !== 'network' && type !== 'block' && type !== 'network'
  );
}

function unsafeWarning(disks: readonly PlannedMigrationDisk[]): Finding[] {
  if (disks.length === 0) return [];
  const told = disks.every(({ seen }) => seen === 'unknown');
  const seen = disks.every(({ seen: each }) => each === 'same-bytes');
  const how = told ? ', by your word' : seen ? ', as far as its first bytes tell' : '';
  const targets = disks.map(({ target }) => target).join(', ');
  return [warning('migrate-unsafe', disks[0]?.target ?? null, { targets, how })];
}

interface Planned {
  readonly disk: PlannedMigrationDisk;
  readonly refusals: readonly Finding[];
  readonly warnings: readonly Finding[];
}

function planDisk(context: MigrationContext, disk: DiskOnBoth): Planned {
  const { request } = context.inputs;
  const asked = request.disks[disk.target] ?? null;
  const plain = (why: Sentence, refusals: readonly Finding[] = [], warnings: readonly Finding[] = []): Planned => ({
    disk: { ...disk, way: 'shared', why, bytes: 0 },
    refusals,
    warnings,
  });
  if (disk.source === null || disk.readOnly) return plain(...readOnlyDisk(context, disk, asked));
  if (!request.live) {
    const why = sentence('migrate-disk-offline');
    if (asked !== null && asked !== 'shared') return copyOf(context, disk, asked, why);
    return plain(why, [], offlineWarning(context, disk));
  }
  if (asked === 'shared') return plain(...sharedDisk(context, disk), inUse(context, disk));
  if (asked !== null)
    return copyOf(
      context,
      disk,
      asked,
      sentence(asked === 'copy' ? 'migrate-disk-copy-told' : 'migrate-disk-copy-top-told'),
    );
  switch (disk.seen) {
    case 'network':
      return plain(sentence('migrate-disk-network'), [], inUse(context, disk));
    case 'same-bytes':
      return plain(sentence('migrate-disk-same'), [], inUse(context, disk));
    case 'absent':
      return copyOf(context, disk, 'copy', sentence('migrate-disk-copy-absent'));
    case 'differs':
    case 'unknown':
      return plain(sentence('migrate-disk-undecided'), [unclear(context, disk, 'have it copied')]);
  }
}

function wordsOf({ to }: MigrationContext, { target, source, destination }: DiskOnBoth) {
  return { target, source: source ?? '', destination: destination ?? '', to };
}

/** Other guests of the destination that have it. */
function inUse(context: MigrationContext, disk: DiskOnBoth): Finding[] {
  if (disk.users.length === 0) return [];
  return [warning('migrate-shared-in-use', disk.target, { ...wordsOf(context, disk), users: disk.users.join(', ') })];
}

function unclear(context: MigrationContext, disk: DiskOnBoth, or: string): Finding {
  const seen = disk.there === null ? 'it could not be looked at' : 'what was read of both does not prove it';
  const why = disk.seen === 'differs' ? 'something else is there' : seen;
  return refusal('migrate-disk-unclear', disk.target, { ...wordsOf(context, disk), why, or });
}

function readOnlyDisk(
  context: MigrationContext,
  disk: DiskOnBoth,
  asked: DiskWay | null,
): [Sentence, Finding[], Finding[]] {
  const words = wordsOf(context, disk);
  const refusals = asked !== null && asked !== 'shared' ? [refusal('migrate-copy-read-only', disk.target, words)] : [];
  if (disk.source === null) return [sentence('migrate-disk-empty'), refusals, []];
  if (!context.inputs.request.live) return [sentence('migrate-disk-offline'), refusals, offlineWarning(context, disk)];
  if (disk.seen === 'absent') refusals.push(refusal('migrate-read-only-absent', disk.target, words));
  // What the guest has in a drive may be another copy of the medium; a disk, as those that a rescue only looks at, is the guest's own.
  const own = disk.device === 'disk' || disk.device === 'lun';
  if (own && disk.seen === 'differs') refusals.push(refusal('migrate-disk-differs', disk.target, { ...words, or: '' }));
  if (own && disk.seen === 'unknown' && asked !== 'shared')
    refusals.push(unclear(context, disk, 'name where it is there (--map-path)'));
  const unsure = disk.seen === 'unknown' || disk.seen === 'differs';
  const how = disk.seen === 'differs' ? 'where something else is' : 'and whether it is could not be told';
  return [
    sentence('migrate-disk-read-only'),
    refusals,
    unsure ? [warning('migrate-read-only-there', disk.target, { ...words, how })] : [],
  ];
}

function stayingWarning(context: MigrationContext, disk: DiskOnBoth): Finding[] {
  if (disk.seen !== 'absent' && disk.seen !== 'differs') return [];
  const how = disk.seen === 'absent' ? 'not' : 'something else';
  return [warning('migrate-stays-disk', disk.target, { ...wordsOf(context, disk), how, domain: context.domain.name })];
}

function offlineWarning(context: MigrationContext, disk: DiskOnBoth): Finding[] {
  const how = { absent: 'not', differs: 'something else', unknown: 'perhaps not', network: null, 'same-bytes': null }[
    disk.seen
  ];
  if (how === null) return [];
  const words = { ...wordsOf(context, disk), how, domain: context.domain.name };
  return [warning('migrate-offline-disk', disk.target, words)];
}

function sharedDisk(context: MigrationContext, disk: DiskOnBoth): [Sentence, Finding[]] {
  const words = wordsOf(context, disk);
  switch (disk.seen) {
    case 'network':
      return [sentence('migrate-disk-network'), []];
    case 'same-bytes':
      return [sentence('migrate-disk-same'), []];
    case 'unknown':
      return [sentence('migrate-disk-told'), []];
    case 'absent':
      return [sentence('migrate-disk-told'), [refusal('migrate-disk-absent', disk.target, words)]];
    case 'differs':
      return [
        sentence('migrate-disk-told'),
        [refusal('migrate-disk-differs', disk.target, { ...words, or: ', or have it copied' })],
      ];
  }
}

function isBlock({ domain }: MigrationContext, { target }: DiskOnBoth): boolean {
  return domain.disks.some((disk) => disk.target === target && disk.sourceType === 'block');
}

/** libvirt makes a file for a copy where an active pool has its folder, and of the same size only; for a top image alone it makes none. */
function copyOf(context: MigrationContext, disk: DiskOnBoth, way: 'copy' | 'copy-top', why: Sentence): Planned {
  const { target, capacity, allocation, seen, there, pool, free } = disk;
  const words = wordsOf(context, disk);
  const size = capacity === null ? 'as large as the disk' : sizeText(capacity);
  const refusals: Finding[] = [];
  const warnings: Finding[] = [];
  // What was looked at and proves nothing may be the original itself, by another way.
  const how = seen === 'unknown' ? '. If it is the image that the guest has here, its data is destroyed' : '';
  if (disk.users.length > 0)
    refusals.push(refusal('migrate-copy-in-use', target, { ...words, users: disk.users.join(', ') }));
  if (seen === 'same-bytes' || seen === 'network') refusals.push(refusal('migrate-copy-same', target, words));
  else if (there !== null && capacity !== null && there !== capacity)
    refusals.push(
      refusal('migrate-copy-size', target, { ...words, there: `${there} bytes`, size: `${capacity} bytes` }),
    );
  else if (there !== null || (seen === 'differs' && way === 'copy-top'))
    warnings.push(warning('migrate-overwrites', target, { ...words, how }));
  else if (way === 'copy-top') refusals.push(refusal('migrate-copy-top-base', target, words));
  else if (isBlock(context, disk)) refusals.push(refusal('migrate-copy-block', target, { ...words, size }));
  else if (pool === null) refusals.push(refusal('migrate-copy-pool', target, { ...words, size }));
  else if (capacity !== null && free !== null && free < capacity)
    refusals.push(refusal('migrate-copy-space', target, { ...words, pool, size, free: sizeText(free) }));
  const bytes = way === 'copy' ? capacity : allocation;
  return { disk: { ...disk, way, why, bytes }, refusals, warnings };
}
