/**
 * The picture of the disks in the window of the real application, on the demo host's machine of sixty: what a frame takes in which a disk is
 * highlighted, the whole picture is drawn again at another zoom, or it is moved. A frame is counted by the clock, from the start of its script
 * until it was painted: other work on the machine lengthens it. Beside it what the window's main thread computes in all for it (Chromium's own
 * count, in thread time), with what is left for after the frame: the XML of the disk that is highlighted. Needs a display.
 */
import type { Page } from '@playwright/test';
import { disksPage } from '../e2e/pages/disks-page.ts';
import { sidePane } from '../e2e/pages/side-pane.ts';
import { launch } from '../e2e/specs/launch.ts';
import { milliseconds, ratioLine, spreadOf } from './measure.ts';

const MACHINE = 'backup-store-01';
/** Sixty frames a second. */
const FRAME_MS = 16;
const ROUNDS = 120;
const WARM_UP = 20;

const KINDS = ['a disk highlighted', 'drawn again at another zoom', 'moved'] as const;
type Kind = (typeof KINDS)[number];

/** Prints a line for each kind of frame; false where the median of one takes longer than a frame may. */
export async function benchPicture(): Promise<boolean> {
  const app = await launch({ demo: true });
  try {
    const { window } = app;
    const disks = disksPage(window);
    await sidePane(window).machine(MACHINE).click();
    await disks.view('Picture').check({ force: true });
    await disks.drawn('vda').waitFor();
    const count = await window.locator('.pic-disk').count();
    const computed = await threadTime(window);
    let kept = true;
    for (const kind of KINDS) {
      await window.evaluate(measureInPage, { kind, rounds: WARM_UP });
      const before = await computed();
      const walls = await window.evaluate(measureInPage, { kind, rounds: ROUNDS });
      const each = ((await computed()) - before) / ROUNDS;
      const { median, p99 } = spreadOf(walls);
      const details = `median ${milliseconds(median)}, 99 % ${milliseconds(p99)}, of ${ROUNDS} frames; computed in all: ${milliseconds(each)}`;
      const result = ratioLine(`picture, ${count} disks, ${kind}, to ${FRAME_MS} ms`, median / FRAME_MS, 1, details);
      console.log(result.line);
      kept = result.kept && kept;
    }
    return kept;
  } finally {
    await app.remove();
  }
}

/** Milliseconds that the page's main thread has computed in tasks of any kind. */
async function threadTime(window: Page): Promise<() => Promise<number>> {
  const session = await window.context().newCDPSession(window);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
  };
}

/** Runs in the page, and so knows nothing but its arguments. */
async function measureInPage({ kind, rounds }: { readonly kind: Kind; readonly rounds: number }): Promise<number[]> {
  const all = [...document.querySelectorAll('.pic-disk')];
  const view = document.querySelector('.picture-view');
  const [further, , nearer] = document.querySelectorAll<HTMLElement>('.picture-tools .picture-tool');
  if (view === null || further === undefined || nearer === undefined || all.length === 0)
    throw new Error('there is no picture');
  // A message that is posted while a frame is made comes when it has been painted.
  const frame = (work: () => void) =>
    new Promise<number>((done) => {
      requestAnimationFrame(() => {
        const start = performance.now();
        work();
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now() - start);
        channel.port2.postMessage(null);
      });
    });
  const works: Readonly<Record<Kind, (round: number) => void>> = {
    // From one disk to the next: the one goes dark, the other is lit.
    'a disk highlighted': (round) =>
      all[round % all.length]?.dispatchEvent(new PointerEvent('pointermove', { bubbles: true })),
    'drawn again at another zoom': (round) => (round % 2 === 0 ? further : nearer).click(),
    moved: (round) => view.scrollBy(0, round % 2 === 0 ? 90 : -90),
  };
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await new Promise((rested) => setTimeout(rested, 20));
    samples.push(await frame(() => works[kind](round)));
    if (kind === 'a disk highlighted' && document.querySelectorAll('.pic-disk.pic-lit').length !== 1)
      throw new Error('not one disk is highlighted');
  }
  return samples;
}
