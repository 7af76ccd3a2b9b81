/** All commands and their options, as commander knows them. Each command loads what it needs and no more. */
import { Command } from 'commander';
import type { CommanderError } from 'commander';
import about from '../../package.json' with { type: 'json' };
import { usage } from './arguments.ts';
import type { EndOptions, RescueOptions } from './carry-out.ts';
import type { FilterOptions } from './history.ts';
import { addLibraryCommands } from './media-commands.ts';
import { addTransferCommands } from './media-transfers.ts';
import { addMigrateCommand } from './migrate-command.ts';
import type { RestoreOptions } from './nvram.ts';
import { print } from './output.ts';
import type { Exit } from './output.ts';
import type { PlanOptions } from './plan.ts';
import { addPowerCommands } from './power-commands.ts';
import type { ResumeOptions } from './resume.ts';
import type { SessionsOptions } from './sessions.ts';

const { version } = about;

interface InspectArguments {
  readonly uri?: string;
  readonly xml?: string;
  readonly names: boolean;
  readonly fstab: boolean;
}

/** `json`: one JSON document is wanted, whichever side of a name it was said on. `done`: told how a command ended, where that is not simply well. */
export function program(json: boolean, done: (exit: Exit) => void): Command {
  const salvor = new Command('salvor')
    .description('Stable device rescue for libvirt virtual machines')
    .version(json ? JSON.stringify({ version }) : version, '--version', 'the version of Salvor')
    .option('--json', 'print one JSON document on stdout and nothing else');
  salvor
    .exitOverride(nameACommand(salvor))
    .configureOutput({ writeOut: (text) => print(text.trimEnd()), writeErr: () => undefined });
  /** A subcommand that says so itself when it is used wrongly, and takes --json on either side of its name. */
  const command = (name: string, summary: string, parent: Command = salvor) => {
    const made = parent
      .command(name)
      .description(summary)
      .option('--json', 'print one JSON document on stdout and nothing else')
      .configureOutput({ writeErr: () => undefined });
    return made.exitOverride(nameACommand(made));
  };

  command('list', 'machines, their state, in rescue or not')
    .requiredOption('--uri <uri>', 'libvirt connection URI')
    .action(async ({ uri }: { uri: string }) => (await import('./look.ts')).list({ uri, json }));

  command('inspect [domain]', 'disk layout and effective boot order')
    .option('--uri <uri>', 'libvirt connection URI')
    .option('--xml <file>', 'a definition from a file (-: standard input) instead of a host')
    .option('--names', 'what a guest calls its disks, in Linux and in Windows, and what that depends on', false)
    .option('--fstab', 'lines for /etc/fstab by names that hold, all of them comments', false)
    .action(async (domain: string | undefined, { uri, xml, names, fstab }: InspectArguments) => {
      const what = hostOrFile(domain, uri, xml);
      await (await import('./look.ts')).inspect({ ...what, json, names, fstab });
    });

  stopOptions(requestOptions(command('plan [domain]', 'what a rescue would do; nothing is touched')))
    .option('--uri <uri>', 'libvirt connection URI')
    .option('--xml <file>', 'a definition from a file (-: standard input) instead of a host')
    .option('--domcaps <file>', 'with --xml: the host’s virsh domcapabilities')
    .option('--capabilities <file>', 'with --xml: the host’s virsh capabilities')
    .option('--medium-format <format>', 'with --xml: what path: media are (raw, qcow2, iso); they are not touched')
    .option('--out <what>', 'plan, xml, diff, virsh or boot', 'plan')
    .action(async (domain: string | undefined, options: PlanOptions) => {
      hostOrFile(domain, options.uri, options.xml);
      done(await (await import('./plan.ts')).plan(domain, { ...options, json }));
    });

  stopOptions(
    requestOptions(command('rescue <domain>', 'boot a machine from a rescue medium; its definition stays as it is')),
  )
    .requiredOption('--uri <uri>', 'libvirt connection URI')
    .option('--yes', 'do not ask', false)
    .action(async (domain: string, options: RescueOptions) =>
      done(await (await import('./carry-out.ts')).rescue(domain, { ...options, json })),
    );

  stopOptions(command('end <domain>', 'end a rescue; the machine is what it was'))
    .requiredOption('--uri <uri>', 'libvirt connection URI')
    .option('--power <state>', 'as-before, on or off', 'as-before')
    .option('--record <which>', 'metadata or journal: which record of its definition to trust where they differ')
    .action(async (domain: string, options: EndOptions) =>
      done(await (await import('./carry-out.ts')).end(domain, { ...options, json })),
    );

  command('sessions', 'open rescue sessions, those that ended unseen, and what they left over')
    .requiredOption('--uri <uri>', 'libvirt connection URI')
    .option('--clean', 'remove what is left over; snapshots stay', false)
    .option('--snapshots', 'remove the snapshots of rescues that have ended', false)
    .action(async (options: SessionsOptions) =>
      done(await (await import('./sessions.ts')).sessions({ ...options, json })),
    );

  stopOptions(command('resume [operation]', 'operations that were not finished, and the ways on'))
    .option('--uri <uri>', 'libvirt connection URI')
    .option('--to <uri>', 'of a migration: its other host, where that is not reached as the journal has it')
    .option('--finish', 'go on to its end')
    .option('--roll-back', 'go back to how it was before')
    .option('--forget', 'close its entry in the journal and touch nothing')
    .option('--yes', 'do not ask', false)
    .action(async (operation: string | undefined, options: ResumeOptions) =>
      done(await (await import('./resume.ts')).resume(operation, { ...options, json })),
    );

  addPowerCommands(command, stopOptions, json, done);
  addMigrateCommand(command, json, done);

  const past = filterOptions(command('history', 'what was done from this computer, by whom, and how it ended')).action(
    async (options: FilterOptions) => (await import('./history.ts')).history({ ...options, json }),
  );
  command('show <operation>', 'all that the journal has on one operation', past)
    .option('--out <what>', 'text, json, or xml: the definition from before it, for virsh define', 'text')
    .action(async (id: string, { out }: { out: string }) => (await import('./history.ts')).show(id, { out, json }));
  filterOptions(command('export', 'the operations as one document, without passwords', past))
    .option('--out <what>', 'json or text', 'json')
    .action(async (_options: unknown, command: Command) => {
      // The filters may stand on either side of `export`.
      const options = command.optsWithGlobals<FilterOptions & { out: string }>();
      await (await import('./history.ts')).exportAll({ ...options, json });
    });

  const nvram = command('nvram', 'UEFI variables that are kept with the journal');
  command('restore <operation>', 'put the UEFI variables of a machine back as they were before that operation', nvram)
    .requiredOption('--uri <uri>', 'libvirt connection URI')
    .option('--to <path>', 'where the machine keeps its variables now, if that is not where it kept them then')
    .option('--yes', 'do not ask', false)
    .action(async (operation: string, options: RestoreOptions) =>
      done(await (await import('./nvram.ts')).restoreNvram(operation, { ...options, json })),
    );

  // Its subcommands stand in files of their own.
  const media = command('media', 'rescue media: the library of them, and their way to and from the pools of hosts');
  addLibraryCommands(command, media, json);
  addTransferCommands(command, media, json);
  return salvor;
}

function requestOptions(command: Command): Command {
  return command
    .requiredOption(
      '--medium <spec>',
      'volume:POOL/NAME, path:/PATH, url:https://…, original, kernel:PATH,initrd:PATH,cmdline:TEXT, or library:NAME; the first boots, more ride along',
      (spec, all: string[] | undefined) => [...(all ?? []), spec],
    )
    .option('--device <device>', 'disk, cdrom or floppy')
    .option('--bus <bus>', 'usb, virtio, scsi, sata, ide or fdc')
    .option('--profile <profile>', 'recommended or nova', 'recommended')
    .option('--fall-through <what>', 'original or none: what may boot when the medium does not')
    .option('--session <kind>', 'one-shot (the default) or until-ended')
    .option(
      '--end-at-first-reboot',
      'end the session when the guest first reboots: boot the medium once, then the system',
    )
    .option('--allow-transient', 'give a transient machine a definition for the time of the rescue')
    .option(
      '--direct-writes',
      'let the rescue system write to the medium itself (its writes are thrown away otherwise)',
    )
    .option(
      '--overlay-pool <pool>',
      'put disk media behind a qcow2 overlay in that pool, which lasts as long as the session (libvirt’s own lies beside the medium, and lasts until power-off)',
    )
    .option(
      '--guest-disks <how>',
      'the machine’s own disks: writable, read-only, overlay (what is written to them is thrown away) or snapshot (one is taken first)',
      'writable',
    )
    .option('--allow-unbootable', 'accept a combination that is known not to boot')
    .option('--properties <file>', 'Glance properties of the medium, as openstack image show -f json prints them');
}

function filterOptions(command: Command): Command {
  return command
    .option('--uri <uri>', 'over that connection alone')
    .option('--domain <domain>', 'of that machine alone: its name, as it was then, or its UUID')
    .option('--since <date>', 'begun then or later, in UTC: 2026-01-31 or 2026-01-31T16:00')
    .option('--unfinished', 'those alone that wait for somebody');
}

function stopOptions(command: Command): Command {
  return command
    .option('--stop <how>', 'graceful or force')
    .option('--stop-timeout <seconds>', 'how long a graceful stop may take (60)')
    .option('--stop-then <what>', 'force, keep-waiting or give-up: what follows when it takes longer (give-up)');
}

function hostOrFile(domain: string | undefined, uri: string | undefined, xml: string | undefined) {
  if (xml !== undefined && uri === undefined && domain === undefined) return { xml };
  if (xml === undefined && uri !== undefined && domain !== undefined) return { uri, domain };
  throw usage('name either --uri URI and a domain, or --xml FILE');
}

/** Where a group was named and none of its commands, commander would print its help as if that had been asked for. */
function nameACommand(group: Command): (error: CommanderError) => never {
  return (error) => {
    if (error.code !== 'commander.help' || error.exitCode === 0) throw error;
    throw usage(`name a command of ${pathOf(group)}: ${group.commands.map((each) => each.name()).join(', ')}`);
  };
}

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
