/** Every moment at which an operation can be cut off, and what it then leaves behind by itself, without anybody else. */
import type { Facts } from './resume.ts';

type Stand = Pick<Facts, 'definition' | 'runs' | 'overlay'>;

interface Step {
  readonly id: string;
  /** What it changes; several: one after the other. */
  readonly to: readonly Partial<Stand>[];
}

interface Course {
  readonly operation: 'rescue' | 'end';
  readonly session: Facts['session'];
  readonly power: Facts['power'];
  readonly from: Stand;
  readonly steps: readonly Step[];
}

export interface CrashPoint {
  readonly course: Course;
  /** The last record: a step and its state; null: none but the first. */
  readonly last: { readonly id: string; readonly state: 'running' | 'done' } | null;
  readonly facts: Facts;
}

const OVERLAY: Step = { id: 'overlay', to: [{ overlay: 'yes' }] };
const REMOVE: Step = { id: 'overlay', to: [{ overlay: 'no' }] };
const STOP: Step = { id: 'stop', to: [{ runs: 'off' }] };
const BACKUP: Step = { id: 'backup', to: [] };
const SNAPSHOT: Step = { id: 'snapshot', to: [] };
const DEFINE: Step = { id: 'define', to: [{ definition: 'rescue' }] };
const START: Step = { id: 'start', to: [{ runs: 'rescue' }] };
const VERIFY: Step = { id: 'verify', to: [] };
const PUT_BACK: Step = { id: 'define', to: [{ definition: 'own' }] };
const NVRAM: Step = { id: 'nvram', to: [] };
const START_OWN: Step = { id: 'start', to: [{ runs: 'own' }] };
const STAY_OFF: Step = { id: 'start', to: [] };
const START_FLEETING: Step = { id: 'start', to: [{ runs: 'own' }, { definition: 'none' }] };

const rescue = (session: Course['session'], power: Course['power'], from: Stand, ...steps: Step[]): Course => ({
  operation: 'rescue',
  session,
  power,
  from,
  steps: [...steps, VERIFY],
});
const end = (session: Course['session'], power: Course['power'], from: Stand, ...steps: Step[]): Course => ({
  operation: 'end',
  session,
  power,
  from,
  steps: [...steps, VERIFY],
});
const RUNS: Stand = { definition: 'own', runs: 'own', overlay: 'no' };
const OFF: Stand = { definition: 'own', runs: 'off', overlay: 'no' };
const FLEETING: Stand = { definition: 'none', runs: 'own', overlay: 'no' };
const ONE_SHOT: Stand = { definition: 'own', runs: 'rescue', overlay: 'yes' };
const LASTING: Stand = { definition: 'rescue', runs: 'rescue', overlay: 'yes' };
const LASTING_OFF: Stand = { definition: 'rescue', runs: 'off', overlay: 'yes' };

/** Steps as src-core/rescue/steps.ts puts them in order. */
export const COURSES: readonly Course[] = [
  rescue('one-shot', 'on', RUNS, OVERLAY, STOP, BACKUP, SNAPSHOT, START),
  rescue('one-shot', 'off', OFF, OVERLAY, BACKUP, SNAPSHOT, START),
  rescue('until-ended', 'on', RUNS, OVERLAY, STOP, BACKUP, SNAPSHOT, DEFINE, START),
  rescue('until-ended', 'off', OFF, OVERLAY, BACKUP, SNAPSHOT, DEFINE, START),
  rescue('transient', 'on', FLEETING, OVERLAY, DEFINE, STOP, BACKUP, SNAPSHOT, START),
  end('one-shot', 'on', ONE_SHOT, STOP, NVRAM, REMOVE, START_OWN),
  end('one-shot', 'off', ONE_SHOT, STOP, NVRAM, REMOVE, STAY_OFF),
  end('until-ended', 'on', LASTING, STOP, PUT_BACK, NVRAM, REMOVE, START_OWN),
  end('until-ended', 'off', LASTING, STOP, PUT_BACK, NVRAM, REMOVE, STAY_OFF),
  end('until-ended', 'on', LASTING_OFF, PUT_BACK, NVRAM, REMOVE, START_OWN),
  end('transient', 'on', LASTING, STOP, NVRAM, REMOVE, START_FLEETING),
  end('transient', 'off', LASTING, STOP, PUT_BACK, NVRAM, REMOVE, STAY_OFF),
];

const TOUCHING = new Set(['stop', 'define', 'start', 'verify', 'nvram']);

/** All crash points of a course, in the order of time. In mid-step each state from before to after it is possible. */
export function crashPoints(course: Course): CrashPoint[] {
  const points: CrashPoint[] = [];
  let stand = course.from;
  let touched: Facts['touched'] = 'no';
  const add = (last: CrashPoint['last'], at: Stand) =>
    points.push({
      course,
      last,
      facts: {
        operation: course.operation,
        session: course.session,
        touched,
        power: course.power,
        domain: 'there',
        saved: 'no',
        copy: 'yes',
        ...at,
      },
    });
  add(null, stand);
  // Checked before the first record, and told by the second.
  add({ id: 'check', state: 'done' }, stand);
  for (const { id, to } of course.steps) {
    if (TOUCHING.has(id)) touched = 'yes';
    add({ id, state: 'running' }, stand);
    for (const change of to) {
      stand = { ...stand, ...change };
      add({ id, state: 'running' }, stand);
    }
    add({ id, state: 'done' }, stand);
  }
  return points;
}
