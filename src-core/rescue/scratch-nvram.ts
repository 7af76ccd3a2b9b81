/**
 * UEFI variables of a session's own. With a boot order that leaves out the guest's devices, OVMF deletes their boot entries (FACTS B4);
 * so such a session runs on another NVRAM file, which libvirt makes from the firmware's template, and which is removed at the end.
 */
import type { XmlDocument, XmlElement } from '../domain-xml/document.ts';
import { attribute, child, insertLine, newElement, replaceText, textOf } from '../domain-xml/elements.ts';

/** A file beside the guest's own NVRAM is ours when its name ends so: nothing else is ever removed. */
export function scratchSuffix(uuid: string): string {
  return `.salvor-${uuid}`;
}

/** UUID of the domain whose scratch NVRAM a file is by its name, or null. */
export function domainOfScratch(file: string): string | null {
  return /.\.salvor-([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/.exec(file)?.[1] ?? null;
}

export type ScratchNvram =
  /** No variables outlive the guest's power-off, or there is no UEFI. */
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'path'; readonly path: string }
  /** `why` in words that stand behind a colon. */
  | { readonly kind: 'impossible'; readonly why: string };

export interface ScratchHost {
  readonly uri: string;
  /** These as HostFacts has them. */
  readonly driver: string;
  readonly libvirtVersion: number;
}

/** Where libvirt's system daemon keeps NVRAM when a definition does not say (tried on 9.0: firmware auto-selection leaves it out). */
export const SYSTEM_NVRAM = '/var/lib/libvirt/qemu/nvram';
const UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
/** VIR_DOMAIN_START_RESET_NVRAM: without it a file that an earlier session left behind would be used as it is. */
const RESET_SINCE = 8_001_000;

/** Which scratch NVRAM a domain would get. `document` must have been read as a domain with UEFI firmware. */
export function scratchNvram(
  document: XmlDocument,
  host: ScratchHost,
  name: string,
  uuid: string | null,
): ScratchNvram {
  const os = child(document.documentElement, 'os');
  const without = withoutFile(os, host.driver);
  if (without !== null) return without;
  if (host.libvirtVersion < RESET_SINCE)
    return { kind: 'impossible', why: 'the host’s libvirt is older than 8.1 and cannot make one afresh' };
  // They become part of a path: libvirt itself lets a definition have no others.
  if (uuid === null || !UUID.test(uuid) || name.includes('/'))
    return { kind: 'impossible', why: 'its definition has no name and UUID to call them by' };
  const own = nvramFile(os);
  if (own !== null && !own.startsWith('/'))
    return { kind: 'impossible', why: 'its definition does not give a whole path for its own variables' };
  if (own !== null) return { kind: 'path', path: `${own}${scratchSuffix(uuid)}` };
  if (!isSystem(host.uri))
    return { kind: 'impossible', why: 'its definition does not say where its own variables are kept' };
  return { kind: 'path', path: `${SYSTEM_NVRAM}/${name}_VARS.fd${scratchSuffix(uuid)}` };
}

/** Of a guest whose firmware keeps its variables in no file of their own; null: there is one, or libvirt makes one. */
function withoutFile(os: XmlElement | null, driver: string): Exclude<ScratchNvram, { kind: 'path' }> | null {
  // libvirt's test driver runs no firmware and makes no file.
  if (driver === 'TEST') return { kind: 'not-needed' };
  const loader = child(os, 'loader');
  if (attribute(loader, 'stateless') === 'yes') return { kind: 'not-needed' };
  const selected = attribute(os, 'firmware') === 'efi';
  const type = attribute(loader, 'type');
  if (!selected && type !== 'pflash')
    return { kind: 'impossible', why: 'its firmware is a ROM image, which keeps variables in no file of its own' };
  if (!selected && attribute(loader, 'readonly') !== 'yes')
    return { kind: 'impossible', why: 'its firmware image is writable and holds the variables itself' };
  return null;
}

/**
 * Where the guest's own variables are kept. `document` must have been read as a domain with UEFI firmware. `live`: what it runs from, which
 * tells what libvirt chose where the definition does not say; null: off.
 */
export function ownNvram(
  document: XmlDocument,
  host: Pick<ScratchHost, 'uri' | 'driver'>,
  name: string,
  live: XmlDocument | null,
): ScratchNvram {
  const os = child(document.documentElement, 'os');
  const without = withoutFile(os, host.driver);
  if (without !== null) return without;
  const kind = attribute(child(os, 'nvram'), 'type') ?? 'file';
  if (kind !== 'file') return { kind: 'impossible', why: `they are kept on storage of type ${kind}, not in a file` };
  const told = nvramFile(os) ?? (live === null ? null : nvramFile(child(live.documentElement, 'os')));
  if (told !== null && !told.startsWith('/'))
    return { kind: 'impossible', why: 'its definition does not give a whole path for them' };
  if (told !== null) return { kind: 'path', path: told };
  if (!isSystem(host.uri) || name.includes('/'))
    return { kind: 'impossible', why: 'its definition does not say where they are kept' };
  return { kind: 'path', path: `${SYSTEM_NVRAM}/${name}_VARS.fd` };
}

/** `qemu:///system`, `qemu+ssh://root@host/system?keyfile=…` */
function isSystem(uri: string): boolean {
  return /^[^?#]*\/system(?:[?#]|$)/.test(uri);
}

/** The file that holds a domain's variables: <nvram>PATH</nvram>, or <nvram type='file'><source file='PATH'/>; null: not said, or no file. */
export function nvramFile(os: XmlElement | null): string | null {
  const nvram = child(os, 'nvram');
  return attribute(child(nvram, 'source'), 'file') ?? (textOf(nvram) || null);
}

/** Point <nvram> at the path. The template stays as it was given; a source that is no file makes place for one. */
export function setNvram(document: XmlDocument, path: string): void {
  const os = child(document.documentElement, 'os');
  if (os === null) return;
  const nvram = child(os, 'nvram');
  const source = child(nvram, 'source');
  if (nvram === null)
    insertLine(document, os, newElement(document, 'nvram', {}, path), child(os, 'loader') ?? child(os, 'type'));
  else if (attribute(source, 'file') !== null) source?.setAttribute('file', path);
  else {
    nvram.removeAttribute('type');
    replaceText(document, nvram, path);
  }
}
