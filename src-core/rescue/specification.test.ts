/** Each refusal and warning that the specification of rescue names has its code, and each refusal says what to do. */
import { describe, expect, it } from 'vitest';
import { ERROR_TEXTS } from '../contract/errors.ts';
import { REFUSAL_TEXTS, SENTENCE_TEXTS, WARNING_TEXTS } from './texts.ts';

/** What the specification says, in its own words, and the codes that say it. findings.test.ts provokes each, guide.test.ts finds its row. */
const REFUSED: readonly (readonly [string, readonly string[]])[] = [
  ['`lun` is refused for file media', ['device-lun']],
  ['`fs` always', ['device-unknown']],
  ['a bus that is none', ['bus-unknown', 'bus-nvme']],
  ['disk, cdrom and floppy × virtio, scsi, sata, ide, usb, fdc', ['device-bus-fit']],
  ['q35 no ide; … s390x virtio/scsi only', ['machine-bus-fit', 'machine']],
  ['the host’s domain capabilities have the last word', ['host-bus', 'host-device']],
  ['lxc, and any <os> type other than hvm, are refused', ['os-type', 'virt-type']],
  ['xen, vz/parallels, bhyve, others are refused with the reason', ['virt-type']],
  ['A guest with <controller type="usb" model="none"/> has no usb', ['usb-disabled']],
  ['A full bus is a refusal with what would help', ['bus-full']],
  ['virtio by free PCI slots', ['pci-full']],
  ['on UEFI only together with a scratch NVRAM for the session, else refused', ['uefi-no-fall-through']],
  [
    'Combinations that are legal but never boot are refused by default',
    [
      'never-boots-floppy',
      'never-boots-usb-cdrom',
      'never-boots-iso-disk',
      'never-boots-bus',
      'never-boots-beside-nvme',
    ],
  ],
  ['firmware that boots no devices', ['never-boots-no-firmware', 'never-boots-u-boot']],
  ['Media are never written', ['overlay-impossible', 'medium-in-use']],
  [
    'or a qcow2 overlay volume in a pool',
    ['overlay-pool', 'overlay-volume-exists', 'overlay-volume-medium', 'overlay-or-direct'],
  ],
  ['Without a medium, the original image is used; where there is none, refuse', ['original-missing', 'no-medium']],
  ['In the `nova` profile both hw_rescue_* properties are required for it', ['nova-volume-root']],
  [
    'legacy (non-stable) rescue is not offered, and a machine on which only that would work is told so',
    ['nova-legacy-only'],
  ],
  ['A rescue that needs a missing trait is refused naming it', ['host-trait']],
  ['medium missing', ['medium-missing', 'medium-url', 'kernel-missing']],
  ['medium empty', ['medium-empty']],
  ['medium unreadable', ['medium-missing', 'medium-format', 'medium-encrypted', 'medium-packed', 'medium-name']],
  ['medium in use for writing', ['medium-in-use']],
  ['medium is one of the guest’s own disks', ['medium-is-guest-disk']],
  ['backing file and data file: refused in media from elsewhere', ['medium-points-elsewhere']],
  ['managed-save image present', ['managed-save']],
  ['a job or block job running', ['job', 'block-job']],
  [
    'guest disks read-only, behind throw-away overlays, or a disk snapshot first; with the space it needs',
    [
      'guest-disk-read-only',
      'guest-disk-overlay',
      'guest-disk-snapshot',
      'guest-snapshot',
      'overlay-left-behind',
      'no-space',
    ],
  ],
  ['disks in use for writing by a running domain', ['disk-in-use']],
  ['a rescue session already open', ['in-rescue', 'other-version']],
  ['secret of an encrypted disk missing', ['secret-missing', 'secret-no-value']],
  ['a transient domain without consent', ['transient-domain']],
  ['several media, one booting', ['several-kernels', 'medium-twice', 'url-needs-cdrom']],
  ['a definition that libvirt itself would not take', ['definition-invalid', 'duplicate-target']],
  ['session kinds', ['first-reboot-kind', 'record-too-large']],
  ['a connection that may not write', ['read-only-host']],
];

const WARNED: readonly (readonly [string, readonly string[]])[] = [
  ['secure boot with an unsigned or BIOS-only medium', ['secure-boot', 'secure-boot-bios-medium']],
  ['firmware and medium do not match', ['firmware-medium-uefi', 'firmware-medium-bios', 'medium-architecture']],
  ['medium shows no boot signature', ['no-boot-signature']],
  ['TPM measurements will change', ['tpm']],
  ['shareable disks in use elsewhere', ['shareable-disk', 'shareable-in-use', 'shareable-elsewhere']],
  ['guest disks offered as media', ['medium-is-other-guest-disk']],
  ['pending device changes', ['pending-changes']],
  [
    'guest disks read-only, behind throw-away overlays, or a disk snapshot first; with the space it needs',
    ['guest-disks-read-only', 'guest-disks-overlay', 'guest-disks-snapshot', 'little-space'],
  ],
  ['medium is a clone of the root disk', ['clone-of-root', 'original-of-root']],
  ['domain is managed by Nova or another manager', ['managed-by']],
  ['snapshots exist', ['snapshots']],
  ['writable NVRAM', ['nvram-writable']],
  ['controller added', ['controller-added']],
  ['direct kernel boot set aside', ['direct-kernel']],
  ['autostart', ['autostart', 'autostart-in-rescue']],
];

describe('the specification’s', () => {
  it.each(REFUSED)('refusal: %s', (_words, codes) => {
    for (const code of codes) expect(Object.keys(REFUSAL_TEXTS)).toContain(code);
  });

  it('refusals are all that there are', () => {
    // Hard reboots and migrations have tables of their own.
    const rescue = Object.keys(REFUSAL_TEXTS).filter((code) => !/^(?:reboot|migrate)-/.test(code));
    expect(new Set(REFUSED.flatMap(([, codes]) => codes))).toEqual(new Set(rescue));
  });

  it.each(WARNED)('warning: %s', (_words, codes) => {
    for (const code of codes) expect(Object.keys(WARNING_TEXTS)).toContain(code);
  });

  it('refusal of a definition that changed since the preview is an error of the start', () => {
    expect(ERROR_TEXTS.drift.next).toMatch(/^Look at .*, then start again\.$/);
  });

  it('says in every preview what happens when the medium does not boot: hangs, falls through or stops', () => {
    for (const what of ['hangs', 'falls', 'stops'])
      expect(Object.keys(SENTENCE_TEXTS)).toContain(`not-bootable-${what}`);
  });
});

/** What an administrator can be told to do, as the first word of a sentence, or behind “or”, “then” and a comma. */
const IMPERATIVES =
  'Agree|Attach|Choose|Connect|Copy|Define|Delete|Detach|Edit|End|Flatten|Give|Leave|Let|Look|Make|Mend|Migrate|Name|Put|Remove|Rename|Rescue such|Say|Set|Shut|Start|Stop|Unmount|Unpack|Use|Wait';
const SAYS_WHAT_TO_DO = new RegExp(`[.:)] (?:${IMPERATIVES}|For a [^.]* choose)\\b`);

describe('every refusal says what to do behind what is the matter', () => {
  it.each(Object.entries(REFUSAL_TEXTS))('%s', (_code, text) => {
    expect(text.replace(/\{\{\w+\}\}/g, 'x')).toMatch(SAYS_WHAT_TO_DO);
  });
});
