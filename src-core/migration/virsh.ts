/** The same migration by hand: what an administrator would type into a POSIX shell. */
import { shellWord } from '../rescue/shell-word.ts';
import type { MigrationContext } from './context.ts';
import type { MigrationFlag } from './parameters.ts';
import type { MigrationParameters } from './types.ts';

/** virsh's options; those that have none are told otherwise. */
const OPTIONS: Readonly<Partial<Record<MigrationFlag, string>>> = {
  LIVE: '--live',
  PEER2PEER: '--p2p',
  PERSIST_DEST: '--persistent',
  UNDEFINE_SOURCE: '--undefinesource',
  OFFLINE: '--offline',
  NON_SHARED_DISK: '--copy-storage-all',
  NON_SHARED_INC: '--copy-storage-inc',
  UNSAFE: '--unsafe',
  AUTO_CONVERGE: '--auto-converge',
  POSTCOPY: '--postcopy',
  TLS: '--tls',
  PARALLEL: '--parallel',
};

/** Lines in order; comments begin with #. `running.xml` and `persistent.xml` are the two definitions. */
export function virshLines(
  { inputs, word }: MigrationContext,
  flags: readonly MigrationFlag[],
  parameters: MigrationParameters,
  has: { readonly running: boolean; readonly persistent: boolean },
): string[] {
  const { source, destination, request } = inputs;
  const from = `virsh -c ${shellWord(source.host.uri)}`;
  const to = request.way === 'p2p' ? (request.destinationUri ?? destination.host.uri) : destination.host.uri;
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [`--${name} ${shellWord(String(value))}`];
  const words = [
    ...flags.flatMap((flag) => OPTIONS[flag] ?? []),
    // Of a guest that is off libvirt keeps this one; see migrateCall().
    ...(has.running ? ['--xml running.xml'] : has.persistent ? ['--xml persistent.xml'] : []),
    ...(has.persistent ? ['--persistent-xml persistent.xml'] : []),
    ...option('migrateuri', parameters.migrate_uri),
    ...option('migrate-disks', parameters.migrate_disks?.join(',')),
    ...option('disks-uri', parameters.disks_uri),
    ...option('bandwidth', parameters.bandwidth),
    ...option('parallel-connections', parameters['parallel.connections']),
  ];
  const { maxDowntime, postCopy } = request.options;
  return [
    '# both definitions as they are; make of them what the preview shows (they hold passwords of the guest):',
    ...(has.running ? [`(umask 077; ${from} dumpxml --migratable --security-info ${word} > running.xml)`] : []),
    ...(has.persistent ? [`(umask 077; ${from} dumpxml --inactive --security-info ${word} > persistent.xml)`] : []),
    `${from} migrate ${words.join(' ')} -- ${word} ${shellWord(to)}`,
    ...(request.live && maxDowntime !== null
      ? ['# meanwhile, in another terminal:', `${from} migrate-setmaxdowntime ${word} ${maxDowntime}`]
      : []),
    ...(request.live && postCopy
      ? ['# to switch to post-copy, in another terminal:', `${from} migrate-postcopy ${word}`]
      : []),
  ];
}
