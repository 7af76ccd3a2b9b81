/** The commands of the group `media` that carry images: upload, download, copy. */
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Transfer } from '../../src-core/contract/transfer.ts';
import { shellWord } from '../../src-core/rescue/shell-word.ts';
import { usage } from './arguments.ts';
import type { CarryOptions } from './carry.ts';
import { plain, print, printJson } from './output.ts';

type Make = (name: string, summary: string, parent: Command) => Command;

interface UploadOptions {
  readonly uri: string;
  readonly pool: string;
  readonly name?: string;
  readonly verify: boolean;
}

interface CopyOptions {
  readonly uri: string;
  readonly to: string;
  readonly toPool: string;
  readonly name?: string;
  readonly verify: boolean;
}

/** `json`: one JSON document is wanted, whichever side of a name it was said on. */
export function addTransferCommands(command: Make, media: Command, json: boolean): void {
  const noVerify = (made: Command) => made.option('--no-verify', 'do not read back what arrived');
  noVerify(command('upload <file>', 'a file of this computer into a pool', media))
    .requiredOption('--uri <uri>', 'libvirt connection URI')
    .requiredOption('--pool <pool>', 'the pool')
    .option('--name <name>', 'name of the volume; the file’s own without')
    .action(async (file: string, { uri, pool, name = basename(file), verify }: UploadOptions) => {
      const order = { file: resolve(file), to: { hostId: uri, pool, name }, options: { verify } };
      const ended = await carry({ uris: [uri], quiet: json, start: (transfers) => transfers.upload(order) });
      tellEnd(json, ended, `is volume:${pool}/${name} now`);
    });
  noVerify(command('download <volume> <file>', 'a volume (POOL/NAME) into a file of this computer', media))
    .requiredOption('--uri <uri>', 'libvirt connection URI')
    .action(async (volume: string, file: string, { uri, verify }: { uri: string; verify: boolean }) => {
      const order = { from: place(uri, volume), file: resolve(file), replace: false, options: { verify } };
      const ended = await carry({ uris: [uri], quiet: json, start: (transfers) => transfers.download(order) });
      tellEnd(json, ended, `is in ${shellWord(file)} now`);
    });
  noVerify(command('copy <volume>', 'a volume (POOL/NAME) of one host to a pool of another', media))
    .requiredOption('--uri <uri>', 'libvirt connection URI of the host that has it')
    .requiredOption('--to <uri>', 'libvirt connection URI of the host that is to have it')
    .requiredOption('--to-pool <pool>', 'the pool there')
    .option('--name <name>', 'name of the volume there; the same without')
    .action(async (volume: string, { uri, to, toPool, name, verify }: CopyOptions) => {
      const from = place(uri, volume);
      const target = { hostId: to, pool: toPool, name: name ?? from.name };
      const order = { from, to: target, options: { verify } };
      const ended = await carry({ uris: [uri, to], quiet: json, start: (transfers) => transfers.copy(order) });
      tellEnd(json, ended, `is volume:${toPool}/${target.name} there now`);
    });
}

/** Loaded when it comes to it: the other commands need nothing of it. */
async function carry(options: CarryOptions): Promise<Transfer> {
  return (await import('./carry.ts')).carry(options);
}

/** POOL/NAME; no name of a pool holds a slash. */
function place(uri: string, volume: string) {
  const slash = volume.indexOf('/');
  if (slash < 1 || slash === volume.length - 1) throw usage(`“${volume}”: a volume is written POOL/NAME`);
  return { hostId: uri, pool: volume.slice(0, slash), name: volume.slice(slash + 1) };
}

function tellEnd(json: boolean, ended: Transfer, where: string): void {
  if (json) printJson({ transfer: ended });
  else print(plain(`${ended.name} ${where}${ended.sha256 === null ? '' : `; sha256 ${ended.sha256}, compared`}.`));
}
