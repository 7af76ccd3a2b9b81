/** Every refusal and warning is provoked by a row here; a code without a row fails the last test. */
import { describe, expect, it } from 'vitest';
import { ISO, QEMU_HOST, ROOT_DISK, UEFI, content, diskXml, domainXml, inputs, medium } from './inputs.test-support.ts';
import type { InputParts } from './inputs.test-support.ts';
import type { BootFileContent } from '../media/boot-file.ts';
import { planRescue } from './plan.ts';
import type { MediumFacts } from './types.ts';
import { REFUSAL_TEXTS, WARNING_TEXTS } from './texts.ts';
import type { FindingCode, RefusalCode, WarningCode } from './texts.ts';

interface Row {
  readonly parts: InputParts;
  readonly subject: string | null;
}
const row = (subject: string | null, parts: InputParts): Row => ({ subject, parts });

/** Hard reboots and migrations have tables of their own, beside their plans. */
type OfRescue<C extends string> = Exclude<C, `reboot-${string}` | `migrate-${string}`>;

const q35 = { machine: 'pc-q35-7.2' };
const encrypted = `<disk type='file' device='disk'><source file='/i/l.img'><encryption format='luks'><secret type='passphrase' uuid='aaaa'/></encryption></source><target dev='vda' bus='virtio'/></disk>`;
const capabilities = {
  path: '',
  domainType: 'kvm',
  machine: 'pc',
  arch: 'x86_64',
  diskModels: [],
  firmware: [],
  loaderSecure: false,
};
const session =
  "<rescue xmlns='urn:salvor:rescue:1' version='1' kind='one-shot' started='2026-11-01T10:00:00Z' by='ada@desk' power='on'/>";
const fullPci = Array.from(
  { length: 30 },
  (_, slot) => `<sound model='ac97'><address type='pci' domain='0' bus='0' slot='${slot + 2}' function='0'/></sound>`,
).join('');
const kernelSpec = { kind: 'kernel', kernel: '/boot/vmlinuz', initrd: null, cmdline: null } as const;

/** A kernel, and an initrd where its content is given. */
function kernelMedium(kernel: BootFileContent, initrd?: BootFileContent): MediumFacts {
  const file = (role: 'kernel' | 'initrd', name: string, told: BootFileContent) =>
    ({ role, file: name, size: 4096, hash: null, content: told }) as const;
  return medium({
    spec: { ...kernelSpec, initrd: initrd === undefined ? null : '/boot/initrd' },
    source: null,
    content: null,
    bootFiles: [
      file('kernel', '/boot/vmlinuz', kernel),
      ...(initrd === undefined ? [] : [file('initrd', '/boot/initrd', initrd)]),
    ],
  });
}

const REFUSALS: Readonly<Record<OfRescue<RefusalCode>, Row>> = {
  'virt-type': row('xen', { xml: domainXml({ type: 'xen' }) }),
  'os-type': row('linux', { xml: domainXml({ osType: 'linux' }) }),
  machine: row('clipper', { xml: domainXml({ arch: 'alpha', machine: 'clipper' }) }),
  'device-unknown': row('fs', { request: { device: 'fs' } }),
  'device-lun': row('lun', { request: { device: 'lun' } }),
  'bus-unknown': row('xen', { request: { bus: 'xen' } }),
  'bus-nvme': row('nvme', { request: { bus: 'nvme' } }),
  'device-bus-fit': row('virtio', { request: { device: 'cdrom', bus: 'virtio' } }),
  'machine-bus-fit': row('ide', { xml: domainXml(q35), request: { device: 'disk', bus: 'ide' } }),
  'host-bus': row('sata', {
    host: { domainCapabilities: { ...capabilities, buses: ['virtio'], diskDevices: [] } },
    request: { bus: 'sata' },
  }),
  'host-device': row('floppy', {
    host: { domainCapabilities: { ...capabilities, buses: [], diskDevices: ['disk'] } },
    request: { device: 'floppy' },
  }),
  'usb-disabled': row('usb', {
    xml: domainXml({ devices: `${ROOT_DISK}<controller type='usb' model='none'/>` }),
    request: { bus: 'usb' },
  }),
  'bus-full': row('ide', {
    xml: domainXml({ devices: ['hda', 'hdb', 'hdc', 'hdd'].map((name) => diskXml(name, 'ide')).join('') }),
    request: { bus: 'ide' },
  }),
  'pci-full': row('virtio', {
    xml: domainXml({ devices: diskXml('hda', 'ide') + fullPci }),
    request: { bus: 'virtio' },
  }),
  'never-boots-floppy': row('fdc', { xml: domainXml({ os: UEFI }), request: { device: 'floppy' } }),
  'never-boots-usb-cdrom': row('usb', { media: [medium({ content: ISO })], request: { device: 'cdrom', bus: 'usb' } }),
  'never-boots-iso-disk': row('usb', { media: [medium({ content: ISO })], request: { device: 'disk' } }),
  'never-boots-bus': row('sata', {
    xml: domainXml({ arch: 'ppc64le', machine: 'pseries-7.2' }),
    request: { device: 'disk', bus: 'sata' },
  }),
  'never-boots-no-firmware': row('virt-7.2', { xml: domainXml({ arch: 'aarch64', machine: 'virt-7.2' }) }),
  'never-boots-u-boot': row('virt', {
    xml: domainXml({
      arch: 'riscv64',
      machine: 'virt',
      os: '<kernel>/usr/lib/u-boot/qemu-riscv64_smode/uboot.elf</kernel>',
    }),
  }),
  'never-boots-beside-nvme': row('nvme0n1', {
    xml: domainXml({ os: UEFI, devices: diskXml('nvme0n1', 'nvme') }),
    request: { fallThrough: 'original' },
  }),
  'no-medium': row(null, { media: [] }),
  'medium-missing': row('/media/rescue.img', {
    media: [medium({ found: false, source: null, problem: 'no such file' })],
  }),
  'medium-empty': row('/media/rescue.img', {
    media: [medium({ content: content({ kind: 'empty', bios: false, uefi: false }) })],
  }),
  'medium-in-use': row('/media/rescue.img', { media: [medium({ writers: ['builder'] })] }),
  'medium-is-guest-disk': row('/images/root.qcow2', {
    media: [
      medium({
        spec: { kind: 'path', path: '/images/root.qcow2' },
        source: { type: 'file', file: '/images/root.qcow2' },
      }),
    ],
  }),
  'medium-points-elsewhere': row('/media/rescue.img', {
    media: [medium({ content: content({ kind: 'image', format: 'qcow2', backingFile: '/etc/shadow' }) })],
  }),
  'medium-format': row('/media/rescue.img', {
    media: [medium({ content: content({ kind: 'image', format: 'vmdk' }) })],
  }),
  'medium-encrypted': row('/media/rescue.img', {
    media: [medium({ content: content({ kind: 'image', format: 'qcow2', encrypted: true }) })],
  }),
  'medium-packed': row('/media/rescue.img', {
    media: [medium({ content: content({ kind: 'image', format: 'xz' }) })],
  }),
  'medium-url': row('https://x/y.iso', {
    media: [
      medium({
        spec: { kind: 'url', url: 'https://x/y.iso' },
        found: false,
        source: null,
        problem: 'a redirect to file:',
      }),
    ],
  }),
  'url-needs-cdrom': row('https://x/y.iso', {
    media: [
      medium({
        spec: { kind: 'url', url: 'https://x/y.iso' },
        source: { type: 'network', protocol: 'https', host: 'x', port: 443, name: 'y.iso' },
        content: null,
      }),
    ],
    request: { device: 'disk' },
  }),
  'overlay-impossible': row('/dev/sdz', {
    media: [medium({ spec: { kind: 'path', path: '/dev/sdz' }, source: { type: 'block', dev: '/dev/sdz' } })],
    request: { device: 'disk', bus: 'sata' },
  }),
  'overlay-pool': row('fast', {
    request: { overlayPool: 'fast' },
    overlayPool: { kind: 'unfit', why: 'the host has no such pool' },
  }),
  'overlay-volume-exists': row('salvor-…-sda.qcow2', {
    request: { overlayPool: 'fast', bus: 'usb' },
    overlayPool: { kind: 'folder', folder: '/fast', free: null, overlays: ['salvor-…-sda.qcow2'] },
  }),
  'overlay-volume-medium': row('gluster/rescue.img', {
    media: [
      medium({
        spec: { kind: 'volume', pool: 'gluster', name: 'rescue.img' },
        source: { type: 'volume', pool: 'gluster', volume: 'rescue.img' },
      }),
    ],
    request: { overlayPool: 'fast', device: 'disk' },
    overlayPool: { kind: 'folder', folder: '/fast', free: null, overlays: [] },
  }),
  'overlay-or-direct': row('fast', { request: { overlayPool: 'fast', writes: 'direct' } }),
  'guest-disk-read-only': row('sda', {
    xml: domainXml({ devices: diskXml('sda', 'sata') }),
    request: { guestDisks: 'read-only' },
  }),
  'guest-disk-overlay': row('vda', {
    xml: domainXml({
      devices: "<disk type='block' device='disk'><source dev='/dev/vg/root'/><target dev='vda' bus='virtio'/></disk>",
    }),
    request: { guestDisks: 'overlay' },
  }),
  'guest-disk-snapshot': row('vdb', {
    xml: domainXml({ devices: ROOT_DISK + diskXml('vdb', 'virtio') }),
    request: { guestDisks: 'snapshot' },
  }),
  'guest-snapshot': row(null, { xml: domainXml({ os: UEFI }), request: { guestDisks: 'snapshot' } }),
  'overlay-left-behind': row('/media/rescue.img', {
    room: [{ image: '/media/rescue.img', capacity: null, free: null, leftOverlay: true }],
  }),
  'no-space': row('/media', {
    room: [{ image: '/media/rescue.img', capacity: 8 << 20, free: 1 << 20, leftOverlay: false }],
  }),
  'disk-in-use': row('vda', {
    domain: { diskUsers: [{ target: 'vda', domain: 'helper', host: null, writes: true, as: 'same' }] },
  }),
  'original-missing': row('the original image', {
    media: [medium({ spec: { kind: 'original' }, found: false, source: null, lookedAt: ['/images/root.qcow2'] })],
  }),
  'kernel-missing': row('/boot/vmlinuz', {
    media: [medium({ spec: kernelSpec, found: false, problem: 'no such file' })],
  }),
  'medium-name': row('/media/\u0007.img', {
    media: [
      medium({
        spec: { kind: 'path', path: '/media/\u0007.img' },
        source: { type: 'file', file: '/media/\u0007.img' },
      }),
    ],
  }),
  'medium-twice': row('/media/rescue.img', { media: [medium(), medium()] }),
  'several-kernels': row(null, {
    media: [medium(), medium({ spec: kernelSpec, source: { type: 'file', file: '/boot/vmlinuz' } })],
  }),
  'managed-save': row(null, { domain: { managedSave: true } }),
  job: row(null, { domain: { job: 'unbounded' } }),
  'block-job': row('vda', { domain: { blockJobs: ['vda', 'vdb'] } }),
  'in-rescue': row(null, { domain: { sessionXml: session } }),
  'other-version': row(null, {
    xml: domainXml({ metadata: "<s:rescue xmlns:s='urn:salvor:rescue:2'/>" }),
  }),
  'secret-missing': row('vda', { xml: domainXml({ devices: encrypted }) }),
  'secret-no-value': row('vda', {
    xml: domainXml({ devices: encrypted }),
    host: { secrets: [{ uuid: 'aaaa', usage: null, hasValue: false }] },
  }),
  'transient-domain': row(null, { domain: { persistent: false } }),
  'first-reboot-kind': row(null, { request: { session: 'until-ended', endAtFirstReboot: true } }),
  'record-too-large': row(null, {
    xml: domainXml({ top: `<description>${'x'.repeat(2_000_000)}</description>` }),
    request: { session: 'until-ended' },
  }),
  'read-only-host': row(null, { host: { readOnly: true } }),
  'uefi-no-fall-through': row(null, {
    xml: domainXml({ os: "<loader type='rom'>/usr/share/ovmf/OVMF.fd</loader>" }),
    request: { fallThrough: 'none' },
  }),
  'definition-invalid': row(null, {
    xml: domainXml({ devices: diskXml('vda', 'virtio', 'disk', "<boot order='1'/>") }),
  }),
  'duplicate-target': row('vda', { xml: domainXml({ devices: diskXml('vda', 'virtio') + diskXml('vda', 'virtio') }) }),
  'host-trait': row('stable-rescue', { host: { driver: 'CH' } }),
  'nova-legacy-only': row('xen', { xml: domainXml({ type: 'xen' }), request: { profile: 'nova' } }),
  'nova-volume-root': row('vda', {
    xml: domainXml({
      devices: "<disk type='block' device='disk'><source dev='/dev/vg/root'/><target dev='vda' bus='virtio'/></disk>",
    }),
    media: [medium({ properties: { hw_rescue_bus: 'usb' } })],
    request: { profile: 'nova' },
  }),
};

const SECURE =
  "<loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.ms.fd</loader><nvram>/n</nvram>";
const WARNINGS: Readonly<Record<OfRescue<WarningCode>, Row>> = {
  'secure-boot': row('/media/rescue.img', { xml: domainXml({ ...q35, os: SECURE }) }),
  'secure-boot-bios-medium': row('/media/rescue.img', {
    xml: domainXml({ ...q35, os: SECURE }),
    media: [medium({ content: content({ uefi: false }) })],
  }),
  'firmware-medium-uefi': row('/media/rescue.img', {
    xml: domainXml({ os: UEFI }),
    media: [medium({ content: content({ uefi: false }) })],
  }),
  'firmware-medium-bios': row('/media/rescue.img', { media: [medium({ content: content({ bios: false }) })] }),
  'no-boot-signature': row('/media/rescue.img', {
    media: [medium({ content: content({ kind: 'unknown', bios: false, uefi: false }) })],
  }),
  'boot-signs-unknown': row('/media/rescue.img', {
    xml: domainXml({ arch: 's390x', machine: 's390-ccw-virtio-7.2' }),
  }),
  'firmware-unknown': row('microvm', { xml: domainXml({ machine: 'microvm', devices: diskXml('vda', 'virtio') }) }),
  'medium-not-iso': row('/media/rescue.img', { request: { device: 'cdrom' } }),
  'medium-not-examined': row('/media/rescue.img', { media: [medium({ content: null })] }),
  'medium-architecture': row('/media/rescue.img', {
    xml: domainXml({ os: UEFI }),
    media: [medium({ content: content({ efiArches: ['aarch64'] }) })],
  }),
  'medium-no-efi-loader': row('/media/rescue.img', {
    xml: domainXml({ os: UEFI }),
    media: [medium({ content: content({ efiArches: [] }) })],
  }),
  'kernel-unrecognised': row('/boot/vmlinuz', { media: [kernelMedium({ kind: 'unknown', arch: null })] }),
  'initrd-unrecognised': row('/boot/initrd', {
    media: [kernelMedium({ kind: 'bzimage', arch: 'x86_64' }, { kind: 'elf', arch: null })],
  }),
  'kernel-architecture': row('/boot/vmlinuz', { media: [kernelMedium({ kind: 'efi', arch: 'aarch64' })] }),
  'medium-machine-type': row('/media/rescue.img', {
    media: [medium({ properties: { hw_machine_type: 'q35' } })],
  }),
  'original-of-root': row('the original image', { media: [medium({ spec: { kind: 'original' } })] }),
  'clone-of-root': row('/media/rescue.img', {
    media: [medium({ content: content({ diskId: 'abcd1234' }) })],
    domain: { rootDiskId: 'abcd1234' },
  }),
  tpm: row(null, {
    xml: domainXml({ devices: `${ROOT_DISK}<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>` }),
  }),
  'shareable-disk': row('vdb', {
    xml: domainXml({ devices: ROOT_DISK + diskXml('vdb', 'virtio', 'disk', '<shareable/>') }),
  }),
  'managed-by': row('OpenStack Nova', {
    xml: domainXml({ metadata: "<nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'/>" }),
  }),
  snapshots: row(null, { domain: { snapshots: 2, checkpoints: 1 } }),
  'nvram-writable': row(null, { xml: domainXml({ os: UEFI }) }),
  'nvram-not-kept': row(null, {
    xml: domainXml({ os: UEFI }),
    nvram: { kind: 'out-of-reach', why: 'there is no pool for it' },
  }),
  'controller-added': row('scsi controller 0 (virtio-scsi)', { request: { bus: 'scsi' } }),
  'direct-kernel': row('/boot/vmlinuz', { xml: domainXml({ os: '<kernel>/boot/vmlinuz</kernel>' }) }),
  autostart: row(null, { domain: { autostart: true } }),
  'autostart-in-rescue': row(null, { domain: { autostart: true }, request: { session: 'until-ended' } }),
  'until-ended': row(null, { request: { session: 'until-ended' } }),
  transient: row(null, { domain: { persistent: false, state: 'running' }, request: { transientConsent: true } }),
  'first-reboot': row(null, { request: { endAtFirstReboot: true } }),
  'scratch-nvram': row('/var/lib/nvram/guest_VARS.fd.salvor-3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01', {
    xml: domainXml({ os: UEFI }),
    request: { fallThrough: 'none' },
  }),
  'direct-writes': row('/media/rescue.img', { request: { writes: 'direct' } }),
  'fall-through-none': row(null, { request: { fallThrough: 'none' } }),
  'unbootable-accepted': row('fdc', {
    xml: domainXml({ os: UEFI }),
    request: { device: 'floppy', allowUnbootable: true },
  }),
  'secrets-unknown': row('vda', { xml: domainXml({ devices: encrypted }), host: { secrets: null } }),
  'guest-not-running-clean': row(null, { domain: { state: 'paused' } }),
  'shareable-in-use': row('vdb', {
    xml: domainXml({ devices: ROOT_DISK + diskXml('vdb', 'virtio', 'disk', '<shareable/>') }),
    domain: { diskUsers: [{ target: 'vdb', domain: 'node2', host: null, writes: true, as: 'same' }] },
  }),
  'shareable-elsewhere': row('vdb', {
    xml: domainXml({ devices: ROOT_DISK + diskXml('vdb', 'virtio', 'disk', '<shareable/>') }),
    domain: { diskUsers: [{ target: 'vdb', domain: 'node2', host: 'host2', writes: true, as: 'path' }] },
  }),
  'medium-is-other-guest-disk': row('/media/rescue.img', { media: [medium({ owners: ['sleeper'] })] }),
  'pending-changes': row(null, {
    domain: { liveXml: domainXml({ devices: ROOT_DISK + diskXml('vdz', 'virtio') }) },
  }),
  'guest-disks-read-only': row(null, { request: { guestDisks: 'read-only' } }),
  'guest-disks-overlay': row(null, { request: { guestDisks: 'overlay' } }),
  'guest-disks-snapshot': row(null, { request: { guestDisks: 'snapshot' } }),
  'little-space': row('/media', {
    room: [{ image: '/media/rescue.img', capacity: 8 << 20, free: 7 << 20, leftOverlay: false }],
  }),
  'nova-legacy': row('/media/rescue.img', { request: { profile: 'nova' } }),
};

describe('refusals', () => {
  it.each(Object.entries(REFUSALS))('%s', (code, { parts, subject }) => {
    // secret-missing and the like depend on what the host knows; QEMU_HOST knows of no secret.
    const plan = planRescue(inputs({ ...parts, host: { ...QEMU_HOST, ...parts.host } }));
    const found = plan.refusals.find((finding) => finding.code === code);
    expect(plan.refusals.map((finding) => finding.code)).toContain(code);
    expect(found?.subject).toBe(subject);
    expect(found?.message).not.toMatch(/\{\{|undefined|null/);
    expect(plan.rescueXml).toBeNull();
    expect(plan.steps).toEqual([]);
    expect(plan.virsh).toEqual([]);
  });
});

describe('warnings', () => {
  it.each(Object.entries(WARNINGS))('%s', (code, { parts, subject }) => {
    const plan = planRescue(inputs(parts));
    const found = plan.warnings.find((finding) => finding.code === code);
    expect(plan.warnings.map((finding) => finding.code)).toContain(code);
    expect(found?.subject).toBe(subject);
    expect(found?.message).not.toMatch(/\{\{|undefined|null/);
    expect(plan.refusals).toEqual([]);
    expect(plan.rescueXml).not.toBeNull();
  });

  it('is quiet about a plain guest and a plain medium', () => {
    const usb = `${ROOT_DISK}<controller type='usb' index='0' model='piix3-uhci'/>`;
    expect(planRescue(inputs({ xml: domainXml({ devices: usb }) })).warnings).toEqual([]);
  });
});

describe('codes', () => {
  it('has a row for every code', () => {
    const all = new Set<FindingCode>([
      ...(Object.keys(REFUSAL_TEXTS) as RefusalCode[]),
      ...(Object.keys(WARNING_TEXTS) as WarningCode[]),
    ]);
    const rescues = [...all].filter((code) => !/^(?:reboot|migrate)-/.test(code));
    expect(new Set<string>([...Object.keys(REFUSALS), ...Object.keys(WARNINGS)])).toEqual(new Set<string>(rescues));
  });

  it('says what to do in every refusal', () => {
    for (const text of Object.values(REFUSAL_TEXTS)) expect(text.split(/\. [A-Z]/).length, text).toBeGreaterThan(1);
  });
});
