/** Request → plan of a migration (RESCUE.md 9). Pure: the same inputs give the same plan, byte for byte. */
import { sentence, warning } from '../rescue/findings.ts';
import { sizeText } from '../rescue/size-text.ts';
import type { PlanStep } from '../rescue/plan-types.ts';
import type { Finding, Sentence } from '../rescue/types.ts';
import { destinationFindings, guestRefusals, guestWarnings, hostRefusals, memoryOf } from './checks.ts';
import { contextOf } from './context.ts';
import type { MigrationContext } from './context.ts';
import { changedGuest, definitionsThere } from './definitions.ts';
import type { Definitions } from './definitions.ts';
import { estimateOf } from './estimate.ts';
import type { Estimated } from './estimate.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { MigrationFlag } from './parameters.ts';
import { planDisks } from './plan-disks.ts';
import type { PlannedDisks } from './plan-disks.ts';
import { planNeeds } from './plan-needs.ts';
import { mapPath } from './rules.ts';
import type { DestinationFacts, MigrationInputs, MigrationParameters, MigrationPlan } from './types.ts';
import { virshLines } from './virsh.ts';

/** Plan a migration. Throws XmlProblem where a definition cannot be read at all; everything else is in the plan. */
export function planMigration(inputs: MigrationInputs): MigrationPlan {
  const context = contextOf(inputs);
  const disks = planDisks(context);
  const needs = planNeeds(context);
  const there = destinationFindings(context);
  const hosts = hostRefusals(context);
  // Two hosts that cannot do it at all: the rest would only repeat that.
  const refusals = hosts.some(({ code }) => code === 'migrate-driver' || code === 'migrate-same-host')
    ? hosts
    : [...hosts, ...guestRefusals(context), ...there.refusals, ...needs.refusals, ...disks.refusals];
  const refused = refusals.length > 0;
  const definitions = refused ? { running: null, persistent: null } : checked(definitionsThere(inputs));
  const estimated = estimate(context, disks);
  const flags = refused ? [] : flagsOf(context, disks);
  const parameters = refused ? {} : parametersOf(inputs, disks);
  return {
    planVersion: 1,
    domain: { uuid: context.domain.uuid, name: context.domain.name },
    from: { uri: inputs.source.host.uri, hostname: context.from },
    to: { uri: inputs.destination.host.uri, hostname: context.to },
    request: inputs.request,
    fingerprint: fingerprintOf(inputs),
    refusals,
    warnings: [
      ...there.warnings,
      ...needs.warnings,
      ...disks.warnings,
      ...variablesWarning(context),
      ...guestWarnings(context),
      ...copiesWarning(context, disks),
      ...convergenceWarning(context, estimated),
    ],
    disks: disks.disks,
    needs: needs.needs,
    names: namesThere(inputs.destination),
    ...definitions,
    session: sessionSentence(context),
    flags,
    parameters,
    estimate: estimated?.estimate ?? null,
    steps: refused ? [] : stepsOf(context, disks, needs.carried),
    virsh: refused
      ? []
      : virshLines(context, flags, parameters, {
          running: definitions.running !== null,
          persistent: definitions.persistent !== null,
        }),
  };
}

function namesThere({ networks }: DestinationFacts): MigrationPlan['names'] {
  const bridges = networks.flatMap(({ bridge }) => bridge ?? []);
  return { networks: networks.map(({ name }) => name), bridges: [...new Set(bridges)] };
}

/** Rules name host-specific parts only; a definition that would be another guest's is never given to libvirt. */
function checked(definitions: Definitions): Definitions {
  for (const pair of [definitions.running, definitions.persistent]) {
    const changed = pair === null ? null : changedGuest(pair.before, pair.after);
    if (changed !== null) throw new Error(`the rules would change the guest: ${changed}`);
  }
  return definitions;
}

function flagsOf({ inputs }: MigrationContext, disks: PlannedDisks): MigrationFlag[] {
  const { request, domain } = inputs;
  const { live, options } = request;
  const top = disks.disks.some(({ way }) => way === 'copy-top');
  const all: readonly (readonly [MigrationFlag, boolean])[] = [
    ['LIVE', live],
    ['PEER2PEER', request.way === 'p2p'],
    ['PERSIST_DEST', domain.persistent],
    ['UNDEFINE_SOURCE', domain.persistent && request.undefineSource],
    ['OFFLINE', !live],
    ['NON_SHARED_DISK', disks.copied.length > 0 && !top],
    ['NON_SHARED_INC', top],
    ['UNSAFE', disks.unsafe],
    ['AUTO_CONVERGE', live && options.autoConverge],
    ['POSTCOPY', live && options.postCopy],
    ['TLS', live && options.tls],
    ['PARALLEL', live && options.parallel !== null],
  ];
  return all.flatMap(([flag, is]) => (is ? [flag] : []));
}

function parametersOf({ request }: MigrationInputs, { copied }: PlannedDisks): MigrationParameters {
  const { migrateUri, live, options } = request;
  if (!live) return {};
  return {
    ...(migrateUri === null ? {} : { migrate_uri: migrateUri }),
    ...(copied.length === 0 ? {} : { migrate_disks: copied }),
    // QEMU's own server for disks needs a socket of its own.
    ...(copied.length > 0 && migrateUri?.startsWith('unix:') === true ? { disks_uri: `${migrateUri}.disks` } : {}),
    ...(options.bandwidth === null ? {} : { bandwidth: options.bandwidth }),
    ...(options.parallel === null ? {} : { 'parallel.connections': options.parallel }),
  };
}

function variablesWarning({ inputs, domain, to }: MigrationContext): Finding[] {
  const { request } = inputs;
  const path = domain.nvram;
  // The rescue's own are made afresh at its every start.
  if (path === null || (!request.live && inputs.ownNvram !== null)) return [];
  if (request.live) return request.undefineSource ? [warning('migrate-nvram-stays', path, { path })] : [];
  const destination = mapPath(request.rules.paths, path);
  return [warning('migrate-offline-nvram', path, { domain: domain.name, path, destination, to })];
}

/** From the switch on nothing is written to both any more. */
function copiesWarning({ inputs, from, to }: MigrationContext, { copied }: PlannedDisks): Finding[] {
  const { live, options } = inputs.request;
  if (!live || !options.postCopy || copied.length === 0) return [];
  return [warning('migrate-post-copy-disks', copied[0] ?? null, { targets: copied.join(', '), from, to })];
}

function estimate(context: MigrationContext, { disks }: PlannedDisks): Estimated | null {
  const { request, dirtyRate } = context.inputs;
  const memory = memoryOf(context);
  if (!request.live || memory === null) return null;
  const bytes = disks.reduce((sum, disk) => sum + (disk.bytes ?? 0), 0);
  return estimateOf({ memory, disks: bytes, dirtyRate, options: request.options });
}

function convergenceWarning({ inputs, domain }: MigrationContext, estimated: Estimated | null): Finding[] {
  if (estimated === null || estimated.slowerThan === null || inputs.dirtyRate === null) return [];
  const dirty = sizeText(inputs.dirtyRate.bytesPerSecond);
  return [
    warning('migrate-not-convergent', null, { domain: domain.name, dirty, rate: sizeText(estimated.slowerThan) }),
  ];
}

function sessionSentence({ inputs, to }: MigrationContext): Sentence | null {
  if (inputs.session === null) return null;
  return inputs.session.kind === 'one-shot'
    ? sentence('migrate-session-one-shot', { to })
    : sentence('migrate-session-until-ended', { to });
}

function stepsOf(
  { inputs, domain, from, to }: MigrationContext,
  { copied }: PlannedDisks,
  carried: readonly string[],
): PlanStep[] {
  const words = { domain: domain.name, from, to, secrets: carried.join(', ') };
  const disks = copied.length === 0 ? '' : ` and copy ${copied.join(', ')}`;
  return [
    { id: 'check', what: sentence('migrate-step-check'), inverse: null },
    ...(carried.length === 0
      ? []
      : [
          {
            id: 'prepare',
            what: sentence('migrate-step-prepare', words),
            inverse: sentence('migrate-undo-prepare', words),
          } as const,
        ]),
    inputs.request.live
      ? {
          id: 'migrate',
          what: sentence('migrate-step-live', { ...words, disks }),
          inverse: sentence('migrate-undo-live', words),
        }
      : { id: 'migrate', what: sentence('migrate-step-offline', words), inverse: null },
    { id: 'verify', what: sentence('migrate-step-verify', words), inverse: null },
    ...(inputs.domain.autostart
      ? [{ id: 'tidy', what: sentence('migrate-step-tidy', words), inverse: null } as const]
      : []),
  ];
}
