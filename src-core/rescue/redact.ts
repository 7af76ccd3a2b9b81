/** Passwords leave the main process neither for the window, nor for a log. */
import type { DiffLine } from '../domain-xml/line-diff.ts';
import type { RescuePlan } from './plan-types.ts';

/**
 * What holds a password in a domain definition: attributes `passwd` of <graphics> and `password` elsewhere, and cookies of network disks; an
 * empty one is none. The text is searched rather than parsed, so that nothing slips through where XML is broken.
 */
const PASSWORD = /(\spass(?:wd|word)\s*=\s*)("[^"]+"|'[^']+')/gi;
const COOKIE = /(<cookie\b[^<>]*>)[^<]+/g;

export function redactXml(xml: string): string {
  return xml
    .replace(PASSWORD, (_whole, name: string, value: string) => `${name}${value.charAt(0)}***${value.charAt(0)}`)
    .replace(COOKIE, '$1***');
}

/** The password of https://user:password@host/, in whatever sentence it stands. */
const URL_PASSWORD = /(:\/\/[^/\s:@]*:)[^/\s]*(?=@)/g;

const redactUrls = (text: string): string => (text.includes('@') ? text.replace(URL_PASSWORD, '$1***') : text);

/** Any text as it may be logged, shown or handed on: XML, a sentence, an address. */
export function redactText(text: string): string {
  return redactUrls(redactXml(text));
}

/** Most lines of a definition have nothing that could need one of the above. */
const MAY_HOLD_PASSWORD = /pass|<cookie|:\/\//i;

function redactLine(line: DiffLine): DiffLine {
  return MAY_HOLD_PASSWORD.test(line.text) ? { ...line, text: redactText(line.text) } : line;
}

export const redactDiff = (diff: readonly DiffLine[]): DiffLine[] => diff.map(redactLine);

/** The plan as it may be shown. An address with a password is refused, but it is repeated in what is refused, and why. */
export function redactPlan(plan: RescuePlan): RescuePlan {
  const { rescueXml, diff, ...others } = plan;
  return {
    ...redactStrings(others),
    rescueXml: rescueXml === null ? null : redactText(rescueXml),
    diff: redactDiff(diff),
  };
}

/** Addresses in any string of plain data. Tested on all of it at once: a plan is made at every change of the preview. */
export function redactStrings<Data>(data: Data): Data {
  const json = JSON.stringify(data);
  if (!json.includes('@') || json.search(URL_PASSWORD) === -1) return data;
  const redact = (_key: string, value: unknown) => (typeof value === 'string' ? redactUrls(value) : value);
  return JSON.parse(json, redact) as Data;
}
