/** `salvor migrate` as commander knows it. */
import type { Command } from 'commander';
import type { MigrateOptions } from './migrate-request.ts';
import type { Exit } from './output.ts';

type Make = (name: string, summary: string) => Command;

const all = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

/** `json`: one JSON document is wanted, whichever side of the name it was said on. */
export function addMigrateCommand(command: Make, json: boolean, done: (exit: Exit) => void): void {
  runOptions(
    ruleOptions(
      command('migrate <domain>', 'move a machine to another host, running or off')
        .requiredOption('--uri <uri>', 'libvirt connection URI of the host that has it')
        .requiredOption('--to <uri>', 'libvirt connection URI of the host that is to have it')
        .option('--plan', 'show what would be done; nothing is touched', false)
        .option('--live', 'as it runs (the default where it runs)')
        .option('--offline', 'its definition alone (the default where it is off)'),
    ),
  )
    .option('--yes', 'do not ask', false)
    .action(async (domain: string, options: Omit<MigrateOptions, 'json'>) =>
      done(await (await import('./migrate.ts')).migrateMachine(domain, { ...options, json })),
    );
}

function ruleOptions(command: Command): Command {
  return command
    .option('--map-path <from=to>', 'a path, or a folder above it, is called otherwise there; as often as needed', all)
    .option('--map-pool <from=to>', 'likewise a storage pool', all)
    .option('--map-network <from=to>', 'likewise a network', all)
    .option('--map-bridge <from=to>', 'likewise a bridge', all)
    .option('--drop-pinning', 'leave out what is tied to CPUs and NUMA nodes of one host', false)
    .option('--listen <address>', 'listen address of VNC and SPICE there')
    .option(
      '--disk <target=way>',
      'shared (both hosts see the same image), copy, or copy-top (over a base that is there already)',
      all,
    )
    .option('--carry-secrets', 'carry the secrets that it needs, with their values, where they lack there', false)
    .option('--keep-source', 'leave its definition at the source, too', false);
}

function runOptions(command: Command): Command {
  return command
    .option('--p2p', 'the source’s daemon carries it, and goes on should this computer go away', false)
    .option('--destination-uri <uri>', 'with --p2p: how the source’s daemon reaches the other one')
    .option('--migrate-uri <uri>', 'where memory is sent to: tcp://ADDRESS[:PORT]')
    .option('--tls', 'memory and disks go encrypted', false)
    .option('--bandwidth <mib>', 'at most so many MiB a second')
    .option('--post-copy', 'let it run there before all of its memory is, where it writes faster than is copied', false)
    .option('--auto-converge', 'slow it down where it writes faster than is copied', false)
    .option('--parallel <n>', 'over so many connections at once')
    .option('--max-downtime <ms>', 'for how long it may stand still in the end (300)');
}
