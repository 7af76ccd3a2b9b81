/** The steps of a hard reboot that change the guest. Each looks right before its change whether the domain is still as the steps before left it. */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { stopOf } from '../../../src-core/reboot/power.ts';
import { startFailure } from '../../../src-core/reboot/start-failure.ts';
import { verifyReboot } from '../../../src-core/reboot/verify.ts';
import { hashDefinition } from '../../../src-core/rescue/record.ts';
import { domainWord } from '../../../src-core/rescue/shell-word.ts';
import { isOn } from '../domain-facts.ts';
import { assertAsExpected, ifGone } from '../drift.ts';
import { scratchIn } from '../end-run.ts';
import { isUnanswered } from '../errors.ts';
import { openSession } from '../run.ts';
import { forceOff, stopGuest } from '../stop-guest.ts';
import { missing, remark, secretProblem, wordsOf } from './begun.ts';
import type { Begun } from './begun.ts';
import { restoreBridge } from './set-up.ts';

export async function stop(begun: Begun): Promise<void> {
  const { hypervisor, domain, order, inputs, report, signal } = begun;
  // It may go off by itself at any moment: that is what is wanted.
  const last = { ...begun.expected, on: null };
  const often = { ...last, targets: [] };
  const told = await stopGuest(hypervisor, domain, stopOf(order.request.stop, inputs.domain.state), {
    note: (note) => report.note('stop', note),
    signal,
    lookAgain: (isLast) => assertAsExpected(hypervisor, domain, isLast ? last : often),
    asked: () => (begun.asked = true),
  });
  await endCrashed(begun);
  begun.stopped = true;
  begun.expected = { ...often, on: false };
  if (told !== null) await remark(begun, 'stop', told);
}

/** A guest that crashed before or while it was asked runs no more, and is not off where libvirt keeps it: a start would find it there. */
async function endCrashed({ hypervisor, domain }: Begun): Promise<void> {
  // One that is gone by now the next step finds so.
  const crashed = async () => (await hypervisor.domainState(domain.uuid).catch(ifGone)) === 'crashed';
  if (!(await crashed())) return;
  await forceOff(hypervisor, domain);
  if (await crashed()) throw new SalvorError('stop-failed', { domain: domain.name });
}

/** Throws secret-needed, secret-wrong, dependency-missing, start-failed, drift, busy. */
export async function start(begun: Begun): Promise<void> {
  const { hypervisor, domain, expected } = begun;
  await assertAsExpected(hypervisor, domain, expected);
  const failure = await startOnce(begun);
  if (failure === null) return;
  const why = startFailure(wordsOf(failure), begun.plan.dependencies);
  if (why?.kind !== 'bridge-gone') throw startError(begun, failure);
  if (!(await restoreBridge(begun, why.bridge)))
    throw missing(begun, `there is no interface ${why.bridge} on the host`, failure);
  const again = await startOnce(begun);
  if (again !== null) throw startError(begun, again);
}

/** QEMU waits without an end for a vhost-user socket that it is to connect to again and again (tried on 7.2), and libvirt waits for QEMU. */
const LONG_START_MS = 10_000;

/** Say so where it takes long; the note is gone with the wait. */
async function withPatience<T>({ domain, report }: Begun, work: () => Promise<T>): Promise<T> {
  const text = `QEMU has not come up for ${String(LONG_START_MS / 1000)} s: it may wait for something that it needs. virsh destroy --domain ${domainWord(domain)} ends that, and leaves ${domain.name} off.`;
  const timer = setTimeout(() => report.note('start', text), LONG_START_MS);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    report.note('start', null);
  }
}

/** What libvirt refused it with; null: it runs. */
async function startOnce(begun: Begun): Promise<unknown> {
  const { hypervisor, domain, startXml, open } = begun;
  // Variables of a session's own are made afresh, as at every start of it; a guest's own never are.
  const nvram = open === null || scratchIn(startXml, domain.uuid) === null ? undefined : 'fresh';
  const once = open !== null && !open.defined;
  try {
    await withPatience(begun, () =>
      once ? hypervisor.createDomain(startXml, nvram) : hypervisor.startDomain(domain.uuid, nvram),
    );
    return null;
  } catch (error) {
    if (isUnanswered(error)) throw error;
    // Somebody else was faster by a moment: whether it runs as it should is verified.
    return isOn(await hypervisor.domainState(domain.uuid)) ? null : error;
  }
}

function startError(begun: Begun, failure: unknown): SalvorError {
  const { domain, plan } = begun;
  const ofSecret = secretProblem(begun, failure);
  if (ofSecret !== null) return ofSecret;
  const detail = wordsOf(failure);
  const why = startFailure(detail, plan.dependencies);
  return why?.kind === 'missing'
    ? missing(begun, why.what, failure)
    : new SalvorError('start-failed', { domain: domain.name, what: 'normal operation' }, detail);
}

export async function verify({ hypervisor, domain, startXml, definitionXml, open }: Begun): Promise<void> {
  const [{ state, persistent }, liveXml, definitionNow, session] = await Promise.all([
    hypervisor.domainStatus(domain.uuid),
    hypervisor.domainXml(domain.uuid, 'live'),
    hypervisor.domainXml(domain.uuid, 'definition'),
    openSession(hypervisor, domain.uuid),
  ]);
  const differences = isOn(state) ? verifyReboot(startXml, liveXml) : ['it does not run'];
  if (!persistent) differences.push('somebody undefined it meanwhile, so that it will be gone when it is off');
  else if (hashDefinition(definitionNow) !== hashDefinition(definitionXml))
    differences.push('its definition was changed meanwhile');
  const wanted = open?.session.id ?? null;
  if (open === null && session !== null) differences.push('it is in a rescue that somebody began meanwhile');
  if (open !== null && (session?.live !== true || session.session.id !== wanted))
    differences.push('it is not in its rescue any more');
  if (differences.length === 0) return;
  throw new SalvorError('reboot-differs', { domain: domain.name, what: differences.join('; ') });
}
