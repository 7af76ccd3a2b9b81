/** What the window can ask of transfers: one handler a channel. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Handlers } from './services.ts';

export type TransferChannel = Extract<keyof Handlers, `transfers.${string}` | 'files.choose'>;

export function createTransferHandlers(): Pick<Handlers, TransferChannel> {
  const notYet = (what: string) => () => {
    throw new SalvorError('not-supported', { what });
  };
  return {
    'files.choose': notYet('files.choose'),
    'transfers.list': () => [],
    'transfers.room': notYet('transfers.room'),
    'transfers.upload': notYet('transfers.upload'),
    'transfers.download': notYet('transfers.download'),
    'transfers.copy': notYet('transfers.copy'),
    'transfers.cancel': notYet('transfers.cancel'),
    'transfers.resume': notYet('transfers.resume'),
    'transfers.forget': notYet('transfers.forget'),
  };
}
