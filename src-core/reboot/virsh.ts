/** A hard reboot by hand: what an administrator would type into a POSIX shell, on a host without Salvor. */
import type { DomainView } from '../domain-xml/domain.ts';
import { domainWord, shellWord } from '../rescue/shell-word.ts';
import type { StopRequest } from '../rescue/types.ts';
import { BEFORE_STOP, GROUPS, ofGroup } from './groups.ts';
import type { Group } from './groups.ts';
import { isActive, stopOf } from './power.ts';
import { secretXml } from './secrets.ts';
import type { PlannedDependency, RebootInputs } from './types.ts';

/** One line each; comments begin with #. Values of secrets are read from files. */
export function rebootCommands(
  { host, domain: facts, request, session }: RebootInputs,
  view: DomainView,
  dependencies: readonly PlannedDependency[],
): string[] {
  const virsh = host.uri === '' ? 'virsh' : `virsh -c ${shellWord(host.uri)}`;
  const domain = `--domain ${domainWord(view)}`;
  // A guest may be on a network in two ways, of which each names it.
  const commands = (groups: readonly Group[]) => [
    ...new Set(
      groups.flatMap((group) => ofGroup(dependencies, group)).flatMap((each) => dependencyCommands(virsh, each)),
    ),
  ];
  const before = commands(BEFORE_STOP);
  const setUp = commands((Object.keys(GROUPS) as Group[]).filter((group) => !BEFORE_STOP.includes(group)));
  if (session !== null && request.session === 'end')
    return [
      ...before,
      `salvor end --uri ${shellWord(host.uri)} --power off -- ${domainWord(view)}`,
      ...setUp,
      `${virsh} start ${domain}`,
    ];
  const stop = isActive(facts.state) ? stopCommands(virsh, domain, stopOf(request.stop, facts.state)) : [];
  if (session?.kind !== 'one-shot') return [...before, ...stop, ...setUp, `${virsh} start ${domain}`];
  return [
    '# session.xml holds passwords of the guest:',
    `(umask 077; ${virsh} dumpxml --migratable --security-info ${domain} > session.xml)`,
    ...before,
    ...stop,
    ...setUp,
    `${virsh} create session.xml`,
  ];
}

function stopCommands(virsh: string, domain: string, stop: StopRequest): string[] {
  if (stop.how === 'force') return [`${virsh} destroy ${domain}`];
  const isOff = `[ "$(${virsh} -q domid ${domain})" = - ]`;
  if (stop.onTimeout === 'keep-waiting') return [`${virsh} shutdown ${domain}`, `until ${isOff}; do sleep 1; done`];
  return [
    `${virsh} shutdown ${domain}`,
    `n=0; until ${isOff} || [ $n -ge ${String(stop.timeoutSeconds)} ]; do sleep 1; n=$((n+1)); done`,
    ...(stop.onTimeout === 'force' ? [`${isOff} || ${virsh} destroy ${domain}`] : []),
  ];
}

function dependencyCommands(virsh: string, { kind, name, of, action }: PlannedDependency): string[] {
  const word = shellWord(name);
  const network = kind === 'bridge' ? shellWord(of ?? '') : word;
  switch (action) {
    case 'start-pool':
      return [`${virsh} pool-start ${word}`];
    case 'refresh-pool':
      return [`${virsh} pool-refresh ${word} || ${virsh} pool-start ${word}`];
    case 'define-secret':
      return [
        `printf %s ${shellWord(secretXml(name, of))} | ${virsh} secret-define /dev/stdin`,
        `${virsh} secret-set-value ${word} --file FILE --plain`,
      ];
    case 'set-secret':
      return [`${virsh} secret-set-value ${word} --file FILE --plain`];
    case 'start-network':
      return [`${virsh} net-start ${network}`];
    case 'restart-network':
      return [`${virsh} net-destroy ${network}`, `${virsh} net-start ${network}`];
    case 'create-device':
      return [`${virsh} nodedev-start ${shellWord(nodeDeviceOf(name))}`];
    default:
      return [];
  }
}

/** As libvirt calls a mediated device: by its UUID, and (since 7.8) its parent behind that. */
export function nodeDeviceOf(uuid: string): string {
  return `mdev_${uuid.replaceAll('-', '_')}`;
}
