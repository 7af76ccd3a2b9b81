/**
 * A change of bus in the window of the real application, from the click to the painted preview: as a ratio to the bare answer (the same
 * question over the same wire, with nothing to show) and the frame that follows it. On the demo host; needs a display.
 */
import type { Page } from '@playwright/test';
import { machinePage } from '../e2e/pages/machine-page.ts';
import { rescuePage } from '../e2e/pages/rescue-page.ts';
import { sidePane } from '../e2e/pages/side-pane.ts';
import { launch } from '../e2e/specs/launch.ts';
import { milliseconds, ratioLine, spreadOf } from './measure.ts';

/**
 * What is looked at meanwhile, and the aim there. What the window does with an answer takes no longer than asking, answering and one frame
 * (and half as much again, for a busy machine); the diff is an editor, made anew with each plan.
 */
const VIEWS = [
  { view: 'Outcome', aim: 2.5 },
  { view: 'XML diff', aim: 9 },
] as const;
const ROUNDS = 60;
const MEDIUM = 'rescue-tools.qcow2';
const BUSES = ['usb', 'virtio', 'scsi', 'sata'];
/** One with few disks, one with many. */
const MACHINES = ['web-frontend-01', 'backup-store-01'];

/** Prints a line for each machine; false where the aim was missed. */
export async function benchWindow(): Promise<boolean> {
  const app = await launch({ demo: true });
  try {
    let kept = true;
    for (const machine of MACHINES) kept = (await benchMachine(app.window, machine)) && kept;
    return kept;
  } finally {
    await app.remove();
  }
}

async function benchMachine(window: Page, name: string): Promise<boolean> {
  const machine = machinePage(window);
  const rescue = rescuePage(window);
  await sidePane(window).machine(name).click();
  await machine.tab('Disks').click();
  const rows = window.getByRole('table', { name: 'Disks' }).getByRole('row');
  await rows.last().waitFor();
  const disks = (await rows.count()) - 1;
  await machine.tab('Rescue').click();
  await rescue.pool('rescue-media').click();
  await rescue.volume(MEDIUM).click();
  await rescue.device('disk').check();
  await rescue.preview.and(window.locator('[aria-busy=false]')).waitFor();
  let kept = true;
  for (const { view, aim } of VIEWS) {
    await rescue.previewTab(view).click();
    kept = (await benchView(window, name, `window, change of bus, ${disks} disks, ${view}`, aim)) && kept;
  }
  return kept;
}

async function benchView(window: Page, name: string, what: string, aim: number): Promise<boolean> {
  const { clicks, bare } = await window.evaluate(measureInPage, { name, medium: MEDIUM, buses: BUSES, rounds: ROUNDS });
  const painted = spreadOf(clicks.map((click) => click.painted));
  const answered = spreadOf(clicks.map((click) => click.answered));
  const alone = spreadOf(bare);
  const details = [
    `click to painted preview: median ${milliseconds(painted.median)}, 99 % ${milliseconds(painted.p99)}`,
    `of these until the new preview is in the document: median ${milliseconds(answered.median)}, 99 % ${milliseconds(answered.p99)}`,
    `the bare answer and a frame: median ${milliseconds(alone.median)}, 99 % ${milliseconds(alone.p99)}`,
  ].join(', ');
  const result = ratioLine(`${what}, to the bare answer and a frame`, painted.median / alone.median, aim, details);
  console.log(result.line);
  return result.kept;
}

interface Sample {
  /** Milliseconds from the click until the new preview was in the document. */
  readonly answered: number;
  /** … until the frame with it was painted. */
  readonly painted: number;
}

interface Scene {
  readonly name: string;
  readonly medium: string;
  readonly buses: readonly string[];
  readonly rounds: number;
}

/** Runs in the page, and so knows nothing but its arguments. */
async function measureInPage({ name, medium, buses, rounds }: Scene): Promise<{ clicks: Sample[]; bare: number[] }> {
  const preview = document.querySelector('.rescue-preview');
  const groups = [...document.querySelectorAll('fieldset')];
  const radios = groups
    .find((group) => group.querySelector('legend')?.textContent === 'Bus')
    ?.querySelectorAll('input');
  if (preview === null || radios === undefined) throw new Error('this is not the rescue page');
  // A message that is posted while a frame is made comes when it has been painted.
  const nextPaint = () =>
    new Promise<void>((done) => {
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done();
        channel.port2.postMessage(null);
      });
    });
  const rest = () => new Promise((done) => setTimeout(done, 40));

  const click = async (bus: string): Promise<Sample> => {
    const radio = [...radios].find((input) => input.value === bus);
    if (radio === undefined || radio.disabled) throw new Error(`the bus ${bus} cannot be chosen`);
    const start = performance.now();
    const answered = new Promise<number>((done) => {
      const observer = new MutationObserver(() => {
        if (preview.getAttribute('aria-busy') !== 'false') return;
        observer.disconnect();
        done(performance.now() - start);
      });
      observer.observe(preview, { attributes: true, attributeFilter: ['aria-busy'] });
    });
    radio.click();
    const inDocument = await answered;
    await nextPaint();
    return { answered: inDocument, painted: performance.now() - start };
  };

  type Ask = (input: unknown) => Promise<{ ok: boolean; value: { hostId: string; uuid: string; name: string }[] }>;
  const salvor = (window as unknown as { salvor: Readonly<Record<string, Ask>> }).salvor;
  const row = (await salvor['machines.list']?.(null))?.value.find((one) => one.name === name);
  const ask = async (bus: string): Promise<number> => {
    const start = performance.now();
    const answer = await salvor['rescue.preview']?.({
      machine: { hostId: row?.hostId, uuid: row?.uuid },
      properties: {},
      request: {
        media: [{ kind: 'volume', pool: 'rescue-media', name: medium }],
        device: 'disk',
        bus,
        profile: 'recommended',
        session: null,
        endAtFirstReboot: false,
        fallThrough: null,
        transientConsent: false,
        writes: 'overlay',
        overlayPool: null,
        guestDisks: 'writable',
        allowUnbootable: false,
        stop: { how: 'graceful', timeoutSeconds: 120, onTimeout: 'give-up' },
      },
    });
    if (answer?.ok !== true) throw new Error('the bare question was not answered');
    await nextPaint();
    return performance.now() - start;
  };

  const clicks: Sample[] = [];
  const bare: number[] = [];
  // The first rounds warm up. In turn, so that whatever else the machine does falls on both alike.
  for (let round = -buses.length; round < rounds; round += 1) {
    const bus = buses.at(round % buses.length) ?? '';
    await rest();
    const one = await click(bus);
    await rest();
    const two = await ask(bus);
    if (round < 0) continue;
    clicks.push(one);
    bare.push(two);
  }
  return { clicks, bare };
}
