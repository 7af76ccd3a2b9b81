/** Many generated cases on one host, and the fixed requests that golden definitions are asked. */
import { seedOfRun } from '../../src-core/rescue/plan-runs.test-support.ts';
import { ISO, content, medium } from '../../src-core/rescue/inputs.test-support.ts';
import type { GeneratedRequest } from '../../src-core/rescue/request-arbitrary.test-support.ts';
import { RESCUE_BUSES } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { checkCase, generatedCases, newCounts, openBench } from './generated-pairs.ts';
import type { Counts } from './generated-pairs.ts';

/** As many at a time as a small machine has processors; libvirt works on each domain by itself. */
const AT_ONCE = 2;

/** Prints seed and counts; SALVOR_SEED repeats a run. */
export async function runGenerated(host: Hypervisor, guests: number): Promise<Counts> {
  const seed = seedOfRun();
  const cases = generatedCases(seed, guests);
  const counts = newCounts();
  const began = performance.now();
  const rest = cases.entries();
  const work = async (place: number) => {
    const bench = await openBench(host.uri, place);
    try {
      for (const [number, one] of rest) {
        await checkCase(bench, one, counts).catch((error: unknown) => {
          throw new Error(`SALVOR_SEED=${String(seed)}, guest ${String(number)} of ${String(guests)}`, {
            cause: error,
          });
        });
      }
    } finally {
      await bench.connection.close();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, place) => work(place + 1)));
  const { reasons, ...numbers } = counts;
  console.log(
    `SALVOR_SEED=${String(seed)}, ${((performance.now() - began) / 1000).toFixed(0)} s: ${JSON.stringify(numbers)}`,
  );
  for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1])) console.log(`  ${String(count)} ${reason}`);
  return counts;
}

/** Each device on each bus, the defaults of both profiles, and what changes the rest of the definition. */
export function goldenRequests(): GeneratedRequest[] {
  const disk = medium();
  const iso = medium({ content: ISO });
  const rider = medium({
    spec: { kind: 'path', path: '/media/drivers.iso' },
    source: { type: 'file', file: '/media/drivers.iso' },
    content: ISO,
  });
  const floppy = medium({ content: content({ partitions: null }) });
  const kernel = medium({
    spec: { kind: 'kernel', kernel: '/k', initrd: '/i', cmdline: 'quiet' },
    source: null,
    content: null,
  });
  const devices = [
    [disk, 'disk'],
    [iso, 'cdrom'],
    [floppy, 'floppy'],
  ] as const;
  return [
    ...devices.flatMap(([one, device]) =>
      RESCUE_BUSES.map((bus) => ({ media: [one], request: { device, bus, allowUnbootable: true } })),
    ),
    { media: [disk], request: {} },
    { media: [iso, rider], request: {} },
    { media: [disk, rider], request: { profile: 'nova', device: 'disk', bus: 'virtio' } },
    { media: [disk], request: { fallThrough: 'none' } },
    { media: [disk], request: { session: 'until-ended', writes: 'direct' } },
    { media: [disk], request: { endAtFirstReboot: true } },
    { media: [kernel], request: {} },
  ];
}
