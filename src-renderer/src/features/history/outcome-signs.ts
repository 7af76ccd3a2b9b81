import type { HistoryOutcome } from '../../../../src-core/contract/journal-schemas.ts';
import type { SignName, Tone } from '../../components/Sign.tsx';

interface OutcomeSign {
  readonly sign: SignName;
  readonly tone: Tone;
}

export const OUTCOME_SIGNS: Readonly<Record<HistoryOutcome, OutcomeSign>> = {
  running: { sign: 'step', tone: 'accent' },
  unfinished: { sign: 'warning', tone: 'warning' },
  done: { sign: 'check', tone: 'good' },
  failed: { sign: 'refused', tone: 'refused' },
  cancelled: { sign: 'undone', tone: 'unchanged' },
};
