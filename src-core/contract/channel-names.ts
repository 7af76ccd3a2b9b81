/**
 * The names of all channels, without their schemas: the preload is bundled beside untrusted pages and takes nothing but these.
 * The types hold the two lists together: a name that is missing here, or too many, does not compile.
 */
import type { ChannelName } from './channels.ts';

const NAMES = {
  'app.info': true,
  'settings.get': true,
  'settings.set': true,
  'hosts.list': true,
  'hosts.add': true,
  'hosts.remove': true,
  'hosts.connect': true,
  'hosts.disconnect': true,
  'machines.list': true,
  'machines.details': true,
  'machines.fullDetails': true,
  'pools.list': true,
  'machines.diskStats': true,
  'pools.names': true,
  'pools.describe': true,
  'pools.look': true,
  'pools.refresh': true,
  'pools.start': true,
  'library.list': true,
  'library.save': true,
  'library.remove': true,
  'library.setDefault': true,
  'library.where': true,
  'library.look': true,
  'library.export': true,
  'library.put': true,
  'files.choose': true,
  'transfers.list': true,
  'transfers.room': true,
  'transfers.upload': true,
  'transfers.download': true,
  'transfers.copy': true,
  'transfers.cancel': true,
  'transfers.resume': true,
  'transfers.forget': true,
  'rescue.preview': true,
  'rescue.start': true,
  'rescue.end': true,
  'power.act': true,
  'reboot.preview': true,
  'reboot.start': true,
  'migration.preview': true,
  'migration.start': true,
  'migration.underWay': true,
  'migration.startPostCopy': true,
  'migration.setMaxDowntime': true,
  'operations.list': true,
  'operations.cancel': true,
  'history.list': true,
  'history.entry': true,
  'history.export': true,
  'unfinished.list': true,
  'unfinished.resume': true,
  'unfinished.forget': true,
  'nvram.restore': true,
  'leftovers.list': true,
  'leftovers.remove': true,
  'picture.save': true,
  'log.renderer-error': true,
} as const satisfies Readonly<Record<ChannelName, true>>;

export const CHANNEL_NAMES = Object.keys(NAMES) as readonly ChannelName[];

/** The one channel from main to window. */
export const EVENT_CHANNEL = 'salvor:event';

/** From window to main: the path of a file that was dropped on it. No channel like the others: the page hands over the file, never a path. */
export const OFFER_CHANNEL = 'salvor:offer-file';
