/** The plan of a hard reboot (RESCUE.md 8): from what was found of a domain and of all it depends on to everything that will be done. Pure. */
import { parseXml } from '../domain-xml/document.ts';
import type { XmlDocument } from '../domain-xml/document.ts';
import { readDomain } from '../domain-xml/domain.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import { sentence } from '../rescue/findings.ts';
import { hashText } from '../rescue/fingerprint.ts';
import type { PlanStep } from '../rescue/plan-types.ts';
import type { SessionRecord } from '../rescue/session.ts';
import { stopSentence } from '../rescue/steps.ts';
import type { Sentence } from '../rescue/types.ts';
import { planDependency, replacesValue } from './actions.ts';
import { UEFI_VARIABLES, optionalDisks } from './dependencies.ts';
import { rebootRefusals, rebootWarnings } from './findings.ts';
import { BEFORE_STOP, GROUPS, ofGroup } from './groups.ts';
import type { Group } from './groups.ts';
import { isActive, powerWord, stopOf } from './power.ts';
import { neededSecrets } from './secrets.ts';
import type { DependencyKind, PlannedDependency, RebootInputs, RebootPlan, RebootRequest } from './types.ts';
import { rebootCommands } from './virsh.ts';

/** Total for every definition that can be read as a domain; throws XmlProblem for others. Inputs are never changed. */
export function planReboot(inputs: RebootInputs): RebootPlan {
  const { domain: facts, request, session } = inputs;
  const document = parseXml(facts.definitionXml);
  const view = readDomain(document);
  const dependencies = planAll(inputs, document);
  const secrets = neededSecrets(dependencies, inputs.secretsGiven);
  const running = isActive(facts.state);
  const stop = stopOf(request.stop, facts.state);
  return {
    planVersion: 1,
    domain: { uuid: view.uuid, name: view.name },
    request,
    fingerprint: fingerprintOf(inputs),
    refusals: rebootRefusals(inputs, view, dependencies, secrets),
    warnings: rebootWarnings(inputs, view, dependencies, secrets, running),
    dependencies,
    untouched: untouched(view, dependencies, putsBack(session, request)),
    secrets,
    session: session === null ? null : sentence(sessionCode(session, request), { domain: view.name }),
    steps: stepsOf(view.name, { ...request, stop }, session, running, dependencies),
    virsh: rebootCommands(inputs, view, dependencies),
  };
}

function planAll({ found, secretsGiven }: RebootInputs, document: XmlDocument): PlannedDependency[] {
  const pools = new Map(found.filter(({ kind }) => kind === 'pool').map(({ name, state }) => [name, state]));
  const around = { given: new Set(secretsGiven), optional: optionalDisks(document), pools };
  return found.map((dependency) => planDependency(dependency, around));
}

/** What a run has to find as the preview did. Neither which values are at hand, nor how the monitor fares, makes it another machine. */
function fingerprintOf({ domain, found, request, session }: RebootInputs): RebootPlan['fingerprint'] {
  const definition = hashText(domain.definitionXml);
  const rest = {
    definition,
    power: powerWord(domain.state),
    persistent: domain.persistent,
    managedSave: domain.managedSave,
    job: domain.job,
    blockJobs: domain.blockJobs,
    session: session === null ? null : [session.id, session.kind],
    found: found.map(({ kind, name, users, of, state, sharedWith }) => [kind, name, users, of, state, sharedWith]),
    request,
  };
  return { definition, inputs: hashText(JSON.stringify(rest)) };
}

/** Is there a definition for the rescue alone, which the guest's own one takes the place of? */
function putsBack(session: SessionRecord | null, request: RebootRequest): boolean {
  return session?.kind === 'until-ended' && request.session === 'end';
}

function sessionCode(session: SessionRecord, request: RebootRequest) {
  if (request.session === 'keep') return 'reboot-session-kept';
  return putsBack(session, request) ? 'reboot-session-ended-defined' : 'reboot-session-ended';
}

function stepsOf(
  domain: string,
  request: RebootRequest,
  session: SessionRecord | null,
  running: boolean,
  dependencies: readonly PlannedDependency[],
): PlanStep[] {
  const step = (id: PlanStep['id'], what: Sentence): PlanStep => ({ id, what, inverse: null });
  const ends = session !== null && request.session === 'end';
  const stop = stopSentence(domain, request.stop);
  const stops = ends
    ? [step('stop', sentence('reboot-step-end', { domain, how: lowerFirst(stop.text) }))]
    : running
      ? [step('stop', stop)]
      : [];
  const groups = (before: boolean) =>
    (Object.keys(GROUPS) as Group[]).flatMap((group) => {
      const all = BEFORE_STOP.includes(group) === before ? ofGroup(dependencies, group) : [];
      return all.length === 0 ? [] : [step(group, sentence(`reboot-step-${group}`, { what: summary(all) }))];
    });
  return [
    step('check', sentence('reboot-step-check')),
    ...groups(true),
    ...stops,
    ...groups(false),
    step('start', sentence(startCode(ends ? null : session), { domain })),
    step('verify', sentence(verifyCode(session, request))),
  ];
}

function startCode(session: SessionRecord | null) {
  if (session === null) return 'reboot-step-start';
  return session.kind === 'one-shot' ? 'reboot-step-start-session' : 'reboot-step-start-defined';
}

/** A rescue that is kept for one run is in no definition. */
function verifyCode(session: SessionRecord | null, request: RebootRequest) {
  if (putsBack(session, request)) return 'reboot-step-verify-own';
  return session?.kind === 'one-shot' && request.session === 'keep'
    ? 'reboot-step-verify-session'
    : 'reboot-step-verify';
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

const MOST_NAMED = 4;

/** `start isc; refresh images`, or that nothing has to be done. */
function summary(all: readonly PlannedDependency[]): string {
  const work = all.filter(({ action }) => action !== 'none' && action !== 'check');
  if (work.length === 0) return 'nothing to do but look';
  const named = work.slice(0, MOST_NAMED).map(({ name, does }) => `${name}: ${does.text}`);
  const more = work.length - named.length;
  return [...named, ...(more === 0 ? [] : [`${String(more)} more`])].join('; ');
}

function untouched(view: DomainView, dependencies: readonly PlannedDependency[], ownIsPutBack: boolean): Sentence[] {
  const domain = view.name;
  const targets = view.disks.filter(({ source }) => source !== null).map(({ target }) => target);
  const nvram = dependencies.find(({ kind }) => kind === 'nvram');
  const has = (kind: DependencyKind) => dependencies.some((dependency) => dependency.kind === kind);
  return [
    sentence(ownIsPutBack ? 'reboot-keeps-own-definition' : 'reboot-keeps-definition', { domain }),
    ...(targets.length === 0 ? [] : [sentence('reboot-keeps-disks', { targets: targets.join(', ') })]),
    ...(nvram === undefined
      ? []
      : [
          sentence('reboot-keeps-nvram', {
            path: nvram.name === UEFI_VARIABLES ? 'where libvirt keeps them' : nvram.name,
          }),
        ]),
    ...(has('tpm') ? [sentence('reboot-keeps-tpm')] : []),
    ...(has('secret') ? [keptSecrets(dependencies)] : []),
  ];
}

function keptSecrets(dependencies: readonly PlannedDependency[]): Sentence {
  const replaced = dependencies.filter((found) => replacesValue(found, found.action)).map(({ name }) => name);
  if (replaced.length === 0) return sentence('reboot-keeps-secrets');
  return sentence('reboot-keeps-other-secrets', { uuids: replaced.join(', ') });
}
