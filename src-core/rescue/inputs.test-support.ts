/** Builders for tests: a domain definition and planning inputs, each with sensible values and any part overridden. */
import type { MediumContent } from '../media/recognise.ts';
import type {
  DomainFacts,
  HostFacts,
  ImageRoom,
  MediumFacts,
  NvramFacts,
  OverlayPoolFacts,
  RescueInputs,
  RescueRequest,
} from './types.ts';

export interface DomainParts {
  readonly type?: string;
  readonly machine?: string;
  readonly arch?: string;
  readonly osType?: string;
  /** Content of <os> behind <type>. */
  readonly os?: string;
  readonly osAttributes?: string;
  readonly metadata?: string;
  /** Elements at the top level, behind <os>. */
  readonly top?: string;
  readonly devices?: string;
}

export const ROOT_DISK = `<disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/images/root.qcow2'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/>
    </disk>`;

export function domainXml(parts: DomainParts = {}): string {
  const {
    type = 'kvm',
    machine = 'pc-i440fx-7.2',
    arch = 'x86_64',
    osType = 'hvm',
    os = "<boot dev='hd'/>",
    osAttributes = '',
  } = parts;
  return `<domain type='${type}'>
  <name>guest</name>
  <uuid>3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01</uuid>${parts.metadata === undefined ? '' : `\n  <metadata>${parts.metadata}</metadata>`}
  <memory unit='KiB'>1048576</memory>
  <vcpu placement='static'>2</vcpu>
  <os${osAttributes}>
    <type arch='${arch}' machine='${machine}'>${osType}</type>
    ${os}
  </os>${parts.top ?? ''}
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    ${parts.devices ?? ROOT_DISK}
  </devices>
</domain>
`;
}

/** A <disk> in one line. `more` goes inside. */
export function diskXml(target: string, bus: string, device = 'disk', more = ''): string {
  return `<disk type='file' device='${device}'><source file='/images/${target}.img'/><target dev='${target}' bus='${bus}'/>${more}</disk>`;
}

export const UEFI =
  "<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader><nvram>/var/lib/nvram/guest_VARS.fd</nvram><boot dev='hd'/>";

export function content(parts: Partial<MediumContent> = {}): MediumContent {
  return {
    kind: 'disk',
    format: 'raw',
    bios: true,
    uefi: true,
    efiArches: null,
    hybrid: false,
    partitions: 'mbr',
    label: null,
    diskId: null,
    backingFile: null,
    dataFile: null,
    encrypted: false,
    virtualSize: null,
    ...parts,
  };
}

export const ISO = content({ kind: 'iso9660', partitions: null });

export function medium(parts: Partial<MediumFacts> = {}): MediumFacts {
  return {
    spec: { kind: 'path', path: '/media/rescue.img' },
    found: true,
    problem: null,
    source: { type: 'file', file: '/media/rescue.img' },
    size: 8 << 20,
    format: 'raw',
    content: content(),
    hash: null,
    modified: null,
    backing: null,
    bootFiles: [],
    kin: null,
    writers: [],
    owners: [],
    properties: {},
    lookedAt: [],
    remembered: null,
    ...parts,
  };
}

export const QEMU_HOST: HostFacts = {
  uri: 'qemu:///system',
  driver: 'QEMU',
  libvirtVersion: 9_000_000,
  hypervisorVersion: 7_002_000,
  domainCapabilities: null,
  readOnly: false,
  secrets: [],
};

export function domainFacts(parts: Partial<DomainFacts> = {}): DomainFacts {
  return {
    definitionXml: domainXml(),
    state: 'running',
    persistent: true,
    autostart: false,
    managedSave: false,
    snapshots: 0,
    checkpoints: 0,
    job: null,
    blockJobs: [],
    sessionXml: null,
    rootDiskId: null,
    liveXml: null,
    diskUsers: [],
    ...parts,
  };
}

export interface InputParts {
  readonly xml?: string;
  readonly domain?: Partial<DomainFacts>;
  readonly host?: Partial<HostFacts>;
  readonly media?: readonly MediumFacts[];
  readonly request?: Partial<RescueRequest>;
  readonly room?: readonly ImageRoom[];
  readonly nvram?: NvramFacts;
  readonly overlayPool?: OverlayPoolFacts;
}

export function inputs(parts: InputParts = {}): RescueInputs {
  const media = parts.media ?? [medium()];
  return {
    domain: domainFacts({ definitionXml: parts.xml ?? domainXml(), ...parts.domain }),
    host: { ...QEMU_HOST, ...parts.host },
    media,
    request: {
      media: media.map(({ spec }) => spec),
      device: null,
      bus: null,
      profile: 'recommended',
      session: 'one-shot',
      endAtFirstReboot: false,
      fallThrough: null,
      writes: 'overlay',
      overlayPool: null,
      guestDisks: 'writable',
      stop: { how: 'graceful', timeoutSeconds: 60, onTimeout: 'give-up' },
      allowUnbootable: false,
      transientConsent: false,
      ...parts.request,
    },
    stamp: null,
    room: parts.room ?? [],
    ...(parts.nvram === undefined ? {} : { nvram: parts.nvram }),
    ...(parts.overlayPool === undefined ? {} : { overlayPool: parts.overlayPool }),
  };
}
