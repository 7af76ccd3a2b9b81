/** What stands in the way of a hard reboot, and what should be known before it. */
import { parseDomain } from '../domain-xml/domain.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import { refusal, warning } from '../rescue/findings.ts';
import { pendingOf } from '../rescue/pending.ts';
import { markOfOtherVersion, sessionOfDomainXml } from '../rescue/session.ts';
import { domainWord } from '../rescue/shell-word.ts';
import type { DomainState, Finding } from '../rescue/types.ts';
import { blockedBy, replacesValue } from './actions.ts';
import { isHalfOfMigration } from './power.ts';
import type { NeededSecret, PlannedDependency, RebootInputs } from './types.ts';

export function rebootRefusals(
  inputs: RebootInputs,
  view: DomainView,
  dependencies: readonly PlannedDependency[],
  secrets: readonly NeededSecret[],
): Finding[] {
  const domain = view.name;
  return [
    ...(inputs.host.readOnly ? [refusal('reboot-read-only', null)] : []),
    ...domainRefusals(inputs, view),
    ...dependencies
      .filter(({ action }) => action === 'blocked')
      .map((found) => {
        const { why, next } = blockedBy(found);
        return refusal('reboot-blocked', found.name, { domain, what: why, next });
      }),
    ...secrets
      .filter(({ required, given }) => required && !given)
      .map(({ uuid, usage, users, define }) =>
        refusal('reboot-secret-needed', uuid, {
          uuid,
          usage: usage ?? 'of an unknown use',
          users: users.join(', '),
          state: define ? 'is not defined any more' : 'has no value',
        }),
      ),
    ...inputs.secretsGiven
      .filter((uuid) => !dependencies.some(({ kind, name }) => kind === 'secret' && name === uuid))
      .map((uuid) => refusal('reboot-secret-unknown', uuid, { domain, uuid })),
  ];
}

function domainRefusals({ domain: facts, request, session, pausedReason }: RebootInputs, view: DomainView): Finding[] {
  const domain = view.name;
  const params = { domain, word: domainWord(view) };
  const marked = facts.liveXml ?? facts.definitionXml;
  return [
    ...(facts.persistent ? [] : [refusal('reboot-transient', null, params)]),
    ...(facts.persistent && request.session === 'end' && session?.transient === true
      ? [refusal('reboot-transient-end', null, params)]
      : []),
    ...(session === null && sessionOfDomainXml(marked) === null && markOfOtherVersion(marked) !== null
      ? [refusal('reboot-other-version', null, params)]
      : []),
    ...(facts.managedSave ? [refusal('reboot-saved-memory', null, params)] : []),
    ...(isHalfOfMigration(facts.state, pausedReason) ? [refusal('reboot-half', null, params)] : []),
    ...(facts.job === null ? [] : [refusal('reboot-job', null, params)]),
    ...(facts.blockJobs.length === 0
      ? []
      : [refusal('reboot-block-job', null, { ...params, targets: facts.blockJobs.join(', ') })]),
  ];
}

const UNANSWERING: readonly string[] = ['occupied', 'error'];
/** Here a guest hears its power button; one that is paused, or asleep, does not. */
const SHUTS_DOWN: readonly DomainState[] = ['running', 'blocked', 'shutdown', 'nostate'];

export function rebootWarnings(
  inputs: RebootInputs,
  view: DomainView,
  dependencies: readonly PlannedDependency[],
  secrets: readonly NeededSecret[],
  running: boolean,
): Finding[] {
  const { request, control } = inputs;
  const domain = view.name;
  const crashed = inputs.domain.state === 'crashed';
  const hung = control !== null && UNANSWERING.includes(control) ? control : null;
  return [
    ...(crashed ? [warning('reboot-crashed', null, { domain, word: domainWord(view) })] : []),
    ...(running && !crashed ? forceWarnings(inputs, domain, hung !== null) : []),
    ...(running && !crashed && hung !== null && request.stop.how === 'graceful'
      ? [warning('reboot-occupied', null, { domain, control: hung })]
      : []),
    ...lossWarnings(inputs, view),
    ...sharedWarnings(dependencies),
    ...secrets
      .filter(({ required, given }) => !required && !given)
      .map(({ uuid }) => warning('reboot-value-unknown', uuid, { uuid })),
    ...dependencies
      .filter((found) => replacesValue(found, found.action))
      .map(({ name: uuid, state }) =>
        warning('reboot-secret-replaced', uuid, { uuid, has: state === 'ready' ? 'has' : 'may have' }),
      ),
    ...(running && inputs.session?.kind === 'one-shot' && request.session === 'keep'
      ? [warning('reboot-one-shot-may-end', null, { domain })]
      : []),
  ];
}

/** It is said to be forced off where nothing else can stop it: a guest that is paused, or whose QEMU does not answer, cannot shut down. */
function forceWarnings(
  { domain: { state }, request: { stop } }: RebootInputs,
  domain: string,
  hung: boolean,
): Finding[] {
  if (stop.how === 'force') return [warning('reboot-forced', null, { domain })];
  if (stop.onTimeout !== 'force') return [];
  return hung || !SHUTS_DOWN.includes(state)
    ? [warning('reboot-forced', null, { domain })]
    : [warning('reboot-may-be-forced', null, { domain, seconds: stop.timeoutSeconds })];
}

/** What is gone when the guest stops. */
function lossWarnings({ domain: facts, session, request }: RebootInputs, view: DomainView): Finding[] {
  const pending = session === null ? pendingOf(view, facts) : [];
  const overlaid = facts.liveXml === null ? [] : transientTargets(facts.liveXml, view);
  // Ending the rescue says so itself: what was written in it is meant to be thrown away.
  const lost = request.session === 'end' && session !== null ? [] : overlaid;
  return [
    ...(pending.length === 0 ? [] : [warning('reboot-pending', null, { changes: pending.join('; ') })]),
    ...(lost.length === 0 ? [] : [warning('reboot-overlay-lost', null, { targets: lost.join(', ') })]),
  ];
}

function transientTargets(liveXml: string, view: DomainView): string[] {
  // Most have none, and parsing takes its time.
  if (!liveXml.includes('<transient')) return [];
  try {
    return parseDomain(liveXml)
      .disks.filter(({ transient }) => transient)
      .map(({ target }) => target);
  } catch {
    return view.disks.filter(({ transient }) => transient).map(({ target }) => target);
  }
}

function sharedWarnings(dependencies: readonly PlannedDependency[]): Finding[] {
  return dependencies.flatMap(({ kind, name, sharedWith, action }) => {
    // What blocks the start is refused.
    if (sharedWith.length === 0 || action === 'blocked') return [];
    const domains = sharedWith.join(', ');
    if (kind === 'host-device' || kind === 'mediated-device')
      return [warning('reboot-device-shared', name, { device: name, domains })];
    if (kind === 'pool' && action === 'refresh-pool')
      return [warning('reboot-pool-shared', name, { pool: name, domains })];
    return [];
  });
}
