/** The steps of a migration. What a call answers is not believed: verify looks at both hosts. */
import { secretNamed } from '../../../src-core/disks/secret-states.ts';
import { parseDomain } from '../../../src-core/domain-xml/domain.ts';
import { migrateCall } from '../../../src-core/migration/parameters.ts';
import { notArrived } from '../../../src-core/migration/verify.ts';
import { whereabouts } from '../../../src-core/migration/whereabouts.ts';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { isOn } from '../domain-facts.ts';
import { ifGone } from '../drift.ts';
import { errorOf } from '../errors.ts';
import { openSession } from '../run.ts';
import { settledSides } from './account.ts';
import { hostsOf } from './begun.ts';
import type { BegunMigration } from './begun.ts';
import { followMigration } from './job.ts';
import { carrySecret } from './secrets.ts';

/** Secrets that the destination lacks. */
export async function prepare(begun: BegunMigration): Promise<void> {
  const { source, destination, order, plan, writer, carried } = begun;
  if (order.request.secrets !== 'carry') return;
  const wanted = plan.needs.filter(({ kind, carriable }) => kind === 'secret' && carriable);
  if (wanted.length === 0) return;
  const own = (await source.secrets()) ?? [];
  for (const { name, state } of wanted) {
    if (state !== 'missing' && state !== 'no-value') continue;
    const uuid = secretNamed(own, name)?.uuid ?? name;
    await writer.note(`The secret ${uuid} is carried to ${plan.to.hostname}.`);
    await carrySecret(source, destination, { uuid, name }, order.domain.name, (made) => carried.push(made));
  }
}

/** Acts of a way on that only close what is over: with these the guest has arrived. */
const OVER: readonly string[] = ['close', 'undefine-source'];

/** The call. Where it fails and the guest has arrived all the same, that is told, and the run goes on. */
export async function move(begun: BegunMigration): Promise<void> {
  const { source, destination, order, report, signal, controls, plan, writer, recorded } = begun;
  const { request, domain } = order;
  begun.asked = true;
  report.cancellable(request.live);
  try {
    await followMigration({
      ...{ source, destination, domain, report, signal, controls },
      call: migrateCall(plan),
      destinationUri: request.way === 'p2p' ? (request.destinationUri ?? destination.uri) : null,
      maxDowntime: request.live ? request.options.maxDowntime : null,
      note: (text) => writer.note(text),
    });
  } catch (error) {
    const inputs = await settledSides(recorded, source, destination);
    const { owner, ways } = whereabouts(inputs);
    const finish = ways.find(({ way }) => way === 'finish');
    const arrived = owner === 'destination' && finish?.acts.every((act) => OVER.includes(act)) === true;
    if (!arrived) throw error;
    const { message, detail } = errorOf(error);
    const told = `libvirt called it a failure (${detail ?? message.replace(/\.$/, '')}), and the guest is at ${plan.to.hostname} as it was to be.`;
    begun.remarks.push(told);
    await writer.note(told);
  }
}

/** Is it at the destination as planned, and at the source no more? Throws migration-differs. */
export async function verify(begun: BegunMigration): Promise<void> {
  const differences = (await Promise.all([differencesThere(begun), differencesHere(begun)])).flat();
  if (differences.length === 0) return;
  throw new SalvorError('migration-differs', { domain: begun.order.domain.name, what: differences.join('; ') });
}

async function differencesThere(begun: BegunMigration): Promise<string[]> {
  const { destination, order, plan, inputs } = begun;
  const { uuid } = order.domain;
  const { to } = hostsOf(begun);
  const found = await Promise.all([
    destination.domainStatus(uuid),
    destination.domainXml(uuid, 'definition'),
    destination.domainXml(uuid, 'migratable'),
    openSession(destination, uuid),
  ]).catch(ifGone);
  if (found === null) return [`it is not at ${to}`];
  const [{ state, persistent }, definitionXml, migratableXml, open] = found;
  const differences: string[] = [];
  const on = isOn(state);
  if (on !== order.request.live) differences.push(on ? `it runs at ${to}` : `it does not run at ${to} (${state})`);
  else if (order.request.live && state !== inputs.domain.state && state !== 'running')
    differences.push(`it is ${state} at ${to}, and was ${inputs.domain.state}`);
  if (plan.running !== null && on) differences.push(...notArrived(plan.running.after, migratableXml, 'running'));
  if (plan.persistent === null) {
    if (persistent) differences.push(`it has a definition at ${to}, and had none`);
  } else if (!persistent) differences.push(`it has no definition at ${to}`);
  else
    differences.push(
      ...notArrived(plan.persistent.after, definitionXml, 'definition').map(
        (difference) => `in its definition, ${difference}`,
      ),
    );
  if ((open?.session.id ?? null) !== (inputs.session?.id ?? null))
    differences.push(inputs.session === null ? `it is in a rescue at ${to}` : `its rescue did not come along`);
  return differences;
}

async function differencesHere({ source, order, plan }: BegunMigration): Promise<string[]> {
  const state = await source.domainState(order.domain.uuid).catch(ifGone);
  return state !== null && isOn(state) ? [`it is ${state} at ${plan.from.hostname}, too`] : [];
}

/** What libvirt leaves to others: the source's definition, autostart, files that stay. */
export async function tidy(begun: BegunMigration): Promise<void> {
  const { inputs, plan, remarks } = begun;
  const { from } = hostsOf(begun);
  await leaveSource(begun);
  if (plan.persistent !== null && inputs.domain.autostart) await carryAutostart(begun);
  const nvram = inputs.domain.liveXml === null ? null : parseDomain(inputs.domain.liveXml).nvram;
  const own = inputs.ownNvram;
  if (nvram !== null && own !== null)
    remarks.push(
      `The UEFI variables of its rescue went with it. Its own (${own.path} at ${from}) did not: once the rescue is ended, it has ${own.destination} at ${plan.to.hostname}.`,
    );
  else if (nvram !== null && plan.running !== null && begun.order.request.undefineSource)
    remarks.push(
      `Its UEFI variables went with it. The file ${nvram} at ${from} stays: it can be removed, unless both hosts share it.`,
    );
}

async function leaveSource(begun: BegunMigration): Promise<void> {
  const { source, order, inputs, writer, remarks } = begun;
  const { uuid, name } = order.domain;
  const { from } = hostsOf(begun);
  const left = await source.domainStatus(uuid).catch(ifGone);
  if (left === null) return;
  if (order.request.undefineSource && !isOn(left.state)) {
    await source.forgetDomain(uuid);
    await writer.note(`libvirt had left the definition at ${from}: it was taken away.`);
    return;
  }
  // Else it would start there, too, with the host.
  if (!inputs.domain.autostart) return;
  await source.setAutostart(uuid, false);
  remarks.push(`${name} is not started with ${from} any more: its definition there stays, as it was asked.`);
}

/** libvirt does not send it along. */
async function carryAutostart({ destination, order, plan, writer }: BegunMigration): Promise<void> {
  await destination.setAutostart(order.domain.uuid, true);
  await writer.note(`It is started with ${plan.to.hostname}, as it was with ${plan.from.hostname}.`);
}
