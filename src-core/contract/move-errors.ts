/** The words of what goes wrong with plain actions, hard reboots and migrations; see errors.ts. */
import { NOTHING_TOUCHED } from './error-text.ts';
import type { ErrorText } from './error-text.ts';

export const MOVE_ERROR_TEXTS = {
  'power-failed': {
    message: '{{domain}}: {{action}} did not succeed.',
    unchanged: '{{unchanged}}',
    next: 'Look at the machine’s state, then try again; a hard reboot sets up what it depends on.',
  },
  'reboot-refused': {
    message: 'The hard reboot of {{domain}} was refused: {{reasons}}',
    unchanged: NOTHING_TOUCHED,
    next: 'Do as the reasons say, then try again.',
  },
  'not-stopped': {
    message: '{{domain}} was not stopped, since it would not start again: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Mend what is named, then start the hard reboot again: what is done already stays done.',
  },
  'dependency-missing': {
    message: '{{domain}} was not started again: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Mend what is named, then {{again}}: what is done already stays done.',
  },
  'secret-needed': {
    message: '{{domain}} needs the value of the secret {{uuid}} ({{usage}}), and libvirt has none.',
    unchanged: '{{unchanged}}',
    next: 'Give it: --secret {{uuid}}=@FILE, or in the window. Salvor hands it to libvirt, and keeps it nowhere.',
  },
  'secret-wrong': {
    message: 'The value of the secret {{uuid}} does not open {{users}} of {{domain}}.',
    unchanged: '{{unchanged}}',
    next: 'Give the right value, then {{again}}.',
  },
  'reboot-differs': {
    message: '{{domain}} was started again, and is not as it was planned: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Look at what is named, and put it right; salvor resume looks at it again, and closes the entry.',
  },
  'migration-refused': {
    message: 'The migration of {{domain}} was refused: {{reasons}}',
    unchanged: NOTHING_TOUCHED,
    next: 'Do as the reasons say, then try again.',
  },
  'migration-failed': {
    message: '{{domain}} was not migrated: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Mend what is named, then try again.',
  },
  'migration-unclear': {
    message: 'The migration of {{domain}} was interrupted: {{what}}.',
    unchanged: '{{unchanged}}',
    next: '{{next}}',
  },
  'migration-lost': {
    message: 'The memory of {{domain}} was lost in mid-migration: {{what}}.',
    unchanged: '{{unchanged}}',
    next: '{{next}}',
  },
  'migration-differs': {
    message: '{{domain}} was migrated, and is not as it was planned: {{what}}.',
    unchanged: '{{unchanged}}',
    next: 'Look at what is named at both hosts, and put it right; salvor resume closes the entry then.',
  },
} as const satisfies Record<string, ErrorText>;
