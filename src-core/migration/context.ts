/** A migration's inputs, with the definition of what migrates read once. */
import { parseXml } from '../domain-xml/document.ts';
import type { XmlElement } from '../domain-xml/document.ts';
import { child } from '../domain-xml/elements.ts';
import { readDomain } from '../domain-xml/domain.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import { powerOf } from '../rescue/session.ts';
import { domainWord } from '../rescue/shell-word.ts';
import type { MigrationInputs } from './types.ts';

export interface MigrationContext {
  readonly inputs: MigrationInputs;
  /** What migrates: what runs, or its definition. */
  readonly xml: string;
  readonly domain: DomainView;
  readonly root: XmlElement | null;
  readonly devices: XmlElement | null;
  /** It runs, or is paused. */
  readonly on: boolean;
  /** Host names. */
  readonly from: string;
  readonly to: string;
  /** The domain as virsh takes it. */
  readonly word: string;
}

/** Throws XmlProblem. */
export function contextOf(inputs: MigrationInputs): MigrationContext {
  const xml = inputs.migratableXml ?? inputs.domain.definitionXml;
  const document = parseXml(xml);
  const domain = readDomain(document);
  return {
    inputs,
    xml,
    domain,
    root: document.documentElement,
    devices: child(document.documentElement, 'devices'),
    on: powerOf(inputs.domain.state) === 'on',
    from: inputs.source.hostname,
    to: inputs.destination.hostname,
    word: domainWord(domain),
  };
}
