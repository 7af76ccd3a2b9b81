import { expect, test } from 'vitest';
import { CHANNEL_NAMES } from './channel-names.ts';
import { CHANNELS } from './channels.ts';

test('the preload knows exactly the channels of the contract', () => {
  expect([...CHANNEL_NAMES].sort()).toEqual(Object.keys(CHANNELS).sort());
});
