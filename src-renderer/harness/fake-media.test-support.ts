/** Library of the fake: nothing in it. */
import { errorData } from '../../src-core/contract/errors.ts';
import type { FakeHandlers } from './fake-salvor.test-support.ts';

type MediaChannel = Extract<keyof FakeHandlers, `library.${string}`>;

export function mediaHandlers(): Pick<FakeHandlers, MediaChannel> {
  const refused = () => ({ ok: false as const, error: errorData('not-supported', { what: 'this' }) });
  return {
    'library.list': () => ({
      media: [],
      defaults: [],
      file: '/home/anna/.local/state/salvor/library.json',
      unread: [],
      locked: null,
    }),
    'library.save': refused,
    'library.remove': () => null,
    'library.setDefault': () => null,
    'library.where': () => [],
    'library.look': refused,
    'library.export': () => null,
    'library.put': () => null,
  };
}
