/** Planning and preview of a rescue, as a ratio to parsing the definition's XML alone with the same parser. */
import { parseXml } from '../src-core/domain-xml/document.ts';
import { previewRescue } from '../src-core/rescue/plan.ts';
import { redactPlan } from '../src-core/rescue/redact.ts';
import type { RescueInputs } from '../src-core/rescue/types.ts';
import { domainWithDisks } from './domains.ts';
import { inTurn, milliseconds, ratioLine } from './measure.ts';

/** The plan costs at most three times the parse, at every size: nothing in it may be quadratic. */
const AIM = 3;
const SIZES = [1, 30, 300];
const BATCHES = 12;

function inputsFor(definitionXml: string): RescueInputs {
  return {
    domain: {
      definitionXml,
      state: 'running',
      persistent: true,
      autostart: false,
      managedSave: false,
      snapshots: 0,
      checkpoints: 0,
      job: null,
      blockJobs: [],
      sessionXml: null,
      rootDiskId: null,
    },
    host: {
      uri: 'qemu:///system',
      driver: 'QEMU',
      libvirtVersion: 9_000_000,
      hypervisorVersion: 7_002_000,
      domainCapabilities: null,
      readOnly: false,
      secrets: [],
    },
    media: [
      {
        spec: { kind: 'volume', pool: 'media', name: 'rescue.img' },
        found: true,
        problem: null,
        source: { type: 'file', file: '/srv/rescue/rescue.img' },
        size: 2 ** 30,
        format: 'raw',
        content: null,
        hash: null,
        modified: null,
        backing: null,
        bootFiles: [],
        kin: null,
        writers: [],
        properties: {},
        remembered: null,
        lookedAt: [],
      },
    ],
    request: {
      media: [{ kind: 'volume', pool: 'media', name: 'rescue.img' }],
      device: null,
      bus: null,
      profile: 'recommended',
      session: 'one-shot',
      endAtFirstReboot: false,
      fallThrough: null,
      writes: 'overlay',
      stop: { how: 'graceful', timeoutSeconds: 60, onTimeout: 'give-up' },
      allowUnbootable: false,
      transientConsent: false,
    },
    stamp: null,
  };
}

/** Prints a line for each size; false where the aim was missed. */
export function benchPlan(): boolean {
  let kept = true;
  for (const disks of SIZES) {
    const xml = domainWithDisks(disks);
    const inputs = inputsFor(xml);
    const { refusals } = previewRescue(inputs).plan;
    if (refusals.length > 0)
      throw new Error(`the benchmark's domain is refused: ${refusals.map(({ message }) => message).join(' ')}`);
    const { parse, plan } = inTurn(BATCHES, {
      parse: () => void parseXml(xml),
      // What the window is given at every change: the plan, every choice with its reasons, passwords taken out.
      plan: () => void redactPlan(previewRescue(inputs).plan),
    });
    const details = [
      `plan ${milliseconds(plan.computed)} (median ${milliseconds(plan.median)}, 99 % ${milliseconds(plan.p99)})`,
      `parse ${milliseconds(parse.computed)} (median ${milliseconds(parse.median)}, 99 % ${milliseconds(parse.p99)})`,
      `${Math.round(1000 / plan.computed)} plans a second`,
    ].join(', ');
    const result = ratioLine(`plan, ${disks} disks, to parsing its XML`, plan.computed / parse.computed, AIM, details);
    console.log(result.line);
    kept &&= result.kept;
  }
  return kept;
}
