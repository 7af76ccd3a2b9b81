/** Planning and preview of a rescue, as a ratio to parsing the definition's XML alone with the same parser. */
import { parseXml } from '../src-core/domain-xml/document.ts';
import { inputs as inputsFor } from '../src-core/rescue/inputs.test-support.ts';
import { planRescue, previewRescue } from '../src-core/rescue/plan.ts';
import { redactPlan } from '../src-core/rescue/redact.ts';
import { domainWithDisks } from './domains.ts';
import { inTurn, milliseconds, ratioLine } from './measure.ts';
import type { Cost } from './measure.ts';

/** A plan, and what the window is given, cost at most this many parses. */
const AIM = 2.5;
/** Beyond any guest that there is, garbage is collected in the midst of each plan; something quadratic would still cost many times this. */
const AIM_BEYOND = 3;
/** A plan for 30 disks takes less than this. */
const AIM_OF_30_MS = 2;
const SIZES = [
  { disks: 1, ordered: false, aim: AIM },
  { disks: 30, ordered: false, aim: AIM },
  { disks: 300, ordered: false, aim: AIM },
  { disks: 300, ordered: true, aim: AIM_BEYOND },
  { disks: 1000, ordered: false, aim: AIM_BEYOND },
];
const BATCHES = 12;

const spread = (name: string, { computed, median, p99 }: Cost): string =>
  `${name} ${milliseconds(computed)} (median ${milliseconds(median)}, 99 % ${milliseconds(p99)})`;

/** Prints lines for each size; false where an aim was missed. */
export function benchPlan(): boolean {
  let kept = true;
  const report = (line: string, isKept: boolean) => {
    console.log(line);
    kept &&= isKept;
  };
  for (const { disks, ordered, aim } of SIZES) {
    const xml = domainWithDisks(disks, ordered);
    const inputs = inputsFor({ xml });
    const { refusals } = previewRescue(inputs).plan;
    if (refusals.length > 0)
      throw new Error(`the benchmark's domain is refused: ${refusals.map(({ message }) => message).join(' ')}`);
    const { parse, plan, preview } = inTurn(BATCHES, {
      parse: () => void parseXml(xml),
      plan: () => void planRescue(inputs),
      // What the window is given at every change: the plan, every choice with its reasons, passwords taken out.
      preview: () => void redactPlan(previewRescue(inputs).plan),
    });
    const what = `${disks} disks${ordered ? ', each with a boot order' : ''}, to parsing its XML`;
    const plans = `${spread('plan', plan)}, ${spread('parse', parse)}, ${Math.round(1000 / plan.computed)} plans a second`;
    const ofPlan = ratioLine(`plan, ${what}`, plan.computed / parse.computed, aim, plans);
    report(ofPlan.line, ofPlan.kept);
    const ofPreview = ratioLine(`preview, ${what}`, preview.computed / parse.computed, aim, spread('preview', preview));
    report(ofPreview.line, ofPreview.kept);
    if (disks === 30 && plan.computed > AIM_OF_30_MS)
      report(`plan, 30 disks: ${milliseconds(plan.computed)} (aim: at most ${AIM_OF_30_MS} ms, MISSED)`, false);
  }
  return kept;
}
