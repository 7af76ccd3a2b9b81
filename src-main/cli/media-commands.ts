/** The library's commands of the group `media`. */
import type { Command } from 'commander';
import type { DefaultOptions, ImportOptions, WordOptions } from './media.ts';
import type { WhereOptions } from './media-hosts.ts';
import type { PutOptions } from './media-put.ts';

type Make = (name: string, summary: string, parent: Command) => Command;

const all = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

/** `json`: one JSON document is wanted, whichever side of a name it was said on. */
export function addLibraryCommands(command: Make, media: Command, json: boolean): void {
  const load = () => import('./media.ts');
  const loadHosts = () => import('./media-hosts.ts');

  words(
    command(
      'add <name> <source>',
      'a medium into the library: volume:POOL/NAME, path:/PATH, url:https://…, kernel:…',
      media,
    ),
  ).action(async (name: string, source: string, options: WordOptions) =>
    (await load()).addMedium(name, source, { ...options, json }),
  );
  command('list', 'the media of the library', media).action(async () => (await load()).listMedia({ json }));
  command('show <name>', 'all that is known of a medium', media).action(async (name: string) =>
    (await load()).showMedium(name, { json }),
  );
  words(command('edit <name>', 'change what is said of a medium', media))
    .option('--name <new-name>', 'another name')
    .option('--source <spec>', 'another place: volume:POOL/NAME, path:/PATH, url:https://…, kernel:…')
    .option('--shared', 'in the same place on every host')
    .action(async (name: string, options: WordOptions) => (await load()).editMedium(name, { ...options, json }));
  command('remove <name>', 'forget a medium; what lies on hosts stays there', media)
    .option('--yes', 'do not ask', false)
    .action(async (name: string, { yes }: { yes: boolean }) => (await load()).removeMedium(name, { yes, json }));
  command('default [name]', 'the medium that rescues of such guests begin with', media)
    .requiredOption('--arch <arch>', 'libvirt’s name: x86_64, aarch64, …')
    .requiredOption('--firmware <firmware>', 'bios or uefi')
    .option('--none', 'none any more')
    .action(async (name: string | undefined, options: DefaultOptions) =>
      (await load()).defaultMedium(name, { ...options, json }),
    );
  command(
    'import <file>',
    'a medium, or properties for one, from what openstack image show -f json printed (-: standard input)',
    media,
  )
    .option('--source <spec>', 'a new medium, and where hosts have it')
    .option('--into <name>', 'properties for a medium of the library')
    .option('--name <name>', 'another name than the image has')
    .option('--note <text>', 'a note')
    .option('--host <uri>', 'for that host alone')
    .option('--property <name=value>', 'on top of those of the file', all)
    .action(async (file: string, options: ImportOptions) => (await load()).importMedium(file, { ...options, json }));
  command('export <name>', 'a medium as openstack image show -f json prints an image', media).action(
    async (name: string) => (await load()).exportMedium(name),
  );
  command('where <name>', 'on which hosts it is', media)
    .requiredOption('--uri <uri>', 'libvirt connection URI; as often as there are hosts', all)
    .action(async (name: string, options: WhereOptions) => (await loadHosts()).whereMedium(name, { ...options, json }));
  command('look <name>', 'look at it on a host, and keep what was seen', media)
    .requiredOption('--uri <uri>', 'libvirt connection URI')
    .action(async (name: string, { uri }: { uri: string }) => (await loadHosts()).lookAtMedium(name, { uri, json }));
  command('put <name>', 'copy it to a host where it is missing', media)
    .requiredOption('--to <uri>', 'the host that is to have it')
    .requiredOption('--pool <pool>', 'a pool of that host')
    .option('--from <uri>', 'a host that has it')
    .option('--file <file>', 'a file of this computer that it is')
    .option('--no-verify', 'do not read back and compare what arrived')
    .action(async (name: string, options: PutOptions) =>
      (await import('./media-put.ts')).putOnHost(name, { ...options, json }),
    );
}

function words(command: Command): Command {
  return command
    .option('--note <text>', 'a note')
    .option('--host <uri>', 'for that host alone; else it is in the same place on every host')
    .option('--property <name=value>', 'a Glance property; NAME= takes it away', all)
    .option('--properties <file>', 'properties from what openstack image show -f json printed');
}
