/** The words of the table of migrations. {{names}} are filled in: from and to are the two hosts. */
import type { MigrationAct, MigrationSituation } from './whereabouts-facts.ts';

/** How things stand. */
export const MIGRATION_SITUATION_TEXTS: Readonly<Record<MigrationSituation, string>> = {
  unseen: 'Neither {{from}} nor {{to}} can be looked at now. Connect both, and look again.',
  'source-unseen-there':
    '{{domain}} is on {{to}}, and has it; {{from}} cannot be looked at. If the machine is still in post-copy, part of its memory is on {{from}}: do not end anything there.',
  'source-unseen':
    '{{from}} cannot be looked at, and {{domain}} does not run on {{to}}: whether it runs on {{from}} only that can tell. Start nothing on {{to}} meanwhile.',
  'destination-unseen-migrating':
    '{{domain}} runs on {{from}}, with the migration still open; {{to}} cannot be looked at. Nothing is lost: the machine is on {{from}}.',
  'destination-unseen-here':
    '{{domain}} is on {{from}}, and has not gone over; {{to}} cannot be looked at. What is left of the migration there its own daemon ends.',
  'destination-unseen-handed-over':
    '{{from}} has handed {{domain}} over, and {{to}} cannot be looked at: the machine is there, or nowhere. Resume and start nothing on {{from}} before {{to}} has been seen.',
  'destination-unseen':
    '{{domain}} does not run on {{from}}, and {{to}} cannot be looked at: it may run there. Start nothing on {{from}} meanwhile.',
  'two-copies':
    'Two copies of {{domain}} are alive: one on {{from}} ({{source}}), one on {{to}} ({{destination}}). They may write to the same disks. Salvor touches neither: look into both consoles at once, find out which one has worked last, and force the other one off.',
  migrating: '{{domain}} runs on {{from}}, and its migration to {{to}} is under way.',
  remnant:
    '{{domain}} is on {{from}} ({{source}}), and has not gone over. What had begun to come in on {{to}} still waits there and will never run.',
  'not-moved': '{{domain}} is on {{from}} ({{source}}), as if nothing had been.',
  'defined-there-too':
    '{{domain}} is on {{from}} ({{source}}), and {{to}} has its definition as well, off. Whoever starts it there damages its disks.',
  switching: '{{domain}} is being switched over from {{from}} to {{to}} at this moment.',
  'stands-still':
    '{{domain}} stands still on {{from}}, at the last moment before it was handed over, and has never run on {{to}}. Its memory is whole on {{from}}.',
  arrived: '{{domain}} has arrived: it is on {{to}} ({{destination}}).',
  arriving: '{{domain}} runs on {{to}}; {{from}} is about to let go of it.',
  'in-post-copy':
    '{{domain}} runs on {{to}}, and part of its memory is still coming from {{from}} (post-copy). What is paused on {{from}} must not be resumed nor ended.',
  'post-copy-broken':
    '{{domain}} is on {{to}}, and the rest of its memory does not come: the connection between the hosts was broken in post-copy. Nothing is lost while both live: mend the connection, then take post-copy up again. What is paused on {{from}} must never be resumed.',
  'memory-lost':
    'The memory of {{domain}} is lost: it was handed over to {{to}} and has ended there, and what is paused on {{from}} is not the whole of it and must never be resumed. Its disks are as after a power cut.',
  'memory-lost-there':
    'The memory of {{domain}} is lost: it waits on {{to}} for a part that was on {{from}}, where nothing is left of it. Its disks are as after a power cut.',
  'arrived-off': '{{domain}} belongs to {{to}} now, and is off there.',
  'both-off':
    '{{domain}} is off on both hosts, and defined on both. {{to}} had it last: its memory is gone, its disks are as after a power cut.',
  'off-here': '{{domain}} is off on {{from}}, and is not on {{to}}: it never ran there.',
  'gone-there':
    '{{from}} has handed {{domain}} over to {{to}}, and it is not there any more. Its definition is still on {{from}}.',
  unclear:
    'What is found does not tell who has {{domain}}: {{source}} on {{from}}, {{destination}} on {{to}}. Salvor touches neither: look at both hosts.',
  gone: '{{domain}} is on neither host. What it was is in the journal (salvor history show ID --out xml), for virsh define.',
};

/** What an act does, as a part of a sentence; the first one begins it. */
export const MIGRATION_ACT_TEXTS: Readonly<Record<MigrationAct, string>> = {
  close: 'nothing is left to be done: close the entry in the journal',
  wait: 'look on until it has ended by itself',
  'resume-post-copy': 'take post-copy up again, so that the rest of its memory goes over',
  'cancel-job': 'give the migration up; {{domain}} runs on at {{from}}',
  'destroy-destination-remnant': 'remove what waits on {{to}}, if it still has never run',
  'destroy-source-remains': 'end what is left of it on {{from}}',
  'destroy-destination-remains': 'force off what is left of it on {{to}}',
  'define-destination': 'define it on {{to}} as it was planned',
  'start-destination': 'start {{domain}} on {{to}} from its disks',
  'undefine-destination': 'take its definition away on {{to}}; disks stay',
  'undefine-source': 'take its definition away on {{from}}; disks stay',
  'start-source': 'start {{domain}} on {{from}} from its disks',
  'resume-source': 'let {{domain}} go on where it stands, on {{from}}',
  tidy: 'remove what was made on {{to}} for the migration; a copy that cannot be told from the guest’s own image is left, and named',
  forget: 'touch nothing, and close the entry in the journal',
};

/** Further things to know, where they are so. */
export const MIGRATION_ASIDES = {
  'changed-here': 'Its definition on {{from}} was changed by somebody meanwhile, and stays.',
  'changed-there': 'Its definition on {{to}} is not the one that was planned, and stays as it is.',
  copied: 'Its disks were copied: what it has written on {{to}} is in those copies alone.',
  'no-definition':
    'It has no definition on {{from}}: what it was is in the journal (salvor history show ID --out xml).',
} as const;
