/** Everything on its host that a definition needs to start, read from its XML alone. */
import type { XmlDocument, XmlElement } from '../domain-xml/document.ts';
import { attribute, child, childText, children, textOf } from '../domain-xml/elements.ts';
import { deviceDependencies } from './device-dependencies.ts';
import { diskDependencies } from './disk-dependencies.ts';
import { gather } from './found.ts';
import type { Found } from './found.ts';
import { nvramFile } from '../rescue/scratch-nvram.ts';
import type { Dependency } from './types.ts';

/** The variables of a UEFI guest whose definition does not say where they are. */
export const UEFI_VARIABLES = 'UEFI variables';

/** Each thing once, with all that use it, in the order of the definition. `document` must be a domain's. */
export function dependenciesOf(document: XmlDocument): Dependency[] {
  const root = document.documentElement;
  const devices = child(root, 'devices');
  return gather([
    ...children(devices, 'disk').flatMap(diskDependencies),
    ...children(devices).flatMap(deviceDependencies),
    ...firmwareDependencies(child(root, 'os')),
    ...memoryDependencies(child(root, 'memoryBacking')),
  ]);
}

/** Targets of disks that libvirt leaves out at a start where their source is not there (`startupPolicy='optional'`). */
export function optionalDisks(document: XmlDocument): Set<string> {
  const disks = children(child(document.documentElement, 'devices'), 'disk');
  const optional = disks.filter((disk) => attribute(child(disk, 'source'), 'startupPolicy') === 'optional');
  return new Set(optional.map((disk) => attribute(child(disk, 'target'), 'dev') ?? ''));
}

function firmwareDependencies(os: XmlElement | null): Found[] {
  const loader = child(os, 'loader');
  const files = (
    [
      ['loader', textOf(loader)],
      ['kernel', childText(os, 'kernel')],
      ['initrd', childText(os, 'initrd')],
      ['dtb', childText(os, 'dtb')],
    ] as const
  ).flatMap(([user, path]): Found[] => (path?.startsWith('/') === true ? [{ kind: 'image', name: path, user }] : []));
  const stateless = attribute(loader, 'stateless') === 'yes';
  const uefi = attribute(os, 'firmware') === 'efi' || attribute(loader, 'type') === 'pflash';
  if (!uefi || stateless) return files;
  return [...files, { kind: 'nvram', name: nvramFile(os) ?? UEFI_VARIABLES, user: 'os' }];
}

function memoryDependencies(backing: XmlElement | null): Found[] {
  const hugepages = child(backing, 'hugepages');
  const found = (name: string): Found => ({ kind: 'memory', name, user: 'memory' });
  const pages = children(hugepages, 'page').map((page) =>
    found(`${attribute(page, 'size') ?? '?'} ${attribute(page, 'unit') ?? 'KiB'} pages`),
  );
  const huge = hugepages === null || pages.length > 0 ? pages : [found('huge pages of the default size')];
  const source = attribute(child(backing, 'source'), 'type');
  return source === 'file' ? [...huge, found('memory in a file')] : huge;
}
