/** The real command line, bin/salvor, as a user runs it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, startCommand } from './command.ts';
import type { CommandOptions, Finished, Started } from './command.ts';

export const SALVOR = join(import.meta.dirname, '../../bin/salvor');

export interface SalvorAnswer extends Finished {
  /** The document on standard output where --json was asked for; undefined where there is none. */
  readonly json: unknown;
}

/** Settings of the tests stay away from those of whoever runs them. */
const HOME = join(import.meta.dirname, '../../test-results/salvor-home');

let ownState: string | null = null;

/** Where what is started here keeps its journal: a folder of this test process, gone with it. `env.SALVOR_STATE` of a call names another. */
export function stateOfTests(): string {
  if (ownState === null) {
    const folder = mkdtempSync(join(tmpdir(), 'salvor-state-'));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    process.once('exit', remove);
    // Test runners end their workers so.
    process.once('SIGTERM', () => {
      remove();
      process.kill(process.pid, 'SIGTERM');
    });
    ownState = folder;
  }
  return ownState;
}

function environment(): NodeJS.ProcessEnv {
  const own = {
    SALVOR_STATE: stateOfTests(),
    XDG_CONFIG_HOME: join(HOME, 'config'),
    XDG_STATE_HOME: join(HOME, 'state'),
    XDG_DATA_HOME: join(HOME, 'data'),
  };
  return { ...process.env, ...own };
}

export function startSalvor(args: readonly string[], options: CommandOptions = {}): Started {
  return startCommand(SALVOR, args, { ...options, env: { ...environment(), ...options.env } });
}

/** Run it to its end. `--json` is the caller's to ask for. */
export async function salvor(args: readonly string[], options: CommandOptions = {}): Promise<SalvorAnswer> {
  return withJson(await startSalvor(args, options).finished, args);
}

/** The same as an administrator whom file permissions bind: root without the capabilities that override them. */
export async function salvorWithoutOverride(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<SalvorAnswer> {
  const bound = ['--bounding-set', '-dac_override,-dac_read_search', '--', SALVOR, ...args];
  return withJson(await runCommand('setpriv', bound, { ...options, env: { ...environment(), ...options.env } }), args);
}

/**
 * The same at another workstation: what processes of one computer know of each other does not reach there, nor does its journal; the host's
 * socket does.
 */
export function startSalvorElsewhere(args: readonly string[]): Started {
  const env = { ...environment(), SALVOR_STATE: join(stateOfTests(), 'elsewhere') };
  return startCommand('unshare', ['--net', '--', SALVOR, ...args], { env });
}

export function withJson(done: Finished, args: readonly string[]): SalvorAnswer {
  if (!args.includes('--json')) return { ...done, json: undefined };
  try {
    return { ...done, json: JSON.parse(done.stdout) as unknown };
  } catch {
    return { ...done, json: undefined };
  }
}

/** Arguments of `salvor rescue` with --json, forced and without a question asked. */
export function rescueArguments(uri: string, domain: string, medium: string, ...more: readonly string[]): string[] {
  return ['rescue', '--uri', uri, domain, '--medium', medium, '--stop', 'force', '--yes', '--json', ...more];
}

/** The error code of a JSON answer; `refused` where it is a plan with refusals; null where all went well. */
export function errorCode(answer: SalvorAnswer): string | null {
  const json = answer.json as { error?: { code?: string } } | undefined;
  return json?.error?.code ?? (refusalCodes(answer).length > 0 ? 'refused' : null);
}

/** The codes of the refusals in a plan as JSON. */
export function refusalCodes(answer: SalvorAnswer): string[] {
  return ((answer.json as { refusals?: { code: string }[] } | undefined)?.refusals ?? []).map(
    (refusal) => refusal.code,
  );
}
