/** The words of a migration's plan; findings.ts in src-core/rescue is the door to them. {{name}} is filled in. */

export const MIGRATION_REFUSALS = {
  // hosts
  'migrate-driver':
    'The driver of {{host}} ({{driver}}) cannot migrate guests: Salvor migrates those of QEMU. Choose another host.',
  'migrate-read-only':
    'The connection to {{host}} is read-only, and a migration changes both hosts. Connect with write access, then preview again.',
  'migrate-same-host':
    'Both connections lead to one host ({{host}}): a guest cannot be migrated to where it is. Choose another host.',
  'migrate-version':
    '{{host}} has libvirt {{version}}, and {{what}} needs {{needed}} on both hosts. Leave it out, or bring libvirt up to date there.',
  'migrate-cpu':
    'The CPU of {{domain}} does not run on {{host}}: {{why}}. Choose another host, or give the guest a CPU model that both hosts have, and start it again.',
  'migrate-machine':
    'QEMU of {{host}} does not know the machine type {{machine}}. Choose a host whose QEMU is as new, or give the guest an older machine type while it is off.',
  // the guest
  'migrate-off':
    '{{domain}} is off: there is nothing to migrate live. Start it first, or migrate it offline: its definition alone.',
  'migrate-running':
    '{{domain}} is on, and an offline migration takes its definition alone: the guest would be on both hosts. Migrate it live, or shut it down first.',
  'migrate-offline-transient':
    '{{domain}} has no definition, and an offline migration takes nothing else. Migrate it live while it runs.',
  'migrate-offline-tpm':
    '{{domain}} has a TPM whose state stays on {{from}} when it is migrated offline: what the guest has sealed with it (disk encryption) could not be opened there. Migrate it live.',
  'migrate-managed-save':
    '{{domain}} has saved memory (managed save), which does not travel with an offline migration. Start it and migrate it live, or discard the memory: virsh managedsave-remove {{word}}.',
  'migrate-job':
    'A job ({{job}}) is under way on {{domain}}. Wait until it is done, or cancel it: virsh domjobabort {{word}}.',
  'migrate-block-job':
    'A block job is under way on {{targets}}, and libvirt migrates no guest with one. Wait until it is done, or stop it: virsh blockjob {{word}} {{target}} --abort.',
  'migrate-snapshots':
    '{{domain}} has {{count}} snapshot(s), which libvirt does not migrate. Delete what is not needed any more: virsh snapshot-delete {{word}} NAME (--metadata leaves the data).',
  'migrate-checkpoints':
    '{{domain}} has {{count}} checkpoint(s), which libvirt does not migrate. Delete them: virsh checkpoint-delete {{word}} NAME (--metadata leaves the data).',
  'migrate-paused-post-copy':
    '{{domain}} is paused, and post-copy is for guests that run. Leave post-copy out, or resume the guest first: virsh resume {{word}}.',
  'migrate-transient-disk':
    'Of {{targets}} what is written is thrown away when the guest stops (a transient disk), and libvirt cannot take that along. End the rescue that it belongs to, or start that again with its overlay in a pool (--overlay-pool) and its own disks writable.',
  'migrate-device':
    '{{device}} belongs to {{from}}, and cannot be migrated with a guest. Detach it first, or shut the guest down and migrate it offline.',
  'migrate-share':
    'The share {{share}} (virtiofs) keeps this guest on {{from}}: libvirt does not migrate its state. Unmount it in the guest and detach it first.',
  'migrate-record':
    '{{domain}} is in rescue until that is ended, and its own definition cannot be read from the record inside: {{problem}}. End the rescue first: it would lose its way back.',
  'migrate-keep-rescue':
    '{{domain}} is in rescue until that is ended, and its definition would stay on {{from}} with the same rescue in it: ending it there would take away what the guest uses at its new place. Let the definition go with it, or end the rescue first.',
  'migrate-rescue-nvram':
    '{{domain}} runs with UEFI variables of its rescue, and only these travel. Its own ({{path}}) stay on {{from}}, and {{destination}} {{how}} on {{to}}: once the rescue is ended there, firmware would begin anew, without boot entries and keys. Copy the file there first, or end the rescue first.',
  'migrate-other-version':
    '{{domain}} carries a rescue mark of another version of Salvor ({{mark}}), which this one cannot take along. End the rescue with the Salvor that began it.',
  // the other host
  'migrate-runs-there':
    '{{domain}} is on {{to}} already, and is {{state}} there. Look at both hosts before anything else: one guest must not run twice.',
  'migrate-defined-there':
    '{{domain}} is defined on {{to}} already, and libvirt would replace that definition without a word. Remove it where it is not needed: virsh -c {{uri}} undefine {{word}} --keep-nvram.',
  'migrate-name-taken':
    'The name {{domain}} belongs to another guest on {{to}} ({{uuid}}). Rename one of the two first: virsh domrename.',
  'migrate-uuid-taken':
    'The UUID {{uuid}} belongs to another guest on {{to}} ({{name}}). Choose another host, or give that guest another UUID.',
  'migrate-need-missing':
    'The {{kind}} {{name}}, which {{users}} needs, is not on {{to}}. Make it there, or name another one: --map-{{option}} {{name}}=OTHER.',
  'migrate-need-inactive':
    'The {{kind}} {{name}}, which {{users}} needs, is not active on {{to}}. Start it there: virsh -c {{uri}} {{command}} {{word}}.',
  'migrate-secret-missing':
    'The secret {{name}}, which {{users}} needs, is not on {{to}} or has no value there. Let it be carried (--carry-secrets), or define it there and set its value.',
  'migrate-secret-private':
    'The secret {{name}}, which {{users}} needs, is not on {{to}} or has no value there, and its value cannot be read on {{from}} (it is private, or has none). Define it on {{to}} and set its value: virsh secret-set-value.',
  // disks
  'migrate-disk-unknown': '{{target}} is none of this guest’s disks. Name one of {{targets}}.',
  'migrate-disk-unclear':
    'Of {{target}} it cannot be told whether {{destination}} on {{to}} is the same image: {{why}}. Say so (shared), or {{or}}.',
  'migrate-disk-absent':
    '{{target}} is to be shared, and {{destination}} is not on {{to}}. Let it be copied, or name where it is there (--map-path).',
  'migrate-disk-differs':
    '{{target}} is to be shared, and {{destination}} on {{to}} holds something else. Name where it is there (--map-path){{or}}.',
  'migrate-read-only-absent':
    '{{target}} ({{source}}) is read-only, and libvirt does not copy it: {{destination}} is not on {{to}}. Copy it there, name where it is there (--map-path), or eject it.',
  'migrate-copy-read-only':
    '{{target}} is read-only or empty, and libvirt does not copy it. Choose shared: it has to be on {{to}} already.',
  'migrate-copy-same':
    '{{target}} is to be copied, and {{destination}} on {{to}} is what it is already (same size, same first bytes): copied onto itself it would be destroyed. Choose shared, or remove the copy first.',
  'migrate-copy-mixed':
    'Some disks are to be copied whole and others their top image only, which libvirt does not do in one migration. Choose one way for all of them.',
  'migrate-copy-in-use':
    '{{target}} is to be copied to {{destination}}, which {{users}} on {{to}} has as a disk: it would be overwritten. Name another place for the copy (--map-path).',
  'migrate-copy-block':
    '{{target}} is to be copied to {{destination}}, a block device that was not found on {{to}}, and libvirt makes none. Make it there first ({{size}}), or name where it is (--map-path).',
  'migrate-copy-pool':
    '{{target}} is to be copied to {{destination}}, and no active pool on {{to}} has that folder, so that libvirt cannot make the file. Start or define a pool there, or make the file first (qemu-img create, {{size}}).',
  'migrate-copy-size':
    '{{target}} is to be copied to {{destination}}, which is there and is {{there}}; the disk is {{size}}, and libvirt copies between equals only. Remove it, or make it that size.',
  'migrate-copy-space':
    '{{target}} is to be copied, which takes up to {{size}} on {{to}}, and the pool {{pool}} has {{free}} left. Make room, or choose another pool (--map-path).',
  'migrate-copy-top-base':
    '{{target}}: to copy its top image only, {{destination}} has to be on {{to}} first, over a copy of its base. Make it (qemu-img create -b BASE), or copy the disk whole.',
  'migrate-offline-copy': 'An offline migration copies no disks ({{targets}}). Migrate live, or copy them yourself.',
  // how
  'migrate-p2p-uri':
    'Peer to peer, {{from}} itself connects to {{uri}}, which would be itself. Name the address of {{to}} as {{from}} sees it (--destination-uri).',
  'migrate-uri':
    '“{{uri}}” is no address that QEMU sends memory to. Give tcp://ADDRESS, tcp://ADDRESS:PORT, rdma://ADDRESS or unix:///PATH.',
  'migrate-tls-unix':
    'QEMU has no name to check with TLS over a unix socket ({{uri}}). Leave TLS out, or give a tcp:// address.',
} as const;

export const MIGRATION_WARNINGS = {
  'migrate-unsafe':
    '{{targets}}: not copied, since both hosts have the same image{{how}}. libvirt cannot see that and is told to go on all the same (the flag “unsafe”). If they are two files after all, the guest’s data is damaged.',
  'migrate-overwrites': '{{target}}: {{destination}} is on {{to}} already, and is overwritten{{how}}.',
  'migrate-shared-in-use':
    '{{target}}: {{users}} on {{to}} has {{destination}} as a disk, too. Two guests that write to one disk damage what is in it.',
  'migrate-read-only-there': '{{target}} ({{destination}}) is not copied: it has to be on {{to}} already, {{how}}.',
  'migrate-offline-disk':
    '{{target}}: {{destination}} is {{how}} on {{to}}. Bring it there before {{domain}} is started.',
  'migrate-stays-disk':
    '{{target}}: {{destination}}, which the definition that stays on {{to}} needs and what migrates does not, is {{how}} there. Bring it there before {{domain}} is started from it.',
  'migrate-not-checked': 'Whether the {{kind}} {{name}}, which {{users}} needs, is on {{to}}, could not be looked at.',
  'migrate-secret-unknown':
    'Whether the secret {{name}}, which {{users}} needs, has a value on {{to}}, nobody may ask (it is private). Without one the migration fails, and the guest runs on here.',
  'migrate-carries-secrets':
    'The value of the secret {{name}} ({{users}}) is given to {{to}}. Salvor keeps it nowhere; whoever may read secrets there may read it.',
  'migrate-leftover':
    '{{domain}} is defined on {{to}}, as an earlier migration away from there has left it. That definition is replaced.',
  'migrate-host-cpu':
    '{{domain}} has the CPU of its host (host-passthrough): whether {{to}} has the same cannot be told, and if not, the guest may crash there later. A CPU model by name can be checked.',
  'migrate-memory':
    '{{to}} has {{free}} of free memory, and {{domain}} needs {{size}}. QEMU may be ended for lack of it there.',
  'migrate-nvram-stays': 'The file of its UEFI variables travels along, and the one here ({{path}}) stays behind.',
  'migrate-offline-nvram':
    'The UEFI variables of {{domain}} ({{path}}) do not travel with an offline migration. Copy the file to {{destination}} on {{to}} first: without it firmware forgets its boot entries and keys.',
  'migrate-9p':
    'The share {{share}} (9p) stops the migration if the guest has it mounted: unmount it first. Nothing is lost: the guest runs on here.',
  'migrate-direct':
    'This computer carries the migration and has to stay on and connected. If it is lost in mid-run the guest runs on at {{from}}; peer to peer it would go on without.',
  'migrate-post-copy':
    'Post-copy may be switched to: from then on the guest runs on {{to}} with part of its memory still on {{from}}, and if the link between them breaks, it stands still until that is mended, and if either host is lost meanwhile, its memory is lost, as after a power cut. Until the switch nothing can be lost.',
  'migrate-post-copy-disks':
    '{{targets}}: copied, and post-copy may be switched to. From the switch on, what the guest writes is in the copies on {{to}} alone: if its memory is lost then, start it from these, not from the images on {{from}}.',
  'migrate-not-convergent':
    '{{domain}} writes {{dirty}} of memory a second, and {{rate}} a second go over: it may never be through. Allow post-copy or auto-converge, or more bandwidth or downtime.',
  'migrate-keeps-source':
    'The definition stays on {{from}} as well: whoever starts {{domain}} there while it runs on {{to}} damages its disks.',
} as const;

export const MIGRATION_SENTENCES = {
  'migrate-step-check': 'Look again at the machine and at both hosts',
  'migrate-step-prepare': 'Define {{secrets}} on {{to}} and give the value',
  'migrate-undo-prepare': 'Remove {{secrets}} from {{to}} again',
  'migrate-step-live': 'Migrate {{domain}} to {{to}} while it runs{{disks}}, with both definitions',
  'migrate-step-offline': 'Take the definition of {{domain}} to {{to}}',
  'migrate-undo-live': 'cancelling it: {{domain}} runs on at {{from}} as if nothing had been',
  'migrate-step-verify':
    'Compare what runs and what stays on {{to}} with the plan, and look whether {{from}} has let go of it',
  'migrate-step-tidy': 'Have {{domain}} start with {{to}}, as it does with {{from}}',
  // disks
  'migrate-disk-empty': 'an empty drive',
  'migrate-disk-network': 'network storage: both hosts reach the same address',
  'migrate-disk-same': 'both hosts have it: same size, same first bytes',
  'migrate-disk-told': 'both hosts have it, by your word',
  'migrate-disk-read-only': 'read-only: libvirt copies none',
  'migrate-disk-offline': 'an offline migration copies nothing: it has to be there',
  'migrate-disk-copy-absent': 'it is not there',
  'migrate-disk-copy-told': 'you chose to copy it',
  'migrate-disk-copy-top-told': 'you chose to copy its top image, over the base that is there',
  'migrate-disk-undecided': 'it cannot be told whether both hosts have it',
  // needs
  'migrate-need-ready': 'is there',
  'migrate-need-unknown': 'is taken for granted: it could not be looked at',
  'migrate-need-carry': 'is carried over, with its value',
  'migrate-need-lacks': 'has to be made there first',
  // rescue
  'migrate-session-one-shot':
    'It stays in rescue: what runs there is the rescue, and what stays there is its own definition, by the same rules. Powered off there, it is back at that.',
  'migrate-session-until-ended':
    'It stays in rescue until that is ended, which can be done on {{to}}: its own definition travels inside the rescue definition, by the same rules.',
  // estimate
  'migrate-estimate-measured':
    'from {{size}} to send at {{rate}}, while the guest dirties {{dirty}} a second (measured for {{seconds}} s)',
  'migrate-estimate-unmeasured':
    'from {{size}} to send at {{rate}}; how fast the guest dirties memory was not measured',
} as const;
