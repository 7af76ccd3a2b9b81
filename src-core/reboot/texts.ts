/** The words of a hard reboot's plan; findings.ts in src-core/rescue is the door to them. {{name}} is filled in. */

export const REBOOT_REFUSALS = {
  'reboot-read-only': 'The connection is read-only. Connect with write access.',
  'reboot-transient':
    '{{domain}} has no definition: when it is stopped nothing is left of it, and if its start fails it is lost. Define it first (virsh dumpxml {{word}} > it.xml; virsh define it.xml), or reboot it plainly.',
  'reboot-transient-end':
    '{{domain}} had no definition before its rescue, and is started from its own XML when the rescue ends. End the rescue first, or let the hard reboot keep it.',
  'reboot-saved-memory':
    '{{domain}} has a managed save image: a start would go on from that memory, and a hard reboot begins at power-on. Start it to go on from there, or throw the memory away (virsh managedsave-remove {{word}}); then try again.',
  'reboot-half':
    '{{domain}} is paused as one half of a migration, and the other half may run: started here, two guests would write to one disk. Look at both hosts: salvor resume has the ways on.',
  'reboot-job':
    'A job is under way on {{domain}} (a migration, a backup, a dump, or its memory is being saved). Wait until it has ended, or give it up (virsh domjobabort {{word}}).',
  'reboot-block-job':
    'A block job is under way on {{targets}} of {{domain}}: stopped now, its copy would be lost. Wait until it has ended, or give it up (virsh blockjob {{word}} TARGET --abort).',
  'reboot-other-version':
    '{{domain}} is in a rescue that another version of Salvor began, and this one cannot read. End it with that version first.',
  'reboot-secret-needed':
    'The secret {{uuid}} ({{usage}}), which {{users}} needs, {{state}}. Give its value: it is handed to libvirt, and Salvor keeps it nowhere.',
  'reboot-secret-unknown':
    '{{domain}} depends on no secret {{uuid}}, which a value was given for: it would go nowhere. Leave it out, or give the UUID of a secret that the plan names.',
  'reboot-blocked':
    '{{domain}} would not start again: {{what}}. Mend that first, and it is not touched before: {{next}}',
} as const;

export const REBOOT_WARNINGS = {
  'reboot-forced': '{{domain}} is forced off: what the guest has not written to its disks by then is lost.',
  'reboot-may-be-forced':
    '{{domain}} is forced off if it has not shut down after {{seconds}} s: what the guest has not written to its disks by then is lost.',
  'reboot-crashed':
    '{{domain}} has crashed, and libvirt keeps it as it was then (on_crash preserve): it is forced off, and its memory is gone. To look into it, save that first (virsh dump {{word}} FILE --memory-only).',
  'reboot-occupied':
    'QEMU does not answer libvirt (its monitor is {{control}}), so that {{domain}} cannot be asked to shut down: it is waited for in vain. Choose to force it off.',
  'reboot-pending':
    'The running guest is not what its definition says: {{changes}}. It starts again from the definition.',
  'reboot-overlay-lost':
    'What was written to {{targets}} since the start lies in throw-away overlays, and is lost when the guest stops.',
  'reboot-device-shared':
    '{{device}} is in use by {{domains}}, which run: libvirt gives a host device to one guest at a time.',
  'reboot-pool-shared':
    'The pool {{pool}} is refreshed, and {{domains}} use it, too. Should that fail, the pool goes off for them as well: guests that run go on, starts fail until it is active again.',
  'reboot-value-unknown':
    'Whether the secret {{uuid}} has a value cannot be asked, since it is private. If it has none, the start fails and says so; a value can be given now.',
  'reboot-secret-replaced':
    'The secret {{uuid}} {{has}} a value, which is replaced by the one that is given, for every guest that uses the secret. If that is a wrong one, none of them starts again.',
  'reboot-one-shot-may-end':
    'This rescue lasts for one run of {{domain}}, and is written down nowhere: if a step behind the stop fails, it is over, and the next start is from the guest’s own definition.',
} as const;

export const REBOOT_SENTENCES = {
  // steps
  'reboot-step-check': 'Look again at the machine and at all that it depends on',
  'reboot-step-end': 'End the rescue of {{domain}} first, which then is off: {{how}}',
  'reboot-step-pools': 'Set up the pools and look for the volumes and images: {{what}}',
  'reboot-step-secrets': 'Set up the secrets: {{what}}',
  'reboot-step-networks': 'Set up the networks: {{what}}',
  'reboot-step-devices': 'Set up the host devices: {{what}}',
  'reboot-step-start': 'Start {{domain}} from its definition',
  'reboot-step-start-session': 'Start {{domain}} in its rescue again, from what it ran from',
  'reboot-step-start-defined': 'Start {{domain}} in its rescue again, from its rescue definition',
  'reboot-step-verify': 'Verify that it runs as defined, and that its definition is what it was',
  'reboot-step-verify-session': 'Verify that it runs in its rescue as before, and that its definition is what it was',
  'reboot-step-verify-own': 'Verify that it runs as defined, and that its definition is its own',
  // how a dependency is
  'reboot-is-ready': 'there',
  'reboot-is-active': 'active',
  'reboot-is-valued': 'has a value',
  'reboot-is-inactive': 'not active',
  'reboot-is-missing': 'not there',
  'reboot-is-undefined': 'not defined',
  'reboot-is-no-value': 'defined, and without a value',
  'reboot-is-value-unknown': 'defined; whether it has a value cannot be asked, since it is private',
  'reboot-is-unlisted': 'not known to its pool',
  'reboot-is-outdated': 'active; what it lists is not what is there',
  'reboot-is-bridge-gone': 'active, and its bridge is gone',
  'reboot-is-unreachable': 'does not answer',
  'reboot-is-not-checked': 'not looked at: {{why}}',
  // what is done about it
  'reboot-does-nothing': 'nothing',
  'reboot-does-left-to-start': 'nothing; the start tells whether it is there',
  'reboot-does-made': 'libvirt makes it at the start, from the firmware’s template',
  'reboot-does-left-out': 'nothing; libvirt leaves an optional medium out',
  'reboot-does-check': 'looked for again, once its pool is set up',
  'reboot-does-start-pool': 'start it',
  'reboot-does-refresh-pool': 'refresh it, and start it again should that turn it off',
  'reboot-does-define-secret': 'define it (ephemeral, private) and give it its value',
  'reboot-does-set-secret': 'give it its value',
  'reboot-does-replace-secret': 'give it the value at hand; one that it has is replaced',
  'reboot-does-start-network': 'start it',
  'reboot-does-start-network-of': 'start the network {{network}}, whose bridge it is',
  'reboot-does-restart-network': 'stop and start it, which makes its bridge anew; no other running guest uses it',
  'reboot-does-restart-network-of':
    'stop and start the network {{network}}, which makes it anew; no other running guest uses it',
  'reboot-does-create-device': 'start it',
  'reboot-does-blocked': 'cannot be set up: {{why}}',
  // what stays
  'reboot-keeps-definition': 'the definition of {{domain}}: it is never written, and the domain never undefined',
  'reboot-keeps-own-definition':
    'the definition that {{domain}} had before its rescue: it is put back in place of the one it has for the rescue, and the domain never undefined',
  'reboot-keeps-disks': 'its disks ({{targets}}) and what is on them',
  'reboot-keeps-nvram': 'its UEFI variables ({{path}})',
  'reboot-keeps-tpm': 'the state of its TPM',
  'reboot-keeps-secrets': 'secrets that have a value',
  'reboot-keeps-other-secrets': 'secrets that have a value, but for {{uuids}}',
  // the rescue that it is in
  'reboot-session-kept':
    'The rescue goes on: {{domain}} starts again in it, with the same disks; ending it works as before.',
  'reboot-session-ended': 'The rescue is ended first; {{domain}} starts from its own definition.',
  'reboot-session-ended-defined':
    'The rescue is ended first: the definition that {{domain}} has for it is replaced with its own, which it starts from.',
  // plain actions: what they cost
  'power-start': 'It starts from its definition, or goes on from its memory where that was saved (managed save).',
  'power-start-until-ended': 'It starts in its rescue, which lasts until it is ended.',
  'power-shutdown': 'The guest is asked to shut down; whether and when it does is up to it.',
  'power-reboot': 'The guest is asked to reboot; whether and when it does is up to it.',
  'power-reset': 'The guest starts anew at once, as by its reset button: what it has not written to its disks is lost.',
  'power-force-off': 'Its power is cut: what the guest has not written to its disks is lost.',
  'power-pause': 'It stands still until it is resumed; its memory stays.',
  'power-resume': 'It goes on where it stood.',
  // and what they mean for a rescue
  'power-ends-session':
    'It is in a one-shot rescue, which is over when the machine is off: the next start is a normal one.',
  'power-keeps-session': 'It is in rescue until that is ended: the next start is a start in the rescue.',
  'power-stays-in-session': 'It stays in rescue: the medium boots again.',
  'power-first-reboot-ends': 'It is in a rescue that ends at the first reboot: the machine will be off.',
  // why one cannot be done
  'power-half':
    'It is one half of a migration, and the other may run: set going here, two guests would write to one disk. Look at both hosts: salvor resume has the ways on.',
  'power-impossible': 'Not while it is {{state}}.',
  'power-impossible-read-only': 'The connection is read-only.',
} as const;
