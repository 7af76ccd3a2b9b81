/**
 * Spoilt image properties and domain capabilities: `node documents-run.test-support.ts CASES SEED`. Each is taken, as what its type says, or
 * refused with its problem.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { XmlProblem } from '../domain-xml/document.ts';
import { parseDomainCapabilities } from '../host/domain-capabilities.ts';
import { PropertiesProblem, readImageProperties } from '../media/properties.ts';
import { domainXml, inputs, medium } from '../rescue/inputs.test-support.ts';
import { planRescue } from '../rescue/plan.ts';
import { mutateDefinition } from './definition-mutations.test-support.ts';
import { HOSTILE_TEXTS } from './hostile-text.test-support.ts';
import { reporter } from './measured.test-support.ts';
import { randomOf } from './random.test-support.ts';
import type { Random } from './random.test-support.ts';

const GOLDEN = join(import.meta.dirname, '../host/golden');
const CAPABILITIES = readdirSync(GOLDEN)
  .filter((name) => name.endsWith('.xml'))
  .sort()
  .map((name) => readFileSync(join(GOLDEN, name), 'utf8'));

const IMAGES = [
  {
    id: '0c4d7ab0-6f8e-4a39-a4f5-2f8a1c1d2e3f',
    properties: { hw_rescue_bus: 'usb', hw_rescue_device: 'disk', os_distro: 'debian', os_hash_algo: 'sha512' },
  },
  { hw_disk_bus: 'scsi', hw_scsi_model: 'virtio-scsi', properties: { hw_rescue_bus: 'virtio' } },
  { properties: "hw_rescue_bus='usb', os_type='linux'" },
] as const;

const NAMES = ['hw_rescue_bus', 'hw_rescue_device', 'hw_x', 'os_', '__proto__', 'constructor', 'properties', 'hw_Ä'];

/** Any JSON value by chance, `depth` levels deep. */
function json(random: Random, depth: number): unknown {
  const leaf = () => random.pick<unknown>([...HOSTILE_TEXTS, null, true, 0, -1, 1e308, 'x'.repeat(100_000)]);
  if (depth === 0) return leaf();
  return random.pick([
    leaf,
    () => Array.from({ length: random.below(5) }, () => json(random, depth - 1)),
    () =>
      JSON.parse(
        `{${Array.from({ length: random.below(6) }, () => `${JSON.stringify(random.pick([...NAMES, ...HOSTILE_TEXTS]))}:${JSON.stringify(json(random, depth - 1))}`).join(',')}}`,
      ) as unknown,
  ])();
}

function imageText(random: Random): string {
  const image = { ...random.pick(IMAGES), ...(random.chance(0.5) ? { properties: json(random, 2) } : {}) };
  let text = JSON.stringify(random.chance(0.15) ? json(random, 3) : image);
  for (let i = random.below(4); i > 0; i -= 1) {
    const at = random.below(text.length);
    text = text.slice(0, at) + random.pick(['"', '\\', '{', '}', ':', ',', '0', '', '\\ud800']) + text.slice(at + 1);
  }
  return random.chance(0.02) ? `{"properties": ${'['.repeat(50_000)}` : text;
}

const propertiesSchema = z.record(z.string().regex(/^(hw|os)_[a-z0-9_]{1,80}$/), z.string().min(1).max(255));
const capabilitiesSchema = z.strictObject({
  path: z.string(),
  domainType: z.string(),
  machine: z.string(),
  arch: z.string(),
  ...Object.fromEntries(['diskDevices', 'buses', 'diskModels', 'firmware'].map((key) => [key, z.array(z.string())])),
  loaderSecure: z.boolean(),
});

function readProperties(text: string): string {
  let image: unknown;
  try {
    image = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  try {
    const properties = propertiesSchema.parse(readImageProperties(image));
    planRescue(inputs({ media: [medium({ properties })] }));
    return 'properties';
  } catch (error) {
    if (error instanceof PropertiesProblem) return 'properties refused';
    throw error;
  }
}

function readCapabilities(xml: string): string {
  try {
    const domainCapabilities = parseDomainCapabilities(xml);
    capabilitiesSchema.parse(domainCapabilities);
    planRescue(inputs({ xml: domainXml({ machine: 'odd' }), host: { domainCapabilities } }));
    return 'capabilities';
  } catch (error) {
    if (error instanceof XmlProblem) return error.code;
    throw error;
  }
}

function runDocuments(cases: number, seed: number): void {
  const report = reporter(cases, seed);
  for (let index = 0; index < cases; index += 1) {
    const random = randomOf(seed + index);
    const text = imageText(random);
    const { xml, how } = mutateDefinition(random.pick(CAPABILITIES), random);
    const what = `SALVOR_SEED=${seed + index} of 1 case`;
    try {
      report.measure(`properties, ${what}`, () => void readProperties(text));
      report.measure(`capabilities, ${what}: ${how}`, () => void readCapabilities(xml));
      report.answer(readProperties(text));
      report.answer(readCapabilities(xml));
    } catch (error) {
      report.fail(`${what}: ${error instanceof Error ? (error.stack ?? '').slice(0, 1500) : String(error)}`);
    }
  }
  report.print();
}

if (process.argv[1] === import.meta.filename) runDocuments(Number(process.argv[2]), Number(process.argv[3]));
