import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Generated runs of many minutes: `npm run test:long`. The same checks run with few cases in the other projects. */
const LONG = '**/*.long.test.ts';

/** Short texts that take minutes. A file that takes long and begins last has the machine to itself at the end, which costs its whole time. */
const LONGEST = [
  'e2e/host/virsh.test.ts',
  'e2e/host/migration-ways.test.ts',
  'e2e/host/migration.test.ts',
  'e2e/host/migration-refusals.test.ts',
  'e2e/host/session-kinds.test.ts',
  'e2e/host/hard-reboot.test.ts',
  'e2e/host/interruptions.test.ts',
  'e2e/host/machine-boots.test.ts',
  'e2e/host/machines.test.ts',
  'e2e/host/matrix.test.ts',
  'e2e/host/guest-names.test.ts',
  'e2e/host/uefi.test.ts',
  'e2e/faults/migration.test.ts',
  'e2e/faults/kill-application.test.ts',
  'e2e/faults/kill-host.test.ts',
  'packages/node-libvirt/test/migration.test.ts',
] as const;

/** Those first, then as vitest has it: in a fresh clone, which knows no times, the largest files first. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) => {
      const known = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
      return known === -1 ? LONGEST.length : known;
    };
    // Projects stay one after the other.
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((one) =>
      sorted.filter(({ project }) => project === one).sort((a, b) => place(a) - place(b)),
    );
  }
}

/** One project a room. `host`, `long` and `faults` need a private libvirtd with real QEMU guests; the others need nothing but Node. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'core',
          environment: 'node',
          include: ['src-core/**/*.test.ts'],
          exclude: [LONG],
          // Functions of their arguments: one file leaves nothing behind that another could see, so they share what they import.
          isolate: false,
          // Property tests run thousands of cases: two seconds alone, ten beside a build on two cores.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'main',
          environment: 'node',
          include: ['src-main/**/*.test.ts', 'scripts/**/*.test.mjs'],
          testTimeout: 20_000,
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'renderer',
          environment: 'jsdom',
          // Style sheets are left out, but for the one that a saved picture carries with it.
          css: { include: [/picture\/drawing\.css/] },
          include: ['src-renderer/**/*.test.ts', 'src-renderer/**/*.test.tsx'],
          // Each click draws the whole window in jsdom: slow, on a busy machine.
          testTimeout: 20_000,
        },
      },
      // The binding has a configuration of its own, so that it can be tested by itself.
      'packages/node-libvirt',
      {
        test: {
          name: 'host',
          environment: 'node',
          include: ['e2e/host/**/*.test.ts'],
          exclude: [LONG],
          pool: 'forks',
          // Real guests boot here, each file on a host of its own. Each keeps some three quarters of a core busy: three at a time use two.
          fileParallelism: true,
          maxWorkers: 3,
          maxConcurrency: 2,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'long',
          environment: 'node',
          include: [`src-core/${LONG}`, `e2e/host/${LONG}`],
          pool: 'forks',
          fileParallelism: true,
          maxWorkers: 2,
          testTimeout: 1_200_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'faults',
          environment: 'node',
          // One seed for all files of a run; the table tells it.
          env: { SALVOR_SEED: process.env['SALVOR_SEED'] ?? String(Date.now() % 2 ** 31) },
          include: ['e2e/faults/**/*.test.ts'],
          globalSetup: 'e2e/faults/print-table.ts',
          pool: 'forks',
          // Each file has hosts of its own; most of a fault's time is spent waiting.
          fileParallelism: true,
          maxWorkers: 2,
          testTimeout: 3_000_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
