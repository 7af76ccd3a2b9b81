/** Passwords leave the main process neither for the window, nor for a log. */
import type { RescuePlan } from './types.ts';

/**
 * Attributes that hold a password in a domain definition: `passwd` of <graphics>, and `password` elsewhere. The text is
 * searched rather than parsed, so that nothing slips through where XML is broken.
 */
const PASSWORD = /(\spass(?:wd|word)\s*=\s*)("[^"]*"|'[^']*')/gi;

const MAY_HOLD_PASSWORD = /pass/i;

export function redactXml(xml: string): string {
  return xml.replace(
    PASSWORD,
    (_whole, name: string, value: string) => `${name}${value.charAt(0)}***${value.charAt(0)}`,
  );
}

/** The password of https://user:password@host/, in whatever sentence it stands. */
const URL_PASSWORD = /(:\/\/[^/\s:@]*:)[^/\s@]*(?=@)/g;

/** The plan as it may be shown. An address with a password is refused, but it is repeated in what is refused, and why. */
export function redactPlan(plan: RescuePlan): RescuePlan {
  const shown: RescuePlan = {
    ...plan,
    rescueXml: plan.rescueXml === null ? null : redactXml(plan.rescueXml),
    // Most lines stay as they are: a plan is made at every change of the preview, and this would be a third of its time.
    diff: plan.diff.map((line) => (MAY_HOLD_PASSWORD.test(line.text) ? { ...line, text: redactXml(line.text) } : line)),
  };
  const json = JSON.stringify(shown);
  // Tested on all of it at once: the way through every value below takes as long as parsing the definition.
  if (json.search(URL_PASSWORD) === -1) return shown;
  const redactUrl = (_key: string, value: unknown) =>
    typeof value === 'string' ? value.replace(URL_PASSWORD, '$1***') : value;
  return JSON.parse(json, redactUrl) as RescuePlan;
}
