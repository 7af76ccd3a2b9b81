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

/** The plan as it may be shown. */
export function redactPlan(plan: RescuePlan): RescuePlan {
  return {
    ...plan,
    rescueXml: plan.rescueXml === null ? null : redactXml(plan.rescueXml),
    diff: plan.diff.map((line) => ({ ...line, text: redactXml(line.text) })),
  };
}
