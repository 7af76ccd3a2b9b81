/**
 * The picture of the disks in the window of the real application, on the demo host's machine of sixty: what a frame takes in which a disk is
 * highlighted, the whole picture is drawn again at another zoom, or it is moved. From the start of the frame's script until it was painted.
 * Needs a display.
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
    let kept = true;
    for (const [what, samples] of Object.entries(await frames(window))) {
      const { median, p99 } = spreadOf(samples);
      const details = `median ${milliseconds(median)}, 99 % ${milliseconds(p99)}, of ${ROUNDS} frames`;
      const result = ratioLine(`picture, ${count} disks, ${what}, to ${FRAME_MS} ms`, median / FRAME_MS, 1, details);
      console.log(result.line);
      kept = result.kept && kept;
    }
    return kept;
  } finally {
    await app.remove();
  }
}

function frames(window: Page): Promise<Record<string, number[]>> {
  return window.evaluate(measureInPage, ROUNDS);
}

/** Runs in the page, and so knows nothing but its arguments. */
async function measureInPage(rounds: number): Promise<Record<string, number[]>> {
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
        requestAnimationFrame(() => undefined);
        channel.port2.postMessage(null);
      });
    });
  // React makes its pointerenter of these.
  const point = (disk: Element | undefined) =>
    disk?.dispatchEvent(new PointerEvent('pointerover', { bubbles: true, relatedTarget: document.body }));
  const leave = (disk: Element | undefined) =>
    disk?.dispatchEvent(new PointerEvent('pointerout', { bubbles: true, relatedTarget: document.body }));
  const works: Readonly<Record<string, (round: number) => void>> = {
    'a disk highlighted': (round) => {
      leave(all[(round - 1 + all.length) % all.length]);
      point(all[round % all.length]);
    },
    'drawn again at another zoom': (round) => (round % 2 === 0 ? further : nearer).click(),
    moved: (round) => view.scrollBy(0, round % 2 === 0 ? 90 : -90),
  };
  const samples: Record<string, number[]> = {};
  for (const [what, work] of Object.entries(works)) {
    const taken: number[] = [];
    for (let round = -10; round < rounds; round += 1) {
      await new Promise((rested) => setTimeout(rested, 20));
      const took = await frame(() => work(round + 10));
      if (round >= 0) taken.push(took);
    }
    samples[what] = taken;
  }
  if (document.querySelectorAll('.pic-disk.pic-lit').length > 1) throw new Error('more than one is highlighted');
  return samples;
}
