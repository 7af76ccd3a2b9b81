/** What the window can ask of migrations: one handler a channel. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Handlers } from './services.ts';

export type MigrationChannel = Extract<keyof Handlers, `migration.${string}`>;

export function createMigrationHandlers(): Pick<Handlers, MigrationChannel> {
  const notYet = () => {
    throw new SalvorError('not-supported', { what: 'a migration' });
  };
  return {
    'migration.preview': notYet,
    'migration.start': notYet,
    'migration.underWay': () => [],
    'migration.startPostCopy': notYet,
    'migration.setMaxDowntime': notYet,
  };
}
