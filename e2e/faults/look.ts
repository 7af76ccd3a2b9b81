/** All that a fault could have changed, seen from outside, by virsh and by the files of the host. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { filesOf } from '../testbed/guests.ts';
import { ownBoot } from '../testbed/ovmf-vars.ts';
import type { Guest } from '../testbed/guests.ts';

export interface Look {
  /** null: libvirt knows no such domain. */
  readonly domain: {
    readonly state: string;
    readonly persistent: string;
    readonly autostart: string;
    readonly managedSave: string;
  } | null;
  /** dumpxml --inactive --security-info; null where it is transient. */
  readonly definition: string | null;
  /** What a transient guest runs from. */
  readonly ownXml: string | null;
  /** Does libvirt's metadata tell of a session: live, or in the definition? */
  readonly session: boolean;
  readonly snapshots: string;
  /** Of its disks and the medium, and its own boot entry among its UEFI variables. */
  readonly contents: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly pools: string;
  readonly domains: string;
}

const NAMESPACE = 'urn:salvor:rescue:1';
/** libvirtd writes it into what a guest runs from when it is started anew, whether anybody has touched the guest or not (tried on 9.0). */
const RESTARTED = /\s*<seclabel type='dynamic' model='dac' relabel='yes'\/>/;
/** Between the answers of virsh. */
const MARK = 'next-answer';

export async function lookAt(guest: Guest, medium: string): Promise<Look> {
  const [told, contents, files] = await Promise.all([askVirsh(guest), contentsOf(guest, medium), filesOf(guest)]);
  const value = (key: string) => new RegExp(`^${key}:\\s+(.*)$`, 'm').exec(told.info)?.[1] ?? '?';
  const domain =
    told.info === ''
      ? null
      : {
          state: value('State'),
          persistent: value('Persistent'),
          autostart: value('Autostart'),
          managedSave: value('Managed save'),
        };
  const persistent = domain?.persistent === 'yes';
  return {
    domain,
    definition: persistent ? told.definition : null,
    ownXml: domain !== null && !persistent ? told.ownXml.replace(RESTARTED, '') : null,
    session: told.live !== '' || told.defined !== '',
    snapshots: told.snapshots,
    contents,
    files,
    pools: told.pools,
    domains: told.domains,
  };
}

/** One process for all questions; what fails is answered with nothing. */
async function askVirsh({ host, name }: Guest) {
  const questions = {
    info: `dominfo ${name}`,
    definition: `dumpxml --inactive --security-info ${name}`,
    ownXml: `dumpxml --migratable --security-info ${name}`,
    live: `metadata ${name} ${NAMESPACE} --live`,
    defined: `metadata ${name} ${NAMESPACE} --config`,
    snapshots: `snapshot-list --name ${name}`,
    pools: 'pool-list --all --name',
    domains: 'list --all --name',
  } as const;
  const { stdout, stderr } = await host.tryVirsh(Object.values(questions).join(`; echo ${MARK}; `));
  const answers = stdout.split(MARK);
  const keys = Object.keys(questions) as (keyof typeof questions)[];
  if (answers.length !== keys.length) throw new Error(`virsh answered ${stdout}${stderr}`);
  return Object.fromEntries(keys.map((key, place) => [key, (answers[place] ?? '').trim()])) as Record<
    keyof typeof questions,
    string
  >;
}

async function contentsOf(guest: Guest, medium: string): Promise<Record<string, string>> {
  const disks = ['root.img', 'data.img', 'swap.img', 'config.img'].map((name) => join(guest.dir, name));
  const hashed = [...disks, medium].map(async (file) => [file, await hashOf(file)] as const);
  // The guest's own firmware writes to it at each boot: what must stay is its boot entry.
  const variables = await readFile(guest.vars).catch(() => null);
  return Object.fromEntries([
    ...(await Promise.all(hashed)),
    [guest.vars, variables === null ? 'gone' : ownBoot(variables)],
  ]);
}

const hashes = new Map<string, string>();

/** A file that has not been written to since it was last read has the hash it had. */
async function hashOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => null);
  if (found === null) return 'gone';
  const key = `${file} ${String(found.ino)} ${String(found.size)} ${String(found.mtimeNs)} ${String(found.ctimeNs)}`;
  const known = hashes.get(key);
  if (known !== undefined) return known;
  const hash = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  hashes.set(key, hash);
  return hash;
}

/** What differs between two looks at a guest, in words; empty: nothing was lost. */
export function differences(before: Look, after: Look): string[] {
  const found: string[] = [];
  const compare = (what: string, one: unknown, other: unknown) => {
    if (JSON.stringify(one) !== JSON.stringify(other)) found.push(`${what}: was ${brief(one)}, is ${brief(other)}`);
  };
  compare('domain', before.domain, after.domain);
  if (before.definition !== after.definition)
    found.push(`definition: ${lineDifference(before.definition, after.definition)}`);
  if (before.ownXml !== after.ownXml) found.push(`own XML: ${lineDifference(before.ownXml, after.ownXml)}`);
  compare('in a session', before.session, after.session);
  compare('snapshots', before.snapshots, after.snapshots);
  for (const [file, hash] of Object.entries(before.contents))
    compare(`content of ${file}`, hash, after.contents[file] ?? 'gone');
  for (const file of after.files) if (!before.files.includes(file)) found.push(`left over: ${file}`);
  for (const file of before.files) if (!after.files.includes(file)) found.push(`gone: ${file}`);
  compare('pools', before.pools, after.pools);
  compare('domains', before.domains, after.domains);
  return found;
}

/** It ran, and is off now. */
export const isOff = (difference: string) => /^domain: was .*"running".* is .*"shut off"/.test(difference);

function brief(value: unknown): string {
  return JSON.stringify(value).slice(0, 300);
}

function lineDifference(before: string | null, after: string | null): string {
  if (before === null || after === null)
    return `was ${before === null ? 'none' : 'there'}, is ${after === null ? 'none' : 'there'}`;
  const [old, now] = [before.split('\n'), after.split('\n')];
  const missing = (lines: readonly string[], others: readonly string[], sign: string) =>
    lines.filter((line) => !others.includes(line)).map((line) => `${sign}${line.trim()}`);
  const lines = [...missing(old, now, '-'), ...missing(now, old, '+')];
  return lines.length === 0 ? 'the same lines in another order' : lines.slice(0, 20).join(' | ');
}
