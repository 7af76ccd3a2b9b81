/** `salvor power` and `salvor reboot` as commander knows them. */
import type { Command } from 'commander';
import { POWER_ACTIONS } from '../../src-core/reboot/power.ts';
import type { Exit } from './output.ts';
import type { PowerOptions } from './power.ts';
import type { RebootOptions } from './reboot.ts';

type Make = (name: string, summary: string) => Command;

const AGENT = 'ask the guest agent instead of pressing the power button (ACPI)';

/**
 * `stopOptions`: adds those of a stop. `json`: one JSON document is wanted, whichever side of the name it was said on.
 */
export function addPowerCommands(
  command: Make,
  stopOptions: (command: Command) => Command,
  json: boolean,
  done: (exit: Exit) => void,
): void {
  command('power <action> <domain>', `a plain action: ${POWER_ACTIONS.join(', ')}`)
    .requiredOption('--uri <uri>', 'libvirt connection URI')
    .option('--agent', `shutdown, reboot: ${AGENT}`, false)
    .option('--yes', 'do not ask', false)
    .action(async (action: string, domain: string, options: Omit<PowerOptions, 'json'>) =>
      done(await (await import('./power.ts')).power(action, domain, { ...options, json })),
    );

  stopOptions(
    command('reboot <domain>', 'reboot a machine; --hard: set up again all that it depends on, stop it and start it')
      .requiredOption('--uri <uri>', 'libvirt connection URI')
      .option('--agent', `without --hard: ${AGENT}`, false)
      .option(
        '--hard',
        'for a machine that a plain stop and start does not bring up; its definition stays as it is',
        false,
      )
      .option('--plan', 'with --hard: show what it depends on and what would be done; nothing is touched', false)
      .option('--session <what>', 'with --hard, of a machine in rescue: keep the rescue (the default) or end it first'),
  )
    .option(
      '--secret <uuid=@file>',
      'with --hard: the value of a secret that libvirt has lost; UUID=- for standard input. The bytes as they are: a line end at the end belongs to it, as with virsh secret-set-value --file. Handed to libvirt, kept nowhere; as often as needed',
      (text: string, all: readonly string[] | undefined) => [...(all ?? []), text],
    )
    .option('--yes', 'do not ask', false)
    .action(async (domain: string, options: Omit<RebootOptions, 'json'>) =>
      done(await (await import('./reboot.ts')).reboot(domain, { ...options, json })),
    );
}
