/** What will be done, in order: to start a session of each kind, and to end it. The runner reports by these ids. */
import { sentence } from './findings.ts';
import type { OverlayVolume } from './session.ts';
import type { PlanStep, PlannedSnapshot } from './plan-types.ts';
import type { OnTimeout, Sentence, SessionKind, StopRequest } from './types.ts';

/** What the steps of a session depend on. */
export interface SessionFacts {
  readonly domain: string;
  readonly kind: SessionKind;
  /** The guest has no definition of its own. */
  readonly transient: boolean;
  readonly endAtFirstReboot: boolean;
  readonly scratchNvram: string | null;
  /** Volumes that its media are put behind. */
  readonly overlays: readonly OverlayVolume[];
  /** File of the guest's own UEFI variables, of which a copy is kept first; null: none. */
  readonly nvramBackup: string | null;
  /** Taken of the guest's own disks first; null: none. */
  readonly snapshot: PlannedSnapshot | null;
}

/**
 * To start a session. A guest with a definition is stopped first, so that nothing is changed when it does not stop. A transient guest
 * is defined first: when it stops, its definition is all that there is of it.
 */
export function startSteps(session: SessionFacts, running: boolean, stop: StopRequest): PlanStep[] {
  const { domain, kind, transient } = session;
  const stopStep: PlanStep[] = running
    ? [{ id: 'stop', what: stopSentence(domain, stop), inverse: sentence('undo-stop', { domain }) }]
    : [];
  return [
    { id: 'check', what: sentence('step-check'), inverse: null },
    ...overlayStep(session),
    ...(transient ? [defineStep(session), ...stopStep] : stopStep),
    ...backupStep(session),
    ...snapshotStep(session),
    ...(kind === 'until-ended' && !transient ? [defineStep(session)] : []),
    startStep(session),
    { id: 'verify', what: sentence('step-verify'), inverse: null },
  ];
}

/** While the guest is as it was: one that cannot be made costs nothing. */
function overlayStep({ overlays }: SessionFacts): PlanStep[] {
  const [first] = overlays;
  if (first === undefined) return [];
  const params = { volumes: overlays.map(({ name }) => name).join(', '), pool: first.pool };
  return [{ id: 'overlay', what: sentence('step-overlay', params), inverse: sentence('undo-overlay', params) }];
}

/** Behind the stop: a guest that runs writes its variables. */
function backupStep({ domain, nvramBackup }: SessionFacts): PlanStep[] {
  if (nvramBackup === null) return [];
  return [{ id: 'backup', what: sentence('step-backup', { domain, path: nvramBackup }), inverse: null }];
}

/** Of disks at rest; and before anything is defined, so that what it goes back to is the guest's own definition. */
function snapshotStep({ snapshot }: SessionFacts): PlanStep[] {
  if (snapshot === null) return [];
  const { name, targets } = snapshot;
  return [
    {
      id: 'snapshot',
      what: sentence('step-snapshot', { snapshot: name, targets: targets.join(', ') }),
      inverse: sentence('undo-snapshot', { snapshot: name }),
    },
  ];
}

const THEN: Readonly<Record<OnTimeout, string>> = {
  force: 'force it off',
  'keep-waiting': 'keep waiting',
  'give-up': 'give up',
};

export function stopSentence(domain: string, { how, timeoutSeconds, onTimeout }: StopRequest): Sentence {
  if (how === 'force') return sentence('step-stop-force', { domain });
  return sentence('step-stop-graceful', { domain, seconds: timeoutSeconds, then: THEN[onTimeout] });
}

function defineStep({ domain, transient }: SessionFacts): PlanStep {
  return {
    id: 'define',
    what: sentence(transient ? 'step-define-transient' : 'step-define', { domain }),
    inverse: sentence(transient ? 'undo-define-transient' : 'undo-define', { domain }),
  };
}

function startStep({ domain, kind, endAtFirstReboot }: SessionFacts): PlanStep {
  if (kind === 'until-ended')
    return {
      id: 'start',
      what: sentence('step-start-defined', { domain }),
      inverse: sentence('undo-start-defined', { domain }),
    };
  const what = sentence(endAtFirstReboot ? 'step-start-once' : 'step-start', { domain });
  return { id: 'start', what, inverse: sentence('undo-start', { domain }) };
}

/** What whoever ends a session so should know first: of a rescue system that is forced off, or may be; null: nothing. */
export function endWarning({ how, onTimeout }: StopRequest): Sentence | null {
  return how === 'force' || onTimeout === 'force' ? sentence('end-force') : null;
}

/** To end a session: `running` it is on now, `on` it will be on afterwards. */
export function endSteps(session: SessionFacts, running: boolean, on: boolean, stop: StopRequest): PlanStep[] {
  const { domain, kind, transient, scratchNvram, overlays } = session;
  const [first] = overlays;
  const step = (id: PlanStep['id'], what: Sentence): PlanStep => ({ id, what, inverse: null });
  return [
    ...(running ? [step('stop', stopSentence(domain, stop))] : []),
    ...(kind === 'until-ended' && !transient ? [step('define', sentence('step-end-define', { domain }))] : []),
    ...(scratchNvram === null ? [] : [step('nvram', sentence('step-end-nvram', { path: scratchNvram }))]),
    ...(first === undefined
      ? []
      : [
          step(
            'overlay',
            sentence('step-end-overlay', { volumes: overlays.map(({ name }) => name).join(', '), pool: first.pool }),
          ),
        ]),
    step('start', startAgain(domain, transient, on)),
    step('verify', sentence('step-end-verify')),
  ];
}

function startAgain(domain: string, transient: boolean, on: boolean): Sentence {
  if (transient) return sentence('step-end-transient', { domain });
  return on ? sentence('step-end-start', { domain }) : sentence('step-end-stay-off', { domain });
}
