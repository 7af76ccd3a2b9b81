/**
 * A pool of 5,000 volumes in the window of the real application, on a real libvirt host: from the click on the pool to the painted frame
 * with its first rows, and until these are described. Needs root (a private libvirtd) and a display.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { sidePane } from '../e2e/pages/side-pane.ts';
import { storagePage } from '../e2e/pages/storage-page.ts';
import { launch } from '../e2e/specs/launch.ts';
import { startHypervisor } from '../e2e/testbed/hypervisor.ts';
import { milliseconds, ratioLine, spreadOf } from './measure.ts';

const VOLUMES = 5000;
const ROUNDS = 10;
const HOST = 'Bench';
/** To first rows, milliseconds. */
const AIM_MS = 1000;

/** Prints a line; false where the aim was missed. */
export async function benchStorage(): Promise<boolean> {
  const host = await startHypervisor({ hostname: 'kvm1' });
  try {
    const big = join(host.dir, 'big');
    const small = join(host.dir, 'small');
    await mkdir(big);
    await mkdir(small);
    for (let at = 0; at < VOLUMES; at += 1) await writeFile(join(big, `image-${at}.iso`), Buffer.alloc(1024, at));
    await host.virsh('pool-create-as', 'small', 'dir', '--target', small);
    await host.virsh('pool-create-as', 'big', 'dir', '--target', big);
    const app = await launch({});
    try {
      const { window } = app;
      await addHost(window, host.uri);
      const samples: Sample[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        // A window that knows nothing yet.
        await window.reload();
        await openStorage(window);
        samples.push(await window.evaluate(measureInPage));
      }
      const rows = spreadOf(samples.map((sample) => sample.rows));
      const described = spreadOf(samples.map((sample) => sample.described));
      const details = [
        `click to first rows painted: median ${milliseconds(rows.median)}, the slowest ${milliseconds(rows.p99)}`,
        `until these are described: median ${milliseconds(described.median)}, the slowest ${milliseconds(described.p99)}`,
      ].join(', ');
      const result = ratioLine(`window, a pool of ${VOLUMES} volumes, to a second`, rows.median / AIM_MS, 1, details);
      console.log(result.line);
      return result.kept;
    } finally {
      await app.remove();
    }
  } finally {
    await host.stop();
  }
}

async function addHost(window: Page, uri: string): Promise<void> {
  const side = sidePane(window);
  await side.addHost.click();
  await side.form.uri.fill(uri);
  await side.form.name.fill(HOST);
  await side.form.submit.click();
  await storagePage(window).open.waitFor();
}

async function openStorage(window: Page): Promise<void> {
  const storage = storagePage(window);
  await sidePane(window).host(HOST).getByRole('button', { name: HOST }).click();
  await storage.open.click();
  await storage.pool('small').click();
  await window.getByText('No volumes in this pool').waitFor();
}

interface Sample {
  /** Milliseconds from the click to the frame with the first rows; and with what they are. */
  readonly rows: number;
  readonly described: number;
}

/** Runs in the page, and so knows nothing but its arguments. */
async function measureInPage(): Promise<Sample> {
  const button = [...document.querySelectorAll<HTMLButtonElement>('.pool-line > button')].find(
    ({ title }) => title === 'big',
  );
  if (button === undefined) throw new Error('this is not the storage page');
  const nextPaint = () =>
    new Promise<void>((done) => {
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done();
        channel.port2.postMessage(null);
      });
    });
  const until = async (there: () => boolean): Promise<void> => {
    while (!there()) await nextPaint();
    await nextPaint();
  };
  const start = performance.now();
  button.click();
  await until(() => document.querySelectorAll('.volume-option').length > 10);
  const rows = performance.now() - start;
  await until(() => document.querySelector('.volume-option:not(:has(.num))') === null);
  return { rows, described: performance.now() - start };
}
