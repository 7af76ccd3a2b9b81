/** salvor resume: operations that were not finished, what happened, how things stand, and the ways on. */
import { randomUUID } from 'node:crypto';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Unfinished } from '../../src-core/contract/journal-schemas.ts';
import { needsAttention } from '../../src-core/journal/resume.ts';
import type { Way } from '../../src-core/journal/resume.ts';
import { shellWord } from '../../src-core/rescue/shell-word.ts';
import { errorOf } from '../app/errors.ts';
import { openJournal } from '../app/journal.ts';
import { forgetOperation, resumeOperation } from '../app/resume.ts';
import { isAt } from '../app/same-daemon.ts';
import { listUnfinished } from '../app/unfinished.ts';
import type { ConnectedHost } from '../app/unfinished.ts';
import { who } from '../app/who.ts';
import { openHypervisor } from '../libvirt/load.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { parseStop, usage } from './arguments.ts';
import type { StopOptions } from './arguments.ts';
import { canAsk, confirm } from './ask.ts';
import { withHost } from './connect.ts';
import { withInterrupt } from './interrupt.ts';
import type { InterruptWords } from './interrupt.ts';
import { EXIT, plain, print, printJson, tell } from './output.ts';
import type { Exit } from './output.ts';
import { progress } from './progress.ts';

export interface ResumeOptions extends StopOptions {
  readonly uri?: string;
  /** The other host of a migration. */
  readonly to?: string;
  readonly finish?: true;
  readonly rollBack?: true;
  readonly forget?: true;
  readonly yes: boolean;
  readonly json: boolean;
}

export async function resume(operation: string | undefined, options: ResumeOptions): Promise<Exit> {
  const way = wayOf(options);
  if (operation === undefined) {
    if (way !== null) throw usage('name the operation to go on with: salvor resume lists them');
    return list(options);
  }
  if (way === null) throw usage('choose a way on: --finish, --roll-back or --forget');
  if (!options.yes && !canAsk(options.json)) throw usage('say --yes, or run it at a terminal and confirm there');
  const id = operation.toLowerCase();
  if (options.uri === undefined) {
    if (way !== 'forget') throw usage('name the host: --uri URI');
    return forget(id, options);
  }
  const { uri } = options;
  return withBoth(uri, options.to, (hosts) => goOn(hosts, id, way, options));
}

function wayOf({ finish, rollBack, forget: close }: ResumeOptions): Way | null {
  const chosen = [finish && 'finish', rollBack && 'roll-back', close && 'forget'].filter(
    (way) => way !== undefined,
  ) as Way[];
  if (chosen.length > 1) throw usage('choose one way on: --finish, --roll-back or --forget');
  return chosen[0] ?? null;
}

async function list({ uri, to, json }: ResumeOptions): Promise<Exit> {
  const journal = openJournal();
  const unfinished =
    uri === undefined
      ? await listUnfinished(journal, [])
      : await withBoth(uri, to, async (hosts) => {
          const [{ hypervisor }] = hosts;
          const { hostname } = await hypervisor.identity();
          const isHere = (host: Unfinished['host']) => isAt(host, hypervisor.uri, hostname);
          const arriving = (await journal.read()).entries.flatMap(({ began: { id, order } }) =>
            order.kind === 'migrate' && isHere(order.migration.to) ? [id] : [],
          );
          const all = await listUnfinished(journal, hosts);
          return all.filter(({ host, operationId }) => isHere(host) || arriving.includes(operationId));
        });
  const { unreadable } = await journal.read();
  if (json) {
    printJson({ uri: uri ?? null, unfinished, unreadable });
    return EXIT.done;
  }
  // Whether something is unfinished there cannot be known: never passed over in silence.
  for (const { file, problem } of unreadable) tell(`salvor: cannot be read: ${plain(file)}: ${plain(problem)}`);
  if (unfinished.length === 0) print('No operation is unfinished.');
  else print(unfinished.map((each) => describe(each, uri)).join('\n\n'));
  return EXIT.done;
}

function describe({ operationId, host, happened, stands, offers }: Unfinished, uri: string | undefined): string {
  const at = uri ?? host.uri;
  const command = (way: Way) =>
    `salvor resume ${way === 'forget' ? '' : `--uri ${shellWord(at)} `}${operationId} --${way}`;
  const lines = offers.map(
    ({ way, does, recommended }) =>
      `  ${way}${recommended ? ' (recommended)' : ''}: ${plain(does)}\n      ${plain(command(way))}`,
  );
  const look =
    offers.length === 0 && uri === undefined
      ? [`  See what can be done: ${plain(`salvor resume --uri ${shellWord(at)}`)}`]
      : [];
  return [plain(happened), plain(stands), ...lines, ...look].join('\n');
}

async function forget(operationId: string, { yes, json }: ResumeOptions): Promise<Exit> {
  const journal = openJournal();
  const { began } = await journal.entry(operationId);
  if (!yes)
    await confirm(
      `Close the entry of ${plain(began.domain.name)} (${began.at}) in the journal, touching nothing? [y/N] `,
    );
  await forgetOperation(journal, operationId, who());
  if (json) printJson({ domain: began.domain, way: 'forget', act: 'forget', situation: null, notes: [] });
  else print(`The entry is closed; nothing of ${plain(began.domain.name)} was touched.`);
  return EXIT.done;
}

/** The host that was named comes first. */
type Hosts = readonly [ConnectedHost, ...ConnectedHost[]];

/**
 * Connect, and, where a migration was not finished, to the hosts of it, as they are named or as the journal has them: how it stands is told by
 * both. One that cannot be reached is told, and stops nothing.
 */
async function withBoth<T>(uri: string, to: string | undefined, work: (hosts: Hosts) => Promise<T>): Promise<T> {
  return withHost(uri, false, async (named) => {
    const others = new Set([...(to === undefined ? [] : [to]), ...(await migrationUris())]);
    others.delete(uri);
    const open: ConnectedHost[] = [];
    try {
      for (const other of others) {
        const hypervisor = await reached(other);
        if (hypervisor !== null) open.push({ id: other, hypervisor });
      }
      return await work([{ id: uri, hypervisor: named }, ...open]);
    } finally {
      for (const { hypervisor } of open) await hypervisor.close().catch(() => undefined);
    }
  });
}

/** URIs of the hosts of all migrations that were not finished. */
async function migrationUris(): Promise<string[]> {
  const waiting = (await openJournal().read()).entries.filter(needsAttention);
  return waiting.flatMap(({ began: { host, order } }) =>
    order.kind === 'migrate' ? [host.uri, order.migration.to.uri] : [],
  );
}

async function reached(uri: string): Promise<Hypervisor | null> {
  try {
    return await openHypervisor(uri, { readOnly: false, onLost: () => undefined });
  } catch (error) {
    tell(`salvor: ${plain(uri)} cannot be looked at: ${plain(errorOf(error).message)}`);
    return null;
  }
}

async function goOn(hosts: Hosts, operationId: string, way: Way, options: ResumeOptions): Promise<Exit> {
  const journal = openJournal();
  const stop = parseStop(options);
  const { began } = await journal.entry(operationId);
  const seen = options.yes ? null : await shown(hosts, operationId, way, options.uri);
  const { report, journalProblem } = progress(options.json, 'Look again at how it stands');
  const order = { operationId, way, seen, stop, by: who(), newId: randomUUID, journal, hosts };
  const { domain, situation, act, notes } = await withInterrupt(
    began.domain.name,
    (signal) => resumeOperation(hosts[0].hypervisor, order, report, signal),
    began.kind === 'migrate' ? migrationWords(began.domain.name) : undefined,
  );
  if (options.json) printJson({ domain, way, act, situation, notes, journalProblem: journalProblem() });
  else print([`Done: ${way} of the operation on ${plain(domain.name)}.`, ...notes.map(plain)].join('\n'));
  return EXIT.done;
}

const migrationWords = (domain: string): InterruptWords => ({
  cancelling: () => 'cancelling; a step that is under way is finished first. Ctrl-C again leaves at once.',
  left: () => `left in mid-run; whoever ran ${domain} runs it still. salvor resume says how it stands.`,
});

/** Show how it stands and ask; the situation that was shown. */
async function shown(hosts: Hosts, operationId: string, way: Way, uri: string | undefined): Promise<string> {
  const all = await listUnfinished(openJournal(), hosts);
  const found = all.find((each) => each.operationId === operationId);
  if (found === undefined) throw new SalvorError('nothing-to-resume', { id: operationId, domain: '' });
  tell(describe(found, uri));
  const offer = found.offers.find((each) => each.way === way);
  if (offer === undefined) throw new SalvorError('way-not-open', { way, stands: found.stands });
  await confirm(`\n${plain(offer.does)} [y/N] `);
  return found.situation;
}
