import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDaemon, type Daemon } from './support/daemon.ts';
import { Connection, sanitized } from './support/package.ts';
import { runProgram } from './support/program.ts';

let daemon: Daemon;
beforeAll(async () => {
  daemon = await startDaemon();
  const connection = await Connection.open(daemon.uri);
  const pool = await connection.createStoragePoolXML(
    `<pool type='dir'><name>images</name><target><path>${daemon.folder}</path></target></pool>`,
  );
  await pool.createVolume(
    `<volume><name>small.img</name><capacity>4096</capacity><target><format type='raw'/></target></volume>`,
  );
  await connection.close();
});
afterAll(() => daemon.stop());

// The sanitizer keeps freed memory for a while, so there the figures say nothing; its own checks do.
const cycles = sanitized ? 500 : 10_000;

test.for(['connections', 'droppedConnections', 'objects', 'failures', 'listeners', 'streams'])(
  'thousands of cycles of %s leave no memory behind',
  // A leak is there each time; what the collector of a busy machine has not come to yet is not.
  { timeout: 120_000, retry: 2 },
  async (what) => {
    // Streams need a real host, which takes longer to answer.
    const args = what === 'streams' ? [String(cycles / 10), daemon.uri] : [String(cycles)];
    const outcome = await runProgram('memory', [what, ...args], ['--expose-gc']);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const held = outcome.stdout.trim().split('\n').map(Number);
    expect(held).toHaveLength(10);
    // A leak shows in every tenth; what caches and the collector take comes in a few steps. So the median step counts:
    // 160 bytes a cycle are less than one handle.
    const steps = held.slice(1).map((value, index) => value - (held[index] ?? 0));
    const median = steps.sort((a, b) => a - b)[4];
    if (!sanitized) expect(median, `held, in KiB: ${held.join(' ')}`).toBeLessThan(160);
  },
);
