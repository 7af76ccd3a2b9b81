/** The words of a hard reboot's plan; findings.ts in src-core/rescue is the door to them. {{name}} is filled in. */

export const REBOOT_REFUSALS = {} as const;

export const REBOOT_WARNINGS = {} as const;

export const REBOOT_SENTENCES = {
  'reboot-step-check': 'Look again at the machine and at all that it depends on',
} as const;
