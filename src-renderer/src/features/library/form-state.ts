/** The words of a medium as they stand in the form: text, until it is whole. */
import type { LibraryEdit } from '../../../../src-core/contract/library-schemas.ts';
import { wordsProblem } from '../../../../src-core/library/edit.ts';
import type { GlanceImage } from '../../../../src-core/library/glance.ts';
import type { LibraryMedium, LibrarySource, ToldMedium } from '../../../../src-core/library/types.ts';

export const SOURCE_KINDS = ['volume', 'path', 'url', 'kernel'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

export interface PropertyRow {
  /** Its place in the form: names may be alike while they are typed. */
  readonly key: number;
  readonly name: string;
  readonly value: string;
}

export interface MediumForm {
  /** null: a new medium. */
  readonly id: string | null;
  readonly name: string;
  readonly note: string;
  readonly host: string | null;
  readonly kind: SourceKind;
  readonly pool: string;
  readonly volume: string;
  readonly path: string;
  readonly url: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly cmdline: string;
  readonly properties: readonly PropertyRow[];
  readonly told: ToldMedium | null;
}

export const NEW_MEDIUM: MediumForm = {
  ...{ id: null, name: '', note: '', host: null, kind: 'volume', pool: '', volume: '' },
  ...{ path: '', url: '', kernel: '', initrd: '', cmdline: '', properties: [], told: null },
};

export function formOf({ id, name, note, host, source, properties, told }: LibraryMedium): MediumForm {
  return {
    ...NEW_MEDIUM,
    ...{ id, name, note, host, told, kind: source.kind },
    ...sourceFields(source),
    properties: rowsOf(properties),
  };
}

function sourceFields(source: LibrarySource): Partial<MediumForm> {
  switch (source.kind) {
    case 'volume':
      return { pool: source.pool, volume: source.name };
    case 'path':
      return { path: source.path };
    case 'url':
      return { url: source.url };
    case 'kernel':
      return { kernel: source.kernel, initrd: source.initrd ?? '', cmdline: source.cmdline ?? '' };
  }
}

function rowsOf(properties: Readonly<Record<string, string>>): PropertyRow[] {
  return Object.entries(properties).map(([name, value], key) => ({ key, name, value }));
}

/** One more row; `name` '' : to be typed. */
export function withRow(rows: readonly PropertyRow[], name: string): PropertyRow[] {
  return [...rows, { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, name, value: '' }];
}

/** What Glance said: its properties in place of those of the form, its name where there is none yet. */
export function withImage(form: MediumForm, image: GlanceImage): MediumForm {
  return {
    ...form,
    name: form.name.trim() === '' ? (image.name ?? '') : form.name,
    properties: rowsOf(image.properties),
    told: image.told ?? form.told,
  };
}

function sourceOf(form: MediumForm): LibrarySource {
  const { kind, kernel, initrd, cmdline } = form;
  switch (kind) {
    case 'volume':
      return { kind, pool: form.pool, name: form.volume };
    case 'path':
      return { kind, path: form.path };
    case 'url':
      return { kind, url: form.url.trim() };
    case 'kernel':
      return { kind, kernel, initrd: initrd || null, cmdline: cmdline || null };
  }
}

/** What would be saved, or what is wrong with it: in a sentence, or the name of a property that stands there twice. */
export function editOf(
  form: MediumForm,
): { readonly edit: LibraryEdit } | { readonly problem: string } | { readonly twice: string } {
  const filled = form.properties.filter(({ name, value }) => name.trim() !== '' || value.trim() !== '');
  const names = filled.map(({ name }) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return { twice };
  const edit: LibraryEdit = {
    ...{ id: form.id, name: form.name.trim(), note: form.note, host: form.host, told: form.told },
    source: sourceOf(form),
    properties: Object.fromEntries(filled.map(({ name, value }) => [name.trim(), value.trim()])),
  };
  const problem = wordsProblem({ ...edit, source: sourceOf(form) });
  return problem === null ? { edit } : { problem };
}
