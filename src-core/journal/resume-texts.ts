/** The words of the table: how things stand in each situation, and what each way on does. {{names}} are filled in. */
import type { Act, Situation } from './resume.ts';

/** How things stand. */
export const SITUATION_TEXTS: Readonly<Record<Situation, string>> = {
  gone: '{{domain}} ({{uuid}}) is not on this host any more. Nothing is defined again by itself: what it was is in the journal (salvor history show {{id}} --out xml), for virsh define.',
  replaced:
    '{{domain}} ({{uuid}}) is not on this host any more; its name belongs to another domain now ({{there}}). What it was is in the journal (salvor history show {{id}} --out xml).',
  'other-rescue': '{{domain}} is in another rescue now, started by {{other}}. This operation has no part in it.',
  'saved-memory':
    '{{domain}} is off, and its memory was saved (managed save): the next start goes on from that memory. Start it, or discard the image (virsh managedsave-remove), and look again.',
  'record-damaged':
    'The definition of {{domain}} is the rescue definition, and its own cannot be put back from the record inside it: {{problem}}.',
  'records-differ':
    'The definition of {{domain}} is the rescue definition, and the record inside it is not what the journal of this computer keeps. One of the two was changed; which one, a person must judge (salvor history show {{id}} --out xml).',
  'definition-lost':
    '{{domain}} runs and has no definition: somebody has taken it away, and when the guest stops nothing is left of it. Define it first: salvor history show {{id}} --out xml, then virsh define.',
  'as-before': '{{domain}} is {{state}}, from no rescue definition: as before.',
  stopped: '{{domain}} was running before and is off. Nothing of the rescue is left in its definition.',
  'off-by-others': '{{domain}} was running before and is off, and it was not the rescue that stopped it.',
  'in-rescue': '{{domain}} runs in this rescue; nobody has verified it.',
  'defined-off':
    '{{domain}} is off, and its definition is the rescue definition, with its own whole inside: it would start in rescue.',
  'defined-running':
    '{{domain}} runs from its own definition, and what is defined is the rescue definition, with its own whole inside: its next start would be in rescue.',
  'still-in-rescue': '{{domain}} is still in rescue, and runs.',
  'half-ended': '{{domain}} is off and still in rescue; its own definition is whole inside the rescue definition.',
  'half-ended-running':
    '{{domain}} runs on its own again, and what is defined is still the rescue definition, with its own whole inside.',
  'ended-off': 'The rescue has ended; {{domain}} is off, and was to run.',
  ended: 'The rescue has ended; {{domain}} is {{state}}, from no rescue definition.',
  variables: '{{domain}} is off. Its UEFI variables may be half written.',
  'variables-running': '{{domain}} runs, so its UEFI variables are in use. Shut it down, and look again.',
};

/** What a way on does. */
export const ACT_TEXTS: Readonly<Record<Act, string>> = {
  accept: 'Look whether {{domain}} runs in rescue with its own disks; the rescue goes on until it is ended.',
  again: 'Carry the rescue out again, as it was asked for; when it is ended, {{domain}} will be {{power}}.',
  end: 'End the rescue: {{domain}} is back at its own definition and {{after}}.',
  'end-with-copy':
    'End the rescue with the definition that the journal of this computer keeps, whatever the record in the domain says; {{domain}} is {{after}} then.',
  start: 'Start {{domain}} from its own definition.',
  'start-rescue': 'Start {{domain}} in rescue; the rescue goes on until it is ended.',
  clean: 'Remove the overlay that was made for the rescue; {{domain}} is not touched.',
  close: 'Nothing is left to be done: close the entry in the journal.',
  'write-variables': 'Write the copy into the UEFI variables of {{domain}} once more.',
  'restore-variables': 'Write back what the UEFI variables of {{domain}} were before.',
  forget: 'Touch nothing, and close the entry in the journal.',
};

/** Further things to know, where they are so. */
export const ASIDES = {
  renamed: 'It was called {{before}} before.',
  changed: 'Its definition is not the one from before the rescue: somebody has changed it, and it stays as it is.',
  'changed-in-end':
    'Its definition is not the one from before the rescue: somebody has changed it, and it stays as it is (what it was: salvor history show {{id}} --out xml).',
  files: 'Files of the session may be left on the host: salvor sessions lists them.',
  'no-copy': 'The journal of this computer has no copy of it.',
  journal: 'Of the journal itself: {{problems}}.',
} as const;

/** What happened: what was begun, by whom and when, and how far it came. */
export const HAPPENED = {
  what: {
    rescue: 'The rescue of {{domain}}, begun by {{by}} at {{at}},',
    end: 'The end of the rescue of {{domain}}, begun by {{by}} at {{at}},',
    nvram: 'Putting back the UEFI variables of {{domain}}, begun by {{by}} at {{at}},',
    'hard-reboot': 'The hard reboot of {{domain}}, begun by {{by}} at {{at}},',
    migrate: 'The migration of {{domain}}, begun by {{by}} at {{at}},',
  },
  untouched: 'was interrupted before anything was changed.',
  during: 'was interrupted in this step: {{step}}.',
  after: 'was interrupted after this step: {{step}}.',
  'after-failed': 'was interrupted after this step had failed: {{step}}.',
  'after-undone': 'was interrupted while it was taken back; this step had been taken back: {{step}}.',
  failed: 'failed: {{message}}',
} as const;
