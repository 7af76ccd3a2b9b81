/** The words of what goes wrong with volumes and transfers; see errors.ts. */
import { NOTHING_TOUCHED } from './error-text.ts';
import type { ErrorText } from './error-text.ts';

export const TRANSFER_ERROR_TEXTS = {
  'volume-exists': {
    message: 'The pool “{{pool}}” has a volume “{{name}}” already.',
    unchanged: NOTHING_TOUCHED,
    next: 'Choose another name, or delete that volume first: a volume is never overwritten.',
  },
  'volume-not-found': {
    message: 'There is no volume “{{name}}” in the pool “{{pool}}” of {{uri}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'Refresh the pool, and choose one of the volumes that it has.',
  },
  'volume-name': {
    message: 'No volume can be called “{{name}}”: {{why}}.',
    unchanged: NOTHING_TOUCHED,
    next: 'Choose another name.',
  },
  'no-room': {
    message: '{{place}} has no room for {{name}}: {{needed}} are needed, {{available}} are free.',
    unchanged: '{{unchanged}}',
    next: 'Make room there, or choose another place, then start again.',
  },
  'transfer-failed': {
    message: '{{name}} was not transferred: {{problem}}.',
    unchanged: '{{unchanged}}',
    next: 'Mend what is named, then start again.',
  },
  'checksum-differs': {
    message: 'What arrived of {{name}} is not what was sent: its sha256 is {{arrived}}, not {{sent}}.',
    unchanged: '{{unchanged}}',
    next: 'Start again; if it happens again, the storage or the memory of one of the two ends loses data: look there first.',
  },
  'transfer-not-found': {
    message: 'This transfer is not in the list any more.',
    unchanged: NOTHING_TOUCHED,
    next: 'Start it again if it is still wanted.',
  },
  'file-exists': {
    message: '{{path}} exists already.',
    unchanged: NOTHING_TOUCHED,
    next: 'Choose another name, or move that file away first: it is not overwritten.',
  },
} as const satisfies Readonly<Record<string, ErrorText>>;
