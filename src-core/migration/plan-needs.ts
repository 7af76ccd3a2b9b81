/** Networks, bridges, pools and secrets at the destination: there, carried over, or in the way. */
import { refusal, sentence, warning } from '../rescue/findings.ts';
import { shellWord } from '../rescue/shell-word.ts';
import type { Finding, Sentence } from '../rescue/types.ts';
import type { MigrationContext } from './context.ts';
import type { NeededThere, PlannedNeed } from './types.ts';

export interface PlannedNeeds {
  readonly needs: readonly PlannedNeed[];
  /** Secrets that are carried. */
  readonly carried: readonly string[];
  readonly refusals: readonly Finding[];
  readonly warnings: readonly Finding[];
}

const START: Readonly<Record<NeededThere['kind'], string>> = {
  network: 'net-start',
  bridge: '',
  pool: 'pool-start',
  secret: '',
};

export function planNeeds(context: MigrationContext): PlannedNeeds {
  const { inputs } = context;
  const carry = ({ kind, state, carriable }: NeededThere) =>
    kind === 'secret' &&
    carriable &&
    inputs.request.secrets === 'carry' &&
    (state === 'missing' || state === 'no-value');
  return {
    needs: inputs.destination.needed.map((need) => ({ ...need, does: doesOf(need, carry(need)) })),
    carried: inputs.destination.needed.filter(carry).map(({ name }) => name),
    refusals: inputs.destination.needed.filter((need) => !carry(need)).flatMap((need) => refusalOf(context, need)),
    warnings: inputs.destination.needed.flatMap((need) => warningOf(need, carry(need), context)),
  };
}

function doesOf({ state }: NeededThere, carried: boolean): Sentence {
  if (carried) return sentence('migrate-need-carry');
  if (state === 'ready') return sentence('migrate-need-ready');
  return sentence(state === 'not-checked' || state === 'value-unknown' ? 'migrate-need-unknown' : 'migrate-need-lacks');
}

function wordsOf({ inputs, from, to }: MigrationContext, { kind, name, users }: NeededThere) {
  return {
    kind,
    name,
    users: users.join(', '),
    from,
    to,
    option: kind,
    word: shellWord(name),
    uri: shellWord(inputs.destination.host.uri),
    command: START[kind],
  };
}

function refusalOf(context: MigrationContext, need: NeededThere): Finding[] {
  const { kind, name, state, carriable } = need;
  if (state === 'ready' || state === 'value-unknown' || state === 'not-checked') return [];
  const words = wordsOf(context, need);
  if (kind === 'secret') return [refusal(carriable ? 'migrate-secret-missing' : 'migrate-secret-private', name, words)];
  return [refusal(state === 'inactive' ? 'migrate-need-inactive' : 'migrate-need-missing', name, words)];
}

function warningOf(need: NeededThere, carried: boolean, context: MigrationContext): Finding[] {
  const words = wordsOf(context, need);
  if (carried) return [warning('migrate-carries-secrets', need.name, words)];
  if (need.state === 'value-unknown') return [warning('migrate-secret-unknown', need.name, words)];
  return need.state === 'not-checked' ? [warning('migrate-not-checked', need.name, words)] : [];
}
