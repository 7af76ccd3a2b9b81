/** What planning works on: the inputs, read once. */
import type { XmlDocument } from '../domain-xml/document.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import { layoutOf } from '../disks/places.ts';
import type { Layout } from '../disks/places.ts';
import type { ImageSource, MediumFacts, MediumSpec, RescueInputs } from './types.ts';

export interface PlanContext {
  readonly inputs: RescueInputs;
  readonly document: XmlDocument;
  readonly domain: DomainView;
  /** Places taken by the guest's own devices. */
  readonly layout: Layout;
  /** The medium that boots; null where none was named. */
  readonly medium: MediumFacts | null;
}

export function contextOf(inputs: RescueInputs, document: XmlDocument, domain: DomainView): PlanContext {
  return { inputs, document, domain, layout: layoutOf(domain), medium: inputs.media[0] ?? null };
}

/** How a medium is called in a sentence. */
export function mediumName(spec: MediumSpec | undefined): string {
  switch (spec?.kind) {
    case undefined:
      return 'the medium';
    case 'volume':
      return `${spec.pool}/${spec.name}`;
    case 'path':
      return spec.path;
    case 'url':
      return spec.url;
    case 'original':
      return 'the original image';
    case 'kernel':
      return spec.kernel;
  }
}

/** One line that names an image source, as definitions name it. */
export function sourceName(source: ImageSource | null): string | null {
  switch (source?.type) {
    case undefined:
      return null;
    case 'file':
      return source.file;
    case 'block':
      return source.dev;
    case 'volume':
      return `${source.pool}/${source.volume}`;
    case 'network':
      return `${source.protocol}://${source.host}:${source.port}/${source.name}`;
  }
}

/** Is it an ISO 9660 image, by its first bytes or, where those could not be read, as declared? */
export function isIso(medium: MediumFacts | null): boolean {
  return medium?.content === null || medium?.content === undefined
    ? medium?.format === 'iso'
    : medium.content.kind === 'iso9660';
}

/** The image format QEMU is told: an ISO is raw. Unknown is taken as raw, never probed: a probe lets an image point at host files. */
export function driverFormat(medium: MediumFacts): string {
  const format = medium.content?.format ?? medium.format ?? 'raw';
  return format === 'iso' ? 'raw' : format;
}
