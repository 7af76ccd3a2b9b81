import { parseXml } from '../../src-core/domain-xml/document.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import { redactPlan } from '../../src-core/rescue/redact.ts';
import type { RescuePlan } from '../../src-core/rescue/plan-types.ts';
import type { RescueInputs } from '../../src-core/rescue/types.ts';
import { collectInputs } from '../app/collect.ts';
import { oneOf, usage } from './arguments.ts';
import { withHost } from './connect.ts';
import { MEDIUM_FORMATS, offlineInputs } from './offline.ts';
import { EXIT, plainLines, print, printJson } from './output.ts';
import type { Exit } from './output.ts';
import { readXmlFile } from './read-file.ts';
import { orderOf } from './request.ts';
import type { CliOrder, RequestOptions } from './request.ts';
import { bootText, diffText, planText } from './show-plan.ts';

export const OUTPUTS = ['plan', 'xml', 'diff', 'virsh', 'boot'] as const;
type Output = (typeof OUTPUTS)[number];

export interface PlanOptions extends RequestOptions {
  readonly uri?: string;
  readonly xml?: string;
  readonly domcaps?: string;
  readonly capabilities?: string;
  readonly mediumFormat?: string;
  readonly out: string;
  readonly json: boolean;
}

/** Exit 2 where the plan is refused; the plan is printed all the same. */
export async function plan(domain: string | undefined, options: PlanOptions): Promise<Exit> {
  const output = oneOf('--out', OUTPUTS, options.out);
  const order = await orderOf(options, options.xml === undefined ? (options.uri ?? null) : null);
  const made = planRescue(
    options.xml === undefined
      ? await askHost(options.uri ?? '', domain ?? '', order)
      : await fromFiles(options.xml, order, options),
  );
  if (options.json) printJson(made);
  else print(made.refusals.length > 0 ? planText(made) : textOf(made, output));
  return made.refusals.length > 0 ? EXIT.refused : EXIT.done;
}

async function askHost(uri: string, domain: string, order: CliOrder): Promise<RescueInputs> {
  return withHost(uri, false, async (host) =>
    collectInputs(host, (await host.findDomain(domain)).uuid, { ...order, stamp: null }),
  );
}

async function fromFiles(xml: string, { request, properties }: CliOrder, options: PlanOptions): Promise<RescueInputs> {
  const mediumFormat =
    options.mediumFormat === undefined ? null : oneOf('--medium-format', MEDIUM_FORMATS, options.mediumFormat);
  const domainCapabilities = await readNamed('--domcaps', options.domcaps, 'domainCapabilities');
  // What a rescue depends on, the domain capabilities tell more closely; the file is read so that a wrong one is noticed.
  await readNamed('--capabilities', options.capabilities, 'capabilities');
  return offlineInputs(
    {
      xml: await readXmlFile(xml),
      domainCapabilities,
      mediumFormat,
      properties,
    },
    request,
  );
}

/** The text of an XML file whose root element is `root`; null where no file was named. */
async function readNamed(option: string, path: string | undefined, root: string): Promise<string | null> {
  if (path === undefined) return null;
  const xml = await readXmlFile(path);
  const found = parseXml(xml).documentElement?.nodeName ?? '';
  if (found !== root) throw usage(`${option} takes a file with <${root}>, and ${path} begins with <${found}>`);
  return xml;
}

/** XML for virsh must be whole and as it is; everything else is for eyes. */
function textOf(made: RescuePlan, output: Output): string {
  switch (output) {
    case 'plan':
      return planText(made);
    case 'xml':
      return (made.rescueXml ?? '').trimEnd();
    case 'diff':
      return plainLines(diffText(redactPlan(made)));
    case 'virsh':
      return plainLines(made.virsh.join('\n'));
    case 'boot':
      return bootText(made);
  }
}
