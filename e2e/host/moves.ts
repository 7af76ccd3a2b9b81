/** What tests of migrations do again and again: move a guest with bin/salvor, and see where it is with virsh. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { MigrationPlan } from '../../src-core/migration/types.ts';
import type { Guest } from '../testbed/guests.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { salvor } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';
import type { TwoHosts } from '../testbed/two-hosts.ts';

/** Arguments of `salvor migrate` with --json, from a to b, without a question asked. */
export function moveArguments(two: Pick<TwoHosts, 'a' | 'b'>, name: string, ...more: readonly string[]): string[] {
  return ['migrate', name, '--uri', two.a.uri, '--to', two.b.uri, '--yes', '--json', ...more];
}

/** As `salvor migrate --json` tells it. */
export interface MoveAnswer {
  readonly operation: string;
  readonly state: string;
  readonly remarks: readonly string[];
  readonly plan: MigrationPlan;
}

/** Move it; it must succeed. */
export async function moved(
  two: Pick<TwoHosts, 'a' | 'b'>,
  name: string,
  ...more: readonly string[]
): Promise<MoveAnswer> {
  const answer = await salvor(moveArguments(two, name, ...more));
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  return answer.json as MoveAnswer;
}

/** What `--plan` says, and its exit code; nothing is touched. */
export async function planned(
  two: Pick<TwoHosts, 'a' | 'b'>,
  name: string,
  ...more: readonly string[]
): Promise<SalvorAnswer & { readonly plan: MigrationPlan }> {
  const answer = await salvor(['migrate', name, '--uri', two.a.uri, '--to', two.b.uri, '--plan', '--json', ...more]);
  return { ...answer, plan: answer.json as MigrationPlan };
}

/** State and why, as virsh tells it; null: there is no such domain. */
export async function standingOf(host: Hypervisor, name: string): Promise<string | null> {
  const { code, stdout } = await host.tryVirsh('domstate', '--reason', name);
  return code === 0 ? stdout.trim() : null;
}

export const runningXml = ({ host, name }: Guest) => host.virsh('dumpxml', '--migratable', '--security-info', name);
export const persistentXml = ({ host, name }: Guest) => host.virsh('dumpxml', '--inactive', '--security-info', name);

export async function isPersistent({ host, name }: Guest): Promise<boolean> {
  return /^Persistent:\s+yes$/m.test(await host.virsh('dominfo', name));
}

/** A network without addresses (those would want dnsmasq), started. */
export async function startNetwork(host: Hypervisor, name: string, bridge: string): Promise<void> {
  const file = join(host.dir, `network-${name}.xml`);
  await writeFile(file, `<network><name>${name}</name><bridge name='${bridge}'/></network>`);
  await host.virsh('net-define', file);
  await host.virsh('net-start', name);
}

/** An active pool of that folder. */
export async function startPool(host: Hypervisor, name: string, folder: string): Promise<void> {
  const file = join(host.dir, `pool-${name}.xml`);
  await writeFile(file, `<pool type='dir'><name>${name}</name><target><path>${folder}</path></target></pool>`);
  await host.virsh('pool-define', file);
  await host.virsh('pool-build', name);
  await host.virsh('pool-start', name);
}

/** Force it off where it runs, and take its definition away, on both hosts. */
export async function forget(two: Pick<TwoHosts, 'a' | 'b'>, name: string): Promise<void> {
  for (const host of [two.a, two.b]) {
    await host.tryVirsh('destroy', name);
    await host.tryVirsh('undefine', name, '--nvram');
  }
}
