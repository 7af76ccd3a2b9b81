/** The words of a migration's plan; findings.ts in src-core/rescue is the door to them. {{name}} is filled in. */

export const MIGRATION_REFUSALS = {} as const;

export const MIGRATION_WARNINGS = {} as const;

export const MIGRATION_SENTENCES = {
  'migrate-step-check': 'Look again at the machine and at both hosts',
} as const;
