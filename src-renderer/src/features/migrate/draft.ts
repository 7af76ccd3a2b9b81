/** What is being chosen for a migration, as it stands in the fields, and the request that comes of it. */
import type { ChannelInput } from '../../../../src-core/contract/channels.ts';
import type {
  DiskWay,
  MigrationOptions,
  MigrationRequest,
  MigrationRules,
  NameMap,
} from '../../../../src-core/migration/types.ts';

/** What can be called otherwise at the destination. */
export const MAP_KINDS = ['paths', 'pools', 'networks', 'bridges'] as const;
export type MapKind = (typeof MAP_KINDS)[number];

/** A row of the rules, as it is being written: its own id, so that it stays itself when the one before it is taken away. */
export interface MapRow extends NameMap {
  readonly id: number;
}

/** Figures that are written, as they are written; empty: libvirt's own. */
export const FIGURES = ['bandwidth', 'parallel', 'maxDowntime'] as const;
export type Figure = (typeof FIGURES)[number];

export interface Draft {
  /** Id of a host; null: nobody has chosen yet. */
  readonly to: string | null;
  readonly maps: Readonly<Record<MapKind, readonly MapRow[]>>;
  readonly pinning: MigrationRules['pinning'];
  readonly listen: string;
  readonly disks: Readonly<Record<string, DiskWay>>;
  readonly way: MigrationRequest['way'];
  readonly destinationUri: string;
  readonly migrateUri: string;
  readonly secrets: MigrationRequest['secrets'];
  readonly switches: Pick<MigrationOptions, 'tls' | 'postCopy' | 'autoConverge'>;
  readonly figures: Readonly<Record<Figure, string>>;
  readonly undefineSource: boolean;
}

export const FIRST_DRAFT: Draft = {
  to: null,
  maps: { paths: [], pools: [], networks: [], bridges: [] },
  pinning: 'keep',
  listen: '',
  disks: {},
  way: 'direct',
  destinationUri: '',
  migrateUri: '',
  secrets: 'leave',
  switches: { tls: false, postCopy: false, autoConverge: false },
  figures: { bandwidth: '', parallel: '', maxDowntime: '' },
  undefineSource: true,
};

/** From and to of each figure, as the wire takes it (migration-schemas.ts). */
export const FIGURE_LIMITS: Readonly<Record<Figure, readonly [number, number]>> = {
  bandwidth: [1, 1_000_000],
  parallel: [2, 64],
  maxDowntime: [1, 600_000],
};

/** null: nothing is written; undefined: what is written is no such figure. */
export function figureOf(figure: Figure, written: string): number | null | undefined {
  const text = written.trim();
  if (text === '') return null;
  if (!/^\d{1,7}$/.test(text)) return undefined;
  const [least, most] = FIGURE_LIMITS[figure];
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

/** The rows that say something: one with an empty field is still being written. */
function written(rows: readonly MapRow[]): { from: string; to: string }[] {
  return rows
    .map(({ from, to }) => ({ from: from.trim(), to: to.trim() }))
    .filter(({ from, to }) => from !== '' && to !== '');
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

/** A request and where to, as the wire takes them: what a plan is asked for. */
export type Order = Omit<ChannelInput<'migration.preview'>, 'machine'>;

/** null: a field cannot be read as it is. `live`: what the guest's state allows. */
export function requestOf(draft: Draft, live: boolean): Order['request'] | null {
  const bandwidth = figureOf('bandwidth', draft.figures.bandwidth);
  const parallel = figureOf('parallel', draft.figures.parallel);
  const maxDowntime = figureOf('maxDowntime', draft.figures.maxDowntime);
  if (bandwidth === undefined || parallel === undefined || maxDowntime === undefined) return null;
  const { paths, pools, networks, bridges } = draft.maps;
  return {
    live,
    rules: {
      paths: written(paths),
      pools: written(pools),
      networks: written(networks),
      bridges: written(bridges),
      pinning: draft.pinning,
      listen: orNull(draft.listen),
    },
    disks: { ...draft.disks },
    way: draft.way,
    destinationUri: draft.way === 'p2p' ? orNull(draft.destinationUri) : null,
    migrateUri: orNull(draft.migrateUri),
    secrets: draft.secrets,
    options: { ...draft.switches, bandwidth, parallel, maxDowntime },
    undefineSource: draft.undefineSource,
  };
}

/** How many rules and how many options are not as they are at first: what is folded away says what is in it. */
export function countChosen(draft: Draft): { readonly rules: number; readonly options: number } {
  const maps = MAP_KINDS.reduce((count, kind) => count + written(draft.maps[kind]).length, 0);
  const rules = maps + Number(draft.pinning !== 'keep') + Number(draft.listen.trim() !== '');
  const options =
    Object.values(draft.switches).filter(Boolean).length +
    FIGURES.filter((figure) => draft.figures[figure].trim() !== '').length +
    Number(draft.way === 'p2p') +
    Number(draft.migrateUri.trim() !== '') +
    Number(!draft.undefineSource);
  return { rules, options };
}
