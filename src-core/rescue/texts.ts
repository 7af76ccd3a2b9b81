/**
 * Every refusal and warning code with its sentence, and every other coded sentence of a plan. English; the renderer's language
 * files use the same keys. {{name}} is filled from params.
 */
import { MIGRATION_REFUSALS, MIGRATION_SENTENCES, MIGRATION_WARNINGS } from '../migration/texts.ts';
import { REBOOT_REFUSALS, REBOOT_SENTENCES, REBOOT_WARNINGS } from '../reboot/texts.ts';

/** Refusals stop a plan. Each sentence says what is the matter and what to do. */
export const REFUSAL_TEXTS = {
  ...REBOOT_REFUSALS,
  ...MIGRATION_REFUSALS,
  'virt-type':
    'Domains of type {{type}} are not supported: {{why}}. Rescue works for kvm and qemu (and libvirt’s test) domains. Edit its definition with virsh.',
  'os-type':
    'Guests of type {{type}} are not supported: only fully virtualised guests (hvm) have a boot order per device. Edit its definition with virsh.',
  machine:
    'Machine type {{machine}} of {{arch}} is not one that Salvor knows, and this host gives no domain capabilities for it. Connect to a host that has a QEMU for it, or edit its definition with virsh.',
  'device-unknown': '“{{device}}” is not a rescue device. Choose disk, cdrom or floppy.',
  'device-lun': 'A lun passes a real SCSI device through and cannot carry an image. Choose disk or cdrom.',
  'bus-unknown': '“{{bus}}” is not a bus a rescue device can sit on here. Choose one of {{buses}}.',
  'bus-nvme':
    'An nvme disk cannot be the rescue device: QEMU gives firmware its place in the boot order in words that firmware cannot read, so that the broken system would boot, without a word. Choose one of {{buses}}.',
  'device-bus-fit': 'A {{device}} cannot sit on the {{bus}} bus. For a {{device}} choose one of {{buses}}.',
  'machine-bus-fit': 'Machine type {{machine}} has no {{bus}} bus. Choose one of {{buses}}.',
  'host-bus': 'This host’s QEMU offers no {{bus}} bus for {{machine}}. Choose one of {{buses}}.',
  'host-device': 'This host’s QEMU offers no {{device}} for {{machine}}. Choose another device.',
  'usb-disabled': "This guest has its USB switched off (<controller type='usb' model='none'/>). Choose another bus.",
  'bus-full':
    'The {{bus}} bus is full: {{used}} of {{limit}} places are taken. Choose another bus ({{buses}}), or detach a drive that is not needed.',
  'pci-full':
    'The guest has no free PCI slot or virtio-mmio transport for another {{bus}} device. Choose a bus with a controller that the guest has already.',
  'never-boots-floppy':
    'UEFI firmware does not boot floppies: it would boot the broken system instead, without a word. Choose disk or cdrom.',
  'never-boots-usb-cdrom':
    'A usb cdrom with a plain ISO does not boot on SeaBIOS before libvirt 11.5 (this host has {{version}}). Choose {{buses}} for the cdrom, or attach the medium as a disk.',
  'never-boots-iso-disk':
    '{{medium}} is an ISO that only boots from a cdrom (it is no hybrid), and {{firmware}} finds nothing on it as a disk on {{bus}}. Attach it as a cdrom.',
  'never-boots-bus':
    '{{firmware}}, the firmware of {{machine}}, does not boot from the {{bus}} bus. Choose one of {{buses}}.',
  'never-boots-no-firmware':
    'This guest ({{machine}}) has no firmware that boots devices: QEMU starts its kernel directly. Choose a kernel and an initrd as the medium, or give the guest UEFI firmware.',
  'never-boots-u-boot':
    'This guest starts with U-Boot, which has a boot order of its own and does not follow libvirt’s. Choose a kernel and an initrd as the medium, or give the guest UEFI firmware.',
  'never-boots-beside-nvme':
    'On UEFI, the nvme disk {{target}} in the boot order makes firmware pass over all of it: the broken system would boot instead of the medium, without a word. Choose fall-through “none”, or a kernel and an initrd as the medium.',
  'no-medium': 'No medium was chosen. Choose a volume, a path, the original image or a kernel.',
  'medium-missing':
    '{{medium}} cannot be used: {{problem}}. Choose another medium, or put it where the host can read it.',
  'medium-empty': '{{medium}} is empty: there is nothing to boot. Choose another medium.',
  'medium-in-use':
    '{{medium}} is open for writing by {{users}}. Booting it as well would destroy it. Shut that domain down or choose another medium.',
  'medium-is-guest-disk':
    '{{medium}} is this guest’s own disk {{target}}. Booting from it a second time would destroy it. Choose another medium.',
  'medium-points-elsewhere':
    '{{medium}} is a {{format}} image that refers to another file ({{file}}). An image from elsewhere may point at anything on the host. Flatten it first: qemu-img convert.',
  'medium-format':
    '{{medium}} is a {{format}} image, and a {{device}} needs plain {{needed}}. Attach it as a disk, or convert it.',
  'medium-encrypted':
    '{{medium}} is encrypted ({{format}}), and its key is not known here: QEMU could not open it. Give an image that is not encrypted: qemu-img convert.',
  'medium-packed': '{{medium}} is packed ({{format}}). Unpack it first, and give what is in it.',
  'medium-url': '{{medium}} cannot be used: {{problem}}. Give an http or https address of an ISO image.',
  'url-needs-cdrom':
    'A medium at a web address is read-only and can only be attached as a cdrom. Choose cdrom, or upload it to a pool first.',
  'overlay-impossible':
    'Writes to {{medium}} cannot be kept away from it on the {{bus}} bus, since it is not a file. Choose cdrom, a pool for an overlay, a usb, scsi or virtio disk (read-only), or a file.',
  'overlay-pool':
    'The pool {{pool}} cannot have the overlay: {{why}}. Choose another pool, or leave the overlay beside the medium.',
  'overlay-volume-exists':
    'The pool {{pool}} has a volume {{name}} already, and none is ever overwritten. Remove it there, or choose another pool.',
  'overlay-volume-medium':
    '{{medium}} is no file and no device of the host, and no overlay volume can stand on it. Choose cdrom, or put a copy of it into a pool of files.',
  'overlay-or-direct':
    'An overlay in the pool {{pool}} keeps writes away from the medium, and writing to the medium itself was asked for as well. Leave one of the two out.',
  'guest-disk-read-only':
    '{{target}} cannot be made read-only for the rescue: {{why}}. Choose {{instead}} for the guest’s own disks.',
  'guest-disk-overlay':
    '{{target}} cannot be put behind a throw-away overlay: {{why}}. Choose {{instead}} for the guest’s own disks.',
  'guest-disk-snapshot':
    'No snapshot can be taken of {{target}}: {{why}}. Choose {{instead}} for the guest’s own disks.',
  'guest-snapshot': 'No disk snapshot can be taken of this guest: {{why}}. Choose {{instead}} for its own disks.',
  'overlay-left-behind':
    '{{overlay}} was left behind by an earlier rescue of this guest, and libvirt starts none while it lies there. Remove it: salvor sessions --clean, or by hand.',
  'no-space':
    'There are {{free}} free in {{folder}}, where the rescue system’s writes would go: not enough to start. Make room there, or choose otherwise (a cdrom, or other protection of the guest’s own disks).',
  'disk-in-use':
    'Disk {{target}} is in use by {{users}}. Two guests that write to one disk destroy it. Shut that one down, or detach the disk there.',
  'original-missing':
    'This guest has no original image to boot from: {{problem}}. Looked at: {{looked}}. Choose a medium.',
  'kernel-missing': '{{file}} cannot be used: {{problem}}. Put it where the host can read it.',
  'medium-name':
    '{{medium}} has a character in its name that XML does not have, so no definition can name it. Rename it, or choose another medium.',
  'medium-twice':
    '{{medium}} was named twice. Two devices on one image would stand in each other’s way. Leave one out.',
  'several-kernels': 'A kernel must be the first medium, and there can be one only. Leave the other out.',
  'managed-save':
    'This guest has a managed-save image. Rescue would repair its disks under a saved memory that knows nothing of it, and the next start would corrupt them. Start the guest normally first, or discard the image: virsh managedsave-remove {{domain}}.',
  job: 'A job ({{job}}) is running on this guest. Wait until it has ended.',
  'block-job':
    'A block job is running on {{targets}}. Wait until it has ended, or abort it: virsh blockjob {{domain}} {{target}} --abort.',
  'in-rescue': 'This guest is in rescue already, since {{since}}, started by {{by}}. End that rescue first.',
  'other-version':
    'This guest carries the mark of a rescue by another version of Salvor ({{mark}}), which this one cannot read. End that rescue with the version that began it.',
  'secret-missing':
    'The secret {{secret}} of disk {{target}} is not defined on this host, so the guest cannot start. Define it and set its value: virsh secret-define, virsh secret-set-value.',
  'secret-no-value':
    'The secret {{secret}} of disk {{target}} has no value on this host, so the guest cannot start. Set it: virsh secret-set-value {{secret}}.',
  'transient-domain':
    'This guest has no definition to return to (it is transient). A rescue would give it one until it is ended, with its own inside, and start it from that again. Agree to that (--allow-transient), or shut it down and define it yourself.',
  'first-reboot-kind':
    'Only a one-shot session can end at the guest’s first reboot; this one lasts until it is ended. Leave that option out, or choose a one-shot session.',
  'record-too-large':
    'The definition has {{size}} characters: it and a copy of it in its metadata are more than libvirt takes. Choose a one-shot session.',
  'read-only-host': 'The connection to this host is read-only. Connect with write access.',
  'uefi-no-fall-through':
    'On UEFI, fall-through “none” needs UEFI variables of the session’s own, or the firmware would delete the guest’s boot entries. They cannot be made here: {{why}}. Choose “original”.',
  'definition-invalid': 'The definition cannot be planned with: {{problem}}. Mend it with virsh edit {{domain}}.',
  'duplicate-target':
    'The definition uses the target {{target}} for more than one disk; libvirt would refuse it. Mend the definition first.',
  'host-trait':
    'This host ({{driver}}) lacks what this rescue needs: {{trait}}. Use a host that has it, such as QEMU with libvirt 9 or later.',
  'nova-legacy-only':
    'For domains of type {{type}} Nova itself knows only its legacy rescue, which takes the guest’s disks away from their places. Salvor does not offer it. Rescue such a guest with Nova, or from its host.',
  'nova-volume-root':
    'Nova rescues a guest whose root disk is a volume only with a medium that has both hw_rescue_device and hw_rescue_bus. Set both properties, choose device and bus, or use the recommended profile.',
} as const;

/** Warnings are facts an administrator should know and may accept. */
export const WARNING_TEXTS = {
  ...REBOOT_WARNINGS,
  ...MIGRATION_WARNINGS,
  'secure-boot':
    'Secure boot is on: the medium boots only if its loader is signed by a key this guest trusts. If it does not boot, use a signed medium.',
  'secure-boot-bios-medium':
    'Secure boot is on and {{medium}} has nothing for UEFI to boot. Use a medium with a signed UEFI loader.',
  'firmware-medium-uefi':
    'This guest boots by UEFI, and {{medium}} has no EFI system partition and no El Torito EFI image. It will probably not boot; use a medium made for UEFI.',
  'firmware-medium-bios':
    'This guest boots by BIOS, and {{medium}} has boot code for UEFI only. It will probably not boot; use a medium made for BIOS.',
  'no-boot-signature': '{{medium}} shows no sign of being bootable. Check that it is the right image.',
  'boot-signs-unknown':
    'Whether {{medium}} boots on {{firmware}} was not checked: only boot code for BIOS and UEFI is recognised. Make sure that it was made for {{arch}}.',
  'firmware-unknown':
    'The definition does not tell which firmware {{machine}} has, nor whether that follows libvirt’s boot order. If the medium does not come up, rescue with a kernel and an initrd.',
  'medium-not-iso': '{{medium}} is no ISO 9660 image, and firmware boots a cdrom only from one. Attach it as a disk.',
  'medium-not-examined':
    'The content of {{medium}} could not be read on this host, so whether it boots here was not checked.',
  'medium-architecture':
    '{{medium}} has UEFI loaders for {{arches}} only, and this guest is {{arch}}. It will not boot; use a medium made for {{arch}}.',
  'medium-no-efi-loader':
    '{{medium}} has a place for a UEFI loader (\\EFI\\BOOT), and none under its usual name. It will probably not boot by UEFI; use a medium made for it.',
  'kernel-unrecognised':
    '{{file}} does not look like a kernel that QEMU can start here ({{what}}). Check that it is the right file.',
  'initrd-unrecognised': '{{file}} does not look like an initrd ({{what}}). Check that it is the right file.',
  'kernel-architecture':
    '{{file}} is a kernel for {{kernel}}, and this guest is {{arch}}. It will not boot; use a kernel made for {{arch}}.',
  'medium-machine-type':
    '{{medium}} has the property hw_machine_type={{asked}}. This guest keeps its machine type {{machine}}: a rescue changes nothing that is stored.',
  'original-of-root':
    '{{medium}} is what {{target}} was made from: both have the same file systems, with the same identifiers. The rescue system may mount the wrong root. Check with lsblk -o NAME,UUID,SERIAL before you write anything.',
  'clone-of-root':
    '{{medium}} has the same disk identifier as {{target}}: it looks like a copy of the root disk. The rescue system may mount the wrong root. Check with lsblk -o NAME,UUID,SERIAL before you write anything.',
  tpm: 'The guest has a TPM. Booting another medium changes its measurements: BitLocker, clevis and the like will ask for their recovery keys on that boot. Have them at hand; keys unlock again after the rescue.',
  'shareable-disk':
    'Disk {{target}} is shareable: other guests may have it mounted. A repair (fsck) while they do destroys its data. Make sure that nobody else uses it.',
  'shareable-in-use':
    'Disk {{target}} is open in {{users}} just now. A repair (fsck) of what is mounted there destroys it. Shut that down first, or unmount the disk there.',
  'shareable-elsewhere':
    'Disk {{target}} is shareable, and {{users}} has a disk of the same path, which may be the same one. A repair (fsck) of what is mounted there destroys it. Make sure that it is another, or shut that down first.',
  'medium-is-other-guest-disk':
    '{{medium}} is a disk of {{users}}, off now. What the rescue system sees of it changes when that is started meanwhile, and one of the two may not start. Leave it off until the rescue is over.',
  'pending-changes':
    'The running guest is not what its definition says: {{changes}}. The rescue, and every start after it, is made from the definition: what is in the running guest alone is gone when it stops. Put it into the definition first where it is to stay.',
  'guest-disks-read-only':
    'During the rescue the guest’s own disks are read-only ({{targets}}): they can be looked at, and not repaired. Mount with -o ro,noload (ext4) or ro,norecovery (XFS).',
  'guest-disks-overlay':
    'What is written to the guest’s own disks ({{targets}}) is thrown away whenever the guest is powered off: no repair stays. Try it, and rescue again without.',
  'guest-disks-snapshot':
    'A snapshot of {{targets}} is taken first ({{snapshot}}), and stays after the rescue. With the guest off, go back to it, disks and definition: virsh snapshot-revert {{domain}} {{name}}; remove it: virsh snapshot-delete {{domain}} {{name}}.',
  'little-space':
    'The overlays and snapshots of this rescue in {{folder}} can grow to {{atMost}} together, and {{free}} are free there. When it is full, the guest pauses at its next write. Make room, or write little.',
  'nova-legacy':
    'Nova itself needs hw_rescue_device or hw_rescue_bus on the medium for a stable rescue; without them it would detach the guest’s disks. Salvor keeps them attached; Nova’s stable defaults are planned here.',
  'managed-by':
    'This guest is managed by {{manager}}, which may act on it during the rescue. Tell it first (lock the guest there).',
  snapshots: 'The guest has {{count}} snapshots or checkpoints. Do not revert to one, or take one, during the rescue.',
  'nvram-writable':
    'The guest’s UEFI variables (NVRAM) are writable by the rescue system. Its own boot order is kept behind the medium so that its entries survive; do not change boot entries from the rescue system unless that is what you repair.',
  'nvram-not-kept':
    'No copy of the guest’s UEFI variables can be kept with the journal: {{why}}. If the rescue system changes boot entries or keys, nothing here puts them back; copy the file yourself where that matters.',
  'controller-added': 'A controller is added for the rescue: {{controller}}. It goes away with it.',
  'direct-kernel':
    'The guest boots a kernel directly ({{kernel}}). It is set aside for the rescue, since it would be booted instead of the medium.',
  autostart:
    'The guest starts with its host. If the host reboots during the rescue, the guest comes back in its normal configuration, on its own disks.',
  'autostart-in-rescue':
    'The guest starts with its host. If the host reboots during the rescue, the guest comes back in the rescue system.',
  'until-ended':
    'Until the rescue is ended, the guest comes back in the rescue system whenever it is started. Its definition is the rescue definition meanwhile, with its own inside; what others change in it is lost at the end.',
  transient:
    'The guest is transient: until the rescue is ended it has a definition, with its own XML inside. Ending the rescue starts it from that again, and takes the definition away.',
  'first-reboot':
    'At its first reboot the guest stops, and the rescue is over. Nothing starts it again by itself: start it then.',
  'scratch-nvram':
    'The session has UEFI variables of its own ({{path}}), fresh from the firmware’s template: boot entries and keys enrolled in the guest are not in them. The guest’s own are not touched.',
  'direct-writes': 'The rescue system can write to {{medium}} itself: what it changes there stays.',
  'fall-through-none':
    'No other device keeps a place in the boot order: if {{medium}} does not boot, the guest stops there.',
  'unbootable-accepted': 'This combination is known not to boot ({{reason}}). You chose it nevertheless.',
  'secrets-unknown':
    'Whether the secret of disk {{target}} has a value could not be checked. If it has none, the guest will not start.',
  'guest-not-running-clean': 'The guest is {{state}}. Stopping it loses what it has not written.',
} as const;

export type RefusalCode = keyof typeof REFUSAL_TEXTS;
export type WarningCode = keyof typeof WARNING_TEXTS;
export type FindingCode = RefusalCode | WarningCode;

/** Reasons, consequences, titles of steps. */
export const SENTENCE_TEXTS = {
  ...REBOOT_SENTENCES,
  ...MIGRATION_SENTENCES,
  // why a device has its place in the boot order
  'boot-rescue': 'rescue device: first',
  'boot-order': "<boot order='{{order}}'> of the device",
  'boot-dev': "<boot dev='{{dev}}'> picks {{what}}",
  'boot-dev-default': 'no boot element: libvirt boots the first disk',
  'boot-kernel': 'direct kernel boot comes before every device',
  'boot-kernel-rescue': 'rescue kernel: booted directly, before every device',
  'boot-after-rescue': 'its own place, moved down by one behind the rescue device ({{why}})',
  // why a choice was made
  'why-request': 'you chose it',
  'why-property': 'the medium’s property {{property}}',
  'why-remembered': 'so it was attached the last time, and that went well',
  'why-session-one-shot': 'the definition is not touched, and there is nothing to put back',
  'why-session-transient': 'a transient guest has no definition to return to',
  'why-target-next': 'the next name behind the guest’s own, so that the rescue device is the last one',
  'why-target-free': 'Nova takes the first name that is free',
  'why-address-free': 'a free place on {{bus}}, given because libvirt would derive one from the name',
  'why-address-later':
    'behind all {{bus}} disks of the guest: libvirt would choose a place before one of them, and the guest would count them anew',
  'why-address-libvirt': 'libvirt gives {{bus}} devices a place; the guest’s own keep theirs',
  'why-controller-none': 'the guest has no {{type}} controller',
  'why-controller-full': 'no {{type}} controller of the guest has a place for it',
  'why-controller-scsi': 'its scsi controllers are not virtio-scsi, which every rescue system can drive',
  'why-format-content': 'its first bytes say so',
  'why-format-iso': 'an ISO image is given as it is',
  'why-format-told': 'its storage says so; its first bytes were not read',
  'why-format-unknown': 'nothing is known of it, and an image is never probed: it could point at any file of the host',
  'why-order-first': 'the first medium boots',
  'why-order-none': 'a further medium rides along and is not booted',
  'why-device-nova': 'Nova’s default',
  'why-device-iso': 'the medium is an ISO 9660 image',
  'why-device-hybrid-disk': 'the medium is a hybrid ISO, and no bus of this guest boots cdroms',
  'why-device-hybrid': 'the medium is a hybrid ISO, and this guest has a bus that boots cdroms',
  'why-device-disk': 'the medium is a disk image',
  'why-device-unknown': 'nothing is known of the medium, so it is taken for a disk image',
  'why-bus-usb': 'a usb disk leaves names and addresses of the guest’s own disks alone',
  'why-bus-root': 'the bus of the root disk {{target}}, since usb cannot be used here',
  'why-bus-first': '{{bus}} is the first bus with room that can boot here, since usb cannot be used',
  'why-bus-nova-disk': 'Nova’s default for a disk',
  'why-bus-cdrom': 'the cdrom bus of machine type {{machine}}',
  'why-bus-cdrom-next': 'the next bus that boots cdroms on this machine and firmware, since {{first}} cannot be used',
  'why-bus-floppy': 'floppies sit on fdc',
  'why-fall-through-original': 'the guest’s own boot order stays behind the medium',
  'why-fall-through-uefi':
    'the guest’s own boot order stays behind the medium: UEFI firmware deletes boot entries of devices without a place',
  'why-fall-through-nvme':
    'nothing follows the medium: with the nvme disk {{target}} behind it, UEFI firmware would pass over the whole boot order',
  'why-writes-cdrom': 'cdroms are read-only',
  'why-writes-floppy': 'the floppy image is given read-only',
  'why-writes-shared': 'a throw-away overlay that several guests can have on one medium ({{bus}} can do it)',
  'why-writes-overlay': 'a throw-away overlay beside the medium, removed by libvirt when the guest stops',
  'why-writes-volume':
    'a qcow2 overlay in the pool {{pool}}, as you chose: it lasts as long as the session, power-offs included',
  'why-writes-cdrom-pool': 'cdroms are read-only, so that nothing has to go into the pool {{pool}}',
  'why-writes-readonly': 'the medium is not a file, so it is attached read-only',
  'why-writes-direct': 'you chose to write to the medium itself',
  'why-kernel-device': 'a rescue kernel needs no device',
  // if the medium does not boot
  'not-bootable-hangs':
    'If {{medium}} does not boot, the guest hangs at the firmware: SeaBIOS tries one hard disk only.',
  'not-bootable-falls': 'If {{medium}} does not boot, the guest falls through to {{next}}.',
  'not-bootable-first-only':
    'If {{medium}} does not boot, the guest stops: before libvirt 10.10 and QEMU 9.2, the firmware of s390x tries the first device only.',
  'not-bootable-unknown':
    'What happens if {{medium}} does not boot depends on the firmware of {{machine}}, which is not known.',
  'not-bootable-stops': 'If {{medium}} does not boot, the guest stops at the firmware.',
  'not-bootable-kernel': 'The kernel is loaded directly; if it fails, the guest stops there.',
  // steps
  'step-check': 'Check again that everything is as it was in the preview',
  'step-stop-graceful': 'Shut {{domain}} down, wait up to {{seconds}} s, then {{then}}',
  'step-stop-force': 'Force {{domain}} off',
  'step-overlay': 'Make the overlay {{volumes}} in the pool {{pool}}',
  'step-backup': 'Keep a copy of the UEFI variables of {{domain}} ({{path}}) with the journal',
  'step-snapshot': 'Take the disk snapshot {{snapshot}} of {{targets}}',
  'step-start': 'Start {{domain}} from the rescue definition; its own definition is not touched',
  'step-start-once':
    'Start {{domain}} from the rescue definition; its own definition is not touched, and it is back at it, off, after its first reboot',
  'step-define': 'Make the rescue definition the definition of {{domain}}, with its own kept inside',
  'step-define-transient': 'Give {{domain}} a definition, the rescue definition, with its own XML kept inside',
  'step-start-defined': 'Start {{domain}} from the rescue definition',
  'step-verify': 'Verify boot order and disks of the running guest',
  'step-end-start': 'Start {{domain}} normally',
  'step-end-stay-off': 'Leave {{domain}} off',
  'step-end-define': 'Put the definition of {{domain}} back',
  'step-end-nvram': 'Remove the session’s UEFI variables ({{path}})',
  'step-end-overlay': 'Remove the overlay {{volumes}} from the pool {{pool}}',
  'step-end-transient': 'Start {{domain}} again from its own XML, and take its definition away',
  'step-end-verify': 'Verify that the definition is what it was before the rescue',
  'step-check-nvram': 'Check the copy, that {{domain}} is off, and where it keeps its UEFI variables',
  'step-write-nvram': 'Write the copy to {{path}}, where it differs',
  'step-verify-nvram': 'Read {{path}} back and compare',
  'variables-differ':
    'The UEFI variables of {{domain}} differ from before the rescue, as firmware itself writes to them at each boot. If boot entries or keys are missing: salvor nvram restore {{id}} puts them back.',
  'end-force':
    'Forced off, the rescue system loses what it has not written: sync the repairs first (sync, or unmount), or let it shut down.',
  'undo-stop': 'Start {{domain}} again as it was',
  'undo-overlay': 'Remove {{volumes}} from the pool {{pool}}',
  'undo-snapshot': 'Remove the disk snapshot {{snapshot}}',
  'undo-define': 'Put the definition of {{domain}} back',
  'undo-define-transient': 'Take the definition of {{domain}} away again',
  'undo-start-defined': 'Force off the rescue',
  'undo-start': 'Force off the rescue; {{domain}} is back at its own definition',
  // files of a session
  'file-nvram':
    'UEFI variables of the session: libvirt makes them from the firmware’s template, ending the rescue removes them',
  'file-guest-overlay':
    'throw-away overlay over the guest’s own disk {{target}} ({{image}}): libvirt makes it at the start and removes it when the guest stops',
  'file-overlay-volume':
    'overlay over {{medium}}, a volume of the pool {{pool}}: made before the guest is stopped, removed when the rescue is ended; a session that ends by itself, at power-off, leaves it to salvor sessions --clean',
  'file-overlay':
    'throw-away overlay over {{medium}}: libvirt makes it at the start and removes it when the guest stops',
  // changes
  'change-disk': 'rescue device {{target}}: {{device}} on {{bus}}, {{source}}',
  'change-guest-read-only': '<readonly/> on {{target}}: the guest’s own disk is not written to',
  'change-guest-overlay':
    '<transient/> on {{target}}: what is written to the guest’s own disk is thrown away when it stops',
  'change-ride-along': 'further medium {{target}}: {{device}} on {{bus}}, {{source}}',
  'change-controller': '{{type}} controller {{index}}, model {{model}}',
  'change-metadata': 'session mark in the metadata (urn:salvor:rescue:1)',
  'change-record': 'session mark in the metadata (urn:salvor:rescue:1), with the guest’s own definition inside',
  'change-nvram': '<nvram> {{path}}: UEFI variables for this session, made by libvirt, removed at the end',
  'change-boot-added': "<boot order='{{order}}'> on {{what}}",
  'change-boot-moved': '<boot order> of {{what}}: {{before}} → {{order}}',
  'change-boot-removed': "<boot order='{{before}}'> of {{what}}",
  'change-os-boot': "<boot dev='{{dev}}'>, turned into an order per device",
  'change-kernel': '<{{element}}> {{value}}',
  'change-on-reboot': '<on_reboot>: {{before}} → destroy, so that the session ends at the first reboot',
} as const;
export type SentenceCode = keyof typeof SENTENCE_TEXTS;

type TextParams = Readonly<Record<string, string | number>>;

/** Fill {{name}} from params; a name without a value stays visible, so that a missing one is noticed. */
export function fillText(template: string, params: TextParams): string {
  return template.replace(/\{\{(\w+)\}\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );
}
