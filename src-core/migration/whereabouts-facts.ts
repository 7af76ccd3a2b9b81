/** What the table of migrations asks, what it may answer, and what carries it out; whereabouts-rows.ts is the table. */

/** All that a row may ask, each with the answers that there are. */
export const MIGRATION_FACTS = {
  mode: ['live', 'offline'],
  /** Had it a definition before? */
  guest: ['persistent', 'transient'],
  /** `handing-over`: paused (migrating), in the last moments of pre-copy. `migrated`: shut off (migrated). `running`: on, in whatever way. */
  source: [
    'running',
    'paused',
    'handing-over',
    'post-copy',
    'post-copy-failed',
    'migrated',
    'off',
    'absent',
    'unreachable',
  ],
  /** A job is under way at the source. */
  job: ['no', 'yes'],
  /** Its definition at the source: from before the migration, another, none. */
  here: ['source', 'other', 'none'],
  /** `incoming`: paused (migrating): memory is still coming, and it has never run there. */
  destination: ['running', 'paused', 'post-copy', 'post-copy-failed', 'incoming', 'off', 'absent', 'unreachable'],
  /** Its definition at the destination: as it was planned, another, none. */
  there: ['planned', 'other', 'none'],
  /** Were disks copied? */
  copied: ['no', 'yes'],
  /** Is the definition to go from the source in the end? */
  undefine: ['no', 'yes'],
  /** Is something there that was made for the migration? */
  made: ['no', 'yes'],
} as const;

type Fact = keyof typeof MIGRATION_FACTS;
export type MigrationFacts = { readonly [F in Fact]: (typeof MIGRATION_FACTS)[F][number] };

/** What carries a way on, in the order in which a way names them. */
export const MIGRATION_ACTS = [
  /** Nothing is left to be done: close the entry. */
  'close',
  /** Look on until the migration has ended by itself. */
  'wait',
  /** The same call with POSTCOPY_RESUME; “is still running” means wait. */
  'resume-post-copy',
  /** Give the job at the source up. */
  'cancel-job',
  /** Destroy what waits at the destination, if it is still `paused (migrating)`. */
  'destroy-destination-remnant',
  /** Force off what is left of it at the source: it has no part in the guest any more. */
  'destroy-source-remains',
  /** Force off what is left of it at the destination, whose memory is not whole. */
  'destroy-destination-remains',
  /** Give the guest at the destination the definition that was planned. */
  'define-destination',
  /** From its definition and its disks: its memory is lost. */
  'start-destination',
  'undefine-destination',
  'undefine-source',
  'start-source',
  /** Let the guest go on at the source; nothing of it ever ran at the destination. */
  'resume-source',
  /** Remove what the migration made at the destination. */
  'tidy',
  /** Touch nothing, and close the entry. */
  'forget',
] as const;
export type MigrationAct = (typeof MIGRATION_ACTS)[number];

export const MIGRATION_SITUATIONS = [
  'unseen',
  'source-unseen-there',
  'source-unseen',
  'destination-unseen-migrating',
  'destination-unseen-here',
  'destination-unseen-handed-over',
  'destination-unseen',
  'two-copies',
  'migrating',
  'remnant',
  'not-moved',
  'defined-there-too',
  'switching',
  'stands-still',
  'arrived',
  'arriving',
  'in-post-copy',
  'post-copy-broken',
  'memory-lost',
  'memory-lost-there',
  'arrived-off',
  'both-off',
  'off-here',
  'gone-there',
  'unclear',
  'gone',
] as const;
export type MigrationSituation = (typeof MIGRATION_SITUATIONS)[number];

export type Owner = 'source' | 'destination' | 'both' | 'nobody' | 'unknown';
