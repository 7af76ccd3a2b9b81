/** Passwords leave the main process neither for the window, nor for a log. */
import type { RescuePlan } from './types.ts';

/**
 * Attributes that hold a password in a domain definition: `passwd` of <graphics>, and `password` elsewhere. The text is
 * searched rather than parsed, so that nothing slips through where XML is broken.
 */
const PASSWORD = /(\spass(?:wd|word)\s*=\s*)("[^"]*"|'[^']*')/gi;

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
    diff: plan.diff.map((line) => ({ ...line, text: redactXml(line.text) })),
  };
  const redactUrl = (_key: string, value: unknown) =>
    typeof value === 'string' ? value.replace(URL_PASSWORD, '$1***') : value;
  return JSON.parse(JSON.stringify(shown), redactUrl) as RescuePlan;
}
